//! Lists the flow-export datagrams of captures and IPFIX files:
//! `cargo run --example datagrams -- capture.pcap`.

use std::process::ExitCode;

use netflow_io::{CaptureError, Source};

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in std::env::args_os().skip(1) {
        let listed = if path == "-" {
            Source::from_reader(std::io::stdin(), "standard input").and_then(list)
        } else {
            netflow_io::open(path).and_then(list)
        };
        if let Err(error) = listed {
            eprintln!("{error}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn list(mut source: Source<'_>) -> Result<(), CaptureError> {
    let mut end = Ok(());
    while let Some(packet) = source.next() {
        match packet {
            Ok(packet) => println!(
                "{} {} {} -> {} {:?} {} octets{}",
                packet.datagram.frame,
                packet.datagram.received,
                packet.datagram.exporter,
                packet.destination,
                packet.datagram.transport,
                packet.datagram.payload.len(),
                if packet.cut { " cut" } else { "" },
            ),
            Err(error) => end = Err(error),
        }
    }
    println!("{:#?}", source.summary());
    end
}
