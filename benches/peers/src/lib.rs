//! Decoders of other crates, each reading the 11 fields of the benches.

mod netflow_parser;
mod netgauze;
mod ours;
mod sampled;

use netflow_benches::{Kind, Row, Sums, Workload};

/// A decoder that reads a workload from its first datagram on.
#[derive(Debug)]
pub struct Peer {
    /// Its name, without blanks.
    pub name: &'static str,
    /// Its version; empty for those of this repository.
    pub version: &'static str,
    /// What it reads.
    pub kinds: &'static [Kind],
    /// Whether times are those of flows, not those that were sent.
    pub has_times: bool,
    read: fn(&Workload) -> Sums,
}

const FIXED: &[Kind] = &[Kind::NetflowV5, Kind::NetflowV9, Kind::Ipfix];
const RECORDS: &[Kind] = &[
    Kind::NetflowV5,
    Kind::NetflowV9,
    Kind::Ipfix,
    Kind::IpfixVariable,
];
const SFLOW: &[Kind] = &[Kind::Sflow];

/// All decoders. `netflow_parser` is not listed for variable lengths: it refuses the workload's
/// enterprise element of 32473.
pub const PEERS: [Peer; 12] = [
    ours("floor-compiled", &Kind::ALL, false, ours::compiled),
    ours("floor-compiled-times", RECORDS, true, ours::compiled_times),
    ours("floor-columns", FIXED, false, ours::floor_columns),
    ours("netflow-decode", &Kind::ALL, false, ours::decode),
    ours("netflow-flows", &Kind::ALL, true, ours::flows),
    ours("netflow-rows", RECORDS, true, ours::rows),
    ours("netflow-columns", RECORDS, true, ours::columns),
    ours("netflow-arrow", FIXED, true, ours::arrow),
    Peer {
        name: "netflow_parser",
        version: "1.0.6",
        kinds: FIXED,
        has_times: false,
        read: |workload| sums(|each| netflow_parser::read(workload, each)),
    },
    Peer {
        name: "netgauze-flow-pkt",
        version: "0.13.0",
        kinds: &[Kind::NetflowV9, Kind::Ipfix, Kind::IpfixVariable],
        has_times: false,
        read: |workload| sums(|each| netgauze::read(workload, each)),
    },
    Peer {
        name: "flowparser-sflow",
        version: "0.3.0",
        kinds: SFLOW,
        has_times: false,
        read: |workload| sums(|each| sampled::flowparser(workload, each)),
    },
    Peer {
        name: "sflow-parser",
        version: "0.7.0",
        kinds: SFLOW,
        has_times: false,
        read: |workload| sums(|each| sampled::sflow_parser(workload, each)),
    },
];

const fn ours(
    name: &'static str,
    kinds: &'static [Kind],
    has_times: bool,
    read: fn(&Workload) -> Sums,
) -> Peer {
    Peer {
        name,
        version: "",
        kinds,
        has_times,
        read,
    }
}

impl Peer {
    /// The sums of the 11 fields, as this decoder reads them. Of `netflow-decode` only the number of rows.
    #[must_use]
    pub fn sums(&self, workload: &Workload) -> Sums {
        (self.read)(workload)
    }
}

/// The sums of the rows that `read` passes on.
#[inline(always)]
fn sums(read: impl FnOnce(&mut dyn FnMut(&Row))) -> Sums {
    let mut sums = Sums::default();
    read(&mut |row| sums.add(row));
    sums
}
