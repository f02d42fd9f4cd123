//! The words of the language.

mod numbers;
mod synonyms;

use netflow_core::field::FlowField;

pub(super) use self::numbers::{denial_reason, flags, numbers};
use super::condition::Rate;

/// What a word before a value compares.
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
        None if OTHERS.contains(&word) => None,
        None => field(word).map(Subject::Field),
    }
}

/// The field of this name, or with this name in lower case in the documents of another tool.
pub(super) fn field(word: &str) -> Option<FlowField> {
    FlowField::by_name(word).or_else(|| {
        let names = synonyms::SYNONYMS;
        let place = names.binary_search_by_key(&word, |(name, _)| *name).ok()?;
        Some(names.get(place)?.1)
    })
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
const ELSEWHERE: [(&str, &str); 14] = [
    ("prot", "proto"),
    ("sip", "src ip"),
    ("dip", "dst ip"),
    ("saddr", "src ip"),
    ("daddr", "dst ip"),
    ("sport", "src port"),
    ("dport", "dst port"),
    ("srcnet", "src net"),
    ("dstnet", "dst net"),
    ("inif", "in if"),
    ("outif", "out if"),
    ("pkts", "packets"),
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

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::format;
    use alloc::vec::Vec;

    use netflow_core::field::FlowField;

    use super::{ALONE, ELSEWHERE, OTHERS, SUBJECTS, Subject, field, flags, subject, synonyms};

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
    fn names_of_other_tools_are_fields() {
        assert!(synonyms::SYNONYMS.is_sorted_by(|one, other| one.0 < other.0));
        for (name, is) in [
            ("in_bytes", FlowField::Octets),
            ("l4_dst_port", FlowField::DestinationPort),
            ("srcaddr", FlowField::SourceAddress),
            ("flow.src_addr", FlowField::SourceAddress),
            ("source.ip", FlowField::SourceAddress),
            ("iface_in", FlowField::InputInterface),
            ("iana:octetdeltacount", FlowField::Octets),
            ("netflow.octet_delta_count", FlowField::Octets),
            ("ip_proto", FlowField::Protocol),
        ] {
            assert_eq!(field(name), Some(is), "{name}");
        }
        for (name, _) in ELSEWHERE {
            assert_eq!(
                field(name),
                None,
                "{name} is a name, and needs no suggestion"
            );
        }
    }

    #[test]
    fn every_name_in_the_table_of_dialects_means_its_field() {
        let table = include_str!("../../../registry/dialect_fields.csv");
        let forms = include_str!("../../../registry/dialect_forms.csv");
        let (mut count, mut others) = (0, Vec::new());
        for row in table.lines().skip(1) {
            let mut cells = row.split(',');
            let [dialect, name, fields, form] = [(); 4].map(|()| cells.next().unwrap());
            // Members without a field, computed from several, or of another value than that of the field.
            if forms.lines().any(|line| line == format!("{form},false")) {
                continue;
            }
            count += 1;
            // The agent of sFlow is the exporter.
            let exporter = fields.split(' ').find(|field| *field == "exporter_address");
            let expected = exporter.or(fields.split(' ').next()).unwrap();
            match subject(&name.to_lowercase()) {
                Some(Subject::Field(field)) if field.name() == expected => {}
                _ => others.push(format!("{dialect} {name}")),
            }
        }
        assert!(count > 200, "{count} names");
        // Words of the language keep their meaning: either VLAN, and the agent alone.
        assert_eq!(others, ["pmacct vlan", "sflowtool agent"]);
    }

    #[test]
    fn flags_are_letters() {
        assert_eq!(flags("SA"), Some(0x12));
        assert_eq!(flags("x"), Some(0x3f));
        assert_eq!(flags("SQ"), None);
        assert_eq!(flags(""), None);
    }
}
