//! Data sets: their records are delimited, and those of options learned from.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::context::{MessageContext, SetBody};
use super::{Content, Decoder, SetSlot, Stats};
use crate::error::{Error, ErrorKind};
use crate::record::{ListCheck, MeasuredRecord, measure_all, records_in};
use crate::template::Template;

/// The number of records in a data set, and what is left after them.
struct Measured {
    count: usize,
    padding: usize,
    fault: Option<ErrorKind>,
}

impl Decoder {
    /// Checks a data set against its template, and adds it to the sets of the datagram or, if it is
    /// late, to those that follow them.
    #[inline]
    pub(super) fn data(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: Arc<Template>,
    ) {
        let body = set_body.octets;
        let first_measured = self.scratch.measured.len();
        let measured = match template.record_len() {
            Some(len) => fixed_len(&template, body.len(), len),
            None => variable_len(&template, body, &mut self.scratch.measured),
        };
        // Measures of records of variable length are kept: of all, or of none.
        let is_measured = self.scratch.measured.len() > first_measured;
        let template = self.observe_counters(context, template, body, measured.count);
        let lists = if template.has_lists() {
            self.lists(context, set_body, &template, measured.count)
        } else {
            0..0
        };
        if let Some(kind) = measured.fault {
            let left = measured.padding;
            let offset = set_body.body_offset.saturating_add(body.len());
            let error = Error::new(kind, offset.saturating_sub(left));
            self.problem(error, Some(set_body.id), left);
        }
        if template.is_options() {
            Stats::add(&mut self.stats.options_records, measured.count);
            self.options(context, set_body, &template, measured.count);
        } else {
            self.scratch.refers_to_properties |= template.has_common_properties_id();
            Stats::add(&mut self.stats.records, measured.count);
            self.observe(context.session, &template, body, measured.count);
        }
        let scratch = &mut self.scratch;
        let slots = match set_body.late {
            Some(_) => &mut scratch.late_slots,
            None => &mut scratch.slots,
        };
        slots.push(SetSlot {
            padding: measured.padding,
            count: measured.count,
            lists,
            first_measured,
            is_measured,
            ..set_body.slot(scratch.current, Content::Records(template))
        });
    }

    /// Checks the lists in the records of a set and keeps the templates they refer to.
    fn lists(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: &Template,
        count: usize,
    ) -> Range<usize> {
        let start = self.scratch.lists.len();
        let mut found = core::mem::take(&mut self.scratch.found);
        let mut faults = core::mem::take(&mut self.scratch.faults);
        if let Some(session) = self.sessions.get(context.session) {
            let mut check = ListCheck {
                lookup: |id| Some(Arc::clone(&session.templates.get(id)?.template)),
                problem: |kind| faults.push(kind),
                found: &mut found,
                max_depth: self.limits.list_depth,
                max_templates: self.limits.list_templates,
            };
            for record in records_in(set_body.octets, template, count) {
                check.record(record.octets(), template, 0);
            }
        }
        for kind in faults.drain(..) {
            self.problem(Error::new(kind, set_body.offset), Some(set_body.id), 0);
        }
        self.scratch.lists.append(&mut found);
        self.scratch.found = found;
        self.scratch.faults = faults;
        start..self.scratch.lists.len()
    }
}

/// Records of fixed length: their number is a division, and the remainder is padding.
fn fixed_len(template: &Template, all: usize, len: usize) -> Measured {
    match (all.checked_div(len), all.checked_rem(len)) {
        (Some(count), Some(padding)) => Measured {
            count,
            padding,
            fault: None,
        },
        _ => {
            let id = template.id();
            Measured {
                count: 0,
                padding: all,
                fault: Some(ErrorKind::RecordOfNoOctets { id }),
            }
        }
    }
}

/// Records of variable length: one pass over their length fields, whose result is kept.
fn variable_len(template: &Template, body: &[u8], kept: &mut Vec<MeasuredRecord>) -> Measured {
    let (count, left) = measure_all(body, template, kept);
    let id = template.id();
    // Fewer octets than the shortest record are padding.
    let cut = left >= template.min_record_len() && left > 0;
    Measured {
        count,
        padding: left,
        fault: cut.then_some(ErrorKind::RecordCut { id, left }),
    }
}
