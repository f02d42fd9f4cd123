//! What a source held and lost, as netflow-health takes it and in words.

use netflow_health::SourceFacts;

/// What a capture held and lacked, as `netflow-health` takes it.
#[must_use]
pub fn source_facts(read: &netflow_io::CaptureSummary) -> SourceFacts {
    let mut facts = SourceFacts::default();
    for (name, count) in read.counters() {
        facts.set(name, count);
    }
    facts.tunnelled = read.tunnels.total();
    facts
}

/// What the sockets of a collector received and lost, as `netflow-health` takes it.
#[cfg(feature = "http")]
pub(crate) fn live_facts(received: &netflow_io::live::LiveSummary) -> SourceFacts {
    let mut facts = SourceFacts::default();
    facts.datagrams = received.datagrams.saturating_add(received.messages);
    facts.packets = facts.datagrams;
    facts.kernel_drops = received.kernel_drops;
    facts.queue_drops = received.queue_drops;
    facts
}

/// What was passed over, each with its number.
pub(crate) const fn passed_over(source: &SourceFacts) -> [(u64, &'static str); 7] {
    [
        (source.udp_passed_over, "UDP datagram"),
        (source.tcp_passed_over, "TCP segment"),
        (source.sctp_passed_over, "SCTP packet"),
        (source.other_passed_over, "packet of other protocols"),
        (source.link_type_passed_over, "packet of other link types"),
        (source.malformed, "malformed packet"),
        (
            source.stream_octets_passed_over,
            "octet of TCP or SCTP outside any message",
        ),
    ]
}

/// What is missing, each with its number.
pub(crate) const fn lost(source: &SourceFacts) -> [(u64, &'static str); 4] {
    [
        (source.cut, "truncated datagram"),
        (source.fragmented_given_up, "incomplete fragmented datagram"),
        (source.stream_gaps, "gap in TCP or SCTP streams"),
        (source.stream_octets_lost, "octet of TCP or SCTP streams"),
    ]
}

#[cfg(test)]
mod tests {
    use netflow_health::SourceFacts;

    #[test]
    fn health_has_each_counter_of_a_capture() {
        let mut facts = SourceFacts::default();
        for (name, _) in netflow_io::CaptureSummary::default().counters() {
            assert!(facts.set(name, 1), "{name}");
        }
    }
}
