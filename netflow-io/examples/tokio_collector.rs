//! A collector on tokio: datagrams of an exporter go to the task of its share, which has a decoder of its
//! own; one task writes the flows of all as JSON.
//!
//! ```sh
//! cargo run -p netflow-io --example tokio_collector -- 127.0.0.1:2055
//! ```
//!
//! It ends when its standard input does.

use core::hash::BuildHasher as _;
use core::net::SocketAddr;
use std::hash::RandomState;
use std::time::SystemTime;

use netflow_core::{Datagram, Decoder, Limits, OwnedFlow, Timestamp, Transport};
use tokio::io::AsyncReadExt as _;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// Tasks that decode.
const SHARES: usize = 4;
/// Datagrams that may wait for a task; further ones are dropped and counted.
const WAITING: usize = 1_024;

/// A datagram on its way to a decoder.
type Arrived = (SocketAddr, SystemTime, Vec<u8>);

/// Decodes its share of the datagrams. Flows are sent in one piece for each datagram, owned: they outlive it.
async fn decode(mut datagrams: mpsc::Receiver<Arrived>, flows: mpsc::Sender<Vec<OwnedFlow>>) {
    let mut decoder = Decoder::new(Limits::default());
    while let Some((exporter, received, payload)) = datagrams.recv().await {
        let received = Timestamp::from(received);
        let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
        let owned = match decoder.decode(datagram) {
            Ok(decoded) => decoded.flows().map(|flow| flow.to_owned()).collect(),
            Err(error) => {
                eprintln!("{exporter}: {error}");
                continue;
            }
        };
        if flows.send(owned).await.is_err() {
            return;
        }
    }
}

/// Writes each flow as a line of JSON, with the field names that the command writes.
async fn write(mut flows: mpsc::Receiver<Vec<OwnedFlow>>) -> Result<(), serde_json::Error> {
    while let Some(flows) = flows.recv().await {
        for flow in flows {
            println!("{}", serde_json::to_string(&flow)?);
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("0.0.0.0:2055".to_owned());
    let socket = UdpSocket::bind(address).await?;
    println!("{}", socket.local_addr()?);
    let (flows, written) = mpsc::channel(WAITING);
    let shares: Vec<_> = (0..SHARES)
        .map(|_| {
            let (sender, datagrams) = mpsc::channel(WAITING);
            tokio::spawn(decode(datagrams, flows.clone()));
            sender
        })
        .collect();
    drop(flows);
    let writer = tokio::spawn(write(written));

    // With a random key, so that nobody outside can send all to one share.
    let hash = RandomState::new();
    let (mut buffer, mut dropped, mut input) = (vec![0; 65_535], 0_u64, tokio::io::stdin());
    let mut end = [0; 64];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut buffer) => {
                let (len, exporter) = received?;
                // The address alone: exporters change their ports.
                let share = usize::try_from(hash.hash_one(exporter.ip()) % u64::try_from(SHARES)?)?;
                let arrived = (exporter, SystemTime::now(), buffer[..len].to_vec());
                dropped += u64::from(shares[share].try_send(arrived).is_err());
            }
            read = input.read(&mut end) => if read? == 0 { break },
        }
    }
    drop(shares);
    writer.await??;
    eprintln!("{dropped} datagrams dropped");
    Ok(())
}
