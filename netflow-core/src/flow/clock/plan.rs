//! Times of a whole set: what is the same for all its records is looked at once.

use alloc::vec::Vec;

use super::{MILLISECONDS, UPTIME, WRAPPING, YEAR, counted_back};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::template::{FieldPlan, Slot, Template};
use crate::time::Timestamp;

/// How the start or the end is worked out from one number in each record of a
/// set ([`FlowColumn::Time`](crate::FlowColumn)).
#[derive(Debug, Clone, Copy)]
pub struct TimePlan {
    place: FieldPlan,
    reckoning: Reckoning,
}

/// What is done with each number.
#[derive(Debug, Clone, Copy)]
enum Reckoning {
    /// An uptime, by that of the header and the time of the header.
    Uptime { now: u32, sent: Timestamp },
    /// Units of so many nanoseconds since 1970, between the first and the last that
    /// are near the time of the header.
    Since1970 { unit: i64, first: u64, last: u64 },
}

impl TimePlan {
    /// `None` if one number does not tell the time, or does not stand at the
    /// same place in each record.
    pub(crate) fn new(
        template: &Template,
        header: &MessageHeader,
        ingredient: Ingredient,
    ) -> Option<Self> {
        let slot = template.plan().ingredient(ingredient);
        let reckoning = match slot.candidate {
            UPTIME => Reckoning::Uptime {
                now: header.sys_uptime?,
                sent: header.export_time?,
            },
            MILLISECONDS => Reckoning::near::<1_000_000>(header, u64::MAX),
            // Seconds are of 32 bits, whatever room they have.
            3 => Reckoning::near::<1_000_000_000>(header, u32::MAX.into()),
            _ => return None,
        };
        Some(Self {
            place: place(slot, ingredient)?,
            reckoning,
        })
    }

    /// Where the number stands in each record.
    #[must_use]
    pub const fn place(&self) -> FieldPlan {
        self.place
    }

    /// The time that this number tells; `None` if it makes no sense as it is, and
    /// only the [`Flow`](crate::Flow) can tell the time.
    #[must_use]
    #[inline]
    pub fn time(&self, number: u64) -> Option<Timestamp> {
        match self.reckoning {
            Reckoning::Uptime { now, sent } => of_uptime(now, sent, number),
            Reckoning::Since1970 { unit, first, last } => since_1970(unit, first, last, number),
        }
    }

    /// Adds to `nanos` what [`time`](Self::time) says of each number, in nanoseconds
    /// since 1970, and 0 for those that make no sense as they are: tells how many.
    #[inline]
    pub fn add_nanos(
        &self,
        numbers: impl ExactSizeIterator<Item = u64>,
        nanos: &mut Vec<i64>,
    ) -> usize {
        let mut odd = 0_usize;
        let mut told = |time: Option<Timestamp>| {
            odd = odd.saturating_add(usize::from(time.is_none()));
            time.map_or(0, Timestamp::as_nanos)
        };
        match self.reckoning {
            Reckoning::Uptime { now, sent } => {
                nanos.extend(numbers.map(|number| told(of_uptime(now, sent, number))));
            }
            Reckoning::Since1970 { unit, first, last } => {
                nanos.extend(numbers.map(|number| told(since_1970(unit, first, last, number))));
            }
        }
        odd
    }
}

#[inline]
fn of_uptime(now: u32, sent: Timestamp, number: u64) -> Option<Timestamp> {
    // Longer ones may be times since 1970.
    (number <= WRAPPING).then_some(counted_back(sent, now, number))
}

#[inline]
fn since_1970(unit: i64, first: u64, last: u64, number: u64) -> Option<Timestamp> {
    // Of a number that is near, nothing wraps.
    let nanos = i64::from_ne_bytes(number.to_ne_bytes()).wrapping_mul(unit);
    let is_near = first <= number && number <= last;
    is_near.then_some(Timestamp::from_nanos(nanos))
}

impl Reckoning {
    /// Numbers up to `most` whose time is less than a year from that of the header. The unit
    /// is known to the compiler: this is done for each set, and divisions are slow.
    fn near<const UNIT: i64>(header: &MessageHeader, most: u64) -> Self {
        let sent = header.export_time.unwrap_or(header.received).as_nanos();
        let year = i64::try_from(YEAR).unwrap_or(i64::MAX);
        // The first and last nanosecond, and the units that begin between them.
        let first = sent.saturating_sub(year).saturating_add(1).max(0);
        let last = sent.saturating_add(year).saturating_sub(1);
        let up = i64::from(first.checked_rem(UNIT).is_some_and(|rest| rest > 0));
        let first = first.checked_div(UNIT).unwrap_or(0).saturating_add(up);
        let last = last.checked_div(UNIT).unwrap_or(0);
        let (first, last) = match (u64::try_from(first), u64::try_from(last)) {
            (Ok(first), Ok(last)) => (first, last.min(most)),
            // No time since 1970 is near.
            _ => (1, 0),
        };
        Self::Since1970 {
            unit: UNIT,
            first,
            last,
        }
    }
}

/// The place of a slot behind no variable-length field.
pub(crate) fn place(slot: Slot, ingredient: Ingredient) -> Option<FieldPlan> {
    let fixed = slot.is_present() && slot.segment == 0 && slot.width != Slot::VARIABLE;
    let element = ingredient.elements().get(usize::from(slot.candidate))?;
    fixed.then_some(FieldPlan {
        offset: usize::from(slot.offset),
        width: usize::from(slot.width),
        element: *element,
    })
}
