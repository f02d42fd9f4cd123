//! Datagrams that are the same in every run.

mod ipfix;
mod netflow;
mod octets;
mod sflow;
mod traffic;

use core::net::{Ipv4Addr, SocketAddr};
use core::ops::Range;

use self::octets::Octets;
use self::sflow::SampleNumbers;
use self::traffic::Random;
use crate::row::{Row, Sums};

/// What the datagrams are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// NetFlow v5, 30 records a datagram.
    NetflowV5,
    /// NetFlow v9, one template of 20 fields and 55 octets, 25 records.
    NetflowV9,
    /// IPFIX, 17 records of IPv4 (71 octets) or, in each fourth, 11 of IPv6 (107).
    Ipfix,
    /// IPFIX, 14 records with two variable-length strings and an enterprise
    /// element (of 32473, the number for examples of RFC 5612).
    IpfixVariable,
    /// sFlow, 7 flow samples with a switch record and 128 octets of Ethernet,
    /// 802.1Q, IPv4 and TCP; in each tenth datagram also one of counters.
    Sflow,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NetflowV5,
        Self::NetflowV9,
        Self::Ipfix,
        Self::IpfixVariable,
        Self::Sflow,
    ];

    /// The name of its group of benches.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetflowV5 => "v5",
            Self::NetflowV9 => "v9",
            Self::Ipfix => "ipfix",
            Self::IpfixVariable => "ipfix_variable",
            Self::Sflow => "sflow",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Datagrams of one kind.
#[derive(Debug)]
pub struct Workload {
    kind: Kind,
    octets: Vec<u8>,
    datagrams: Vec<(u32, Range<usize>)>,
    exporters: Vec<SocketAddr>,
    sample_numbers: SampleNumbers,
    wire: Sums,
    flows: Sums,
}

/// Datagrams of an exporter from one announcement of its templates to the next.
const TEMPLATES_EVERY: u32 = 20;
/// Export time of the first datagram, seconds since 1970.
const FIRST_SECOND: u32 = 1_760_000_000;
/// Uptime of every exporter in the first datagram, in milliseconds.
const FIRST_UPTIME: u32 = 86_400_000;

/// What one datagram begins with.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Number of the datagram, of all exporters.
    number: u32,
    exporter: u32,
    /// In the unit of the protocol.
    sequence: u32,
    templates: bool,
}

impl Head {
    const fn seconds(self) -> u32 {
        FIRST_SECOND + self.number / 1000
    }

    const fn millis(self) -> u32 {
        self.number % 1000
    }

    const fn uptime(self) -> u32 {
        FIRST_UPTIME + self.number
    }
}

/// Takes the rows of a datagram as they are written: as sent, and with the times
/// that a flow has, nanoseconds since 1970.
struct Expected<'w> {
    wire: &'w mut Sums,
    flows: &'w mut Sums,
}

impl Expected<'_> {
    fn add(&mut self, sent: Row, start: u64, end: u64) {
        self.wire.add(&sent);
        self.flows.add(&Row { start, end, ..sent });
    }
}

impl Workload {
    /// This many datagrams, of `exporters` in turn, one a millisecond. The records
    /// are the same for any number of exporters.
    #[must_use]
    pub fn new(kind: Kind, datagrams: u32, exporters: u32) -> Self {
        let mut workload = Self {
            kind,
            octets: Vec::new(),
            datagrams: Vec::new(),
            exporters: (0..exporters).map(address).collect(),
            sample_numbers: SampleNumbers::default(),
            wire: Sums::default(),
            flows: Sums::default(),
        };
        let mut random = Random::new(kind as u64);
        let mut sequences = vec![0; exporters as usize];
        for number in 0..datagrams {
            let exporter = number % exporters;
            let sequence = &mut sequences[exporter as usize];
            let head = Head {
                number,
                exporter,
                sequence: *sequence,
                templates: (number / exporters) % TEMPLATES_EVERY == 0,
            };
            let start = workload.octets.len();
            *sequence += workload.write(head, &mut random);
            let datagram = start..workload.octets.len();
            workload.datagrams.push((exporter, datagram));
        }
        workload
    }

    /// Writes one datagram and returns by how much the sequence number grows.
    fn write(&mut self, head: Head, random: &mut Random) -> u32 {
        let mut out = Octets::new(&mut self.octets);
        let mut expected = Expected {
            wire: &mut self.wire,
            flows: &mut self.flows,
        };
        match self.kind {
            Kind::NetflowV5 => netflow::v5(&mut out, head, random, &mut expected),
            Kind::NetflowV9 => netflow::v9(&mut out, head, random, &mut expected),
            Kind::Ipfix => ipfix::fixed(&mut out, head, random, &mut expected),
            Kind::IpfixVariable => ipfix::variable(&mut out, head, random, &mut expected),
            Kind::Sflow => {
                let numbers = &mut self.sample_numbers;
                sflow::datagram(&mut out, head, random, numbers, &mut expected)
            }
        }
    }

    /// Keeps only the first `count` datagrams; the sums stay those of all.
    pub fn truncate(&mut self, count: usize) {
        self.datagrams.truncate(count);
    }

    /// What the datagrams are.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The datagrams, each with the index of its exporter.
    #[inline]
    pub fn datagrams(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.datagrams
            .iter()
            .map(|(exporter, range)| (*exporter, &self.octets[range.clone()]))
    }

    /// Where an exporter sends from.
    #[must_use]
    #[inline]
    pub fn exporter(&self, index: u32) -> SocketAddr {
        self.exporters[index as usize]
    }

    /// When all datagrams are received.
    #[must_use]
    pub const fn received_seconds(&self) -> u32 {
        FIRST_SECOND
    }

    /// Flows in all datagrams.
    #[must_use]
    pub const fn flow_count(&self) -> u64 {
        self.wire.rows
    }

    /// The sums as sent: times are uptimes in v5 and v9, milliseconds in IPFIX.
    #[must_use]
    pub const fn wire_sums(&self) -> Sums {
        self.wire
    }

    /// The sums of flows: times are nanoseconds since 1970.
    #[must_use]
    pub const fn flow_sums(&self) -> Sums {
        self.flows
    }
}

fn address(exporter: u32) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::from(0x0a00_0001 + exporter).into(), 50_000)
}
