//! Reading that begins at a mark returns what reading from the start returns there.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use netflow_io::{CaptureLimits, CaptureOptions, Mark, Source};

use crate::craft::{
    Order, Pcap, Pcapng, RAW, SECONDS, datagram, gzip, ipfix, ipv4_fragment, netflow5, read,
    read_source, read_with, segment, udp,
};

fn open(file: &[u8], options: &CaptureOptions) -> Source<'static> {
    let file = Cursor::new(file.to_vec());
    Source::from_reader_with(file, "test", options.clone()).unwrap()
}

/// The marks of a file, each with the number of datagrams before it.
fn marks(file: &[u8]) -> Vec<(usize, Mark)> {
    marks_with(file, &CaptureOptions::default())
}

fn marks_with(file: &[u8], options: &CaptureOptions) -> Vec<(usize, Mark)> {
    let mut source = open(file, options);
    let mut marks = Vec::new();
    let mut count = 0;
    while let Some(Ok(_)) = source.next() {
        count += 1;
        if let Some(mark) = source.mark() {
            assert_eq!(mark.offset(), source.position());
            let sent = Mark::from_octets(&mark.to_octets()).unwrap();
            assert_eq!(sent, mark);
            marks.push((count, sent));
        }
    }
    marks
}

/// Reads from each mark, to the end and to the next; returns the number of marks.
fn compare(file: &[u8]) -> usize {
    compare_with(file, &CaptureOptions::default())
}

fn compare_with(file: &[u8], options: &CaptureOptions) -> usize {
    let whole = read_with(file, options.clone());
    let marks = marks_with(file, options);
    for (index, (before, mark)) in marks.iter().enumerate() {
        let start = usize::try_from(mark.offset()).unwrap();
        let resume = |octets: &[u8]| {
            let rest = Cursor::new(octets.to_vec());
            read_source(Source::resume(rest, "test", options.clone(), mark).unwrap())
        };
        let rest = resume(&file[start..]);
        assert_eq!(rest.packets, whole.packets[*before..]);
        let text =
            |error: &Option<netflow_io::CaptureError>| error.as_ref().map(ToString::to_string);
        assert_eq!(text(&rest.error), text(&whole.error));
        assert_eq!(rest.summary.packets + mark.frame(), whole.summary.packets);
        if let Some((next, end)) = marks.get(index + 1) {
            let end = usize::try_from(end.offset()).unwrap();
            let part = resume(&file[start..end]);
            assert_eq!(part.packets, whole.packets[*before..*next]);
            assert!(part.error.is_none(), "{:?}", part.error);
        }
    }
    marks.len()
}

fn export(count: u8) -> Vec<u8> {
    datagram(2055, &netflow5(count))
}

#[test]
fn every_capture_is_divided_anywhere() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let folders = ["genuine", "synthetic"].map(|folder| testdata.join(folder));
    let mut count = 0;
    for folder in folders {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let octets = fs::read(&path).unwrap_or_default();
            if netflow_io::open(&path).is_ok() && octets.len() < 100_000 {
                count += compare(&octets);
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn every_variant_of_pcap_is_divided() {
    for order in [Order::Big, Order::Little] {
        for magic in [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] {
            let file = Pcap::variant(order, magic, RAW);
            let file = file.packet(&export(1)).packet(&[0; 20]).packet(&export(2));
            assert_eq!(compare(&file.octets), 2);
            // The end of it is missing, which is reported with the octet of the file.
            assert_eq!(compare(&file.octets[..file.octets.len() - 3]), 1);
        }
    }
}

#[test]
fn a_section_of_pcapng_goes_on_with_its_interfaces_and_time() {
    let nanos = u64::from(SECONDS) * 1_000_000_000;
    for (one, other) in [(Order::Big, Order::Little), (Order::Little, Order::Big)] {
        let (one_export, other_export) = (export(1), export(2));
        let lengths = (one_export.len(), other_export.len());
        let file = Pcapng::default()
            .section(one)
            .interface(101, 114, Some(9), None)
            .enhanced(0, nanos + 7, &one_export, lengths.0)
            .simple(&other_export[..114], lengths.1)
            .interface(228, 0, Some(3), Some(i64::from(SECONDS)))
            .enhanced(0, nanos + 9, &other_export, lengths.1)
            .enhanced(1, 1_500, &export(3), export(3).len())
            .section(other)
            .interface(101, 0, Some(0x80 | 20), Some(-1))
            .enhanced(0, u64::from(SECONDS) << 20, &one_export, lengths.0)
            // Of an interface of the section before.
            .enhanced(1, 0, &one_export, lengths.0)
            .enhanced(0, u64::from(SECONDS + 1) << 20, &other_export, lengths.1);
        assert_eq!(compare(&file.octets), 6);
    }
}

#[test]
fn messages_of_an_ipfix_file_are_bounds() {
    let mut file = ipfix(1, 40);
    // A set of this number cannot begin a file, but it may be in one.
    let mut odd = ipfix(2, 60);
    odd[17] = 0;
    odd[16] = 0;
    file.extend(odd);
    file.extend(ipfix(3, 80));
    assert_eq!(compare(&file), 3);
}

#[test]
fn who_was_seen_exporting_is_still_known() {
    // On an unused port: the second does not look like an export.
    let file = Pcap::new(RAW)
        .packet(&datagram(9, &netflow5(1)))
        .packet(&datagram(9, b"something"));
    assert_eq!(read(&file.octets).packets.len(), 2);
    assert_eq!(compare(&file.octets), 2);
}

#[test]
fn nothing_is_divided_while_fragments_wait() {
    let payload = udp(50_000, 2055, &netflow5(2));
    let fragment = |place, octets: &[u8]| ipv4_fragment(17, 1, place, octets);
    const MORE: u16 = 0x2000;
    let file = Pcap::new(RAW)
        .packet(&export(1))
        .packet(&fragment(MORE, &payload[..64]))
        .packet(&export(2))
        .packet(&fragment(8, &payload[64..]))
        .packet(&export(3));
    assert_eq!(read(&file.octets).frames(), [1, 3, 4, 5]);
    let places: Vec<_> = marks(&file.octets)
        .iter()
        .map(|(count, _)| *count)
        .collect();
    assert_eq!(places, [1, 3, 4]);
    compare(&file.octets);
}

#[test]
fn a_fragment_that_is_too_old_keeps_nothing() {
    let payload = udp(50_000, 2055, &netflow5(2));
    let fragment = ipv4_fragment(17, 1, 0x2000, &payload[..64]);
    let at = |file: Pcap, seconds, packet: &[u8]| file.record(seconds, 0, packet, packet.len());
    let file = at(Pcap::new(RAW), SECONDS, &fragment);
    let file = at(file, SECONDS + 30, &export(1));
    let file = at(file, SECONDS + 31, &export(2));
    let places: Vec<_> = marks(&file.octets)
        .iter()
        .map(|(count, _)| *count)
        .collect();
    assert_eq!(places, [2]);
}

#[test]
fn a_capture_of_streams_is_not_divided_behind_their_start() {
    let message = ipfix(1, 40);
    let file = Pcap::new(RAW)
        .packet(&export(1))
        .packet(&segment(4739, 1, 0x18, &message))
        .packet(&export(2));
    assert_eq!(read(&file.octets).packets.len(), 3);
    assert_eq!(marks(&file.octets).len(), 1);
    compare(&file.octets);
}

#[test]
fn a_compressed_file_is_not_divided() {
    let file = Pcap::new(RAW).packet(&export(1)).packet(&export(2));
    assert!(marks(&gzip(&file.octets)).is_empty());
}

#[test]
fn octets_that_are_no_mark_are_none() {
    let file = Pcap::new(RAW)
        .packet(&datagram(9, &netflow5(1)))
        .packet(&export(2));
    let octets = marks(&file.octets)[0].1.to_octets();
    for length in 0..octets.len() {
        let cut = Mark::from_octets(&octets[..length]);
        // Whole pairs may be missing, nothing else.
        assert!(cut.is_none_or(|mark| mark.to_octets() == octets[..length]));
    }
    assert!(Mark::from_octets(b"\x02").is_none());
    assert!(Mark::from_octets(b"").is_none());
    let mut damaged = octets;
    damaged[30] ^= 0xff;
    let mark = Mark::from_octets(&damaged).unwrap();
    let rest = Cursor::new(Vec::new());
    assert!(Source::resume(rest, "test", CaptureOptions::default(), &mark).is_err());
}

#[test]
fn a_sighting_before_a_mark_is_remembered_as_long_as_one_after_it() {
    let on = |hop_limit: u8, number: u8| {
        let mut payload = netflow5(1);
        payload[19] = number;
        let mut packet = datagram(2055, &payload);
        packet[8] = hop_limit;
        packet
    };
    let limits = CaptureLimits::default().with_recent_datagrams(5);
    let options = CaptureOptions::default().with_limits(limits);
    for others in 0..8 {
        let others: Vec<_> = (1..=others).map(|number| on(64, number)).collect();
        let packets = [vec![on(64, 0)], others, vec![on(63, 0), on(63, 0)]].concat();
        let file = Pcap::new(RAW).packets(&packets);
        assert!(compare_with(&file.octets, &options) > 1);
    }
    // More sightings of one than are remembered.
    for hop_limits in [[64, 63], [64, 64], [63, 62]] {
        let packets = hop_limits.repeat(6);
        let packets: Vec<_> = packets.into_iter().map(|limit| on(limit, 0)).collect();
        let file = Pcap::new(RAW).packets(&packets);
        assert!(compare_with(&file.octets, &options) > 4);
    }
    // Captured whole and cut.
    let lengths = [100, 500, 110, 500];
    let file = lengths
        .iter()
        .zip(60..)
        .fold(Pcap::new(RAW), |file, (length, hop_limit)| {
            let packet = datagram(2055, &netflow5(3));
            let packet = [&packet[..8], &[hop_limit], &packet[9..]].concat();
            file.record(
                SECONDS,
                0,
                &packet[..packet.len().min(*length)],
                packet.len(),
            )
        });
    assert_eq!(read(&file.octets).frames(), [1, 2]);
    assert_eq!(compare(&file.octets), 2);
    // More than are remembered by default.
    let mut packets = vec![on(64, 0); 2];
    packets.extend((1..=u8::MAX).map(|number| on(64, number)));
    packets.extend([on(63, 1), on(63, 0)]);
    let file = Pcap::new(RAW).packets(&packets);
    compare(&file.octets);
}
