//! Counts the datagrams that arrive at an address, and does nothing else with them: what a collector on the
//! same sockets is compared with.
//!
//! ```sh
//! cargo run --release -p netflow-io --features live --example count -- 127.0.0.1:2055
//! ```
//!
//! It ends when its standard input does, and prints what it received.

use std::io::Read as _;
use std::thread;

use netflow_io::live::{Live, LiveOptions};
use netflow_io::{Arrival, Datagrams as _};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).ok_or("an address is missing")?;
    let mut live = Live::bind(&LiveOptions::new().udp(address.parse()?))?;
    println!("{}", live.listeners()[0].address);
    let stop = live.stopper();
    thread::spawn(move || {
        // Whatever comes, the end is what counts.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stop.stop();
    });
    let (mut datagrams, mut octets) = (0_u64, 0_u64);
    for mut source in live.take_sources() {
        while let Some(arrival) = source.next_arrival() {
            if let Arrival::Datagram(datagram) = arrival? {
                datagrams += 1;
                octets += u64::try_from(datagram.payload.len())?;
            }
        }
    }
    let dropped = live.summary().kernel_drops;
    println!("{datagrams} datagrams of {octets} octets, {dropped} dropped");
    Ok(())
}
