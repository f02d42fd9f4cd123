//! The value of a field, of whichever type.

use core::fmt;
use core::net::IpAddr;

use super::numbers::Numbers;
use crate::time::Timestamp;
use crate::value::{MacAddress, Text, unsigned};

/// The value of a normalised field; which of them is told by its
/// [`FieldType`](crate::field::FieldType).
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
    /// Octets of no further meaning.
    Octets(&'m [u8]),
    /// One of few words of ours.
    Name(&'static str),
    /// An application id.
    Application(ApplicationId<'m>),
    /// A list of numbers.
    Numbers(Numbers<'m>),
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

/// An applicationId: the engine that classified, and its number for the
/// application (RFC 6759, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationId<'m> {
    engine: u8,
    selector: &'m [u8],
}

/// The engine PANA-L7-PEN, whose selector begins with an enterprise number.
const PANA_L7_PEN: u8 = 20;

impl<'m> ApplicationId<'m> {
    pub(super) fn parse(octets: &'m [u8]) -> Option<Self> {
        let (engine, selector) = octets.split_first()?;
        Some(Self {
            engine: *engine,
            selector,
        })
    }

    /// The classification engine.
    #[must_use]
    pub const fn engine(self) -> u8 {
        self.engine
    }

    /// The enterprise that numbers the application, of engine 20.
    #[must_use]
    pub fn enterprise_number(self) -> Option<u32> {
        if self.engine != PANA_L7_PEN {
            return None;
        }
        let (number, _) = self.selector.split_first_chunk()?;
        Some(u32::from_be_bytes(*number))
    }

    /// The number of the application; `None` past 64 bits.
    #[must_use]
    pub fn selector(self) -> Option<u64> {
        let octets = if self.enterprise_number().is_some() {
            self.selector.get(4..)?
        } else {
            self.selector
        };
        unsigned(octets)
    }

    /// The octets behind the engine, as they were sent: the enterprise of
    /// engine 20, and the number of the application.
    #[must_use]
    pub const fn selector_octets(self) -> &'m [u8] {
        self.selector
    }
}

/// `engine:selector`, with the enterprise between them if there is one.
impl fmt::Display for ApplicationId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.engine)?;
        if let Some(number) = self.enterprise_number() {
            write!(f, "{number}:")?;
        }
        match self.selector() {
            Some(selector) => write!(f, "{selector}"),
            None => self
                .selector
                .iter()
                .try_for_each(|octet| write!(f, "{octet:02x}")),
        }
    }
}
