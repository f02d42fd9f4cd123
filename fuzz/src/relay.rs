//! What a relay sends of hostile datagrams is whole.

use netflow_core::encode::{Relay, RelayLimits};

use crate::framing::Datagrams;

/// Relays the records of datagrams; the receiving collector finds no problem in them.
pub fn run(octets: &[u8]) {
    let limits = RelayLimits::default().with_domains(4).with_templates(128);
    let (mut relay, mut from, mut to) = (Relay::new(limits), crate::decoder(), crate::decoder());
    for datagram in Datagrams::new(octets) {
        let Ok(message) = from.decode(datagram) else {
            continue;
        };
        relay.forward(message, |payload| {
            assert!(payload.len() <= limits.message_octets);
            let message = to.decode(crate::datagram(payload)).unwrap();
            for problem in message.problems() {
                let code = problem.error.kind.code();
                // Lists stay as bad as they came, and small memory is soon full.
                let theirs = [
                    "list_malformed",
                    "list_no_template",
                    "list_too_deep",
                    "limit",
                ];
                let ours = !theirs.contains(&code) && code != "no_template";
                assert!(!ours, "{}", problem.error);
            }
        });
    }
}
