//! A flood of hostile exporters and one that behaves: the memory that is really taken is
//! what is charged, and the one is decoded as if it were alone.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use allocation_counter::measure;
use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

const EXPORTERS: u32 = 10_000;
/// Datagrams of each of them.
const DATAGRAMS: u32 = 2;
/// Octets of state that the Decoder may keep.
const BUDGET: usize = 8 << 20;
/// Datagrams of the flood between two of the exporter that behaves, which sends its
/// template with each tenth.
const BETWEEN: u32 = 20;
const REFRESH: u32 = 10;

/// Random numbers that are the same for the same seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u16) -> u16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u16::try_from((self.0 >> 16) % u64::from(end)).unwrap()
    }
}

fn be(numbers: impl IntoIterator<Item = u16>) -> Vec<u8> {
    numbers.into_iter().flat_map(u16::to_be_bytes).collect()
}

/// An IPFIX message of these sets.
fn message(number: u32, domain: u32, sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let len = |octets: usize| u16::try_from(octets).unwrap();
    let mut octets = vec![];
    for (id, body) in sets {
        octets.extend(be([*id, len(body.len() + 4)]));
        octets.extend(body);
    }
    let mut message = be([10, len(octets.len() + 16)]);
    for word in [1_700_000_000, number, domain] {
        message.extend(word.to_be_bytes());
    }
    message.extend(octets);
    message
}

/// One of the things that take memory: templates, names, samplers and theirs, data that waits.
fn hostile(number: u32, random: &mut Random) -> Vec<u8> {
    let id = 256 + random.below(2_000);
    let sets = match random.below(6) {
        0 => vec![(2, template(id, random.below(300) + 1, random))],
        1 => {
            let ids = (0..random.below(60) + 1).map(|step| id + step);
            let all = ids.flat_map(|id| template(id, 2, random)).collect();
            vec![(2, all)]
        }
        // interfaceName (82) of ingressInterface (10), which begins with a random number.
        2 => names(id, [10, 4, 82, 24], random.below(40) + 1, random),
        // samplingInterval (34) of samplerId (48).
        3 => names(id, [48, 8, 34, 2], random.below(80) + 1, random),
        // selectorName (335) of selectorId (302).
        4 => names(id, [302, 8, 335, 16], random.below(60) + 1, random),
        _ => (0..random.below(4) + 1)
            .map(|step| (id + step, vec![7; usize::from(random.below(300))]))
            .collect(),
    };
    message(number, u32::from(random.below(2)), &sets)
}

fn template(id: u16, count: u16, random: &mut Random) -> Vec<u8> {
    let mut record = vec![id, count];
    for _ in 0..count {
        let len = [4, 8, 0, 65_535][usize::from(random.below(4))];
        record.extend([random.below(500) + 1, len]);
    }
    be(record)
}

/// An options template of a scope and a field, and this many random records.
fn names(id: u16, fields: [u16; 4], count: u16, random: &mut Random) -> Vec<(u16, Vec<u8>)> {
    let template = be([id, 2, 1].into_iter().chain(fields));
    let octets = (fields[1] + fields[3]) * count;
    let records = (0..octets)
        .map(|_| u8::try_from(random.below(255) + 1).unwrap())
        .collect();
    vec![(3, template), (id, records)]
}

/// A message of the exporter that behaves: three flows.
fn good(number: u32) -> Vec<u8> {
    let mut sets = Vec::new();
    if number % REFRESH == 0 {
        sets.push((2, be([256, 2, 7, 2, 2, 4])));
    }
    let ports = [7, 8, 9].into_iter().flat_map(|port| be([port, 0, 9]));
    sets.push((256, ports.collect()));
    message(number * 3, 0, &sets)
}

fn datagram(exporter: u32, payload: &[u8]) -> Datagram<'_> {
    Datagram::new(
        SocketAddr::new(IpAddr::V4(Ipv4Addr::from_bits(exporter)), 4_739),
        Transport::Udp,
        Timestamp::from_secs(1_700_000_000),
        payload,
    )
}

#[test]
fn ten_thousand_hostile_exporters_take_what_is_charged_and_starve_nobody() {
    let mut random = Random(0x5eed);
    let flood: Vec<_> = (0..EXPORTERS * DATAGRAMS)
        .map(|index| {
            let exporter = if index % 3 == 0 {
                u32::from(random.below(10_000))
            } else {
                index % EXPORTERS
            };
            (exporter, hostile(index, &mut random))
        })
        .collect();
    let good: Vec<_> = (0..EXPORTERS * DATAGRAMS / BETWEEN).map(good).collect();
    let behaved = 0xc000_0201;
    let mut peak = 0;
    let counted = measure(|| {
        let mut decoder = Decoder::new(
            Limits::new(1)
                .with_state_octets(BUDGET)
                .with_domain_octets(BUDGET / 16),
        );
        for (index, (exporter, payload)) in flood.iter().enumerate() {
            decoder.decode(datagram(*exporter, payload)).unwrap();
            assert!(decoder.state_octets() <= BUDGET);
            peak = peak.max(decoder.state_octets());
            let between = usize::try_from(BETWEEN).unwrap();
            if index % between == 0 {
                let message = decoder.decode(datagram(behaved, &good[index / between]));
                assert_eq!(message.unwrap().flows().count(), 3, "{index}");
            }
        }
        let mut domains = decoder.domains();
        let domain =
            domains.find(|domain| domain.key.exporter.ip() == Ipv4Addr::from_bits(behaved));
        let sequence = domain.unwrap().sequence;
        let received = u64::from(3 * EXPORTERS * DATAGRAMS / BETWEEN);
        assert_eq!((sequence.received, sequence.lost), (received, 0));
        assert!(decoder.stats().evicted > 1_000);
    });
    // It was a flood: the budget was in use.
    assert!(peak > BUDGET * 9 / 10, "{peak}");
    let charged = u64::try_from(peak).unwrap();
    let off = counted.bytes_max.abs_diff(charged);
    assert!(off <= charged / 10, "{charged} {counted:?}");
}
