//! Exporters of every kind, and what they send.

use netflow_core::{Datagram, Decoder, Limits, Timestamp};

use crate::builder::{Message, NOW, datagram, words};

/// A decoder with other keys for its tables than the others.
pub(crate) fn decoder(seed: u64) -> Decoder {
    Decoder::new(Limits::new(seed))
}

/// Decodes this message as received this many seconds after the first.
pub(crate) fn receive(decoder: &mut Decoder, seconds: u32, payload: &[u8]) {
    receive_from(decoder, 1, seconds, payload);
}

/// The same from the exporter with this last octet of its address.
pub(crate) fn receive_from(decoder: &mut Decoder, exporter: u8, seconds: u32, payload: &[u8]) {
    decoder.decode(later(exporter, seconds, payload)).unwrap();
}

/// The number of the input that datagrams come from.
pub(crate) const INPUT: u32 = 3;

pub(crate) fn later(exporter: u8, seconds: u32, payload: &[u8]) -> Datagram<'_> {
    let mut datagram = datagram(payload).with_frame(INPUT, u64::from(seconds) + 1);
    datagram.exporter = ([192, 0, 2, exporter], 50_000).into();
    datagram.received = Timestamp::from_secs(NOW + seconds);
    datagram
}

/// The message with this sequence number.
pub(crate) fn numbered(message: &Message, number: u32) -> Vec<u8> {
    let mut octets = message.octets();
    let place = if octets[1] == 9 { 12 } else { 8 };
    octets[place..place + 4].copy_from_slice(&number.to_be_bytes());
    octets
}

/// A v5 message of one record.
pub(crate) fn v5(sequence: u32) -> Vec<u8> {
    let mut octets = words(&[0x0005_0001, 60_000, NOW, 0, sequence, 0x0102_4064]);
    octets.extend([0; 48]);
    octets
}

/// An sFlow datagram of one flow sample without records.
pub(crate) fn sflow(number: u32, sample: u32, drops: u32) -> Vec<u8> {
    let header = [5, 1, 0xc000_0209, 3, number, 60_000, 1];
    let sample = [1, 32, sample, 7, 512, 5_120, drops, 1, 2, 0];
    [words(&header), words(&sample)].concat()
}

/// v9 options that announce a rate for sampler 1 and for the whole exporter, and a
/// template of flows that name the sampler.
pub(crate) fn sampled() -> Message {
    Message::v9(7)
        .options_template(257, 1, &[(1, 4), (48, 2), (50, 4)])
        .set(257, b"\0\0\0\0\0\x01\0\0\0\x0a")
        .options_template(258, 1, &[(1, 4), (34, 4)])
        .set(258, &words(&[0, 100]))
        .template(256, &[(48, 1), (7, 2)])
}

/// IPFIX options that name an interface, a VRF and an application, announce the
/// start of the exporter and an element of its own; and a template of these.
pub(crate) fn named(interface: &[u8; 4]) -> Message {
    let template = [
        1, 0, 0, 5, 0, 10, 0, 2, 0, 234, 0, 4, 0, 95, 0, 4, 0x80, 5, 0, 4, 0, 1, 0x86, 0x9f, 0, 83,
        255, 255,
    ];
    Message::ipfix(9)
        .options_template(300, 1, &[(10, 4), (82, 4)])
        .set(300, &[b"\0\0\0\x05", &interface[..]].concat())
        .options_template(301, 1, &[(234, 4), (236, 4)])
        .set(301, b"\0\0\0\x09blue")
        .options_template(302, 1, &[(95, 4), (96, 5)])
        .set(302, b"\x0d\0\0\x50http\0")
        .options_template(303, 1, &[(149, 4), (160, 8)])
        .set(303, &words(&[9, 0x18b, 0xcfe5_6800]))
        .options_template(304, 2, &[(346, 4), (303, 2), (339, 1), (341, 5)])
        .set(304, b"\0\x01\x86\x9f\0\x05\x03queue")
        .set(2, &template)
}

/// IPFIX options that announce rates for metering processes at observation points, to
/// selectors of packets, of flows and by time, and a selection sequence; and a template of
/// flows that name the sequence.
pub(crate) fn scoped() -> Message {
    Message::ipfix(9)
        .options_template(305, 2, &[(143, 4), (138, 4), (34, 4)])
        .set(305, &words(&[1, 11, 10, 1, 12, 20]))
        .options_template(306, 1, &[(302, 4), (305, 4), (306, 4)])
        .set(306, &words(&[1, 1, 99]))
        .options_template(307, 1, &[(302, 4), (390, 4), (396, 4), (397, 4)])
        .set(307, &words(&[2, 1, 1, 3]))
        .options_template(308, 1, &[(302, 4), (307, 4), (308, 4)])
        .set(308, &words(&[3, 1_000, 9_000]))
        .options_template(309, 1, &[(301, 4), (302, 4), (302, 4)])
        .set(309, &words(&[7, 1, 2]))
        .template(310, &[(301, 4), (138, 4)])
}

/// Data of the template of [`named`].
pub(crate) const NAMED: &[u8] = b"\0\x05\0\0\0\x09\x0d\0\0\x50\0\0\0\x4d\x02xy";

/// A decoder that has heard every kind of exporter.
pub(crate) fn world(seed: u64) -> Decoder {
    let mut decoder = decoder(seed);
    let messages = [
        (1, numbered(&sampled(), 1)),
        (2, numbered(&named(b"ge-1"), 1)),
        (3, v5(100)),
        (4, v5(105)),
        (5, sflow(1, 10, 3)),
        (6, sflow(2, 13, 5)),
        (7, numbered(&sampled(), 4)),
        (8, numbered(&scoped(), 6)),
    ];
    for (seconds, payload) in messages {
        receive(&mut decoder, seconds, &payload);
    }
    decoder
}

/// A decoder that has loaded what the other saved.
pub(crate) fn restarted(decoder: &Decoder) -> Decoder {
    let mut next = self::decoder(0xfeed);
    assert_eq!(next.load(&decoder.save()).unwrap().refused, 0);
    next
}
