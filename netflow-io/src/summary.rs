//! What a source found, chose and passed over.

/// What a source has read so far; complete when it has nothing more to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CaptureSummary {
    /// Packets in the file, or messages of an IPFIX file.
    pub packets: u64,
    /// Datagrams and messages given.
    pub datagrams: u64,
    /// Datagrams among them of which fewer octets were captured than were sent.
    pub cut: u64,
    /// UDP datagrams that are no flow export.
    pub udp_passed_over: u64,
    /// TCP segments of no IPFIX stream.
    pub tcp_passed_over: u64,
    /// Packets of other protocols.
    pub other_passed_over: u64,
    /// Packets of link types that are not read here.
    pub link_type_passed_over: u64,
    /// Packets whose headers contradict themselves or are cut.
    pub malformed: u64,
    /// Packets that are IP fragments.
    pub fragments: u64,
    /// Fragmented packets that were put together.
    pub reassembled: u64,
    /// Fragmented packets that were given up, as fragments did not come in time or did
    /// not fit together, or memory was short.
    pub fragmented_given_up: u64,
    /// TCP segments of IPFIX streams.
    pub segments: u64,
    /// Places in IPFIX streams where octets were not captured.
    pub stream_gaps: u64,
    /// Octets of IPFIX streams that belong to no whole message, as others are missing.
    pub stream_octets_lost: u64,
    /// Octets of IPFIX streams that are no IPFIX message.
    pub stream_octets_passed_over: u64,
}

/// Counts one more.
pub(crate) const fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
