//! What is new in a definition of a template that came before with another.

use netflow_core::wire::template::FieldLength;

use super::few::Few;
use super::template::{TemplateField, TemplateStory};

/// Fields of one kind of change that are kept.
const KEPT: usize = 8;

/// How a definition differs from the one before. Fields are told apart by their keys; of
/// templates that have more fields than are kept, those further ones are not compared.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) added: Few<TemplateField>,
    pub(crate) removed: Few<TemplateField>,
    pub(crate) lengths: Few<NewLength>,
    /// Scope fields before and now; `None` is a template of data.
    pub(crate) scope_counts: [Option<u16>; 2],
    /// The same fields stand in another order.
    pub(crate) is_reordered: bool,
}

/// A field that is longer or shorter than it was.
#[derive(Debug)]
pub(crate) struct NewLength {
    /// The field as it is now.
    pub(crate) field: TemplateField,
    pub(crate) before: FieldLength,
}

impl Changes {
    pub(super) fn between(old: &TemplateStory, new: &TemplateStory) -> Self {
        let mut changes = Self {
            scope_counts: [old.scope_count, new.scope_count],
            ..Self::default()
        };
        // Those that stayed first: a field may stand in a template twice.
        let mut before: Vec<Option<&TemplateField>> = old.fields.kept.iter().map(Some).collect();
        let mut take = |is_it: &dyn Fn(&TemplateField) -> bool| {
            let place = before.iter().position(|known| known.is_some_and(is_it))?;
            Some((place, before[place].take()?))
        };
        let mut places = Vec::new();
        let mut others = Vec::new();
        for field in &new.fields.kept {
            match take(&|known| known.key == field.key && known.length == field.length) {
                Some((place, _)) => places.push(place),
                None => others.push(field),
            }
        }
        for field in others {
            match take(&|known| known.key == field.key) {
                Some((_, known)) => changes.lengths.push_within(
                    NewLength {
                        field: field.clone(),
                        before: known.length,
                    },
                    KEPT,
                ),
                None => changes.added.push_within(field.clone(), KEPT),
            }
        }
        for field in before.into_iter().flatten() {
            changes.removed.push_within(field.clone(), KEPT);
        }
        changes.is_reordered = !places.is_sorted();
        changes
    }

    /// Every field that is kept here.
    pub(super) fn fields(&mut self) -> impl Iterator<Item = &mut TemplateField> {
        let lengths = self.lengths.kept.iter_mut();
        let fields = self.added.kept.iter_mut().chain(&mut self.removed.kept);
        fields.chain(lengths.map(|length| &mut length.field))
    }

    /// Whether nothing that is kept tells the two apart.
    pub(crate) fn are_none(&self) -> bool {
        let count = self.added.count + self.removed.count + self.lengths.count;
        let [before, now] = self.scope_counts;
        count == 0 && before == now && !self.is_reordered
    }
}
