//! What the input held besides flow export.

use netflow_health::SourceFacts;

use crate::explain::page::{Page, Tone};
use crate::explain::words::{counted, grouped};
use crate::source::{lost, passed_over};

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
    let copies = "duplicate of datagrams captured on several paths";
    let mut passed_over = passed_over(source).to_vec();
    passed_over.push((source.mirrored, copies));
    let reassembled = [
        (source.fragments, "IP fragment"),
        (source.reassembled, "whole datagram"),
        (source.segments, "TCP segment"),
        (source.sctp_packets, "SCTP packet"),
    ];
    for (label, counts) in [
        ("passed over", passed_over.as_slice()),
        ("reassembled", &reassembled),
        ("in tunnels", &[(source.tunnelled, "datagram")]),
        ("lost", &lost(source)),
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
