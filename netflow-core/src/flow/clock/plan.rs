//! Times of a whole set: what is the same for all its records is looked at once.

use super::{YEAR, counted_back, is_near, unix_time};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::template::{FieldPlan, Slot, Template};
use crate::time::Timestamp;

/// How the start or the end is worked out from one number in each record of a
/// set ([`FlowColumn::Time`](crate::FlowColumn)).
#[derive(Debug, Clone, Copy)]
pub struct TimePlan<'m> {
    place: FieldPlan,
    candidate: u8,
    header: &'m MessageHeader,
}

impl<'m> TimePlan<'m> {
    /// `None` if one number does not tell the time, or does not stand at the
    /// same place in each record.
    pub(crate) fn new(
        template: &Template,
        header: &'m MessageHeader,
        ingredient: Ingredient,
    ) -> Option<Self> {
        let slot = template.plan().ingredient(ingredient);
        let is_plain = match slot.candidate {
            // An uptime goes with the uptime and the time of the header.
            4 => header.sys_uptime.is_some() && header.export_time.is_some(),
            candidate => matches!(candidate, 2 | 3),
        };
        if !is_plain {
            return None;
        }
        Some(Self {
            place: place(slot, ingredient)?,
            candidate: slot.candidate,
            header,
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
    pub fn time(&self, sent: u64) -> Option<Timestamp> {
        match self.candidate {
            4 => counted_back(self.header, self.header.sys_uptime?, sent),
            candidate => {
                let time = unix_time(candidate, sent)?;
                time.filter(|time| is_near(*time, self.header, YEAR))
            }
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
