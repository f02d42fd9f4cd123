//! Every octet of a datagram is accounted for: it is in a header, a record, padding,
//! or a problem.

use core::ops::Range;

use netflow_core::wire::{ipfix, v1, v5, v6, v7, v8, v9};
use netflow_core::{Decoded, ErrorKind, Protocol, Set};
use proptest::prelude::{prop_assert_eq, proptest};

use crate::mutation::datagrams;
use crate::{datagram, decoder};

/// Which octets of a payload something was said of.
struct Ledger {
    known: Vec<bool>,
}

impl Ledger {
    fn mark(&mut self, octets: Range<usize>) {
        let end = octets.end.min(self.known.len());
        if let Some(octets) = self.known.get_mut(octets.start..end) {
            octets.fill(true);
        }
    }

    /// Octets that are not accounted for, except zeros at the end.
    fn left(&self, payload: &[u8]) -> Vec<usize> {
        let zeros = payload
            .iter()
            .rev()
            .take_while(|octet| **octet == 0)
            .count();
        let end = payload.len() - zeros;
        (0..end).filter(|place| !self.known[*place]).collect()
    }

    fn set(&mut self, set: &Set<'_>, payload: &[u8]) {
        if set.is_late() {
            return;
        }
        let start = set.body().as_ptr().addr() - payload.as_ptr().addr();
        let end = start + set.body().len();
        // The header of a set, or of an sFlow datagram.
        self.mark(set.offset()..start);
        self.mark(end - set.padding()..end);
        for record in set.records() {
            let place = record.octets().as_ptr().addr() - payload.as_ptr().addr();
            self.mark(place..place + record.octets().len());
        }
        for record in set.template_records() {
            let place = record.specifiers().as_ptr().addr() - payload.as_ptr().addr();
            // What follows the whole fields of an options template of v9 is passed over.
            let excess = match record.fault() {
                Some(ErrorKind::OptionsLength { length, .. }) => usize::from(length % 4),
                _ => 0,
            };
            let end = place + record.specifiers().len() + excess;
            self.mark(record.offset()..end);
        }
        self.padding_between(set, payload, start..end);
        for sample in set.samples() {
            // The format, the length and what is filled up.
            let octets = sample.octets().len();
            self.mark(sample.offset()..sample.offset() + 8 + octets.next_multiple_of(4));
        }
    }

    /// Zeros between template records are padding, and so are fewer octets than the
    /// header of a record after the last.
    fn padding_between(&mut self, set: &Set<'_>, payload: &[u8], body: Range<usize>) {
        let kind = set.kind();
        let templates = matches!(
            kind,
            netflow_core::SetKind::Templates | netflow_core::SetKind::OptionsTemplates
        );
        if !templates {
            return;
        }
        for place in body.clone() {
            if payload[place] == 0 {
                self.mark(place..place + 1);
            }
        }
        // A record of options has a header of six octets.
        self.mark(body.end.saturating_sub(5).max(body.start)..body.end);
    }
}

fn header_len(protocol: Protocol) -> usize {
    match protocol {
        Protocol::NetflowV1 => v1::Header::LEN,
        Protocol::NetflowV5 => v5::Header::LEN,
        Protocol::NetflowV6 => v6::Header::LEN,
        Protocol::NetflowV7 => v7::Header::LEN,
        Protocol::NetflowV8 => v8::Header::LEN,
        Protocol::NetflowV9 => v9::Header::LEN,
        Protocol::Ipfix => ipfix::Header::LEN,
        // 28 octets, or 24, or 40 by the address of the agent.
        _ => 24,
    }
}

/// Octets of which nothing was said.
fn unaccounted(message: Decoded<'_>) -> Vec<usize> {
    let payload = message.payload();
    let known = vec![false; payload.len()];
    let mut ledger = Ledger { known };
    // Late data was in another payload.
    let live = || message.messages().filter(|message| !message.is_late());
    for header in live().map(|message| message.header()) {
        let mut len = header_len(header.protocol);
        if header.protocol == Protocol::SflowV5 {
            len = match header.agent_address {
                None => 24,
                Some(core::net::IpAddr::V4(_)) => 28,
                Some(core::net::IpAddr::V6(_)) => 40,
            };
        }
        ledger.mark(header.offset..header.offset + len);
        if header.protocol == Protocol::Ipfix {
            // Zeros after the last set of a message.
            let length = [payload[header.offset + 2], payload[header.offset + 3]];
            let end = header.offset + usize::from(u16::from_be_bytes(length));
            let message = &payload[..end.min(payload.len())];
            let zeros = message.iter().rev().take_while(|octet| **octet == 0);
            ledger.mark(message.len() - zeros.count()..message.len());
        }
    }
    for set in message.sets() {
        ledger.set(&set, payload);
    }
    for problem in live().flat_map(|message| message.problems()) {
        let offset = problem.error.offset;
        let octets = match problem.error.kind {
            // The octets follow the header of a set, or of the message that is reported.
            ErrorKind::NoTemplate { .. } | ErrorKind::ReservedSet { .. } => problem.octets + 4,
            // Everything after the wrong header is passed over.
            ErrorKind::RecordCount { .. }
            | ErrorKind::UnknownScheme { .. }
            | ErrorKind::AddressType { .. } => {
                let end = payload.len();
                ledger.mark(end - problem.octets.min(end)..end);
                continue;
            }
            ErrorKind::SetTooLong { .. } => problem.octets + 4,
            // Octets of the specifiers, after id and counts.
            ErrorKind::TooManyFields { .. } | ErrorKind::Limit { .. } => problem.octets + 6,
            _ => problem.octets,
        };
        ledger.mark(offset..offset + octets);
    }
    ledger.left(payload)
}

proptest! {
    #[test]
    fn every_octet_is_accounted_for(datagrams in datagrams()) {
        let mut decoder = decoder();
        for (_, changed) in &datagrams {
            if let Ok(message) = decoder.decode(datagram(1, changed)) {
                prop_assert_eq!(unaccounted(message), [0; 0], "{:x?}", changed);
            }
        }
    }
}
