//! How a structure is stored in the table: a row for each member.

use crate::wire::sflow::data_format::{DataFormat, Kind};

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
    pub(in crate::wire::sflow) format: DataFormat,
    pub(in crate::wire::sflow) kind: Kind,
    pub(in crate::wire::sflow) name: &'static str,
    /// Octets of all members, if that is the same in every record.
    pub(in crate::wire::sflow) size: Option<usize>,
    pub(in crate::wire::sflow) rows: &'static [Row],
}

/// Octets of `sampled_ethernet` without padding after its addresses.
const PACKED_ETHERNET: usize = 20;

impl Structure {
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

    /// Whether a record of this length has no padding after MAC addresses: the specification
    /// pads those of `sampled_ethernet` to 24 octets in all (sFlow version 5, section 5), but some
    /// agents send 20.
    pub(in crate::wire::sflow) const fn is_packed(&self, len: usize) -> bool {
        let is_ethernet = matches!(self.kind, Kind::Flow)
            && self.format.enterprise() == 0
            && matches!(self.format.format(), 2 | 1021 | 1022);
        is_ethernet && len == PACKED_ETHERNET
    }
}

/// One member of a structure, or of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::wire::sflow) struct Row {
    /// Its name; empty for an item that is one value.
    pub(in crate::wire::sflow) name: &'static str,
    pub(in crate::wire::sflow) shape: Shape,
}

/// How a member is sent. Where two members come of it the name of the first is here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::wire::sflow) enum Shape {
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
pub(in crate::wire::sflow) const fn row(name: &'static str, shape: Shape) -> Row {
    Row { name, shape }
}
