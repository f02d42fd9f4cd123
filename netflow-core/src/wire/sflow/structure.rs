//! Structures by table: every flow and counter structure that is known, and the
//! members in a record of it.
//!
//! The rows come from `registry/sflow.csv`. What they say is read by one small
//! machine, [`Members`], into the flat form that the expected results use:
//!
//! - a discriminant is `NAME_type`, then `NAME`;
//! - a counted array is `NAME_count`, then `NAME[0]` or `NAME[0].member`;
//! - a string or opaque is `NAME_length`, then `NAME` without its padding;
//! - octets after the known members are `extra`, those of an unknown structure `raw`.

mod member;
mod members;

pub use member::{Member, MemberName, MemberValue};
pub use members::Members;

use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::table::{COUNTERS, FLOWS, SAMPLES};

/// One structure: its data format, its name and its members.
///
/// ```
/// use netflow_core::wire::sflow::{DataFormat, structure};
///
/// let router = structure::flow(DataFormat::new(0, 1002)).unwrap();
/// assert_eq!(router.name(), "extended_router");
///
/// let octets = [0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 24];
/// let members: Vec<String> = router.members(&octets, 0).map(|m| m.name.to_string()).collect();
/// assert_eq!(members, ["nexthop_type", "nexthop", "src_mask_len"]);
/// ```
#[derive(Debug, PartialEq)]
pub struct Structure {
    pub(super) format: DataFormat,
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    /// Octets of all members, if that is the same in every record.
    pub(super) size: Option<usize>,
    pub(super) rows: &'static [Row],
}

/// Octets of `sampled_ethernet` without padding after its addresses.
const PACKED_ETHERNET: usize = 20;

impl Structure {
    /// Whether a record of this length has no padding after MAC addresses: the specification
    /// pads those of `sampled_ethernet` to 24 octets in all (sFlow version 5, section 5), but some
    /// agents send 20.
    pub(super) const fn is_packed(&self, len: usize) -> bool {
        let is_ethernet = matches!(self.kind, Kind::Flow)
            && self.format.enterprise() == 0
            && matches!(self.format.format(), 2 | 1021 | 1022);
        is_ethernet && len == PACKED_ETHERNET
    }
}

/// One member of a structure, or of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// Its name; empty for an item that is one value.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

/// How a member is sent. Where two members come of it the name of the first is here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Unsigned32,
    Unsigned64,
    Signed32,
    Float32,
    Ipv4,
    Ipv6,
    MacAddress,
    /// This many octets, padded.
    Octets(usize),
    /// A type, then an address of that type.
    Address(&'static str),
    /// A length, then text.
    Text(&'static str),
    /// A length, then octets.
    Opaque(&'static str),
    /// A count, then items of these rows. There is one row or more.
    List(&'static str, &'static [Row]),
}

/// One line of the table.
pub(super) const fn row(name: &'static str, shape: Shape) -> Row {
    Row { name, shape }
}

/// The structure of a flow record of this format.
#[must_use]
pub fn flow(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Flow, format)
}

/// The structure of a counter record of this format.
#[must_use]
pub fn counter(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Counter, format)
}

/// The structure of the header of a sample of this format.
#[must_use]
pub fn sample(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Sample, format)
}

impl Structure {
    /// The structure of this format.
    #[must_use]
    pub fn get(kind: Kind, format: DataFormat) -> Option<&'static Self> {
        let table = match kind {
            Kind::Sample => SAMPLES,
            Kind::Flow => FLOWS,
            Kind::Counter => COUNTERS,
        };
        let index = table.binary_search_by_key(&format, |row| row.format).ok()?;
        table.get(index)
    }

    /// Every structure of a kind, in the order of their formats.
    pub fn all(kind: Kind) -> impl Iterator<Item = &'static Self> {
        match kind {
            Kind::Sample => SAMPLES.iter(),
            Kind::Flow => FLOWS.iter(),
            Kind::Counter => COUNTERS.iter(),
        }
    }

    /// Its data format.
    #[must_use]
    pub const fn format(&self) -> DataFormat {
        self.format
    }

    /// The number space of its format.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name, as the specification spells it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Octets of all its members, if that is the same in every record.
    #[must_use]
    pub const fn size(&self) -> Option<usize> {
        self.size
    }

    /// The members in these octets, which begin at `offset` in the datagram.
    #[must_use]
    pub const fn members<'a>(&'static self, octets: &'a [u8], offset: usize) -> Members<'a> {
        Members::new(Some(self), octets, offset)
    }
}
