//! Numbers, times and octets at places of a record that are known from its template.

use netflow_core::template::FieldPlan;
use netflow_core::{FlowColumn, TimePlan, Timestamp};

/// Where a number is in each record. Offset and width have 16 bits, so that the compiler knows that
/// the end does not overflow.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberPlace {
    pub(super) offset: u16,
    pub(super) width: u16,
}

impl NumberPlace {
    /// `None` if it is further from the start than any record is long.
    pub(super) fn new(place: FieldPlan) -> Option<Self> {
        Some(Self {
            offset: u16::try_from(place.offset).ok()?,
            width: u16::try_from(place.width).ok()?,
        })
    }

    /// The big-endian number of a record.
    #[inline]
    pub(super) fn number(self, record: &[u8]) -> u64 {
        match self.width {
            4 => u32::from_be_bytes(octets(record, self.offset)).into(),
            2 => u16::from_be_bytes(octets(record, self.offset)).into(),
            1 => u8::from_be_bytes(octets(record, self.offset)).into(),
            8 => u64::from_be_bytes(octets(record, self.offset)),
            width => {
                let start = usize::from(self.offset);
                let odd = record.get(start..start + usize::from(width));
                odd.unwrap_or_default()
                    .iter()
                    .fold(0, |number, octet| number << 8 | u64::from(*octet))
            }
        }
    }
}

/// Octets of a record.
#[inline]
pub(super) fn octets<const N: usize>(record: &[u8], offset: u16) -> [u8; N] {
    let start = usize::from(offset);
    let octets = record.get(start..start + N).and_then(<[u8]>::first_chunk);
    octets.copied().unwrap_or([0; N])
}

/// A number in each record that is a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimePlace {
    pub(super) plan: TimePlan,
    place: NumberPlace,
}

impl TimePlace {
    /// Where a time of this column is; `None` if it is not computed from one number.
    pub(super) fn of(column: Option<&FlowColumn>) -> Option<Self> {
        let Some(FlowColumn::Time(plan)) = column else {
            return None;
        };
        let place = NumberPlace::new(plan.place())?;
        Some(Self { plan: *plan, place })
    }

    /// The time of a record; `None` if it cannot be computed from its number.
    #[inline]
    pub(super) fn time(&self, record: &[u8]) -> Option<Timestamp> {
        self.plan.time(self.place.number(record))
    }
}
