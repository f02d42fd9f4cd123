//! The words of the language.

use netflow_core::element::{self, ElementId, iana};
use netflow_core::field::FlowField;

use super::condition::Rate;

/// What a word before a value is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// One field of each side: `src` and `dst`, or `in` and `out`, choose.
    Sides(FlowField, FlowField),
    /// One field.
    Field(FlowField),
    /// A number computed from several fields.
    Rate(Rate),
}

/// Words before a value, in the spelling of tcpdump and of nfdump. Every field's own name is one
/// too.
const SUBJECTS: [(&str, Subject); 38] = {
    use FlowField as F;
    use Subject::{Field, Sides};
    const ADDRESS: Subject = Sides(F::SourceAddress, F::DestinationAddress);
    const PORT: Subject = Sides(F::SourcePort, F::DestinationPort);
    const TRANSLATED: Subject = Sides(F::PostNatSourceAddress, F::PostNatDestinationAddress);
    const TRANSLATED_PORT: Subject = Sides(F::PostNatSourcePort, F::PostNatDestinationPort);
    const INTERFACE: Subject = Sides(F::InputInterface, F::OutputInterface);
    [
        ("host", ADDRESS),
        ("ip", ADDRESS),
        ("addr", ADDRESS),
        ("address", ADDRESS),
        ("net", ADDRESS),
        ("port", PORT),
        ("portrange", PORT),
        ("as", Sides(F::SourceAs, F::DestinationAs)),
        ("asn", Sides(F::SourceAs, F::DestinationAs)),
        ("mac", Sides(F::SourceMac, F::DestinationMac)),
        ("vlan", Sides(F::Vlan, F::PostVlan)),
        (
            "mask",
            Sides(F::SourcePrefixLength, F::DestinationPrefixLength),
        ),
        ("if", INTERFACE),
        ("interface", INTERFACE),
        ("vrf", Sides(F::IngressVrf, F::EgressVrf)),
        ("xip", TRANSLATED),
        ("xnet", TRANSLATED),
        ("nip", TRANSLATED),
        ("nnet", TRANSLATED),
        ("xport", TRANSLATED_PORT),
        ("nport", TRANSLATED_PORT),
        ("bytes", Field(F::Octets)),
        ("proto", Field(F::Protocol)),
        ("flags", Field(F::TcpFlags)),
        ("icmp-type", Field(F::IcmpType)),
        ("icmp-code", Field(F::IcmpCode)),
        ("flowdir", Field(F::Direction)),
        ("xevent", Field(F::FirewallExtendedEvent)),
        ("exporter", Field(F::ExporterAddress)),
        ("router", Field(F::ExporterAddress)),
        ("agent", Field(F::AgentAddress)),
        ("user", Field(F::UserName)),
        ("community", Field(F::Communities)),
        ("bgpnext", Field(F::BgpNextHop)),
        ("odid", Field(F::ObservationDomain)),
        ("pps", Subject::Rate(Rate::PacketsPerSecond)),
        ("bps", Subject::Rate(Rate::BitsPerSecond)),
        ("bpp", Subject::Rate(Rate::OctetsPerPacket)),
    ]
};

/// The subject of a word in lower case.
pub(super) fn subject(word: &str) -> Option<Subject> {
    let mut subjects = SUBJECTS.iter();
    match subjects.find(|(name, _)| *name == word) {
        Some((_, subject)) => Some(*subject),
        None => FlowField::by_name(word).map(Subject::Field),
    }
}

/// Words that are a whole comparison: the field and its value.
const ALONE: [(&str, FlowField, u64); 24] = {
    use FlowField as F;
    [
        ("tcp", F::Protocol, 6),
        ("udp", F::Protocol, 17),
        ("icmp", F::Protocol, 1),
        ("igmp", F::Protocol, 2),
        ("icmp6", F::Protocol, 58),
        ("icmpv6", F::Protocol, 58),
        ("gre", F::Protocol, 47),
        ("esp", F::Protocol, 50),
        ("ah", F::Protocol, 51),
        ("igrp", F::Protocol, 9),
        ("ospf", F::Protocol, 89),
        ("pim", F::Protocol, 103),
        ("vrrp", F::Protocol, 112),
        ("carp", F::Protocol, 112),
        ("sctp", F::Protocol, 132),
        ("ipv4", F::IpVersion, 4),
        ("ip4", F::IpVersion, 4),
        ("inet", F::IpVersion, 4),
        ("inet4", F::IpVersion, 4),
        ("ipv6", F::IpVersion, 6),
        ("ip6", F::IpVersion, 6),
        ("inet6", F::IpVersion, 6),
        ("arp", F::EtherType, 0x0806),
        ("rarp", F::EtherType, 0x8035),
    ]
};

/// The comparison that a word in lower case is.
pub(super) fn alone(word: &str) -> Option<(FlowField, u64)> {
    let found = ALONE.iter().find(|(name, ..)| *name == word);
    found.map(|(_, field, value)| (*field, *value))
}

/// Words with a meaning of their own in the parser.
const OTHERS: [&str; 26] = [
    "and",
    "or",
    "not",
    "any",
    "has",
    "in",
    "src",
    "dst",
    "source",
    "destination",
    "out",
    "ingress",
    "egress",
    "next",
    "bgp",
    "mpls",
    "ether",
    "asa",
    "nat",
    "event",
    "observation",
    "pblock",
    "eq",
    "all",
    "input",
    "output",
];

/// What other tools call something, and what it is here.
const ELSEWHERE: [(&str, &str); 28] = [
    ("prot", "proto"),
    ("srcip", "src ip"),
    ("dstip", "dst ip"),
    ("sip", "src ip"),
    ("dip", "dst ip"),
    ("saddr", "src ip"),
    ("daddr", "dst ip"),
    ("srcport", "src port"),
    ("dstport", "dst port"),
    ("sport", "src port"),
    ("dport", "dst port"),
    ("srcnet", "src net"),
    ("dstnet", "dst net"),
    ("srcas", "src as"),
    ("dstas", "dst as"),
    ("srcmac", "src mac"),
    ("dstmac", "dst mac"),
    ("inif", "in if"),
    ("outif", "out if"),
    ("in_if", "in if"),
    ("out_if", "out if"),
    ("srcvlan", "src vlan"),
    ("dstvlan", "dst vlan"),
    ("pkts", "packets"),
    ("l4_dst_port", "dst port"),
    ("l4_src_port", "src port"),
    ("router-ip", "router ip"),
    ("dur", "duration"),
];

/// A suggestion for an unknown word.
pub(super) fn suggestion(word: &str) -> Option<&'static str> {
    let mut elsewhere = ELSEWHERE.iter();
    if let Some((_, here)) = elsewhere.find(|(there, _)| *there == word) {
        return Some(here);
    }
    let subjects = SUBJECTS.iter().map(|(name, _)| *name);
    let alone = ALONE.iter().map(|(name, ..)| *name);
    let fields = FlowField::ALL.iter().map(|field| field.name());
    let words = OTHERS
        .into_iter()
        .chain(subjects)
        .chain(alone)
        .chain(fields);
    super::suggest::nearest(word, words)
}

/// The names that a field can have as its value; none for fields without names.
pub(super) const fn names(field: FlowField) -> &'static [&'static str] {
    match field {
        FlowField::ExportProtocol => &[
            "netflow1", "netflow5", "netflow6", "netflow7", "netflow8", "netflow9", "ipfix",
            "sflow5",
        ],
        FlowField::Counters => &["delta", "total"],
        FlowField::Clock => &[
            "nanoseconds",
            "microseconds",
            "microsecond_count",
            "milliseconds",
            "seconds",
            "other_unit",
            "uptime",
            "system_init",
            "delta_microseconds",
            "seconds_and_microseconds",
            "observation",
            "received",
            "not_sent",
            "zero",
            "unknown_origin",
            "unreadable",
        ],
        FlowField::Sampling => &[
            "record",
            "vendor_305",
            "sampler",
            "selector",
            "selection_sequence",
            "interface",
            "scope",
            "template",
            "exporter",
            "flow_selection",
            "other_domain",
            "header",
            "sample",
            "configured",
            "override",
            "ambiguous",
            "time",
            "hash",
            "property_match",
            "flow_state",
            "incomplete",
        ],
        FlowField::TunnelType => &[
            "ipv4_in_ipv4",
            "ipv6_in_ipv4",
            "ipv4_in_ipv6",
            "ipv6_in_ipv6",
            "srv6",
            "etherip",
            "mpls_in_ip",
            "mpls_in_udp",
            "gre",
            "nvgre",
            "erspan",
            "vxlan",
            "vxlan_gpe",
            "geneve",
            "gtp_u",
            "teredo",
            "mpls_pseudowire",
            "provider_backbone_bridge",
            "tzsp",
        ],
        _ => &[],
    }
}

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
pub(super) fn denial_reason(word: &str) -> Option<u64> {
    find(&REASONS, word)
}

/// Events of a translation (natEvent, 230) that create something, and those that delete it.
const NAT_EVENTS: [(&str, &[u64]); 3] = [
    ("create", &[1, 4, 6, 8, 10, 14]),
    ("add", &[1, 4, 6, 8, 10, 14]),
    ("delete", &[2, 5, 7, 9, 11, 15]),
];

/// The numbers that a word in lower case stands for as the value of a field.
pub(super) fn numbers(field: FlowField, word: &str) -> Option<NumbersOf> {
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
pub(super) enum NumbersOf {
    One(u64),
    Several(&'static [u64]),
}

impl NumbersOf {
    pub(super) fn for_each(self, mut each: impl FnMut(u64)) {
        match self {
            Self::One(number) => each(number),
            Self::Several(numbers) => numbers.iter().copied().for_each(each),
        }
    }
}

/// TCP flags by their letters (RFC 9293, section 3.1); X is all of the six of RFC 793.
pub(super) fn flags(word: &str) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use netflow_core::field::{FieldType, FlowField};

    use super::{ALONE, OTHERS, SUBJECTS, flags, names};

    #[test]
    fn no_word_has_two_meanings() {
        let subjects = SUBJECTS.iter().map(|(name, _)| *name);
        let alone = ALONE.iter().map(|(name, ..)| *name);
        let fields = FlowField::ALL.iter().map(|field| field.name());
        let mut met = BTreeSet::new();
        for word in OTHERS
            .into_iter()
            .chain(subjects)
            .chain(alone)
            .chain(fields)
        {
            // Either side of a flow has one; the field of this name is the side where it came in.
            assert!(met.insert(word) || word == "vlan", "{word}");
        }
    }

    #[test]
    fn fields_of_names_have_a_list_of_them() {
        for field in FlowField::ALL {
            let is_name = field.field_type() == FieldType::Name;
            assert_eq!(is_name, !names(*field).is_empty(), "{}", field.name());
        }
    }

    #[test]
    fn flags_are_letters() {
        assert_eq!(flags("SA"), Some(0x12));
        assert_eq!(flags("x"), Some(0x3f));
        assert_eq!(flags("SQ"), None);
        assert_eq!(flags(""), None);
    }
}
