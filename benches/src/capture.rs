//! Captures of `testdata/` in memory: exports as devices send them, small and varied, where a
//! [`Workload`](crate::Workload) is long and even.

use core::net::SocketAddr;
use std::path::Path;

use netflow_core::{Datagram, Decoder, Timestamp, Transport};

use crate::decoder;

/// The captures of the benches: the exporter, and the files in `testdata/`.
pub const CAPTURES: [(&str, &[&str]); 4] = [
    (
        "cisco",
        &[
            "synthetic/cisco_asr9k_v9.pcap",
            "synthetic/cisco_asa_nsel_v9.pcap",
            "synthetic/cisco_nbar_v9.pcap",
        ],
    ),
    (
        "juniper",
        &[
            "synthetic/juniper_mx_ipfix.pcap",
            "synthetic/juniper_srx_v9.pcap",
        ],
    ),
    // Also the exporter of VyOS.
    (
        "pmacct",
        &[
            "genuine/pm_v5.pcap",
            "genuine/pm_v9.pcap",
            "genuine/pm_v10.pcap",
            "genuine/pm_sf.pcap",
        ],
    ),
    (
        "softflowd",
        &[
            "genuine/sf_v5.pcap",
            "genuine/sf_v9.pcap",
            "genuine/sf_v9_ether.pcap",
            "genuine/sf_v10.pcap",
            "genuine/sf_v10_biflow.pcap",
        ],
    ),
];

/// The datagrams of some captures.
#[derive(Debug)]
pub struct Capture {
    datagrams: Vec<(SocketAddr, Timestamp, Vec<u8>)>,
}

impl Capture {
    /// Reads files of `testdata/`.
    ///
    /// # Panics
    ///
    /// If one cannot be read.
    #[must_use]
    pub fn read(files: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
        let mut datagrams = Vec::new();
        for file in files {
            let mut source = netflow_io::open(folder.join(file)).unwrap();
            while let Some(captured) = source.next() {
                let datagram = captured.unwrap().datagram;
                let payload = datagram.payload.to_vec();
                datagrams.push((datagram.exporter, datagram.received, payload));
            }
        }
        Self { datagrams }
    }

    /// Decodes all datagrams with a decoder of their own; `each` is called with each flow. Returns
    /// the number of flows.
    ///
    /// # Panics
    ///
    /// If the decoder refuses a datagram.
    pub fn flows(&self, mut each: impl FnMut(&netflow_core::Flow<'_>)) -> u64 {
        let mut decoder: Decoder = decoder::new();
        let mut count = 0;
        for (exporter, received, payload) in &self.datagrams {
            let datagram = Datagram::new(*exporter, Transport::Udp, *received, payload);
            for flow in decoder.decode(datagram).unwrap().flows() {
                each(&flow);
                count += 1;
            }
        }
        count
    }
}
