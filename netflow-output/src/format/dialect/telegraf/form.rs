//! How Telegraf writes the value of an element.

use netflow_core::element::DataType;
use netflow_core::value::{Text, Value, unsigned};

use crate::format::dialect::Encode;
use crate::format::dialect::protocols::{self, TCP_FLAGS, letters, write_letters};
use crate::format::dialect::record::PlainForm;

/// How the value of an element is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TelegrafForm {
    /// By its type.
    Typed(DataType),
    /// `0x` and the octets.
    Hex,
    /// An address, by its length.
    Address,
    /// The keyword of a protocol in lower case, or its number.
    Protocol,
    /// A letter for each flag that is set, a dot for each that is not.
    TcpFlags,
    /// The same of the flags of fragments.
    FragmentFlags,
    /// The octet at this place.
    Octet(usize),
    /// A word for the number; for others the number as text.
    Word(NumberWords),
    /// The type of an engine.
    EngineType,
    /// The status of forwarding.
    ForwardingStatus,
    /// The reason of the status.
    ForwardingReason,
    /// The class of stability of anonymised values.
    StabilityClass,
    /// The flags of anonymised values.
    AnonymizationFlags,
    /// Yes or no.
    Technology,
}

/// Words for the numbers of an element, from 0; an empty one stands for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberWords {
    words: &'static [&'static str],
    /// The word for all other numbers; if it is empty, the number.
    other: &'static str,
}

const fn words(words: &'static [&'static str], other: &'static str) -> TelegrafForm {
    TelegrafForm::Word(NumberWords { words, other })
}

/// The values of these elements have words: number, words, and the word for others.
fn of_words(id: u16) -> Option<TelegrafForm> {
    Some(match id {
        35 | 49 => words(&["", "deterministic", "random"], ""),
        46 => words(
            &[
                "unknown",
                "TE-MIDPT",
                "Pseudowire",
                "VPN",
                "BGP",
                "LDP",
                "Path computation element",
                "OSPFv2",
                "OSPFv3",
                "IS-IS",
                "BGP segment routing Prefix-SID",
            ],
            "",
        ),
        60 => words(&["", "", "", "", "IPv4", "", "IPv6"], ""),
        61 => words(&["ingress", "egress"], ""),
        136 => words(
            &[
                "reserved",
                "idle timeout",
                "active timeout",
                "end of flow",
                "forced end",
                "lack of resources",
            ],
            "unassigned",
        ),
        233 => words(
            &[
                "ignore",
                "flow created",
                "flow deleted",
                "flow denied",
                "flow alert",
                "flow update",
            ],
            "",
        ),
        239 => words(
            &["arbitrary", "initiator", "reverse initiator", "perimeter"],
            "unassigned",
        ),
        277 => words(
            &["invalid", "physical port", "port channel", "vlan"],
            "unassigned",
        ),
        286 => words(
            &[
                "undefined",
                "none",
                "precision degradation",
                "binning",
                "enumeration",
                "permutation",
                "structure permutation",
                "reverse truncation",
                "noise",
                "offset",
            ],
            "unassigned",
        ),
        297 => words(
            &[
                "unknown",
                "NAT44",
                "NAT64",
                "NAT46",
                "IPv4 no NAT",
                "NAT66",
                "IPv6 no NAT",
            ],
            "unassigned",
        ),
        304 | 390 => words(
            &[
                "reserved",
                "systematic count-based sampling",
                "systematic time-based sampling",
                "random n-out-of-N sampling",
                "uniform probabilistic sampling",
                "property match filtering",
                "hash based filtering using BOB",
                "hash based filtering using IPSX",
                "hash based filtering using CRC",
                "flow-state dependent",
            ],
            "unassigned",
        ),
        _ => return None,
    })
}

/// The reasons of each status, from 0.
const REASONS: [&[&str]; 4] = [
    &["unknown"],
    &["unknown", "fragmented", "not fragmented"],
    &[
        "unknown",
        "ACL deny",
        "ACL drop",
        "unroutable",
        "adjacency",
        "fragmentation and DF set",
        "bad header checksum",
        "bad total length",
        "bad header length",
        "bad TTL",
        "policer",
        "WRED",
        "RPF",
        "for us",
        "bad output interface",
        "hardware",
    ],
    &[
        "unknown",
        "terminate punt adjacency",
        "terminate incomplete adjacency",
        "terminate for us",
    ],
];

impl TelegrafForm {
    /// The form of an element's field at this place of its fields, of the type in the table.
    pub(super) fn new(id: u16, place: usize, data_type: Option<DataType>) -> Self {
        match (id, place, data_type) {
            (4, ..) => Self::Protocol,
            (6, ..) => Self::TcpFlags,
            (197, ..) => Self::FragmentFlags,
            (32 | 139, place, _) => Self::Octet(place),
            (38, ..) => Self::EngineType,
            (89, 0, _) => Self::ForwardingStatus,
            (89, ..) => Self::ForwardingReason,
            (285, 0, _) => Self::StabilityClass,
            (285, ..) => Self::AnonymizationFlags,
            (288..=290, ..) => Self::Technology,
            (_, _, Some(DataType::OctetArray)) => Self::Hex,
            (_, _, Some(DataType::Ipv6Address)) => Self::Address,
            (_, _, Some(data_type)) => Self::Typed(data_type),
            (_, _, None) => of_words(id).unwrap_or(Self::Hex),
        }
    }

    /// How fields of this number of octets are written, if it needs nothing but their value.
    pub(super) const fn plain(self, len: u16) -> Option<PlainForm> {
        match (self, len) {
            (Self::Typed(data_type), _) => match PlainForm::of(data_type, len) {
                Some(PlainForm::StyledNumber) => None,
                plain => plain,
            },
            (Self::Address, 4) => Some(PlainForm::Ipv4),
            // The octet decides alone.
            (
                Self::Hex
                | Self::Protocol
                | Self::TcpFlags
                | Self::FragmentFlags
                | Self::Word(_)
                | Self::EngineType
                | Self::ForwardingStatus
                | Self::ForwardingReason,
                1,
            ) => Some(PlainForm::StyledNumber),
            _ => None,
        }
    }

    /// Whether these octets have a value; fields without one are left out.
    pub(super) fn has_value(self, octets: &[u8]) -> bool {
        match self {
            Self::Typed(data_type) => Value::parse(data_type, octets)
                .is_some_and(|value| !matches!(value, Value::Float(number) if !number.is_finite())),
            Self::Address => matches!(octets.len(), 4 | 16),
            Self::Octet(place) => octets.len() > place,
            Self::Hex => true,
            _ => !octets.is_empty() && octets.len() <= 8,
        }
    }

    /// Writes the value.
    pub(super) fn write<E: Encode>(self, octets: &[u8], out: &mut E) {
        let first = octets.first().copied().unwrap_or(0);
        match self {
            Self::Typed(data_type) => write_typed(Value::parse(data_type, octets), out),
            Self::Address => write_typed(address(octets), out),
            Self::Hex if octets.is_empty() => out.word(""),
            Self::Hex => out.hex("0x", octets),
            Self::Protocol => protocols::write_lower_keyword(first, out),
            Self::TcpFlags => write_tcp_flags(octets, out),
            Self::FragmentFlags => write_letters(letters(first, *b"RDM*****"), out),
            Self::Octet(place) => out.unsigned(octets.get(place).copied().unwrap_or(0).into()),
            Self::Word(words) => match words.of(unsigned(octets).unwrap_or(0)) {
                "" => out.number_word(first.into()),
                word => out.word(word),
            },
            Self::EngineType => match first {
                0 => out.word("RP"),
                1 => out.word("VIP/linecard"),
                2 => out.word("PFC/DFC"),
                number => out.number_word(number.into()),
            },
            Self::ForwardingStatus => {
                let words = ["unknown", "forwarded", "dropped", "consumed"];
                out.word(words[usize::from(first >> 6)]);
            }
            Self::ForwardingReason => {
                let reasons = REASONS[usize::from(first >> 6)];
                out.word(reasons.get(usize::from(first & 0x3f)).unwrap_or(&"invalid"));
            }
            Self::StabilityClass => {
                let words = ["undefined", "session", "exporter-collector", "stable"];
                let last = octets.get(1).copied().unwrap_or(0);
                out.word(words[usize::from(last & 3)]);
            }
            // RFC 6235, appendix A.2: perimeter anonymisation and low-order unchanged.
            Self::AnonymizationFlags => {
                let flags = [(2, "PmA"), (3, "LOR")];
                let set = flags.iter().filter(|(bit, _)| first >> bit & 1 != 0);
                out.word(&set.map(|(_, name)| *name).collect::<Vec<_>>().join(","));
            }
            Self::Technology => out.word(match octets {
                b"yes" | b"y" | b"1" | [1] => "yes",
                b"no" | b"n" | b"2" | [2] => "no",
                b"unassigned" | b"u" | b"0" | [0] => "unassigned",
                _ => "undefined",
            }),
        }
    }
}

impl NumberWords {
    fn of(self, number: u64) -> &'static str {
        let place = usize::try_from(number).ok();
        let word = place.and_then(|place| self.words.get(place));
        word.copied().unwrap_or(self.other)
    }
}

fn write_typed<E: Encode>(value: Option<Value<'_>>, out: &mut E) {
    match value {
        Some(Value::Unsigned(number)) => out.unsigned(number),
        Some(Value::LargeUnsigned(number)) => out.large(&number),
        Some(Value::Signed(number)) => out.signed(number),
        Some(Value::Float(number)) => out.float(number),
        Some(Value::Boolean(value)) => out.boolean(value),
        Some(Value::MacAddress(address)) => out.mac(address.0),
        Some(Value::Address(address)) => out.address(address),
        Some(Value::Text(text)) => out.text(text),
        Some(Value::Octets(octets)) => out.text(Text::new(octets)),
        _ => out.null(),
    }
}

fn address(octets: &[u8]) -> Option<Value<'_>> {
    let data_type = match octets.len() {
        4 => DataType::Ipv4Address,
        _ => DataType::Ipv6Address,
    };
    Value::parse(data_type, octets)
}

/// The letters of flags of TCP; those of the upper octet have no names.
fn write_tcp_flags<E: Encode>(octets: &[u8], out: &mut E) {
    let low = |flags| letters(flags, TCP_FLAGS);
    match octets {
        [flags] => write_letters(low(*flags), out),
        [.., high, flags] => {
            let both = [letters(*high, [b'*'; 8]), low(*flags)];
            out.word(core::str::from_utf8(both.as_flattened()).unwrap_or_default());
        }
        [] => out.word(""),
    }
}
