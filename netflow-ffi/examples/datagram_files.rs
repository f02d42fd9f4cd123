//! Writes the datagrams of captures into plain files that the tests in C can read.
//!
//! ```text
//! datagram_files FOLDER FILE…
//! ```
//!
//! `FOLDER/NAME.datagrams` gets, for each datagram of FILE: whether it begins a session (8 bits),
//! transport (8), family 4 or 6 or 0 (8), a zero (8), port (16), address (16 octets), received (64),
//! frame (64), length (32), and the payload; numbers are big-endian.

use core::error::Error;
use core::net::IpAddr;
use std::fs;
use std::path::Path;

use netflow_core::Transport;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("no folder is named")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for file in arguments {
        let path = Path::new(&file);
        let name = path.file_name().ok_or("a file has no name")?;
        let octets = datagrams(path)?;
        let mut name = name.to_owned();
        name.push(".datagrams");
        fs::write(folder.join(name), octets)?;
    }
    Ok(())
}

fn datagrams(path: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    let mut source = netflow_io::open(path)?;
    while let Some(packet) = source.next() {
        // A truncated file returns its whole datagrams before the error.
        let Ok(packet) = packet else { break };
        let datagram = packet.datagram;
        let transport = match datagram.transport {
            Transport::Udp => 0,
            Transport::Stream => 1,
            Transport::File => 2,
        };
        let (family, address) = match datagram.exporter.ip() {
            IpAddr::V4(address) if address.is_unspecified() => (0, [0; 16]),
            IpAddr::V4(address) => {
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&address.octets());
                (4, octets)
            }
            IpAddr::V6(address) => (6, address.octets()),
        };
        out.extend([u8::from(packet.begins_session), transport, family, 0]);
        out.extend(datagram.exporter.port().to_be_bytes());
        out.extend(address);
        out.extend(datagram.received.as_nanos().to_be_bytes());
        out.extend(datagram.frame.to_be_bytes());
        out.extend(u32::try_from(datagram.payload.len())?.to_be_bytes());
        out.extend(datagram.payload);
    }
    Ok(out)
}
