//! Any octets: nothing panics, and everything ends.

use proptest::prelude::*;

use netflow_io::{CaptureOptions, looks_like_export};

use crate::craft::{
    ACK, ETHERNET, ETHERTYPE_IPV4, FIN, Order, Pcap, Pcapng, RAW, SYN, datagram, ethernet, gzip,
    ipfix, ipv4_fragment, ipv6, netflow5, segment, try_read, udp, zstd,
};

/// Reads any octets to their end; returns the number of packets.
fn survives(file: &[u8]) -> u64 {
    let Ok(read) = try_read(file, CaptureOptions::default().with_ports([7])) else {
        return 0;
    };
    let summary = read.summary;
    let octets = u64::try_from(file.len()).unwrap();
    // A record of a pcap file has 16 octets, and zstd makes 128 KiB of four.
    assert!(summary.packets <= octets * 4_096);
    summary.packets
}

/// A capture with something of everything.
pub(crate) fn pcap() -> Vec<u8> {
    let whole = udp(50_000, 2055, &netflow5(3));
    let in_ethernet = |packet: &[u8]| ethernet(ETHERTYPE_IPV4, packet);
    Pcap::new(ETHERNET)
        .packet(&in_ethernet(&datagram(2055, &netflow5(2))))
        .packet(&in_ethernet(&ipv4_fragment(17, 5, 0x2000, &whole[..80])))
        .packet(&in_ethernet(&segment(4739, 9, SYN, b"")))
        .packet(&in_ethernet(&segment(4739, 100, ACK, &ipfix(2, 70))))
        .packet(&in_ethernet(&ipv4_fragment(17, 5, 10, &whole[80..])))
        .packet(&in_ethernet(&segment(4739, 10, ACK | FIN, &ipfix(1, 70))))
        .packet(&ethernet(
            0x86dd,
            &ipv6(0, &[&[17, 0, 1, 4, 0, 0, 0, 0], &whole[..]].concat()),
        ))
        .packet(&ethernet(
            0x8100,
            &[&[0, 1, 8, 0], &datagram(9, &ipfix(3, 8))[..]].concat(),
        ))
        .octets
}

pub(crate) fn pcapng() -> Vec<u8> {
    let packet = datagram(6343, &netflow5(1));
    Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, Some(9), Some(5))
        .enhanced(0, 1 << 60, &packet, packet.len())
        .simple(&packet, packet.len())
        .section(Order::Big)
        .interface(1, 96, None, None)
        .block(4, &[0; 20])
        .enhanced(
            0,
            1 << 50,
            &ethernet(ETHERTYPE_IPV4, &packet),
            packet.len() + 14,
        )
        .octets
}

fn ipfix_file() -> Vec<u8> {
    [ipfix(1, 40), ipfix(2, 4), ipfix(3, 0)].concat()
}

fn valid_files() -> Vec<Vec<u8>> {
    let mut files = vec![
        pcap(),
        pcapng(),
        ipfix_file(),
        crate::associations::capture(),
        crate::tunnels::capture(),
    ];
    files.push(
        Pcap::variant(Order::Big, 0xa1b2_cd34, RAW)
            .packet(&datagram(2055, &netflow5(1)))
            .octets,
    );
    let compressed: Vec<_> = files
        .iter()
        .flat_map(|file| [gzip(file), zstd(file), gzip(&zstd(file))])
        .collect();
    files.extend(compressed);
    files
}

#[test]
fn every_cut_of_every_format_ends() {
    for file in valid_files() {
        let packets = survives(&file);
        assert!(packets > 0);
        for cut in 0..file.len() {
            assert!(survives(&file[..cut]) <= packets);
        }
    }
}

#[test]
fn every_octet_of_every_format_may_be_anything() {
    for file in valid_files() {
        for at in 0..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                survives(&changed);
            }
        }
    }
}

#[test]
fn a_length_of_gibibytes_that_do_not_come_ends() {
    // Within the limit of a packet, so it is awaited; nothing comes.
    let mut file = Pcap::new(RAW).octets;
    for word in [0_u32, 0, 256 << 20, 256 << 20] {
        file.extend(word.to_le_bytes());
    }
    survives(&file);
    for kind in [6_u32, 0x0bad, 0x0a0d_0d0a] {
        let mut file = Pcapng::default().section(Order::Little).octets;
        file.extend(kind.to_le_bytes());
        file.extend([0xfc, 0xff, 0xff, 0xff, 0x4d, 0x3c, 0x2b, 0x1a]);
        survives(&file);
    }
}

#[test]
fn a_tower_of_headers_ends() {
    // Tags, labels and extension headers to the end of the frame.
    for (kind, unit) in [
        (0x8100_u16, &[0, 1, 0x81, 0][..]),
        (0x8847, &[0, 0, 0, 9]),
        (0x86dd, &[0; 8]),
    ] {
        let mut frame = ethernet(kind, &unit.repeat(8_000));
        frame[14] |= if kind == 0x86dd { 0x60 } else { 0 };
        assert_eq!(survives(&Pcap::new(ETHERNET).packet(&frame).octets), 1);
    }
}

proptest! {
    #[test]
    fn any_octets_are_survived(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&octets);
        let _ = looks_like_export(&octets);
    }

    #[test]
    fn any_octets_behind_the_start_of_a_format_are_survived(
        octets in prop::collection::vec(any::<u8>(), 0..400),
        format in 0..4_usize,
    ) {
        let start = [
            Pcap::new(ETHERNET).octets,
            Pcapng::default().section(Order::Big).interface(101, 0, None, None).octets,
            ipfix(1, 4),
            vec![0x28, 0xb5, 0x2f, 0xfd],
        ];
        survives(&[&start[format][..], &octets].concat());
    }

    #[test]
    fn any_packet_is_survived_on_any_link(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 1..8),
        link_type in prop::sample::select(vec![0, 1, 9, 101, 108, 113, 228, 229, 276]),
    ) {
        survives(&Pcap::new(link_type).packets(&packets).octets);
    }

    #[test]
    fn any_payload_behind_ip_is_survived(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..20),
        protocol in prop::sample::select(vec![6, 17, 0, 43, 44, 51, 60]),
        places in prop::collection::vec(any::<u16>(), 20),
    ) {
        let packets: Vec<_> = payloads
            .iter()
            .zip(&places)
            .flat_map(|(payload, place)| [
                ipv4_fragment(protocol, place & 3, place & 0x201f, payload),
                ipv6(protocol, payload),
            ])
            .collect();
        survives(&Pcap::new(RAW).packets(&packets).octets);
    }

    #[test]
    fn changed_files_are_survived(
        which in 0..16_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let files = valid_files();
        let mut file = files[which % files.len()].clone();
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        file.truncate(cut.index(file.len() + 1));
        survives(&file);
    }

    #[test]
    fn segments_of_any_order_and_overlap_give_the_messages(
        cuts in prop::collection::vec((0..700_usize, 1..300_usize), 0..30),
        start in any::<u32>(),
    ) {
        let messages = [ipfix(1, 300), ipfix(2, 200), ipfix(3, 136)];
        let stream = messages.concat();
        let mut packets = vec![segment(4739, start.wrapping_sub(1), SYN, b"")];
        let cuts = cuts.into_iter().chain((0..7).map(|step| (step * 100, 100)));
        for (from, length) in cuts {
            let range = from.min(stream.len())..(from + length).min(stream.len());
            let sequence = start.wrapping_add(u32::try_from(range.start).unwrap());
            packets.push(segment(4739, sequence, ACK, &stream[range]));
        }
        let read = Pcap::new(RAW).packets(&packets).read();
        prop_assert_eq!(read.payloads(), messages);
        prop_assert_eq!(read.summary.stream_octets_lost, 0);
    }

    #[test]
    fn fragments_of_any_order_and_overlap_give_the_datagram(
        cuts in prop::collection::vec((0..80_u16, 1..30_u16), 0..30),
        reversed in any::<bool>(),
    ) {
        let payload = ipfix(1, 620);
        let whole = udp(50_000, 2055, &payload);
        let mut packets: Vec<_> = cuts
            .into_iter()
            // Never the end, so that the datagram is not complete twice.
            .chain([(0, 40), (40, 40)])
            .map(|(from, length)| {
                let range = usize::from(from) * 8..(usize::from(from + length) * 8).min(640);
                ipv4_fragment(17, 1, from | 0x2000, &whole[range])
            })
            .collect();
        packets.push(ipv4_fragment(17, 1, 80, &whole[640..]));
        if reversed {
            packets.reverse();
        }
        // All at one time, as fragments wait for seconds only.
        let file = packets.iter().fold(Pcap::new(RAW), |file, packet| {
            file.record(0, 0, packet, packet.len())
        });
        let read = file.read();
        prop_assert_eq!(read.payloads(), [payload]);
    }
}
