//! What is read of each flow, and its sums.

use core::hint::black_box;
use core::net::IpAddr;

use netflow_core::field::FlowField;

/// The fields of [`Row`], in its order.
pub const FIELDS: [FlowField; 11] = [
    FlowField::SourceAddress,
    FlowField::DestinationAddress,
    FlowField::Octets,
    FlowField::Packets,
    FlowField::Start,
    FlowField::End,
    FlowField::InputInterface,
    FlowField::OutputInterface,
    FlowField::SourcePort,
    FlowField::DestinationPort,
    FlowField::Protocol,
];

/// The 11 fields of a flow. An address is its octets as a number; one of IPv6,
/// the sum of its halves.
///
/// Of sFlow, `packets` is the sampling rate, `start` the sequence number of the
/// sample and `end` the VLAN: as many fields, from as many places.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "the fields are those of every flow")]
pub struct Row {
    pub source: u64,
    pub destination: u64,
    pub octets: u64,
    pub packets: u64,
    pub start: u64,
    pub end: u64,
    pub input: u32,
    pub output: u32,
    pub source_port: u16,
    pub destination_port: u16,
    pub protocol: u8,
}

/// An address as a number.
#[inline]
#[must_use]
pub fn fold(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            ((bits >> 64) as u64).wrapping_add(bits as u64)
        }
    }
}

/// Rows and the wrapping sum of each field, in the order of [`Row`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many rows.
    pub rows: u64,
    /// The sums.
    pub fields: [u64; 11],
}

impl Sums {
    /// Adds one row.
    pub fn add(&mut self, row: &Row) {
        let values = [
            row.source,
            row.destination,
            row.octets,
            row.packets,
            row.start,
            row.end,
            u64::from(row.input),
            u64::from(row.output),
            u64::from(row.source_port),
            u64::from(row.destination_port),
            u64::from(row.protocol),
        ];
        self.rows += 1;
        for (sum, value) in self.fields.iter_mut().zip(values) {
            *sum = sum.wrapping_add(value);
        }
    }
}

/// Rows that are written and reused, as a collector does in batches.
#[derive(Debug)]
pub struct Batch {
    rows: Vec<Row>,
}

impl Batch {
    const ROWS: usize = 1024;

    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rows: Vec::with_capacity(Self::ROWS),
        }
    }

    /// Writes one row.
    #[inline]
    pub fn push(&mut self, row: Row) {
        if self.rows.len() == Self::ROWS {
            self.flush();
        }
        self.rows.push(row);
    }

    #[inline(never)]
    fn flush(&mut self) {
        black_box(self.rows.as_slice());
        self.rows.clear();
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}
