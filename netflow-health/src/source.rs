//! What the caller knows of where datagrams come from.

/// What a capture or a socket held and lost, in numbers that the caller counts; 0 where it
/// does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SourceFacts {
    /// Packets of captures, or datagrams that a socket received.
    pub packets: u64,
    /// Datagrams given to the decoder.
    pub datagrams: u64,
    /// Datagrams whose end was not captured.
    pub cut: u64,
    /// UDP datagrams that are no flow export.
    pub udp_passed_over: u64,
    /// TCP segments that belong to no export.
    pub tcp_passed_over: u64,
    /// Packets of other protocols.
    pub other_passed_over: u64,
    /// Packets of link types that are not read.
    pub link_type_passed_over: u64,
    /// Packets whose headers contradict each other.
    pub malformed: u64,
    /// IP fragments.
    pub fragments: u64,
    /// Datagrams reassembled from fragments.
    pub reassembled: u64,
    /// Datagrams of which fragments are missing.
    pub fragmented_given_up: u64,
    /// TCP segments of export.
    pub segments: u64,
    /// Gaps in TCP streams.
    pub stream_gaps: u64,
    /// Octets of TCP streams that are missing.
    pub stream_octets_lost: u64,
    /// Octets of TCP streams that are no message.
    pub stream_octets_passed_over: u64,
    /// Datagrams that the kernel dropped because the socket's buffer was full.
    pub kernel_drops: u64,
    /// Datagrams or rows dropped because a queue of the collector was full.
    pub queue_drops: u64,
}

impl SourceFacts {
    /// Every number with its name, in the order of the document.
    #[must_use]
    pub const fn numbers(&self) -> [(&'static str, u64); 17] {
        [
            ("packets", self.packets),
            ("datagrams", self.datagrams),
            ("cut", self.cut),
            ("udp_passed_over", self.udp_passed_over),
            ("tcp_passed_over", self.tcp_passed_over),
            ("other_passed_over", self.other_passed_over),
            ("link_type_passed_over", self.link_type_passed_over),
            ("malformed", self.malformed),
            ("fragments", self.fragments),
            ("reassembled", self.reassembled),
            ("fragmented_given_up", self.fragmented_given_up),
            ("segments", self.segments),
            ("stream_gaps", self.stream_gaps),
            ("stream_octets_lost", self.stream_octets_lost),
            ("stream_octets_passed_over", self.stream_octets_passed_over),
            ("kernel_drops", self.kernel_drops),
            ("queue_drops", self.queue_drops),
        ]
    }
}
