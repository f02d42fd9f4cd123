//! Where the fields stand in the records of the last templates, looked up once.

use alloc::sync::Arc;

use netflow_core::field::FlowField;
use netflow_core::template::Template;
use netflow_core::{FlowColumn, Set};

/// The columns of a few templates, as far as they follow from the template alone.
#[derive(Debug, Default)]
pub(crate) struct Places {
    known: Vec<Known>,
    /// The next that gives way to another.
    oldest: usize,
}

#[derive(Debug)]
struct Known {
    template: Arc<Template>,
    columns: Vec<Option<FlowColumn>>,
}

/// Exporters alternate between a few templates.
const KEPT: usize = 8;

impl Places {
    /// The columns of these fields, which are the same at every call; `None` for one
    /// that has to be asked of each set.
    pub(crate) fn of(
        &mut self,
        set: &Set<'_>,
        fields: impl Iterator<Item = FlowField>,
    ) -> &[Option<FlowColumn>] {
        let Some(template) = set.shared_template() else {
            return &[];
        };
        let mut known = self.known.iter();
        let index = known.position(|known| Arc::ptr_eq(&known.template, template));
        let index = index.unwrap_or_else(|| self.learn(set, template, fields));
        self.known.get(index).map_or(&[], |known| &known.columns)
    }

    fn learn(
        &mut self,
        set: &Set<'_>,
        template: &Arc<Template>,
        fields: impl Iterator<Item = FlowField>,
    ) -> usize {
        let columns = fields.map(|field| match set.column(field) {
            column @ (FlowColumn::Number(_) | FlowColumn::Octets(_)) => Some(column),
            _ => None,
        });
        let known = Known {
            template: Arc::clone(template),
            columns: columns.collect(),
        };
        let index = self.oldest;
        match self.known.get_mut(index) {
            Some(place) => *place = known,
            None => self.known.push(known),
        }
        self.oldest = index.saturating_add(1) % KEPT;
        index
    }
}
