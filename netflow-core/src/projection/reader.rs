//! Reading one field of one record.

use core::iter::once;
use core::net::IpAddr;

use super::sink::ColumnSink;
use crate::field::{FieldType, FlowField, Ingredient};
use crate::flow::{Flow, FlowColumn, FlowValue, PreparedTime};
use crate::header::MessageHeader;
use crate::template::{FieldPlan, Slot, Template};
use crate::time::Timestamp;
use crate::value::{MacAddress, unsigned};

/// How a field is read from a record: what a [`FlowColumn`] says, ready for use. With a tag of its
/// own, which is compared without arithmetic.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(super) enum FieldReader {
    /// No record has it.
    Absent,
    /// The eight octets from `offset` on, without the last `shift` bits.
    Number { offset: u16, shift: u8 },
    /// Some bits of the octet there.
    Bits { offset: u16, shift: u8, mask: u8 },
    /// Four octets from there on.
    Ipv4 { offset: u16 },
    /// Sixteen octets.
    Ipv6 { offset: u16 },
    /// Six octets.
    Mac { offset: u16 },
    /// A number that is a time in this form.
    Time {
        offset: u16,
        shift: u8,
        form: PreparedTime,
    },
    /// A number after a variable-length field.
    NumberAfter { slot: Slot },
    /// An address after one.
    AddressAfter { slot: Slot },
    /// A number after one that is a time in this form.
    TimeAfter { slot: Slot, form: PreparedTime },
    /// The accessor.
    Flow,
}

impl FieldReader {
    /// How a field is read from the records of this template, under this header.
    pub(super) fn new(
        column: &FlowColumn,
        field: FlowField,
        template: &Template,
        header: &MessageHeader,
    ) -> Self {
        let after = || match column {
            FlowColumn::Each => Self::after(field, template, header),
            _ => None,
        };
        Self::direct(column).or_else(after).unwrap_or(Self::Flow)
    }

    /// How a field is read from the samples of a shape.
    pub(super) fn of_sample(column: &FlowColumn) -> Self {
        Self::direct(column).unwrap_or(Self::Flow)
    }

    /// Changes the form of the times that it reads.
    #[inline]
    pub(super) fn set_form(&mut self, new: PreparedTime) {
        if let Self::Time { form, .. } = self {
            *form = new;
        }
    }

    /// A reader for a field that only one element, after a variable-length field, supplies.
    fn after(field: FlowField, template: &Template, header: &MessageHeader) -> Option<Self> {
        let plan = template.plan();
        let is_after =
            |slot: &Slot| slot.is_present() && slot.segment > 0 && slot.width != Slot::VARIABLE;
        if let Some(slot) = sole_number(field, template) {
            return is_after(&slot).then_some(Self::NumberAfter { slot });
        }
        let ingredients = match field {
            FlowField::SourceAddress => [Ingredient::SourceIpv4, Ingredient::SourceIpv6],
            FlowField::DestinationAddress => {
                [Ingredient::DestinationIpv4, Ingredient::DestinationIpv6]
            }
            FlowField::NextHop => [Ingredient::NextHopIpv4, Ingredient::NextHopIpv6],
            FlowField::Start | FlowField::End => {
                let ingredient = match field {
                    FlowField::End => Ingredient::End,
                    _ => Ingredient::Start,
                };
                let slot = Some(plan.ingredient(ingredient)).filter(is_after)?;
                let form = PreparedTime::of(slot, header)?;
                return Some(Self::TimeAfter { slot, form });
            }
            _ => return None,
        };
        let [four, six] = ingredients.map(|ingredient| plan.ingredient(ingredient));
        let (slot, width) = match (four.is_present(), six.is_present()) {
            (true, false) => (four, 4),
            (false, true) => (six, 16),
            _ => return None,
        };
        let is_sole = is_after(&slot) && slot.width == width && !plan.has_section();
        is_sole.then_some(Self::AddressAfter { slot })
    }

    /// `None` if only the accessor knows.
    fn direct(column: &FlowColumn) -> Option<Self> {
        let offset = |place: &FieldPlan| u16::try_from(place.offset).ok();
        Some(match column {
            FlowColumn::Absent => Self::Absent,
            FlowColumn::Number(place) => Self::Number {
                offset: offset(place)?,
                shift: shift(place)?,
            },
            FlowColumn::Bits { place, shift, mask } => Self::Bits {
                offset: offset(place)?,
                shift: *shift,
                mask: *mask,
            },
            FlowColumn::Octets(place) => {
                let (offset, width) = (offset(place)?, place.width);
                match width {
                    4 => Self::Ipv4 { offset },
                    6 => Self::Mac { offset },
                    16 => Self::Ipv6 { offset },
                    _ => return None,
                }
            }
            FlowColumn::Time(plan) => Self::Time {
                offset: offset(&plan.place())?,
                shift: shift(&plan.place())?,
                form: plan.form(),
            },
            FlowColumn::Same | FlowColumn::Each => return None,
        })
    }
}

/// The place of a number of the width of its type or less, if the accessor loads it from there and
/// looks at nothing else.
fn sole_number(field: FlowField, template: &Template) -> Option<Slot> {
    let plan = template.plan();
    let room = match field.field_type() {
        FieldType::U8 => 1,
        FieldType::U16 => 2,
        FieldType::U32 => 4,
        FieldType::U64 => 8,
        _ => return None,
    };
    let is_other = match field {
        FlowField::Octets | FlowField::Packets => plan.has_second_counters(),
        FlowField::PostNatSourcePort | FlowField::PostNatDestinationPort => true,
        // Of two octets some bits are left out.
        FlowField::TcpFlags => true,
        _ => plan.udp_port(field).is_some() || field.elements().is_empty(),
    };
    let slot = plan.field(field);
    (!is_other && slot.is_present() && slot.width <= room).then_some(slot)
}

/// Bits by which eight octets are shifted to get the number at this place.
fn shift(place: &FieldPlan) -> Option<u8> {
    let unused = 8_usize
        .checked_sub(place.width)
        .filter(|unused| *unused < 8)?;
    u8::try_from(unused.checked_mul(8)?).ok()
}

/// The fields of a [`Projection`](crate::Projection) of one flow
/// ([`Projected::row`](crate::Projected::row)).
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, Projection, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut projection = Projection::new([FlowField::DestinationAddress, FlowField::DestinationPort]);
/// let set = decoded.joined_sets().find(|set| set.id() == 256).unwrap();
/// let projected = projection.of(&set);
/// let flow = set.flows().next().unwrap();
/// let row = projected.row(&flow);
/// assert_eq!(row.address(0), Some("198.51.100.20".parse().unwrap()));
/// assert_eq!(row.number(1), Some(443));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ProjectedFlow<'p, 'f, 'm> {
    pub(super) fields: &'p [FlowField],
    /// Empty if the flow is not of the set.
    pub(super) readers: &'p [FieldReader],
    pub(super) flow: &'f Flow<'m>,
    /// The octets of the record and those after it in its set.
    pub(super) octets: &'m [u8],
}

impl<'m> ProjectedFlow<'_, '_, 'm> {
    /// The flow.
    #[must_use]
    pub const fn flow(&self) -> &Flow<'m> {
        self.flow
    }

    /// The value of the field at this position, the same as [`Flow::get`] returns; `None` if the
    /// flow does not have it, or there is no such position.
    #[must_use]
    #[inline]
    pub fn value(&self, position: usize) -> Option<FlowValue<'m>> {
        let direct = match self.readers.get(position) {
            Some(FieldReader::Absent) => return None,
            Some(FieldReader::Number { offset, shift }) => {
                self.load(*offset, *shift).map(FlowValue::Unsigned)
            }
            Some(FieldReader::Bits {
                offset,
                shift,
                mask,
            }) => self.bits(*offset, *shift, *mask).map(FlowValue::Unsigned),
            Some(FieldReader::Ipv4 { offset }) => self
                .array::<4>(*offset)
                .map(|octets| FlowValue::Address(IpAddr::from(octets))),
            Some(FieldReader::Ipv6 { offset }) => self
                .array::<16>(*offset)
                .map(|octets| FlowValue::Address(IpAddr::from(octets))),
            Some(FieldReader::Mac { offset }) => self
                .array(*offset)
                .map(|octets| FlowValue::Mac(MacAddress(octets))),
            Some(FieldReader::Time {
                offset,
                shift,
                form,
            }) => self.direct(*offset, *shift, *form).map(FlowValue::Time),
            Some(FieldReader::NumberAfter { slot }) => self.after(*slot).map(FlowValue::Unsigned),
            Some(FieldReader::AddressAfter { slot }) => {
                self.address_after(*slot).map(FlowValue::Address)
            }
            Some(FieldReader::TimeAfter { slot, form }) => {
                let number = self.after(*slot);
                number
                    .and_then(|number| form.time(number))
                    .map(FlowValue::Time)
            }
            Some(FieldReader::Flow) | None => None,
        };
        match direct {
            Some(value) => Some(value),
            None => by_accessor(self.flow, self.fields, position),
        }
    }

    /// The number in a field of one of the unsigned types; `None` also for a field of any other
    /// type.
    #[must_use]
    #[inline]
    pub fn number(&self, position: usize) -> Option<u64> {
        if let Some(FieldReader::Number { offset, shift }) = self.readers.get(position) {
            if let Some(number) = self.load(*offset, *shift) {
                return Some(number);
            }
        }
        self.other_number(position)
    }

    /// The address in a field of that type; `None` also for a field of any other type.
    #[must_use]
    #[inline]
    pub fn address(&self, position: usize) -> Option<IpAddr> {
        match self.readers.get(position) {
            Some(FieldReader::Ipv4 { offset }) => Some(self.array::<4>(*offset)?.into()),
            Some(FieldReader::Ipv6 { offset }) => Some(self.array::<16>(*offset)?.into()),
            _ => self.other_address(position),
        }
    }

    /// The time in a field of that type; `None` also for a field of any other type.
    #[must_use]
    #[inline]
    pub fn time(&self, position: usize) -> Option<Timestamp> {
        if let Some(FieldReader::Time {
            offset,
            shift,
            form,
        }) = self.readers.get(position)
        {
            let direct = self.direct(*offset, *shift, *form);
            if direct.is_some() {
                return direct;
            }
        }
        self.other_time(position)
    }

    /// Passes the value at this position to `sink`. What most fields are goes there by its type:
    /// a [`FlowValue`] has room for the largest of all, and is written to memory.
    #[inline]
    pub(super) fn pass(&self, position: usize, sink: &mut impl ColumnSink) {
        match self.readers.get(position) {
            Some(FieldReader::Absent) => return sink.same(position, None, 1),
            Some(FieldReader::Number { offset, shift }) => {
                if let Some(number) = self.load(*offset, *shift) {
                    return sink.numbers(position, once(number));
                }
            }
            Some(FieldReader::NumberAfter { slot }) => {
                if let Some(number) = self.after(*slot) {
                    return sink.numbers(position, once(number));
                }
            }
            Some(FieldReader::Ipv4 { offset }) => {
                if let Some(octets) = self.array(*offset) {
                    return sink.ipv4(position, once(octets));
                }
            }
            Some(FieldReader::Ipv6 { offset }) => {
                if let Some(octets) = self.array(*offset) {
                    return sink.ipv6(position, once(octets));
                }
            }
            Some(FieldReader::Time {
                offset,
                shift,
                form,
            }) => {
                if let Some(time) = self.direct(*offset, *shift, *form) {
                    return sink.times(position, once(time));
                }
            }
            Some(FieldReader::AddressAfter { slot }) => match self.address_after(*slot) {
                Some(IpAddr::V4(address)) => return sink.ipv4(position, once(address.octets())),
                Some(IpAddr::V6(address)) => return sink.ipv6(position, once(address.octets())),
                None => {}
            },
            Some(FieldReader::TimeAfter { slot, form }) => {
                let number = self.after(*slot);
                if let Some(time) = number.and_then(|number| form.time(number)) {
                    return sink.times(position, once(time));
                }
            }
            _ => {}
        }
        sink.value(position, self.value(position));
    }

    // These take a row by its value: one whose address is passed on has to be written to memory
    // first, whether they are called or not.

    #[inline(never)]
    fn other_number(self, position: usize) -> Option<u64> {
        match self.value(position)? {
            FlowValue::Unsigned(number) => Some(number),
            _ => None,
        }
    }

    #[inline(never)]
    fn other_address(self, position: usize) -> Option<IpAddr> {
        match self.value(position)? {
            FlowValue::Address(address) => Some(address),
            _ => None,
        }
    }

    #[inline(never)]
    fn other_time(self, position: usize) -> Option<Timestamp> {
        match self.value(position)? {
            FlowValue::Time(time) => Some(time),
            _ => None,
        }
    }

    /// A number by one load; `None` at the end of the set, where there are not eight octets.
    #[inline]
    fn load(&self, offset: u16, shift: u8) -> Option<u64> {
        // A shift is less than 64.
        Some(u64::from_be_bytes(self.array(offset)?).wrapping_shr(shift.into()))
    }

    /// A number after a variable-length field.
    #[inline]
    fn after(&self, slot: Slot) -> Option<u64> {
        unsigned(self.flow.record()?.slot(slot)?)
    }

    #[inline]
    fn address_after(&self, slot: Slot) -> Option<IpAddr> {
        let octets = self.flow.record()?.slot(slot)?;
        if let Ok(octets) = <[u8; 4]>::try_from(octets) {
            return Some(octets.into());
        }
        Some(<[u8; 16]>::try_from(octets).ok()?.into())
    }

    #[inline]
    fn bits(&self, offset: u16, shift: u8, mask: u8) -> Option<u64> {
        let [octet] = self.array(offset)?;
        Some(u64::from(octet.wrapping_shr(shift.into()) & mask))
    }

    #[inline]
    fn direct(&self, offset: u16, shift: u8, form: PreparedTime) -> Option<Timestamp> {
        form.time(self.load(offset, shift)?)
    }

    #[inline]
    fn array<const N: usize>(&self, offset: u16) -> Option<[u8; N]> {
        let start = usize::from(offset);
        // Offsets have 16 bits.
        self.octets
            .get(start..start.saturating_add(N))?
            .first_chunk()
            .copied()
    }
}

/// The value by the accessor. It takes the parts of a row, in registers, for the same reason.
#[inline(never)]
fn by_accessor<'m>(
    flow: &Flow<'m>,
    fields: &[FlowField],
    position: usize,
) -> Option<FlowValue<'m>> {
    flow.get(*fields.get(position)?)
}
