//! Files made here, against another reader.

use pcap_parser::{Block, PcapBlockOwned};

use crate::craft::read;

#[test]
fn another_reader_finds_the_same_packets_in_files_made_here() {
    for file in [crate::hostile::pcap(), crate::hostile::pcapng()] {
        let theirs = packets_by_another_reader(&file);
        assert_eq!(read(&file).summary.packets, u64::try_from(theirs).unwrap());
    }
}

fn packets_by_another_reader(octets: &[u8]) -> usize {
    let mut packets = 0;
    let mut reader = pcap_parser::create_reader(1 << 20, octets).unwrap();
    while let Ok((length, block)) = reader.next() {
        if let PcapBlockOwned::Legacy(_)
        | PcapBlockOwned::NG(Block::EnhancedPacket(_) | Block::SimplePacket(_)) = block
        {
            packets += 1;
        }
        reader.consume(length);
    }
    packets
}
