//! Reading one field of one record.

use core::net::IpAddr;

use crate::field::FlowField;
use crate::flow::{DirectTime, Flow, FlowColumn, FlowValue};
use crate::template::FieldPlan;
use crate::time::Timestamp;
use crate::value::MacAddress;

/// How a field is read from a record: what a [`FlowColumn`] says, ready for use.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    /// No record has it.
    Absent,
    /// The eight octets from `offset` on, without the last `shift` bits.
    Number { offset: usize, shift: u32 },
    /// Four octets from there on.
    Ipv4 { offset: usize },
    /// Sixteen octets.
    Ipv6 { offset: usize },
    /// Six octets.
    Mac { offset: usize },
    /// A number that is a time in this form.
    Time {
        offset: usize,
        shift: u32,
        form: DirectTime,
    },
    /// The accessor.
    Flow,
}

impl Reader {
    pub(super) fn new(column: &FlowColumn) -> Self {
        match column {
            FlowColumn::Absent => Self::Absent,
            FlowColumn::Number(place) => match shift(place) {
                Some(shift) => Self::Number {
                    offset: place.offset,
                    shift,
                },
                None => Self::Flow,
            },
            FlowColumn::Octets(place) => {
                let offset = place.offset;
                match place.width {
                    4 => Self::Ipv4 { offset },
                    6 => Self::Mac { offset },
                    16 => Self::Ipv6 { offset },
                    _ => Self::Flow,
                }
            }
            FlowColumn::Time(plan) => match shift(&plan.place()) {
                Some(shift) => Self::Time {
                    offset: plan.place().offset,
                    shift,
                    form: plan.form(),
                },
                None => Self::Flow,
            },
            FlowColumn::Bits { .. } | FlowColumn::Same | FlowColumn::Each => Self::Flow,
        }
    }
}

/// By how many bits eight octets are shifted to be the number at this place.
fn shift(place: &FieldPlan) -> Option<u32> {
    let unused = 8_usize
        .checked_sub(place.width)
        .filter(|unused| *unused < 8)?;
    u32::try_from(unused.checked_mul(8)?).ok()
}

/// The fields of a [`Projection`](crate::Projection) of one flow
/// ([`Projected::row`](crate::Projected::row)).
#[derive(Debug, Clone, Copy)]
pub struct ProjectedFlow<'p, 'f, 'm> {
    pub(super) fields: &'p [FlowField],
    /// Empty if the flow is not of the set.
    pub(super) readers: &'p [Reader],
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
        let value = match self.readers.get(position) {
            Some(Reader::Absent) => return None,
            Some(Reader::Number { offset, shift }) => {
                self.load(*offset, *shift).map(FlowValue::Unsigned)
            }
            Some(Reader::Ipv4 { offset }) => self
                .array::<4>(*offset)
                .map(|octets| FlowValue::Address(IpAddr::from(octets))),
            Some(Reader::Ipv6 { offset }) => self
                .array::<16>(*offset)
                .map(|octets| FlowValue::Address(IpAddr::from(octets))),
            Some(Reader::Mac { offset }) => self
                .array(*offset)
                .map(|octets| FlowValue::Mac(MacAddress(octets))),
            Some(Reader::Time {
                offset,
                shift,
                form,
            }) => self.direct(*offset, *shift, *form).map(FlowValue::Time),
            _ => None,
        };
        value.or_else(|| self.by_accessor(position))
    }

    /// The number of a field of one of the unsigned types; `None` also of a field of any other
    /// type.
    #[must_use]
    #[inline]
    pub fn number(&self, position: usize) -> Option<u64> {
        if let Some(Reader::Number { offset, shift }) = self.readers.get(position) {
            if let Some(number) = self.load(*offset, *shift) {
                return Some(number);
            }
        }
        self.number_by_accessor(position)
    }

    /// The address of a field of that type; `None` also of a field of any other type.
    #[must_use]
    #[inline]
    pub fn address(&self, position: usize) -> Option<IpAddr> {
        match self.readers.get(position) {
            Some(Reader::Ipv4 { offset }) => Some(self.array::<4>(*offset)?.into()),
            Some(Reader::Ipv6 { offset }) => Some(self.array::<16>(*offset)?.into()),
            _ => self.address_by_accessor(position),
        }
    }

    /// The time of a field of that type; `None` also of a field of any other type.
    #[must_use]
    #[inline]
    pub fn time(&self, position: usize) -> Option<Timestamp> {
        if let Some(Reader::Time {
            offset,
            shift,
            form,
        }) = self.readers.get(position)
        {
            if let Some(time) = self.direct(*offset, *shift, *form) {
                return Some(time);
            }
        }
        self.time_by_accessor(position)
    }

    /// A number by one load; `None` at the end of the set, where there are not eight octets.
    #[inline]
    fn load(&self, offset: usize, shift: u32) -> Option<u64> {
        u64::from_be_bytes(self.array(offset)?).checked_shr(shift)
    }

    #[inline]
    fn direct(&self, offset: usize, shift: u32, form: DirectTime) -> Option<Timestamp> {
        form.time(self.load(offset, shift)?)
    }

    #[inline]
    fn array<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let end = offset.checked_add(N)?;
        self.octets.get(offset..end)?.first_chunk().copied()
    }

    #[inline(never)]
    fn by_accessor(&self, position: usize) -> Option<FlowValue<'m>> {
        match self.readers.get(position) {
            Some(Reader::Absent) => None,
            _ => self.flow.get(*self.fields.get(position)?),
        }
    }

    #[inline(never)]
    fn number_by_accessor(&self, position: usize) -> Option<u64> {
        match self.by_accessor(position)? {
            FlowValue::Unsigned(number) => Some(number),
            _ => None,
        }
    }

    #[inline(never)]
    fn address_by_accessor(&self, position: usize) -> Option<IpAddr> {
        match self.by_accessor(position)? {
            FlowValue::Address(address) => Some(address),
            _ => None,
        }
    }

    #[inline(never)]
    fn time_by_accessor(&self, position: usize) -> Option<Timestamp> {
        match self.by_accessor(position)? {
            FlowValue::Time(time) => Some(time),
            _ => None,
        }
    }
}
