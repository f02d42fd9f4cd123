//! What `cargo xtask instructions` runs and counts the instructions of.
//!
//! `instructions PATH KIND COUNT` takes a path over the first COUNT datagrams of a workload.
//! `instructions capture KIND COUNT FILE` writes these datagrams as a capture, for the command,
//! and prints the number of flows in them.

use core::hint::black_box;
use core::net::{IpAddr, SocketAddr};
use std::fs;
use std::io;
use std::process::ExitCode;

use netflow_arrow::Addresses;
use netflow_benches::{Kind, Workload, arrow, decoder, projection};

/// Datagrams that are made; a path takes some of them.
const MOST: u32 = 600;
/// Rows of an Arrow batch.
const ROWS: usize = 8_192;
/// The port of a capture's datagrams; each protocol is read on it.
const PORT: u16 = 9995;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, kind, count, file) = match arguments.as_slice() {
        [path, kind, count] => (*path, *kind, *count, None),
        [path, kind, count, file] => (*path, *kind, *count, Some(*file)),
        _ => return ExitCode::from(2),
    };
    let (Some(kind), Ok(count)) = (Kind::named(kind), count.parse()) else {
        return ExitCode::from(2);
    };
    // The same number of datagrams is made for every count, so that making them cancels out.
    let mut workload = Workload::new(kind, MOST, 1);
    workload.truncate(count);
    match (path, file) {
        ("decode", None) => decoder::decode(&mut decoder::new(), &workload, |decoded| {
            black_box(decoded);
        }),
        ("flows", None) => decoder::read(&mut decoder::new(), &workload, |row| {
            black_box(row);
        }),
        ("rows", None) => projection::rows(&mut decoder::new(), &workload, |row| {
            black_box(row);
        }),
        ("columns", None) => projection::columns(&mut decoder::new(), &workload, |columns| {
            black_box(columns);
        }),
        ("arrow", None) => {
            let mut builder = arrow::builder(Addresses::Octets, ROWS);
            arrow::read(&mut decoder::new(), &mut builder, &workload, |batch| {
                black_box(batch);
            });
        }
        ("capture", Some(file)) => {
            let count = u32::try_from(count).unwrap_or(MOST);
            println!("{}", Workload::new(kind, count, 1).flow_count());
            if let Err(error) = fs::write(file, capture(&workload)) {
                eprintln!("{file} cannot be written: {error}");
                return ExitCode::FAILURE;
            }
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

/// A pcap file of raw IPv4 packets.
fn capture(workload: &Workload) -> Vec<u8> {
    const RAW_IP: u32 = 101;
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65_535, RAW_IP] {
        file.extend_from_slice(&u32::to_be_bytes(word));
    }
    for (exporter, payload) in workload.datagrams() {
        let packet = packet(workload.exporter(exporter), payload).unwrap_or_default();
        let length = u32::try_from(packet.len()).unwrap_or_default();
        for word in [workload.received_seconds(), 0, length, length] {
            file.extend_from_slice(&word.to_be_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}

/// IPv4 and UDP around a payload, without checksums.
fn packet(exporter: SocketAddr, payload: &[u8]) -> io::Result<Vec<u8>> {
    let IpAddr::V4(source) = exporter.ip() else {
        return Err(io::ErrorKind::Unsupported.into());
    };
    let udp = u16::try_from(payload.len() + 8).map_err(io::Error::other)?;
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&(udp + 20).to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0]);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&[192, 0, 2, 1]);
    for number in [exporter.port(), PORT, udp, 0] {
        packet.extend_from_slice(&number.to_be_bytes());
    }
    packet.extend_from_slice(payload);
    Ok(packet)
}
