//! What a caller may choose: ports, and the bounds of memory.

use core::time::Duration;

/// How a source selects datagrams, and what it may hold.
///
/// ```
/// let options = netflow_io::CaptureOptions::default().with_ports([9990, 2100]);
/// assert_eq!(options.ports, [9990, 2100]);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CaptureOptions {
    /// Destination ports beside [`PORTS`](crate::PORTS) on which every datagram is returned,
    /// and beside 4739 on which TCP is read as IPFIX.
    pub ports: Vec<u16>,
    /// The bounds of memory.
    pub limits: CaptureLimits,
}

impl CaptureOptions {
    /// These options with these ports.
    #[must_use]
    pub fn with_ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.ports = ports.into_iter().collect();
        self
    }

    /// These options with these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: CaptureLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// The bounds of what a source holds, for any file.
///
/// ```
/// use core::time::Duration;
///
/// let limits = netflow_io::CaptureLimits::default()
///     .with_streams(16)
///     .with_fragment_age(Duration::from_secs(5));
/// assert_eq!(limits.streams, 16);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaptureLimits {
    /// Maximum octets of one packet record or block of a capture: 256 MiB. A longer one is an
    /// error; memory for a shorter one is allocated as its octets arrive.
    pub block_octets: u32,
    /// Maximum interfaces of one section of a pcapng file: 65,536. More are an error.
    pub interfaces: usize,
    /// Maximum pairs of addresses remembered as exporter and collector: 65,536. Further pairs
    /// are selected datagram by datagram.
    pub pairs: usize,
    /// Maximum octets of all fragments that wait for others: 16 MiB. The oldest are dropped.
    pub fragment_octets: usize,
    /// Maximum datagrams of which fragments wait for others: 4,096. The oldest are dropped.
    pub fragment_datagrams: usize,
    /// Maximum time that a fragment waits for others, by the times of the capture: 30 s.
    pub fragment_age: Duration,
    /// Maximum TCP streams followed at a time: 1,024. The one idle for longest is dropped.
    pub streams: usize,
    /// Maximum octets of one TCP stream that wait for earlier ones: 1 MiB. After that, what is
    /// missing counts as lost.
    pub stream_octets: usize,
    /// Maximum octets held for all TCP streams: 64 MiB. The one idle for longest is dropped.
    pub all_stream_octets: usize,
    /// Maximum SCTP associations followed at a time, each direction on its own: 1,024. The one
    /// idle for longest is dropped.
    pub associations: usize,
    /// Maximum octets of one SCTP association that wait for earlier ones, and of one message in
    /// fragments: 1 MiB. After that, what is missing counts as lost.
    pub association_octets: usize,
    /// Maximum octets held for all SCTP associations: 64 MiB. The one idle for longest is
    /// dropped.
    pub all_association_octets: usize,
    /// Maximum tunnels inside each other that are followed: 8. What is in further ones is
    /// passed over.
    pub tunnels: usize,
    /// Datagrams remembered to recognise copies that were captured on another path, such as in a
    /// tunnel or after a router: 256.
    pub recent_datagrams: usize,
}

netflow_core::setters!(CaptureLimits {
    with_block_octets(block_octets: u32),
    with_interfaces(interfaces: usize),
    with_pairs(pairs: usize),
    with_fragment_octets(fragment_octets: usize),
    with_fragment_datagrams(fragment_datagrams: usize),
    with_fragment_age(fragment_age: Duration),
    with_streams(streams: usize),
    with_stream_octets(stream_octets: usize),
    with_all_stream_octets(all_stream_octets: usize),
    with_associations(associations: usize),
    with_association_octets(association_octets: usize),
    with_all_association_octets(all_association_octets: usize),
    with_tunnels(tunnels: usize),
    with_recent_datagrams(recent_datagrams: usize),
});

impl Default for CaptureLimits {
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
            associations: 1_024,
            association_octets: 1 << 20,
            all_association_octets: 64 << 20,
            tunnels: 8,
            recent_datagrams: 256,
        }
    }
}
