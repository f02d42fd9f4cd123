//! The value of a field of any type.

use core::fmt;
use core::net::IpAddr;

use super::numbers::Numbers;
use crate::text;
use crate::time::Timestamp;
use crate::value::{ApplicationId, MacAddress, Text, Value};

/// The value of a normalised field, of the variant that its
/// [`FieldType`](crate::field::FieldType) says.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, FlowValue, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!(flow.get(FlowField::Octets), Some(FlowValue::Unsigned(1500)));
/// assert_eq!(flow.get(FlowField::Duration), Some(FlowValue::Duration(5_500_000_000)));
/// assert_eq!(flow.get(FlowField::Vlan), None); // not sent
/// assert_eq!(flow.get(FlowField::Start).unwrap().to_string(), "2023-11-14T22:13:10Z");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FlowValue<'m> {
    /// A number of any width.
    Unsigned(u64),
    /// Yes or no.
    Flag(bool),
    /// An address.
    Address(IpAddr),
    /// A MAC address.
    Mac(MacAddress),
    /// A time.
    Time(Timestamp),
    /// Nanoseconds between two times.
    Duration(i64),
    /// Text of the exporter's.
    Text(Text<'m>),
    /// Octets without further meaning.
    Octets(&'m [u8]),
    /// One of a few fixed words.
    Name(&'static str),
    /// An application id.
    Application(ApplicationId<'m>),
    /// A list of numbers.
    Numbers(Numbers<'m>),
}

/// Of the same variant with the same value; lists are compared number by number.
impl PartialEq for FlowValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unsigned(one), Self::Unsigned(two)) => one == two,
            (Self::Flag(one), Self::Flag(two)) => one == two,
            (Self::Address(one), Self::Address(two)) => one == two,
            (Self::Mac(one), Self::Mac(two)) => one == two,
            (Self::Time(one), Self::Time(two)) => one == two,
            (Self::Duration(one), Self::Duration(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Octets(one), Self::Octets(two)) => one == two,
            (Self::Name(one), Self::Name(two)) => one == two,
            (Self::Application(one), Self::Application(two)) => one == two,
            (Self::Numbers(one), Self::Numbers(two)) => one.iter().eq(two.iter()),
            _ => false,
        }
    }
}

impl Eq for FlowValue<'_> {}

/// Plain text, as in the command's CSV: times are RFC 3339, octets hex, durations nanoseconds, and
/// numbers of a list have spaces between them.
impl fmt::Display for FlowValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Address(address) => text::address(*address).fmt(f),
            Self::Mac(address) => address.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Duration(nanos) => nanos.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Octets(octets) => Value::Octets(octets).fmt(f),
            Self::Name(name) => name.fmt(f),
            Self::Application(application) => application.fmt(f),
            Self::Numbers(numbers) => {
                for (index, number) in numbers.iter().enumerate() {
                    f.write_str(if index > 0 { " " } else { "" })?;
                    number.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

/// One line a type that owns its value: `u16 => Unsigned into;`.
macro_rules! from_owned {
    ($($type:ty => $variant:ident $($into:ident)?;)+) => {
        $(impl From<$type> for FlowValue<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value$(.$into())?)
            }
        })+
    };
}
from_owned! {
    u8 => Unsigned into;
    u16 => Unsigned into;
    u32 => Unsigned into;
    u64 => Unsigned;
    bool => Flag;
    IpAddr => Address;
    MacAddress => Mac;
    Timestamp => Time;
    i64 => Duration;
    &'static str => Name;
}

impl<'m> From<&'m [u8]> for FlowValue<'m> {
    fn from(octets: &'m [u8]) -> Self {
        Self::Octets(octets)
    }
}

/// One line a type that borrows its value: `Text => Text;`.
macro_rules! from_borrowed {
    ($($type:ident => $variant:ident;)+) => {
        $(impl<'m> From<$type<'m>> for FlowValue<'m> {
            fn from(value: $type<'m>) -> Self {
                Self::$variant(value)
            }
        })+
    };
}
from_borrowed! {
    Text => Text;
    ApplicationId => Application;
    Numbers => Numbers;
}
