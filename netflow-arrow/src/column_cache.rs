//! How the columns of the last few templates are read, looked up once.

use alloc::sync::Arc;

use netflow_core::field::FlowField;
use netflow_core::template::Template;
use netflow_core::{FlowColumn, Set, Timestamp};

/// The columns of a few templates, as far as the template decides how they are read.
#[derive(Debug, Default)]
pub(crate) struct ColumnCache {
    known: Vec<Known>,
    /// The index of the entry that is replaced next.
    oldest: usize,
}

#[derive(Debug)]
struct Known {
    template: Arc<Template>,
    columns: Vec<Option<FlowColumn>>,
    /// The columns that are times, and the clock that they were read with.
    times: Vec<usize>,
    clock: Clock,
}

/// What times are worked out from: the time of the message, and the uptime of its exporter.
type Clock = (Timestamp, Option<u32>);

/// Exporters alternate between a few templates.
const KEPT: usize = 8;

impl ColumnCache {
    /// The columns of these fields, which are the same at every call; `None` for one
    /// that has to be asked of each set.
    pub(crate) fn of(
        &mut self,
        set: &Set<'_>,
        fields: &(impl Iterator<Item = FlowField> + Clone),
    ) -> &[Option<FlowColumn>] {
        let Some(template) = set.shared_template() else {
            return &[];
        };
        let mut known = self.known.iter();
        let index = known.position(|known| Arc::ptr_eq(&known.template, template));
        let index = index.unwrap_or_else(|| self.learn(set, template, fields.clone()));
        let Some(known) = self.known.get_mut(index) else {
            return &[];
        };
        // Many messages carry the same second.
        let clock = clock(set);
        if known.clock != clock {
            known.clock = clock;
            for index in &known.times {
                let field = fields.clone().nth(*index);
                if let (Some(column), Some(field)) = (known.columns.get_mut(*index), field) {
                    *column = Some(set.column(field));
                }
            }
        }
        &known.columns
    }

    fn learn(
        &mut self,
        set: &Set<'_>,
        template: &Arc<Template>,
        fields: impl Iterator<Item = FlowField>,
    ) -> usize {
        let columns = fields.map(|field| match set.column(field) {
            column @ (FlowColumn::Number(_) | FlowColumn::Octets(_) | FlowColumn::Time(_)) => {
                Some(column)
            }
            _ => None,
        });
        let columns: Vec<_> = columns.collect();
        let times = columns.iter().enumerate();
        let known = Known {
            template: Arc::clone(template),
            times: times
                .filter(|(_, column)| matches!(column, Some(FlowColumn::Time(_))))
                .map(|(index, _)| index)
                .collect(),
            columns,
            clock: clock(set),
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

fn clock(set: &Set<'_>) -> Clock {
    let header = set.header();
    let time = header.export_time.unwrap_or(header.received);
    (time, header.sys_uptime)
}
