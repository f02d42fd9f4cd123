//! The words that stand for numbers as the value of a field.

use netflow_core::element::{self, ElementId, iana};
use netflow_core::field::FlowField;

/// Names of protocols that differ from those of the registry (IANA, "Protocol Numbers").
const PROTOCOLS: [(&str, u64); 7] = [
    ("icmp6", 58),
    ("icmpv6", 58),
    ("ipip", 4),
    ("ospf", 89),
    ("ip6", 41),
    ("l2tp", 115),
    ("carp", 112),
];

/// Ports by the name of their service (IANA, "Service Name and Transport Protocol Port Number
/// Registry"), as tcpdump takes them.
const PORTS: [(&str, u64); 24] = [
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("dns", 53),
    ("tftp", 69),
    ("http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("ntp", 123),
    ("imap", 143),
    ("snmp", 161),
    ("bgp", 179),
    ("ldap", 389),
    ("https", 443),
    ("syslog", 514),
    ("imaps", 993),
    ("mysql", 3306),
    ("rdp", 3389),
    ("sip", 5060),
    ("postgresql", 5432),
    ("bootps", 67),
];

/// Events of a firewall (firewallEvent, 233) by their usual names.
const EVENTS: [(&str, u64); 10] = [
    ("ignore", 0),
    ("create", 1),
    ("created", 1),
    ("delete", 2),
    ("deleted", 2),
    ("term", 2),
    ("deny", 3),
    ("denied", 3),
    ("alert", 4),
    ("update", 5),
];

/// Why a firewall denied a flow (Cisco ASA NetFlow Implementation Guide, NF_F_FW_EXT_EVENT).
const REASONS: [(&str, u64); 4] = [
    ("ingress", 1001),
    ("egress", 1002),
    ("interface", 1003),
    ("nosyn", 1004),
];

/// The number of a reason for which a firewall denied a flow.
pub(in crate::filter) fn denial_reason(word: &str) -> Option<u64> {
    find(&REASONS, word)
}

/// Events of a translation (natEvent, 230) that create something, and those that delete it.
const NAT_EVENTS: [(&str, &[u64]); 3] = [
    ("create", &[1, 4, 6, 8, 10, 14]),
    ("add", &[1, 4, 6, 8, 10, 14]),
    ("delete", &[2, 5, 7, 9, 11, 15]),
];

/// The numbers that a word in lower case stands for as the value of a field.
pub(in crate::filter) fn numbers(field: FlowField, word: &str) -> Option<NumbersOf> {
    let one = |number: Option<u64>| number.map(NumbersOf::One);
    match field {
        FlowField::Protocol | FlowField::InnerProtocol => {
            let word = word.trim_start_matches('\\');
            one(find(&PROTOCOLS, word).or_else(|| label(iana::PROTOCOL_IDENTIFIER.id, word)))
        }
        FlowField::SourcePort
        | FlowField::DestinationPort
        | FlowField::PostNatSourcePort
        | FlowField::PostNatDestinationPort
        | FlowField::InnerSourcePort
        | FlowField::InnerDestinationPort => one(find(&PORTS, word)),
        FlowField::TcpFlags => one(flags(word)),
        FlowField::Direction => one(find(&[("ingress", 0), ("egress", 1)], word)),
        FlowField::FirewallEvent => one(find(&EVENTS, word).or_else(|| labelled(field, word))),
        FlowField::NatEvent => {
            let mut events = NAT_EVENTS.iter();
            match events.find(|(name, _)| *name == word) {
                Some((_, numbers)) => Some(NumbersOf::Several(numbers)),
                None => one(labelled(field, word)),
            }
        }
        _ => one(labelled(field, word)),
    }
}

/// One number, or several that have a name together.
#[derive(Debug, Clone, Copy)]
pub(in crate::filter) enum NumbersOf {
    One(u64),
    Several(&'static [u64]),
}

impl NumbersOf {
    pub(in crate::filter) fn for_each(self, mut each: impl FnMut(u64)) {
        match self {
            Self::One(number) => each(number),
            Self::Several(numbers) => numbers.iter().copied().for_each(each),
        }
    }
}

/// TCP flags by their letters (RFC 9293, section 3.1); X is all of the six of RFC 793.
pub(in crate::filter) fn flags(word: &str) -> Option<u64> {
    let bit = |letter: char| {
        Some(match letter.to_ascii_uppercase() {
            'F' => 0x01,
            'S' => 0x02,
            'R' => 0x04,
            'P' => 0x08,
            'A' => 0x10,
            'U' => 0x20,
            'E' => 0x40,
            'C' => 0x80,
            'X' => 0x3f,
            _ => return None,
        })
    };
    let flags = word.chars().map(bit);
    let union = flags.reduce(|all, flag| Some(all? | flag?));
    union.flatten()
}

fn find(names: &[(&str, u64)], word: &str) -> Option<u64> {
    let mut names = names.iter();
    let (_, number) = names.find(|(name, _)| *name == word)?;
    Some(*number)
}

/// The value with this label in the registry, for one of the elements that supply the field.
fn labelled(field: FlowField, word: &str) -> Option<u64> {
    field.elements().iter().find_map(|id| label(*id, word))
}

fn label(element: ElementId, word: &str) -> Option<u64> {
    /// All registries of labels but two have values of one octet.
    const VALUES: core::ops::RangeInclusive<u64> = 0..=255;
    VALUES.into_iter().find(|value| {
        element::code(element, *value).is_some_and(|label| label.eq_ignore_ascii_case(word))
    })
}
