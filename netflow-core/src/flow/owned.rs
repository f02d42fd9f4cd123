//! A flow that owns its values, to outlive the datagram.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Flow, FlowValue, Numbers};
use crate::field::{FieldType, FlowField, normalised_fields};
use crate::time::Timestamp;
use crate::value::{self, ApplicationId, MacAddress, Text};

/// The normalised fields of a [`Flow`], owned: to be sent to another thread, kept, or compared.
///
/// Each field that is present takes its value and two octets, a flow a few hundred octets in two
/// allocations. Anything without a normalised field, such as other elements of the record, is not
/// kept.
///
/// Two flows are equal if they have the same fields with the same values. Texts and octets are
/// compared as they were sent, and so are application ids, although [`ApplicationId`] treats some
/// of different length as equal.
///
/// `Display` is one line, `name=value` for each field, with texts in quotes. With the feature
/// `serde` it is [serialised](#impl-Serialize-for-OwnedFlow) as a map in the form of the command's
/// JSON.
///
/// # Example
///
/// ```
/// use std::sync::mpsc;
/// use std::thread;
///
/// use netflow_core::{Datagram, Decoder, Limits, OwnedFlow, Timestamp, Transport};
///
/// let (sender, receiver) = mpsc::channel::<OwnedFlow>();
/// let consumer = thread::spawn(move || {
///     receiver.iter().filter(|flow| flow.destination_port() == Some(53)).count()
/// });
///
/// let mut decoder = Decoder::new(Limits::default());
/// # let mut payload = [0; 72];
/// # payload[..4].copy_from_slice(&[0, 5, 0, 1]);
/// # payload[24 + 34..24 + 36].copy_from_slice(&[0, 53]);
/// # let payload = &payload[..];
/// let exporter = "198.51.100.1:2055".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
/// for flow in decoder.decode(datagram)?.flows() {
///     sender.send(flow.to_owned()).unwrap();
/// }
/// drop(sender);
/// assert_eq!(consumer.join().unwrap(), 1);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OwnedFlow {
    /// An entry for each field that is present, in the order of the table: its number, the length of
    /// its value, and its value.
    entries: Box<[u8]>,
    /// Values of the type `Name`; the entry holds the place in this list.
    names: Box<[&'static str]>,
}

/// In the octet of the length: the length is in the octets after it.
const LONG: u8 = u8::MAX;

impl OwnedFlow {
    /// A field by its line of the table; `None` if the flow did not have it.
    #[must_use]
    pub fn get(&self, field: FlowField) -> Option<FlowValue<'_>> {
        let (_, octets) = self.entries().find(|(other, _)| *other == field)?;
        self.value(field, octets)
    }

    /// The fields that the flow had, in the order of the table.
    pub fn fields(&self) -> impl Iterator<Item = (FlowField, FlowValue<'_>)> {
        self.entries()
            .filter_map(|(field, octets)| Some((field, self.value(field, octets)?)))
    }

    fn entries(&self) -> impl Iterator<Item = (FlowField, &[u8])> {
        let mut rest = &*self.entries;
        iter::from_fn(move || {
            let ([number, len], after) = rest.split_first_chunk()?;
            let (len, after) = match *len {
                LONG => {
                    let (len, after) = after.split_first_chunk()?;
                    (usize::from_be_bytes(*len), after)
                }
                len => (len.into(), after),
            };
            let (octets, after) = after.split_at_checked(len)?;
            rest = after;
            Some((*FlowField::ALL.get(usize::from(*number))?, octets))
        })
    }

    /// The inverse of [`write`].
    fn value<'o>(&self, field: FlowField, octets: &'o [u8]) -> Option<FlowValue<'o>> {
        Some(match field.field_type() {
            FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 => {
                FlowValue::Unsigned(value::unsigned(octets).unwrap_or(0))
            }
            FieldType::Flag => FlowValue::Flag(octets == [1]),
            FieldType::Address => FlowValue::Address(address(octets)?),
            FieldType::Mac => FlowValue::Mac(MacAddress(octets.try_into().ok()?)),
            FieldType::Time => FlowValue::Time(Timestamp::from_nanos(signed(octets)?)),
            FieldType::Duration => FlowValue::Duration(signed(octets)?),
            FieldType::Text => FlowValue::Text(Text::new(octets)),
            FieldType::Octets => FlowValue::Octets(octets),
            FieldType::Name => {
                let place = usize::from(*octets.first()?);
                FlowValue::Name(self.names.get(place)?)
            }
            FieldType::Application => FlowValue::Application(ApplicationId::parse(octets)?),
            FieldType::Numbers => FlowValue::Numbers(Numbers::of_words(octets)?),
        })
    }
}

impl Flow<'_> {
    /// The fields that the flow has, owned: it outlives the datagram.
    #[must_use]
    pub fn to_owned(&self) -> OwnedFlow {
        self.into()
    }
}

impl From<&Flow<'_>> for OwnedFlow {
    fn from(flow: &Flow<'_>) -> Self {
        let mut entries = Vec::with_capacity(COMMON_LEN);
        let mut names = Vec::new();
        let mut octets = Vec::new();
        for field in FlowField::ALL {
            let Some(value) = flow.get(*field) else {
                continue;
            };
            octets.clear();
            write(&value, &mut names, &mut octets);
            entries.push(field.index());
            match u8::try_from(octets.len()) {
                Ok(len) if len != LONG => entries.push(len),
                _ => {
                    entries.push(LONG);
                    entries.extend_from_slice(&octets.len().to_be_bytes());
                }
            }
            entries.extend_from_slice(&octets);
        }
        Self {
            entries: entries.into_boxed_slice(),
            names: names.into_boxed_slice(),
        }
    }
}

impl From<Flow<'_>> for OwnedFlow {
    fn from(flow: Flow<'_>) -> Self {
        Self::from(&flow)
    }
}

/// Octets that most flows fit into.
const COMMON_LEN: usize = 512;

/// Appends a value in the form that [`OwnedFlow::value`] reads.
fn write(value: &FlowValue<'_>, names: &mut Vec<&'static str>, out: &mut Vec<u8>) {
    match value {
        FlowValue::Unsigned(number) => {
            // Leading zeros are left out: zero itself is zero-length.
            let mut octets = &number.to_be_bytes()[..];
            while let [0, rest @ ..] = octets {
                octets = rest;
            }
            out.extend_from_slice(octets);
        }
        FlowValue::Flag(flag) => out.push((*flag).into()),
        FlowValue::Address(IpAddr::V4(address)) => out.extend_from_slice(&address.octets()),
        FlowValue::Address(IpAddr::V6(address)) => out.extend_from_slice(&address.octets()),
        FlowValue::Mac(address) => out.extend_from_slice(&address.0),
        FlowValue::Time(time) => out.extend_from_slice(&time.as_nanos().to_be_bytes()),
        FlowValue::Duration(nanos) => out.extend_from_slice(&nanos.to_be_bytes()),
        FlowValue::Text(text) => out.extend_from_slice(text.octets()),
        FlowValue::Octets(octets) => out.extend_from_slice(octets),
        FlowValue::Name(name) => {
            // There are at most as many names as fields, whose numbers are single octets.
            out.extend(u8::try_from(names.len()));
            names.push(name);
        }
        FlowValue::Application(id) => {
            out.push(id.engine());
            out.extend_from_slice(id.selector_octets());
        }
        FlowValue::Numbers(numbers) => {
            for number in numbers {
                out.extend_from_slice(&number.to_be_bytes());
            }
        }
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(octets).into());
    }
    let octets = <[u8; 16]>::try_from(octets).ok()?;
    Some(Ipv6Addr::from(octets).into())
}

fn signed(octets: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(octets.try_into().ok()?))
}

/// One accessor by the type of its field:
///
/// ```text
/// pub fn source_port(&self) -> Option<u16> { … FlowValue::Unsigned(value) => value.try_into().ok() … }
/// ```
macro_rules! accessor {
    ($line:tt U8) => {
        accessor!(@ $line u8, Unsigned);
    };
    ($line:tt U16) => {
        accessor!(@ $line u16, Unsigned);
    };
    ($line:tt U32) => {
        accessor!(@ $line u32, Unsigned);
    };
    ($line:tt U64) => {
        accessor!(@ $line u64, Unsigned);
    };
    ($line:tt Flag) => {
        accessor!(@ $line bool, Flag);
    };
    ($line:tt Address) => {
        accessor!(@ $line IpAddr, Address);
    };
    ($line:tt Mac) => {
        accessor!(@ $line MacAddress, Mac);
    };
    ($line:tt Time) => {
        accessor!(@ $line Timestamp, Time);
    };
    ($line:tt Duration) => {
        accessor!(@ $line i64, Duration);
    };
    ($line:tt Text) => {
        accessor!(@ $line Text<'_>, Text);
    };
    ($line:tt Octets) => {
        accessor!(@ $line &[u8], Octets);
    };
    ($line:tt Name) => {
        accessor!(@ $line &'static str, Name);
    };
    ($line:tt Application) => {
        accessor!(@ $line ApplicationId<'_>, Application);
    };
    ($line:tt Numbers) => {
        accessor!(@ $line Numbers<'_>, Numbers);
    };
    (@ [$(#[$doc:meta])+ $variant:ident $name:ident] $type:ty, $kind:ident) => {
        $(#[$doc])+
        #[must_use]
        pub fn $name(&self) -> Option<$type> {
            match self.get(FlowField::$variant)? {
                FlowValue::$kind(value) => value.try_into().ok(),
                _ => None,
            }
        }
    };
}

/// The accessors, from the lines of the table.
macro_rules! accessors {
    ($($(#[$doc:meta])+ $variant:ident $name:ident $type:ident $unit:literal $source:tt;)+) => {
        /// The fields by name, as [`Flow`] has them.
        impl OwnedFlow {
            $(accessor!([$(#[$doc])+ $variant $name] $type);)+
        }
    };
}
normalised_fields!(accessors);
