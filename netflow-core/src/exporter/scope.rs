//! What a sampling rate applies to: the scope of the options that announced it.

use core::cmp::Ordering;
use core::fmt::{self, Display as _};
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::element::{self, DataType, ElementId, InformationElement};
use crate::value::Text;
use crate::wire::template::FieldKey;

/// Scope fields that one announcement may combine: the scope types of v9 but System, which is
/// the exporter itself. Each doubles the combinations that a record can name.
pub(crate) const MAX_SCOPE_FIELDS: usize = 4;

/// A kind of thing that options describe (RFC 3954, section 6.1; RFC 7011, section 3.4.2.1).
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, ScopeKind, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// // The scope of the sampling options is the input interface (10) in place of the domain (149).
/// let ipfix = example::ipfix();
/// let mut payload = ipfix.payload.to_vec();
/// payload[75] = 10;
/// decoder.decode(ipfix.with_payload(&payload))?;
/// let of = decoder.announced().find_map(|announcement| match announcement.fact {
///     Fact::Rate { of, .. } => of.parts().next(),
///     _ => None,
/// });
/// assert_eq!(of, Some((ScopeKind::Interface, 7)));
/// assert_eq!(ScopeKind::Interface.to_string(), "interface");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ScopeKind {
    /// selectionSequenceId (element 301): selectors applied one after the other.
    SelectionSequence,
    /// samplerId (element 48).
    Sampler,
    /// selectorId (element 302).
    Selector,
    /// The interface that the flow was counted on: element 10 if it is the only interface of the
    /// scope, scope type 2 of NetFlow v9.
    Interface,
    /// What another element identifies, such as a line card (141), a metering process (143) or
    /// an observation point (138).
    Element(ElementId),
    /// A scope type of NetFlow v9 that no element of data records names, such as 4, a cache.
    ScopeType(u16),
    /// The records of a template: element 145, scope type 5 of NetFlow v9.
    Template,
}

impl ScopeKind {
    /// observationDomainId.
    pub(crate) const OBSERVATION_DOMAIN: Self = Self::Element(ElementId::iana(149));

    /// ingressInterface, in a scope that names another interface too.
    pub(crate) const INGRESS_INTERFACE: Self = Self::Element(ElementId::iana(10));
    /// egressInterface.
    pub(crate) const EGRESS_INTERFACE: Self = Self::Element(ElementId::iana(14));
    /// ingressPhysicalInterface.
    pub(crate) const INGRESS_PHYSICAL: Self = Self::Element(ElementId::iana(252));
    /// egressPhysicalInterface.
    pub(crate) const EGRESS_PHYSICAL: Self = Self::Element(ElementId::iana(253));

    /// It is an interface: the one that the flow was counted on, or that of an element. Options of an
    /// element concern records that name the interface in that element (RFC 7011, section 3.4.2.1).
    /// Scope type 2 of NetFlow v9 has no direction.
    pub(crate) fn is_interface(self) -> bool {
        matches!(
            self,
            Self::Interface
                | Self::INGRESS_INTERFACE
                | Self::EGRESS_INTERFACE
                | Self::INGRESS_PHYSICAL
                | Self::EGRESS_PHYSICAL
        )
    }

    /// The element of the same side of a flow, logical or physical: where a scope or a record has
    /// only one of them, they are not distinguished.
    pub(super) fn other_interface(self) -> Option<Self> {
        Some(match self {
            Self::INGRESS_INTERFACE => Self::INGRESS_PHYSICAL,
            Self::EGRESS_INTERFACE => Self::EGRESS_PHYSICAL,
            Self::INGRESS_PHYSICAL => Self::INGRESS_INTERFACE,
            Self::EGRESS_PHYSICAL => Self::EGRESS_INTERFACE,
            _ => return None,
        })
    }

    /// A rate of it applies only to records that name it: those of another sampler, or of none,
    /// were not selected by it.
    pub(super) const fn must_be_named(self) -> bool {
        matches!(
            self,
            Self::SelectionSequence | Self::Sampler | Self::Selector
        )
    }

    /// Each record names it: by the id of its set, by the header of its message.
    pub(super) fn is_always_named(self) -> bool {
        self == Self::Template || self == Self::OBSERVATION_DOMAIN
    }

    /// Its position in the order of kinds, as a number that is compared at once.
    #[inline]
    fn rank(self) -> u64 {
        const ELEMENT: u64 = 1 << 48;
        const SCOPE_TYPE: u64 = 1 << 49;

        match self {
            Self::SelectionSequence => 0,
            Self::Sampler => 1,
            Self::Selector => 2,
            Self::Interface => 3,
            Self::Element(id) => ELEMENT | u64::from(id.enterprise_number) << 16 | u64::from(id.id),
            Self::ScopeType(number) => SCOPE_TYPE | u64::from(number),
            Self::Template => u64::MAX,
        }
    }

    /// The other of samplerId and selectorId, which replaces it in the registry: where options
    /// use one and records the other, the numbers are the same.
    pub(super) const fn counterpart(self) -> Option<Self> {
        match self {
            Self::Sampler => Some(Self::Selector),
            Self::Selector => Some(Self::Sampler),
            _ => None,
        }
    }
}

/// The values of fields.
impl ScopeKind {
    /// What the octets of a field of this type identify, as a number: addresses too, and short
    /// strings without the NULs that pad them. `None` if it is empty or longer than an IPv6
    /// address.
    pub(crate) fn number(octets: &[u8], data_type: Option<DataType>) -> Option<u128> {
        let octets = if data_type == Some(DataType::String) {
            Text::new(octets).octets()
        } else {
            octets
        };
        let fits = (1..=size_of::<u128>()).contains(&octets.len());
        let add = |number: u128, octet: &u8| number << 8 | u128::from(*octet);
        fits.then(|| octets.iter().fold(0, add))
    }

    pub(super) fn data_type(self) -> Option<DataType> {
        self.element()?.data_type
    }

    /// The element that identifies it, if the registry knows it.
    pub(super) fn element(self) -> Option<InformationElement> {
        match self {
            Self::Element(id) => element::get(id),
            _ => None,
        }
    }
}

/// Writes it as in reports: `sampler`, `line card`, `ingressVRFID`.
impl fmt::Display for ScopeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::SelectionSequence => "selection sequence",
            Self::Sampler => "sampler",
            Self::Selector => "selector",
            Self::Interface => "interface",
            Self::Template => "template",
            Self::ScopeType(4) => "cache",
            Self::ScopeType(number) => return FieldKey::Scope(*number).fmt(f),
            Self::Element(id) => match (id.enterprise_number, id.id) {
                (0, 10) => "ingress interface",
                (0, 14) => "egress interface",
                (0, 252) => "ingress physical interface",
                (0, 253) => "egress physical interface",
                (0, 130 | 131) => "exporter address",
                (0, 138) => "observation point",
                (0, 141) => "line card",
                (0, 142) => "port",
                (0, 143) => "metering process",
                (0, 149) => "observation domain",
                (0, 234) => "ingress VRF",
                (0, 235) => "egress VRF",
                _ => match element::get(*id) {
                    Some(element) => element.name,
                    None => return id.fmt(f),
                },
            },
        };
        f.write_str(name)
    }
}

/// What an announced sampling rate applies to: one thing, several things that a record has to match
/// together, or the whole observation domain.
///
/// ```
/// use netflow_core::{RateScope, ScopeKind};
///
/// let scope = RateScope::new(&[(ScopeKind::Sampler, 1), (ScopeKind::Interface, 7)]);
/// assert_eq!(scope.unwrap().to_string(), "sampler 1, interface 7");
/// assert_eq!(RateScope::DOMAIN.to_string(), "the whole domain");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RateScope {
    len: u8,
    /// The kinds, in order; entries past `len` are always the same.
    kinds: [ScopeKind; MAX_SCOPE_FIELDS],
    values: [u128; MAX_SCOPE_FIELDS],
}

impl RateScope {
    /// The whole observation domain.
    pub const DOMAIN: Self = Self {
        len: 0,
        kinds: [ScopeKind::Template; MAX_SCOPE_FIELDS],
        values: [0; MAX_SCOPE_FIELDS],
    };

    /// The scope of these parts, the first of each kind; `None` if they are more than four.
    #[must_use]
    pub fn new(parts: &[(ScopeKind, u128)]) -> Option<Self> {
        let mut scope = Self::DOMAIN;
        let fits = parts
            .iter()
            .all(|(kind, value)| scope.insert(*kind, *value));
        fits.then_some(scope)
    }

    /// Whether it is the whole observation domain, not a part of it.
    #[must_use]
    pub const fn is_domain(&self) -> bool {
        self.len == 0
    }

    /// What a record has to match, in a fixed order of kinds: ids and addresses as numbers.
    pub fn parts(&self) -> impl Iterator<Item = (ScopeKind, u128)> + use<> {
        let parts = self.kinds.into_iter().zip(self.values);
        parts.take(usize::from(self.len))
    }

    /// The number of a part of this kind.
    #[must_use]
    pub fn get(&self, kind: ScopeKind) -> Option<u128> {
        self.parts()
            .find_map(|(one, value)| (one == kind).then_some(value))
    }

    pub(super) fn kinds(&self) -> &[ScopeKind] {
        self.kinds.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(super) const fn values(&self) -> [u128; MAX_SCOPE_FIELDS] {
        self.values
    }

    /// It names a sampler, a selector or a selection sequence, which are first in the order.
    pub(super) fn names_sampler(&self) -> bool {
        let first = self.kinds().first();
        first.is_some_and(|kind| kind.must_be_named())
    }

    /// It names an interface.
    pub(super) fn names_interface(&self) -> bool {
        self.kinds().iter().any(|kind| kind.is_interface())
    }

    /// Adds a part, if there is none of its kind; `false` if there is no room for it. Most parts
    /// are added in their order.
    #[inline]
    pub(super) fn insert(&mut self, kind: ScopeKind, value: u128) -> bool {
        let rank = kind.rank();
        let len = usize::from(self.len);
        let mut index = len;
        for other in self.kinds().iter().rev() {
            match other.rank().cmp(&rank) {
                Ordering::Less => break,
                Ordering::Equal => return true,
                Ordering::Greater => index = index.saturating_sub(1),
            }
        }
        if len >= MAX_SCOPE_FIELDS {
            return false;
        }
        if index < len {
            let next = index.saturating_add(1);
            self.kinds.copy_within(index..len, next);
            self.values.copy_within(index..len, next);
        }
        if let (Some(next_kind), Some(next_value)) =
            (self.kinds.get_mut(index), self.values.get_mut(index))
        {
            (*next_kind, *next_value) = (kind, value);
        }
        self.len = self.len.saturating_add(1);
        true
    }
}

/// The whole observation domain.
impl Default for RateScope {
    fn default() -> Self {
        Self::DOMAIN
    }
}

/// Writes it as in reports: `sampler 1, interface 7`.
impl fmt::Display for RateScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_domain() {
            return f.write_str("the whole domain");
        }
        for (index, (kind, value)) in self.parts().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{kind} ")?;
            write_value(kind, value, f)?;
        }
        Ok(())
    }
}

/// Addresses and strings as such, everything else as a number.
fn write_value(kind: ScopeKind, value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (kind.data_type(), u32::try_from(value)) {
        (Some(DataType::Ipv4Address), Ok(bits)) => Ipv4Addr::from_bits(bits).fmt(f),
        (Some(DataType::Ipv6Address), _) => Ipv6Addr::from_bits(value).fmt(f),
        (Some(DataType::String), _) => {
            let octets = value.to_be_bytes();
            let zeros = octets.iter().take_while(|octet| **octet == 0).count();
            Text::new(octets.get(zeros..).unwrap_or_default()).fmt(f)
        }
        _ => value.fmt(f),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{RateScope, ScopeKind};
    use crate::element::ElementId;

    const LINE_CARD: ScopeKind = ScopeKind::Element(ElementId::iana(141));

    #[test]
    fn parts_have_one_order_and_one_of_each_kind() {
        let one = RateScope::new(&[
            (ScopeKind::Template, 256),
            (LINE_CARD, 3),
            (ScopeKind::Sampler, 1),
            (LINE_CARD, 4),
        ]);
        let other = RateScope::new(&[
            (LINE_CARD, 3),
            (ScopeKind::Sampler, 1),
            (ScopeKind::Template, 256),
        ]);
        assert_eq!(one, other);
        let text = one.unwrap().to_string();
        assert_eq!(text, "sampler 1, line card 3, template 256");
    }

    #[test]
    fn ranks_have_the_order_of_kinds() {
        let kinds = [
            ScopeKind::SelectionSequence,
            ScopeKind::Sampler,
            ScopeKind::Selector,
            ScopeKind::Interface,
            ScopeKind::Element(ElementId::iana(0)),
            LINE_CARD,
            ScopeKind::Element(ElementId::iana(u16::MAX)),
            ScopeKind::Element(ElementId::new(9, 0)),
            ScopeKind::Element(ElementId::new(u32::MAX, u16::MAX)),
            ScopeKind::ScopeType(0),
            ScopeKind::ScopeType(u16::MAX),
            ScopeKind::Template,
        ];
        for (one, other) in kinds.iter().zip(&kinds[1..]) {
            assert!(
                one < other && one.rank() < other.rank(),
                "{one:?} {other:?}"
            );
        }
    }

    #[test]
    fn a_fifth_part_does_not_fit() {
        let parts = [10, 138, 141, 142, 143];
        let parts = parts.map(|id| (ScopeKind::Element(ElementId::iana(id)), 1));
        assert!(RateScope::new(&parts[..4]).is_some());
        assert_eq!(RateScope::new(&parts), None);
        // The order does not matter, and a kind that is there already takes no more room.
        let mut backwards = parts;
        backwards.reverse();
        assert_eq!(RateScope::new(&backwards), None);
        let again = [&parts[..4], &parts[..2]].concat();
        assert_eq!(RateScope::new(&again), RateScope::new(&parts[..4]));
        assert_eq!(RateScope::new(&backwards[1..]), RateScope::new(&parts[..4]));
    }

    #[test]
    fn values_are_written_by_their_type() {
        for (id, value, text) in [
            (130, 0xc000_0201, "exporter address 192.0.2.1"),
            (131, 0x2001_0db8 << 96 | 1, "exporter address 2001:db8::1"),
            (82, 0x65_74_68_30, "interfaceName eth0"),
            (999, 7, "999 7"),
        ] {
            let kind = ScopeKind::Element(ElementId::iana(id));
            assert_eq!(RateScope::new(&[(kind, value)]).unwrap().to_string(), text);
        }
    }
}
