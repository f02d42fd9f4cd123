//! Times of a whole set: what is the same for all its records is looked at once.

use super::ClockRule;
use super::direct::PreparedTime;
use super::element::TimeElement;
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::template::{FieldPlan, Slot, Template};
use crate::time::Timestamp;

/// How the start or the end is computed from one number in each record of a
/// set ([`FlowColumn::Time`](crate::FlowColumn)).
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, FlowColumn, Limits, Timestamp, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let set = decoded.sets().find(|set| set.id() == 256).unwrap();
/// let FlowColumn::Time(plan) = set.column(FlowField::Start) else { panic!() };
/// assert_eq!((plan.place().offset, plan.place().width), (25, 8)); // milliseconds since 1970
/// let time = plan.time(1_699_999_990_000);
/// assert_eq!(time, Some(Timestamp::from_secs(1_699_999_990)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TimePlan {
    place: FieldPlan,
    element: TimeElement,
    form: PreparedTime,
}

impl TimePlan {
    /// `None` if one number does not suffice for the time, or is not at the
    /// same offset in each record.
    pub(crate) fn new(
        template: &Template,
        header: &MessageHeader,
        ingredient: Ingredient,
    ) -> Option<Self> {
        // A plan is kept for all sets of the same header time.
        let slot = template.plan().ingredient(ingredient);
        let element = TimeElement::of(slot)?;
        Some(Self {
            element,
            form: PreparedTime::new(element, header)?,
            place: place(slot, ingredient)?,
        })
    }

    /// Where the number is in each record.
    #[must_use]
    pub const fn place(&self) -> FieldPlan {
        self.place
    }

    /// Changes the plan to that of messages with this header. `false` if one number does not
    /// suffice there.
    #[inline]
    pub(crate) fn set_header(&mut self, header: &MessageHeader) -> bool {
        PreparedTime::new(self.element, header).is_some_and(|form| {
            self.form = form;
            true
        })
    }

    /// How the number is read.
    pub(crate) const fn form(&self) -> PreparedTime {
        self.form
    }

    /// The time of this number; `None` if it makes no sense as it is, and
    /// only the [`Flow`](crate::Flow) can compute the time.
    #[must_use]
    #[inline]
    pub fn time(&self, number: u64) -> Option<Timestamp> {
        self.form.time(number)
    }

    /// The rule of the times that [`time`](Self::time) returns.
    #[must_use]
    pub const fn rule(&self) -> ClockRule {
        self.form.rule()
    }
}

/// The place of a slot that no variable-length field precedes.
pub(crate) fn place(slot: Slot, ingredient: Ingredient) -> Option<FieldPlan> {
    let fixed = slot.is_present() && slot.segment == 0 && slot.width != Slot::VARIABLE;
    let element = ingredient.elements().get(usize::from(slot.candidate))?;
    fixed.then_some(FieldPlan {
        offset: usize::from(slot.offset),
        width: usize::from(slot.width),
        element: *element,
    })
}
