//! What a caller may choose: ports, and the bounds of memory.

use core::time::Duration;

/// How a source selects datagrams, and what it may hold.
///
/// ```
/// let options = netflow_io::Options::default().with_ports([9990, 2100]);
/// assert_eq!(options.ports, [9990, 2100]);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// Destination ports beside [`PORTS`](crate::PORTS) on which every datagram is given,
    /// and beside 4739 on which TCP is read as IPFIX.
    pub ports: Vec<u16>,
    /// The bounds of memory.
    pub limits: Limits,
}

impl Options {
    /// These options with these ports.
    #[must_use]
    pub fn with_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }

    /// These options with these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// The bounds of what a source holds, whatever the file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of one packet record or block of a capture: 256 MiB. A longer one is an
    /// error; memory for a shorter one is taken as its octets arrive.
    pub block_octets: u32,
    /// Interfaces of one section of a pcapng file: 65,536. More are an error.
    pub interfaces: usize,
    /// Pairs of addresses remembered as exporting: 65,536. Further pairs are selected
    /// datagram by datagram.
    pub pairs: usize,
    /// Octets of all fragments that wait for others: 16 MiB. The oldest give way.
    pub fragment_octets: usize,
    /// Datagrams of which fragments wait for others: 4,096. The oldest give way.
    pub fragment_datagrams: usize,
    /// How long a fragment waits for others, by the times of the capture: 30 s.
    pub fragment_age: Duration,
    /// TCP streams followed at a time: 1,024. The longest idle gives way.
    pub streams: usize,
    /// Octets of one TCP stream that wait for earlier ones: 1 MiB. Then what is missing
    /// counts as lost.
    pub stream_octets: usize,
    /// Octets held for all TCP streams: 64 MiB. The longest idle gives way.
    pub all_stream_octets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_octets: 256 << 20,
            interfaces: 1 << 16,
            pairs: 1 << 16,
            fragment_octets: 16 << 20,
            fragment_datagrams: 4_096,
            fragment_age: Duration::from_secs(30),
            streams: 1_024,
            stream_octets: 1 << 20,
            all_stream_octets: 64 << 20,
        }
    }
}
