//! How a definition of a template differs from the one before it.

use netflow_core::wire::template::FieldLength;

use super::{HistoryField, TemplateHistory};
use crate::examples::Examples;

/// Fields of one kind of change that are kept.
const KEPT: usize = 8;

/// How a definition differs from the one before. Fields are compared by their keys, and as far
/// as they are kept ([`HealthLimits::fields`](crate::HealthLimits::fields)).
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::{Health, HistoryEvent};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The template once more, with octets of 8 in place of 4.
/// let mut payload = [&example::ipfix().payload[..64]].concat();
/// payload[3] = 64;
/// payload[51] = 8;
/// health.decoded(&decoder.decode(example::ipfix())?);
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let (_, event) = &report.domains[0].templates.by_id[&256].events.first[0];
/// let HistoryEvent::Changed(changes) = event else { panic!("{event:?}") };
/// assert_eq!((changes.added.count, changes.removed.count, changes.lengths.count), (0, 0, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Changes {
    /// Fields that are new.
    pub added: Examples<HistoryField>,
    /// Fields that are gone.
    pub removed: Examples<HistoryField>,
    /// Fields of another length.
    pub lengths: Examples<NewLength>,
    /// Scope fields before; `None` described data.
    pub scope_count_before: Option<u16>,
    /// Scope fields now; `None` describes data.
    pub scope_count: Option<u16>,
    /// Whether the same fields are in another order.
    pub is_reordered: bool,
}

/// A field that is longer or shorter than it was.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::{Health, HistoryEvent};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The template once more, with octets of 8 in place of 4.
/// let mut payload = [&example::ipfix().payload[..64]].concat();
/// payload[3] = 64;
/// payload[51] = 8;
/// health.decoded(&decoder.decode(example::ipfix())?);
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let (_, event) = &report.domains[0].templates.by_id[&256].events.first[0];
/// let HistoryEvent::Changed(changes) = event else { panic!("{event:?}") };
/// let changed = &changes.lengths.first[0];
/// assert_eq!((changed.before.number(), changed.field.length.number()), (4, 8));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewLength {
    /// The field as it is now.
    pub field: HistoryField,
    /// Its length before.
    pub before: FieldLength,
}

impl Changes {
    pub(super) fn between(old: &TemplateHistory, new: &TemplateHistory) -> Self {
        let mut changes = Self {
            scope_count_before: old.scope_count,
            scope_count: new.scope_count,
            ..Self::default()
        };
        // Unchanged fields first: a template may repeat a field.
        let mut before: Vec<Option<&HistoryField>> = old.fields.first.iter().map(Some).collect();
        let mut take = |is_it: &dyn Fn(&HistoryField) -> bool| {
            let index = before.iter().position(|known| known.is_some_and(is_it))?;
            Some((index, before.get_mut(index)?.take()?))
        };
        let mut unchanged = Vec::new();
        let mut others = Vec::new();
        for field in &new.fields.first {
            match take(&|known| known.key == field.key && known.length == field.length) {
                Some((index, _)) => unchanged.push(index),
                None => others.push(field),
            }
        }
        for field in others {
            match take(&|known| known.key == field.key) {
                Some((_, known)) => changes.lengths.push(
                    NewLength {
                        field: field.clone(),
                        before: known.length,
                    },
                    KEPT,
                ),
                None => changes.added.push(field.clone(), KEPT),
            }
        }
        for field in before.into_iter().flatten() {
            changes.removed.push(field.clone(), KEPT);
        }
        changes.is_reordered = !unchanged.is_sorted();
        changes
    }

    /// Every field that is kept here.
    pub(super) fn fields(&mut self) -> impl Iterator<Item = &mut HistoryField> {
        let lengths = self.lengths.first.iter_mut();
        let fields = self.added.first.iter_mut().chain(&mut self.removed.first);
        fields.chain(lengths.map(|length| &mut length.field))
    }

    /// Whether no difference was found among the fields that are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.count == 0
            && self.removed.count == 0
            && self.lengths.count == 0
            && self.scope_count_before == self.scope_count
            && !self.is_reordered
    }
}
