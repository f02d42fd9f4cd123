//! Files: pcap, pcapng, IPFIX, compressed or not, fragments and streams.

use std::io::Cursor;

use netflow_io::Source;

/// Reads the octets as a file and decodes what it holds.
pub fn run(octets: &[u8]) {
    let reader = Cursor::new(octets.to_vec());
    let Ok(mut source) = Source::from_reader_with(reader, "fuzz", crate::options()) else {
        return;
    };
    let mut decoder = crate::decoder();
    let mut packets = 0;
    while let Some(packet) = source.next() {
        match packet {
            Ok(packet) => crate::read(&mut decoder, packet.datagram),
            Err(_) => break,
        }
        packets += 1;
        // One octet of a compressed file may be many, but not for ever.
        assert!(packets < 4_000_000);
    }
    assert!(source.next().is_none());
}
