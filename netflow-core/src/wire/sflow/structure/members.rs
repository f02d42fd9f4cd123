//! The machine that reads members by the rows of the table.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::{Error, ErrorKind};
use crate::wire::sflow::data_format::Kind;
use crate::wire::sflow::structure::member::{DEPTH, Member, MemberName, MemberValue};
use crate::wire::sflow::structure::row::{Row, Shape, Structure};
use crate::wire::sflow::xdr::{opaque, size};

/// The members of a structure, in the order of the wire.
///
/// A structure that ends between two members is an older, shorter form. One that
/// ends inside a member, or announces more than is there, yields the members that are
/// whole, then the octets left as `extra`, and [`fault`](Self::fault) reports it.
/// Each step takes octets, so that no count can prolong the walk.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    structure: Option<&'static Structure>,
    length: usize,
    rest: &'a [u8],
    offset: usize,
    /// Members of the structure still to come.
    rows: &'static [Row],
    /// The lists that are being read, outermost first.
    lists: [Option<List>; DEPTH],
    /// What the member before announced.
    second: Option<Second>,
    fault: Option<Error>,
    skipped: usize,
    ended: bool,
    /// MAC addresses have no padding.
    is_packed: bool,
}

/// A list that is being read.
#[derive(Debug, Clone, Copy)]
struct List {
    name: &'static str,
    /// Members of one item.
    items: &'static [Row],
    /// Members of this item still to come.
    rows: &'static [Row],
    index: u32,
    count: u32,
}

/// The second of two members that come of one row.
#[derive(Debug, Clone, Copy)]
struct Second {
    name: &'static str,
    part: SecondMember,
}

#[derive(Debug, Clone, Copy)]
enum SecondMember {
    Address { address_type: u32 },
    Text { length: u32 },
    Octets { length: u32 },
}

impl<'a> Members<'a> {
    /// The members of the structure in these octets; without one they are `raw`.
    pub(in crate::wire::sflow) const fn new(
        structure: Option<&'static Structure>,
        octets: &'a [u8],
        offset: usize,
    ) -> Self {
        Self {
            structure,
            length: octets.len(),
            rest: octets,
            offset,
            rows: match structure {
                Some(structure) => structure.rows,
                None => &[],
            },
            lists: [None; DEPTH],
            second: None,
            fault: None,
            skipped: 0,
            ended: false,
            is_packed: match structure {
                Some(structure) => structure.is_packed(octets.len()),
                None => false,
            },
        }
    }

    /// What was wrong, once the members are read: [`ErrorKind::StructureCut`] or
    /// [`ErrorKind::AddressType`].
    #[must_use]
    pub const fn fault(&self) -> Option<Error> {
        self.fault
    }

    /// Octets that went into `extra` for a fault.
    pub(in crate::wire::sflow) const fn skipped(&self) -> usize {
        self.skipped
    }

    /// The row to read now: of the innermost list with rows left, else of the structure.
    fn next_row(&mut self) -> Option<Row> {
        for slot in self.lists.iter_mut().rev() {
            let Some(list) = slot else { continue };
            if list.rows.is_empty() {
                list.index = list.index.wrapping_add(1);
                list.rows = list.items;
            }
            if list.index < list.count {
                let (row, rows) = list.rows.split_first()?;
                list.rows = rows;
                return Some(*row);
            }
            *slot = None;
        }
        let (row, rows) = self.rows.split_first()?;
        self.rows = rows;
        Some(*row)
    }

    /// Whether the structure may end here.
    fn may_end(&self) -> bool {
        let in_list = |list: &Option<List>| {
            list.is_some_and(|list| {
                let last = list.index.saturating_add(1) >= list.count;
                list.index < list.count && !(last && list.rows.is_empty())
            })
        };
        self.second.is_none() && !self.lists.iter().any(in_list)
    }

    /// Octets of a member, taken from what is left with their padding.
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (rest, octets) = opaque(length, self.rest).ok()?;
        let taken = self.rest.len().saturating_sub(rest.len());
        self.offset = self.offset.saturating_add(taken);
        self.rest = rest;
        Some(octets)
    }

    fn mac_address(&mut self) -> Option<&'a [u8]> {
        if !self.is_packed {
            return self.take(6);
        }
        let (octets, rest) = self.rest.split_at_checked(6)?;
        self.offset = self.offset.saturating_add(octets.len());
        self.rest = rest;
        Some(octets)
    }

    fn word(&mut self) -> Option<(&'a [u8], u32)> {
        let octets = self.take(4)?;
        Some((octets, u32::from_be_bytes(*octets.first_chunk()?)))
    }

    fn read(&mut self, row: Row) -> Option<Member<'a>> {
        let named = self.name(row.name);
        match row.shape {
            Shape::Address(first) => self.first(first, row.name, |address_type| {
                SecondMember::Address { address_type }
            }),
            Shape::Text(first) => {
                self.first(first, row.name, |length| SecondMember::Text { length })
            }
            Shape::Opaque(first) => {
                self.first(first, row.name, |length| SecondMember::Octets { length })
            }
            Shape::List(first, items) => {
                let named = self.name(first);
                let (octets, count) = self.word()?;
                let free = self.lists.iter_mut().find(|slot| slot.is_none())?;
                *free = Some(List {
                    name: row.name,
                    items,
                    rows: items,
                    index: 0,
                    count,
                });
                Some(unsigned(named, octets, count))
            }
            Shape::Unsigned64 => {
                let octets = self.take(8)?;
                let value = u64::from_be_bytes(*octets.first_chunk()?);
                Some(member(named, octets, MemberValue::Unsigned(value)))
            }
            Shape::Ipv6 => self.ipv6(named),
            Shape::MacAddress => {
                let octets = self.mac_address()?;
                let value = MemberValue::MacAddress(*octets.first_chunk()?);
                Some(member(named, octets, value))
            }
            Shape::Octets(length) => {
                let octets = self.take(length)?;
                Some(member(named, octets, MemberValue::Octets(octets)))
            }
            Shape::Unsigned32 => {
                let (octets, value) = self.word()?;
                Some(unsigned(named, octets, value))
            }
            Shape::Signed32 => {
                let octets = self.take(4)?;
                let value = i32::from_be_bytes(*octets.first_chunk()?);
                Some(member(named, octets, MemberValue::Signed(value.into())))
            }
            Shape::Float32 => {
                let (octets, value) = self.word()?;
                let value = MemberValue::Float(f32::from_bits(value).into());
                Some(member(named, octets, value))
            }
            Shape::Ipv4 => self.ipv4(named),
        }
    }

    /// The first of two members, a word that says what the second is.
    fn first(
        &mut self,
        first: &'static str,
        second: &'static str,
        part: impl FnOnce(u32) -> SecondMember,
    ) -> Option<Member<'a>> {
        let named = self.name(first);
        let (octets, value) = self.word()?;
        let part = part(value);
        if !matches!(part, SecondMember::Address { address_type: 0 }) {
            self.second = Some(Second { name: second, part });
        }
        Some(unsigned(named, octets, value))
    }

    fn second(&mut self, second: Second) -> Option<Member<'a>> {
        let named = self.name(second.name);
        match second.part {
            SecondMember::Address { address_type: 1 } => self.ipv4(named),
            SecondMember::Address { address_type: 2 } => self.ipv6(named),
            SecondMember::Address { address_type } => {
                let kind = ErrorKind::AddressType { address_type };
                self.fault = Some(Error::new(kind, self.offset));
                None
            }
            SecondMember::Text { length } => {
                let octets = self.take(size(length))?;
                Some(member(named, octets, MemberValue::Text(octets)))
            }
            SecondMember::Octets { length } => {
                let octets = self.take(size(length))?;
                Some(member(named, octets, MemberValue::Octets(octets)))
            }
        }
    }

    fn ipv4(&mut self, named: MemberName) -> Option<Member<'a>> {
        let (octets, value) = self.word()?;
        let address = IpAddr::V4(Ipv4Addr::from_bits(value));
        Some(member(named, octets, MemberValue::Address(address)))
    }

    fn ipv6(&mut self, named: MemberName) -> Option<Member<'a>> {
        let octets = self.take(16)?;
        let bits = u128::from_be_bytes(*octets.first_chunk()?);
        let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
        Some(member(named, octets, MemberValue::Address(address)))
    }

    /// A name in the lists that are being read.
    fn name(&self, name: &'static str) -> MemberName {
        MemberName {
            lists: self
                .lists
                .map(|list| list.map(|list| (list.name, list.index))),
            name,
        }
    }

    /// The structure ends inside a member, or with fewer items than it counts.
    #[cold]
    fn cut(&mut self) -> Option<Member<'a>> {
        let kind = ErrorKind::StructureCut {
            structure: self.structure.map_or("structure", Structure::name),
            length: self.length,
        };
        self.fault = self.fault.or(Some(Error::new(kind, self.offset)));
        self.skipped = self.rest.len();
        self.end()
    }

    /// The octets left, if any.
    fn end(&mut self) -> Option<Member<'a>> {
        self.ended = true;
        (!self.rest.is_empty()).then(|| self.remainder("extra"))
    }

    fn remainder(&mut self, name: &'static str) -> Member<'a> {
        let lists = [None; DEPTH];
        Member {
            name: MemberName { lists, name },
            octets: core::mem::take(&mut self.rest),
            value: None,
            is_counter: false,
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let is_counter = self
            .structure
            .is_some_and(|structure| structure.kind == Kind::Counter);
        let member = self.next_member()?;
        Some(Member {
            is_counter,
            ..member
        })
    }
}

impl<'a> Members<'a> {
    fn next_member(&mut self) -> Option<Member<'a>> {
        if self.ended {
            return None;
        }
        if self.structure.is_none() {
            // Even of zero length: the record keeps its place.
            self.ended = true;
            return Some(self.remainder("raw"));
        }
        if let Some(second) = self.second.take() {
            return self.second(second).or_else(|| self.cut());
        }
        if self.rest.is_empty() && self.may_end() {
            self.ended = true;
            return None;
        }
        match self.next_row() {
            Some(row) => self.read(row).or_else(|| self.cut()),
            None => self.end(),
        }
    }
}

impl core::iter::FusedIterator for Members<'_> {}

const fn member<'a>(name: MemberName, octets: &'a [u8], value: MemberValue<'a>) -> Member<'a> {
    Member {
        name,
        octets,
        value: Some(value),
        is_counter: false,
    }
}

fn unsigned(name: MemberName, octets: &[u8], value: u32) -> Member<'_> {
    member(name, octets, MemberValue::Unsigned(value.into()))
}
