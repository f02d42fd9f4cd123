//! What the input held besides flow export.

use netflow_health::SourceFacts;

use crate::explain::page::{Page, Tone};
use crate::explain::words::{counted, grouped};

/// What the input held besides flow export.
pub(super) fn write(source: &SourceFacts, page: &mut Page) {
    page.gap();
    let packets = counted(source.packets, "packet");
    let text = if source.segments > 0 || source.sctp_packets > 0 {
        // One packet of a stream may hold several messages, and one message several packets.
        let messages = counted(source.datagrams, "message");
        format!("{packets} held {messages} of flow export.")
    } else {
        format!(
            "{} of {packets} held flow export.",
            grouped(source.datagrams)
        )
    };
    page.paragraph(0, 0, &text, Tone::Plain);
    for (label, counts) in [
        (
            "passed over",
            &[
                (source.udp_passed_over, "other UDP datagram"),
                (source.tcp_passed_over, "other TCP segment"),
                (source.sctp_passed_over, "other SCTP packet"),
                (source.other_passed_over, "packet of other protocols"),
                (source.link_type_passed_over, "packet of other link types"),
                (source.malformed, "malformed packet"),
                (
                    source.mirrored,
                    "duplicate of datagrams captured on several paths",
                ),
            ][..],
        ),
        (
            "reassembled",
            &[
                (source.fragments, "IP fragment"),
                (source.reassembled, "whole datagram"),
                (source.segments, "TCP segment"),
                (source.sctp_packets, "SCTP packet"),
            ],
        ),
        ("in tunnels", &[(source.tunnelled, "datagram")]),
        (
            "lost",
            &[
                (source.cut, "truncated datagram"),
                (source.fragmented_given_up, "incomplete fragmented datagram"),
                (source.stream_gaps, "gap of TCP streams"),
                (source.stream_octets_lost, "octet of TCP streams"),
                (
                    source.stream_octets_passed_over,
                    "octet of TCP or SCTP outside any message",
                ),
            ],
        ),
    ] {
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, thing)| crate::summary::counted(*count, thing))
            .collect();
        if !counts.is_empty() {
            page.item(label, &counts.join(", "), Tone::Plain);
        }
    }
}
