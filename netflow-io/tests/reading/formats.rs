//! pcap, pcapng, IPFIX files and compressions.

use std::io::{self, Read};

use netflow_core::{Timestamp, Transport};
use netflow_io::{CaptureFormat, Compression, Source};

use crate::craft::{
    ETHERNET, ETHERTYPE_IPV4, Order, Pcap, Pcapng, RAW, SECONDS, collector, datagram, ethernet,
    exporter, gzip, ipfix, netflow5, read, read_source, zstd,
};

const ORDERS: [Order; 2] = [Order::Big, Order::Little];

fn time(nanos: i64) -> Timestamp {
    Timestamp::from_secs(SECONDS).saturating_add(nanos)
}

/// A packet and what is expected of it.
fn sample() -> Vec<u8> {
    numbered(0)
}

/// The same export with another sequence number, which is not a copy on another interface.
fn numbered(sequence: u8) -> Vec<u8> {
    let mut export = netflow5(2);
    export[19] = sequence;
    ethernet(ETHERTYPE_IPV4, &datagram(2055, &export))
}

#[test]
fn a_pcap_file_is_read_in_both_orders_and_all_its_variants() {
    for order in ORDERS {
        for (magic, nanos) in [
            (0xa1b2_c3d4, 250_000),
            (0xa1b2_3c4d, 250),
            (0xa1b2_cd34, 250_000),
        ] {
            let file = Pcap::variant(order, magic, ETHERNET)
                .record(SECONDS, 250, &sample(), sample().len())
                .record(SECONDS + 1, 0, &sample(), sample().len());
            let read = file.read();
            assert_eq!(read.frames(), [1, 2]);
            assert_eq!(read.packets[0].received, time(nanos));
            assert_eq!(read.packets[0].exporter, exporter(50_000));
            assert_eq!(read.packets[0].destination, collector(2055));
            assert_eq!(read.packets[0].transport, Transport::Udp);
            assert_eq!(read.packets[0].payload, netflow5(2));
            assert!(!read.packets[0].cut);
            assert!(read.error.is_none());
        }
    }
}

#[test]
fn a_capture_without_packets_is_no_error() {
    let read = Pcap::new(ETHERNET).read();
    assert!(read.packets.is_empty() && read.error.is_none());
    let read = Pcapng::default().section(Order::Big).read();
    assert!(read.packets.is_empty() && read.error.is_none());
}

#[test]
fn frame_check_sequences_in_the_link_type_do_not_matter() {
    let read = Pcap::new(0x4400_0000 | ETHERNET).packet(&sample()).read();
    assert_eq!(read.frames(), [1]);
}

#[test]
fn every_packet_block_of_pcapng_is_read_in_both_orders() {
    for order in ORDERS {
        let micros = u64::from(SECONDS) * 1_000_000;
        let file = Pcapng::default()
            .section(order)
            .block(0x0bad_0000, b"custom")
            .interface(1, 0, None, None)
            .enhanced(0, micros + 7, &sample(), sample().len())
            .block(5, &[0; 12])
            .obsolete(0, micros + 9, &sample())
            .simple(&sample(), sample().len());
        let read = file.read();
        assert_eq!(read.frames(), [1, 2, 3]);
        assert!(
            read.packets
                .iter()
                .all(|packet| packet.payload == netflow5(2))
        );
        let times: Vec<_> = read.packets.iter().map(|packet| packet.received).collect();
        // A simple packet has no time of its own.
        assert_eq!(times, [time(7_000), time(9_000), time(9_000)]);
    }
}

#[test]
fn each_interface_has_its_clock() {
    let secs = u64::from(SECONDS);
    let nanos = secs * 1_000_000_000 + 5;
    let binary = (secs << 20) + (1 << 19);
    let file = Pcapng::default()
        .section(Order::Little)
        .interface(1, 0, Some(9), None)
        .interface(101, 0, Some(0x80 | 20), None)
        .interface(1, 0, Some(3), Some(i64::from(SECONDS)))
        .interface(1, 0, Some(0), Some(-1))
        .interface(1, 0, Some(127), None)
        .enhanced(0, nanos, &numbered(0), 114)
        .enhanced(1, binary, &datagram(2055, &netflow5(1)), 92)
        .enhanced(2, 1_500, &numbered(2), 114)
        .enhanced(3, secs + 1, &numbered(3), 114)
        .enhanced(4, u64::MAX, &numbered(4), 114);
    let times: Vec<_> = file
        .read()
        .packets
        .iter()
        .map(|packet| packet.received)
        .collect();
    let expected = [
        time(5),
        time(500_000_000),
        time(1_500_000_000),
        time(0),
        Timestamp::UNIX_EPOCH,
    ];
    assert_eq!(times, expected);
}

#[test]
fn a_time_out_of_range_stops_at_its_end() {
    let file = Pcapng::default()
        .section(Order::Little)
        .interface(1, 0, Some(0), None)
        .interface(1, 0, Some(0), Some(i64::MIN))
        .enhanced(0, u64::MAX, &numbered(0), 114)
        .enhanced(1, 0, &numbered(1), 114);
    let read = file.read();
    assert_eq!(read.packets[0].received, Timestamp::from_nanos(i64::MAX));
    assert_eq!(read.packets[1].received, Timestamp::from_nanos(i64::MIN));
}

#[test]
fn a_section_has_its_own_order_and_interfaces() {
    let file = Pcapng::default()
        .section(Order::Little)
        .interface(1, 0, None, None)
        .enhanced(0, 0, &sample(), 114)
        .section(Order::Big)
        .interface(101, 0, None, None)
        .enhanced(0, 0, &datagram(2055, &netflow5(1)), 92)
        .enhanced(1, 0, &sample(), 114);
    let read = file.read();
    assert_eq!(read.frames(), [1, 2]);
    // The last names an interface of the section before.
    assert_eq!(read.summary.malformed, 1);
    assert_eq!(read.summary.packets, 3);
}

#[test]
fn a_simple_packet_is_as_long_as_its_interface_captures() {
    let whole = sample();
    let file = Pcapng::default()
        .section(Order::Big)
        .interface(1, 61, None, None)
        .simple(&whole[..61], whole.len());
    let read = file.read();
    assert_eq!(read.payloads(), [&netflow5(2)[..61 - 42]]);
    assert!(read.packets[0].cut);
}

#[test]
fn packets_of_other_interfaces_are_read_beside_an_unknown_link_type() {
    let file = Pcapng::default()
        .section(Order::Little)
        .interface(249, 0, None, None)
        .interface(1, 0, None, None)
        .enhanced(0, 0, &[0; 40], 40)
        .enhanced(1, 0, &sample(), 114);
    let read = file.read();
    assert_eq!(read.frames(), [2]);
    assert_eq!(read.summary.link_type_passed_over, 1);
    assert!(read.error.is_none());
}

#[test]
fn an_ipfix_file_gives_its_messages() {
    let mut file = ipfix(1, 8);
    file.extend(ipfix(2, 65_000));
    file.extend(ipfix(3, 0));
    let read = read(&file);
    assert_eq!(read.frames(), [1, 2, 3]);
    assert_eq!(
        read.payloads(),
        [&ipfix(1, 8)[..], &ipfix(2, 65_000), &ipfix(3, 0)]
    );
    for packet in &read.packets {
        assert_eq!(packet.transport, Transport::File);
        assert_eq!(packet.exporter, "0.0.0.0:0".parse().unwrap());
        assert_eq!(packet.received, time(0));
    }
    assert_eq!((read.summary.packets, read.summary.datagrams), (3, 3));
}

#[test]
fn gzip_and_zstd_are_read_through_and_once_through_each_other() {
    let plain = Pcap::new(ETHERNET)
        .packet(&sample())
        .packet(&sample())
        .octets;
    let (head, tail) = plain.split_at(60);
    let members = [gzip(head), gzip(tail)].concat();
    let frames = [zstd(head), zstd(tail)].concat();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &frames].concat();
    for file in [
        gzip(&plain),
        zstd(&plain),
        members,
        frames,
        skippable,
        gzip(&zstd(&plain)),
        zstd(&gzip(&plain)),
        gzip(&gzip(&plain)),
    ] {
        let read = read(&file);
        assert_eq!(read.frames(), [1, 2]);
        assert!(read.error.is_none(), "{:?}", read.error);
    }
}

#[test]
fn a_source_tells_format_compression_and_progress() {
    let ipfix_file = ipfix(1, 8);
    let pcapng = Pcapng::default().section(Order::Big).octets;
    let pcap = Pcap::new(RAW).octets;
    let folder = std::env::temp_dir().join(format!("netflow-io-progress-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (content, format) in [
        (&ipfix_file, CaptureFormat::IpfixFile),
        (&pcapng, CaptureFormat::Pcapng),
        (&pcap, CaptureFormat::Pcap),
    ] {
        for (octets, compression) in [
            (content.clone(), None),
            (gzip(content), Some(Compression::Gzip)),
            (zstd(content), Some(Compression::Zstd)),
        ] {
            let path = folder.join("file");
            std::fs::write(&path, &octets).unwrap();
            let mut source = netflow_io::open(&path).unwrap();
            assert_eq!(source.format(), format);
            assert_eq!(source.compression(), compression);
            assert_eq!(source.path(), path);
            while let Some(packet) = source.next() {
                packet.unwrap();
            }
            let length = u64::try_from(octets.len()).unwrap();
            assert_eq!(source.octets_total(), Some(length));
            assert_eq!(source.octets_read(), length);
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_reader_that_gives_single_octets_gives_the_same() {
    /// Returns one octet at a time, and is interrupted between any two.
    struct Drops {
        octets: std::vec::IntoIter<u8>,
        interrupted: bool,
    }

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            Ok(self.octets.next().map_or(0, |octet| {
                buffer[0] = octet;
                1
            }))
        }
    }

    let plain = Pcap::new(ETHERNET)
        .packet(&sample())
        .packet(&sample())
        .octets;
    for file in [plain.clone(), gzip(&plain), zstd(&plain)] {
        let drops = Drops {
            octets: file.into_iter(),
            interrupted: false,
        };
        let read = read_source(Source::from_reader(drops, "drops").unwrap());
        assert_eq!(read.frames(), [1, 2]);
        assert!(read.error.is_none(), "{:?}", read.error);
    }
}

#[test]
fn a_source_and_its_errors_may_go_to_another_thread() {
    const fn goes<T: Send>() {}
    const fn is_shared<T: Send + Sync>() {}
    goes::<Source<'_>>();
    is_shared::<netflow_io::CaptureError>();
}

#[test]
fn frames_of_all_lengths_pass_the_edge_of_the_window() {
    // 4 MiB of packets from 0 to 60,000 octets, against a window of 256 KiB.
    let mut file = Pcap::new(RAW);
    let mut expected = Vec::new();
    for step in 0..140_u32 {
        let octets = usize::try_from(step * 421 % 60_000).unwrap();
        let payload: Vec<u8> = (0..octets)
            .map(|at| u8::try_from(at % 256).unwrap())
            .collect();
        file = file.packet(&datagram(2055, &payload));
        expected.push(payload);
    }
    let read = file.read();
    assert_eq!(read.payloads(), expected);
}

#[test]
fn a_packet_longer_than_the_window_is_read() {
    let mut long = datagram(2055, &netflow5(1));
    long.resize(3 << 20, 0xee);
    let file = Pcap::new(RAW)
        .packet(&long)
        .packet(&datagram(2055, &netflow5(2)));
    let read = file.read();
    assert_eq!(read.payloads(), [netflow5(1), netflow5(2)]);
}
