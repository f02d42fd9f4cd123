//! Where the normalised fields are in the records of a template: looked up
//! once, so that reading one is a load from a known place.

mod slot;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub(crate) use self::slot::{Slot, SoleAddress};
use super::{SecondCounters, TemplateField, second_counters, suppliers};
use crate::element::ElementId;
use crate::field::{FieldType, FlowField, Ingredient};
use crate::wire::template::FieldLength;

/// Where a normalised field is in the records of a template
/// ([`Template::field_plan`](super::Template::field_plan)).
///
/// ```
/// use netflow_core::element::ElementId;
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let template = decoded.flows().next().unwrap().record().unwrap().template();
/// let plan = template.field_plan(FlowField::Octets).unwrap();
/// assert_eq!((plan.offset, plan.width, plan.element), (17, 4, ElementId::iana(1)));
/// assert_eq!(template.field_plan(FlowField::Vlan), None);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldPlan {
    /// Octets from the start of the record.
    pub offset: usize,
    /// Octets of the field.
    pub width: usize,
    /// The element that supplies it.
    pub element: ElementId,
}

impl super::Template {
    /// Where this field is in each record. `None` if the template has no
    /// such field, if it comes after or is a field of variable length, or if
    /// it is computed from several elements.
    #[must_use]
    pub fn field_plan(&self, field: FlowField) -> Option<FieldPlan> {
        let slot = self.plan.field(field);
        let fixed = slot.is_present() && slot.segment == 0 && slot.width != Slot::VARIABLE;
        let fixed = fixed && !slot.is_chosen_by_record;
        let element = field.elements().get(usize::from(slot.candidate))?;
        fixed.then_some(FieldPlan {
            offset: usize::from(slot.offset),
            width: usize::from(slot.width),
            element: *element,
        })
    }
}

const FIELDS: usize = FlowField::ALL.len();
const INGREDIENTS: usize = Ingredient::ALL.len();

/// The sections of packets (RFC 5477, section 8.5).
pub(crate) const SECTIONS: [Ingredient; 5] = [
    Ingredient::DataLinkFrame,
    Ingredient::IpHeader,
    Ingredient::IpPayload,
    Ingredient::MplsLabelStack,
    Ingredient::MplsPayload,
];

/// What may state the sampling rate in a record.
pub(crate) const RATES: [Ingredient; 8] = [
    Ingredient::SamplingInterval,
    Ingredient::SamplingRandomInterval,
    Ingredient::SamplingPacketInterval,
    Ingredient::SamplingPacketSpace,
    Ingredient::SamplingPopulation,
    Ingredient::SamplingProbability,
    Ingredient::SamplingFlowInterval,
    Ingredient::SamplingFlowSpacing,
];

/// Elements that carry the start or the end.
pub(crate) const TIMES: [Ingredient; 4] = [
    Ingredient::Start,
    Ingredient::End,
    Ingredient::StartTimeval,
    Ingredient::EndTimeval,
];

/// Elements of type and code of ICMP.
const ICMP_ELEMENTS: [Ingredient; 6] = [
    Ingredient::IcmpTypeCode,
    Ingredient::Icmpv6TypeCode,
    Ingredient::IcmpType,
    Ingredient::Icmpv6Type,
    Ingredient::IcmpCode,
    Ingredient::Icmpv6Code,
];

/// Ports, and those of UDP.
const UDP_PORTS: [(FlowField, Ingredient); 2] = [
    (FlowField::SourcePort, Ingredient::UdpSourcePort),
    (FlowField::DestinationPort, Ingredient::UdpDestinationPort),
];
/// Ports after translation, and the addresses beside them.
const TRANSLATED_PORTS: [(FlowField, [Ingredient; 2]); 2] = [
    (
        FlowField::PostNatSourcePort,
        [Ingredient::PostNatSourceIpv4, Ingredient::PostNatSourceIpv6],
    ),
    (
        FlowField::PostNatDestinationPort,
        [
            Ingredient::PostNatDestinationIpv4,
            Ingredient::PostNatDestinationIpv6,
        ],
    ),
];
/// The place of those of TCP (182, 183) among the elements of a port.
const TCP_PORT: u8 = 1;

/// The places of all normalised fields in the records of one template.
#[derive(Debug)]
pub(crate) struct TemplatePlan {
    fields: [Slot; FIELDS],
    ingredients: [Slot; INGREDIENTS],
    source: SoleAddress,
    destination: SoleAddress,
    /// Fixed octets before each variable-length field, counted from the one
    /// before it.
    gaps: Box<[u32]>,
    /// Fixed octets after the last of them.
    tail: u32,
    /// A field is a section of a packet, in which more fields may be found.
    has_section: bool,
    /// A field carries the start or the end.
    has_times: bool,
    /// Several fields carry the start, or the end.
    has_other_times: bool,
    /// A field of a start or end has a length that its element cannot have.
    has_unreadable_time: bool,
    /// A field may state a sampling rate.
    has_rate: bool,
    /// A field may say how packets are selected, without a rate.
    has_selection: bool,
    /// Type and code of ICMP can only be in the destination port.
    has_icmp_in_port: bool,
    /// Records may show that second counters are of the reverse direction.
    has_open_counters: bool,
    /// Second counters may be those of the record itself.
    has_second_counters: bool,
}

// Copied as a whole, which costs less than writing slot after slot.
static NO_FIELDS: [Slot; FIELDS] = [Slot::ABSENT; FIELDS];
static NO_INGREDIENTS: [Slot; INGREDIENTS] = [Slot::ABSENT; INGREDIENTS];

impl TemplatePlan {
    #[inline]
    pub(super) fn empty() -> Self {
        Self {
            fields: NO_FIELDS,
            ingredients: NO_INGREDIENTS,
            source: SoleAddress::No,
            destination: SoleAddress::No,
            gaps: Box::default(),
            tail: 0,
            has_section: false,
            has_times: false,
            has_other_times: false,
            has_unreadable_time: false,
            has_rate: false,
            has_selection: false,
            has_icmp_in_port: false,
            has_open_counters: false,
            has_second_counters: false,
        }
    }

    /// Finds the places in records of these fields; it was empty.
    pub(super) fn fill(&mut self, fields: &[TemplateField], counters: Option<SecondCounters>) {
        let mut gaps = Vec::new();
        let mut met = [false; INGREDIENTS];
        let mut offset = 0_u32;
        let is_reverse = counters.is_some_and(SecondCounters::is_reverse);
        for field in fields {
            let length = field.length();
            if let Some(id) = field.planned_id() {
                self.has_selection |= is_selection(id);
                self.place((id, is_reverse), length, offset, gaps.len(), &mut met);
            }
            match length {
                FieldLength::Fixed(length) => offset = offset.saturating_add(u32::from(length)),
                FieldLength::Variable => {
                    gaps.push(offset);
                    offset = 0;
                }
            }
        }
        self.gaps = gaps.into();
        self.tail = offset;
        self.has_times = self.has_any(&TIMES);
        self.has_section = self.has_any(&SECTIONS);
        self.has_rate = self.has_any(&RATES);
        self.has_icmp_in_port = self.field(FlowField::Protocol).is_present()
            && self.field(FlowField::DestinationPort).is_present()
            && !self.has_any(&ICMP_ELEMENTS);
        self.source = SoleAddress::new(
            self.ingredient(Ingredient::SourceIpv4),
            self.ingredient(Ingredient::SourceIpv6),
        );
        self.destination = SoleAddress::new(
            self.ingredient(Ingredient::DestinationIpv4),
            self.ingredient(Ingredient::DestinationIpv6),
        );
        self.choose_ports();
        self.choose_translated_ports();
        self.has_second_counters = counters.is_some() && !is_reverse;
        self.has_open_counters =
            counters == Some(SecondCounters::Unknown) && second_counters::is_open(fields);
        self.choose_counters();
    }

    /// If second counters may be the record's own, each record decides: octets and packets are not
    /// read from a known place.
    fn choose_counters(&mut self) {
        for field in [FlowField::Octets, FlowField::Packets] {
            let is_second = self.has_second_counters;
            let slot = self.fields.get_mut(usize::from(field.index()));
            if let Some(slot) = slot.filter(|slot| is_second && slot.candidate == 0) {
                slot.choose_by_record();
            }
        }
    }

    /// If a template has an address and a port after translation, only both together show whether
    /// there was a translation: the port is not read from a known place.
    fn choose_translated_ports(&mut self) {
        for (port, addresses) in TRANSLATED_PORTS {
            let has_address = self.has_any(&addresses);
            let slot = self.fields.get_mut(usize::from(port.index()));
            if let Some(slot) = slot.filter(|_| has_address) {
                slot.choose_by_record();
            }
        }
    }

    /// If a template has ports of both TCP and UDP, the protocol of each record decides which are
    /// used: they are not read from a known place.
    fn choose_ports(&mut self) {
        for (port, of_udp) in UDP_PORTS {
            let is_there = self.ingredient(of_udp).is_present();
            let slot = self.fields.get_mut(usize::from(port.index()));
            if let Some(slot) = slot.filter(|slot| is_there && slot.candidate == TCP_PORT) {
                slot.choose_by_record();
            }
        }
    }

    /// Where the port of UDP is, if that of another protocol is in its field.
    pub(crate) fn udp_port(&self, field: FlowField) -> Option<Slot> {
        let (_, of_udp) = UDP_PORTS.iter().find(|(port, _)| *port == field)?;
        let slot = self.ingredient(*of_udp);
        (slot.is_present() && self.field(field).candidate == TCP_PORT).then_some(slot)
    }

    fn has_any(&self, ingredients: &[Ingredient]) -> bool {
        let has = |ingredient: &Ingredient| self.ingredient(*ingredient).is_present();
        ingredients.iter().any(has)
    }

    #[inline]
    pub(crate) fn field(&self, field: FlowField) -> Slot {
        // The enumeration is as long as the array.
        self.fields
            .get(usize::from(field.index()))
            .copied()
            .unwrap_or(Slot::ABSENT)
    }

    #[inline]
    pub(crate) fn ingredient(&self, ingredient: Ingredient) -> Slot {
        self.ingredients
            .get(usize::from(ingredient.index()))
            .copied()
            .unwrap_or(Slot::ABSENT)
    }

    /// The source address.
    #[inline]
    pub(crate) const fn source(&self) -> SoleAddress {
        self.source
    }

    /// The destination address.
    #[inline]
    pub(crate) const fn destination(&self) -> SoleAddress {
        self.destination
    }

    /// A field is a section of a packet. Asked first, since exporters that send
    /// none are to pay nothing for it.
    #[inline]
    pub(crate) const fn has_section(&self) -> bool {
        self.has_section
    }

    /// Records may show that second counters are of the reverse direction.
    #[inline]
    pub(crate) const fn has_open_counters(&self) -> bool {
        self.has_open_counters
    }

    /// Second counters may be those of the record itself.
    #[inline]
    pub(crate) const fn has_second_counters(&self) -> bool {
        self.has_second_counters
    }

    /// Type and code of ICMP can only be in the destination port.
    #[inline]
    pub(crate) const fn has_icmp_in_port(&self) -> bool {
        self.has_icmp_in_port
    }

    /// A field carries the start or the end.
    #[inline]
    pub(crate) const fn has_times(&self) -> bool {
        self.has_times
    }

    /// Several fields carry the start, or the end: where the best one is zero, another may not be.
    pub(crate) const fn has_other_times(&self) -> bool {
        self.has_other_times
    }

    /// A field of a start or end has a length that its element cannot have.
    pub(crate) const fn has_unreadable_time(&self) -> bool {
        self.has_unreadable_time
    }

    /// A field names a sampler (48) or selector (302).
    #[inline]
    pub(crate) fn names_sampler(&self) -> bool {
        self.ingredient(Ingredient::SamplerId).is_present()
            || self.ingredient(Ingredient::SelectorId).is_present()
    }

    /// A field may say how packets are selected, without a rate.
    #[inline]
    pub(crate) const fn has_selection(&self) -> bool {
        self.has_selection
    }

    /// A field may state a sampling rate. Most templates have none.
    #[inline]
    pub(crate) const fn has_rate(&self) -> bool {
        self.has_rate
    }

    /// Fixed octets before each variable-length field.
    pub(crate) fn gaps(&self) -> &[u32] {
        &self.gaps
    }

    /// Fixed octets after the last variable-length field.
    pub(crate) const fn tail(&self) -> u32 {
        self.tail
    }

    pub(super) fn memory(&self) -> usize {
        size_of_val::<[u32]>(&self.gaps)
    }

    /// Assigns a field of the wire to its slots: in each, the best element wins,
    /// and of the same element the first, or the second where that is meant:
    /// `met` records that the first was.
    fn place(
        &mut self,
        (id, is_reverse): (ElementId, bool),
        length: FieldLength,
        offset: u32,
        segment: usize,
        met: &mut [bool; INGREDIENTS],
    ) {
        let (Ok(offset), Ok(segment)) = (u16::try_from(offset), u8::try_from(segment)) else {
            return;
        };
        for supplier in suppliers::of(id) {
            let field = usize::from(supplier.field);
            if is_post_counter(id) && field < FIELDS && is_reverse_counter(field) != is_reverse {
                continue;
            }
            let (slot, room) = match field.checked_sub(FIELDS) {
                None => (self.fields.get_mut(field), room(supplier.field_type)),
                Some(ingredient) => {
                    let second = Ingredient::ALL
                        .get(ingredient)
                        .is_some_and(|one| one.is_second());
                    let met = met.get_mut(ingredient).filter(|met| second && !**met);
                    if let Some(met) = met {
                        *met = true;
                        continue;
                    }
                    (self.ingredients.get_mut(ingredient), MAX_NUMBER)
                }
            };
            let Some(slot) = slot else { continue };
            if !accepts(supplier.field_type, length) {
                self.has_unreadable_time |= is_time(field);
                continue;
            }
            self.has_other_times |= slot.is_present() && is_time(field);
            if supplier.candidate < slot.candidate {
                *slot = Slot::new(length, offset, segment, supplier.candidate, room);
            }
        }
    }
}

/// Elements that say how packets are selected without a rate: algorithm (35, 304) and mode (49),
/// intervals of time (307, 308), hash functions (326 to 334).
fn is_selection(id: ElementId) -> bool {
    id.enterprise_number == 0 && matches!(id.id, 35 | 49 | 304 | 307 | 308 | 326..=334)
}

/// postOctetDeltaCount and postPacketDeltaCount.
fn is_post_counter(id: ElementId) -> bool {
    id == ElementId::iana(23) || id == ElementId::iana(24)
}

fn is_reverse_counter(field: usize) -> bool {
    let reverse = [FlowField::ReverseOctets, FlowField::ReversePackets];
    reverse.iter().any(|one| usize::from(one.index()) == field)
}

fn is_time(field: usize) -> bool {
    let ingredient = field.checked_sub(FIELDS);
    let ingredient = ingredient.and_then(|index| Ingredient::ALL.get(index));
    matches!(ingredient, Some(Ingredient::Start | Ingredient::End))
}

/// Octets of the widest number.
const MAX_NUMBER: u16 = 8;

/// Octets of the widest number of this type.
const fn room(field_type: FieldType) -> u16 {
    match field_type {
        FieldType::U8 => 1,
        FieldType::U16 => 2,
        FieldType::U32 => 4,
        _ => MAX_NUMBER,
    }
}

/// A field of this length can be read as this type; if not, another element
/// may supply it.
fn accepts(field_type: FieldType, length: FieldLength) -> bool {
    let FieldLength::Fixed(length) = length else {
        return true;
    };
    match field_type {
        FieldType::Address => matches!(length, 4 | 16),
        FieldType::Mac => length == 6,
        FieldType::Text | FieldType::Octets | FieldType::Application | FieldType::Numbers => {
            length > 0
        }
        _ => (1..=8).contains(&length),
    }
}
