//! One member of a structure: its name, its octets, its value.

use core::fmt;
use core::net::IpAddr;

/// Lists in lists that the table holds at most; its generator checks it.
pub(super) const DEPTH: usize = 2;

/// A member of a structure in its flat form.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().last().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// let record = counters.records().next().unwrap()?;
/// let member = record.members().find(|member| member.name.name() == "ifInOctets").unwrap();
/// assert_eq!(member.octets, [0, 0, 0, 0, 0, 0, 0x27, 0x10]);
/// assert!(!member.is_unknown_counter());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member<'a> {
    /// Its name, with its place in lists.
    pub name: MemberName,
    /// Its octets, without length and padding.
    pub octets: &'a [u8],
    /// What they mean; `None` if that is not known, as of `extra` and `raw`.
    pub value: Option<MemberValue<'a>>,
    /// It is of a counter structure.
    pub(super) is_counter: bool,
}

impl Member<'_> {
    /// A counter that the agent does not know: all its bits are ones (sFlow version 5,
    /// section 5, "Counter Sampling").
    #[must_use]
    pub fn is_unknown_counter(&self) -> bool {
        let is_number = matches!(self.value, Some(MemberValue::Unsigned(_)));
        self.is_counter && is_number && self.octets.iter().all(|octet| *octet == 0xff)
    }
}

/// The name of a member, such as `communities[3]` or `dst_as_path[0].as[1]`.
///
/// [`Display`](fmt::Display) writes the whole; the parts are at hand for those who
/// nest: `lists()` yields `("dst_as_path", 0), ("as", 1)` and `name()` is then empty.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().last().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// let record = counters.records().next().unwrap()?;
/// let name = record.members().next().unwrap().name;
/// assert_eq!((name.to_string(), name.lists().count()), ("ifIndex".to_owned(), 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemberName {
    pub(super) lists: [Option<(&'static str, u32)>; DEPTH],
    pub(super) name: &'static str,
}

impl MemberName {
    /// The lists it is in, outermost first, and its place in each.
    pub fn lists(&self) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        self.lists.into_iter().flatten()
    }

    /// The name in the structure or item; empty if the item is a single value.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (list, index) in self.lists() {
            write!(f, "{separator}{list}[{index}]")?;
            separator = ".";
        }
        if self.name.is_empty() {
            return Ok(());
        }
        write!(f, "{separator}{}", self.name)
    }
}

/// What the octets of a member mean.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::structure::MemberValue;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().last().unwrap()?;
/// let SampleKind::Counters(counters) = sample.kind()? else { panic!() };
/// let record = counters.records().next().unwrap()?;
/// assert_eq!(record.members().next().unwrap().value, Some(MemberValue::Unsigned(3)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MemberValue<'a> {
    /// A number without sign.
    Unsigned(u64),
    /// A number with sign.
    Signed(i64),
    /// A fraction, widened exactly.
    Float(f64),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// A MAC address.
    MacAddress([u8; 6]),
    /// Text; UTF-8 by the specification, any octets in fact.
    Text(&'a [u8]),
    /// Octets that are not text.
    Octets(&'a [u8]),
}
