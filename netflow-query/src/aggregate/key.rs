//! What the flows of a group have in common.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netflow_core::field::FlowField;
use netflow_core::{Flow, FlowValue, text};

/// The lengths of the prefixes that addresses are grouped by.
///
/// ```
/// use netflow_query::PrefixLengths;
///
/// let networks = PrefixLengths::new(24, 56).unwrap();
/// assert_eq!((networks.v4, networks.v6), (24, 56));
/// assert_eq!(PrefixLengths::new(33, 56), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrefixLengths {
    /// For IPv4; 32, each address for itself, by default.
    pub v4: u8,
    /// For IPv6; 128 by default.
    pub v6: u8,
}

impl PrefixLengths {
    /// These lengths; `None` if one is longer than an address.
    #[must_use]
    pub fn new(v4: u8, v6: u8) -> Option<Self> {
        (v4 <= 32 && v6 <= 128).then_some(Self { v4, v6 })
    }

    /// A mask of the bits of an IPv4 address that its network has.
    pub(super) fn network_v4(self) -> u32 {
        !u32::MAX.checked_shr(self.v4.into()).unwrap_or(0)
    }

    /// The same of an IPv6 address.
    pub(super) fn network_v6(self) -> u128 {
        !u128::MAX.checked_shr(self.v6.into()).unwrap_or(0)
    }
}

/// Each address for itself.
impl Default for PrefixLengths {
    fn default() -> Self {
        Self { v4: 32, v6: 128 }
    }
}

/// The value of a field that a group has in common.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Aggregate, AggregateOptions, GroupValue};
///
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let options = AggregateOptions::new(vec![FlowField::DestinationPort], limits.hash_seed);
/// let mut ports = Aggregate::new(options);
/// ports.add(&decoder.decode(example::ipfix())?);
/// assert_eq!(ports.top(1)[0].values[0], GroupValue::Unsigned(443));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GroupValue {
    /// The flows lack the field.
    Absent,
    /// A number.
    Unsigned(u64),
    /// A duration in nanoseconds.
    Signed(i64),
    /// A network, or an address with the length of one.
    Network(IpAddr, u8),
    /// Anything else, as its text.
    Text(Box<str>),
}

impl GroupValue {
    /// The value of this field of a flow; an address is that of its network.
    #[must_use]
    pub fn of(flow: &Flow<'_>, field: FlowField, prefixes: PrefixLengths) -> Self {
        Self::of_value(flow.get(field), prefixes)
    }

    /// The same of the value of a field.
    pub(super) fn of_value(value: Option<FlowValue<'_>>, prefixes: PrefixLengths) -> Self {
        match value {
            None => Self::Absent,
            Some(FlowValue::Unsigned(number)) => Self::Unsigned(number),
            Some(FlowValue::Duration(nanos)) => Self::Signed(nanos),
            Some(FlowValue::Address(IpAddr::V4(address))) => {
                let network = Ipv4Addr::from_bits(address.to_bits() & prefixes.network_v4());
                Self::Network(network.into(), prefixes.v4)
            }
            Some(FlowValue::Address(IpAddr::V6(address))) => {
                let network = Ipv6Addr::from_bits(address.to_bits() & prefixes.network_v6());
                Self::Network(network.into(), prefixes.v6)
            }
            Some(value) => Self::Text(value.to_string().into()),
        }
    }
}

/// Writes the value as in the command's CSV; nothing if the field is absent.
impl fmt::Display for GroupValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Unsigned(number) => number.fmt(f),
            Self::Signed(nanos) => nanos.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Network(address, length) => {
                let is_whole = match address {
                    IpAddr::V4(_) => *length == 32,
                    IpAddr::V6(_) => *length == 128,
                };
                let address = text::address(*address);
                if is_whole {
                    f.write_str(address.as_str())
                } else {
                    write!(f, "{}/{length}", address.as_str())
                }
            }
        }
    }
}
