//! What is the same in all rows of a set: texts, and how times are computed.

use core::ops::Range;

use netflow_core::field::FlowField;
use netflow_core::{ClockCheck, Flow, FlowColumn, Timestamp};

use super::plan::RowPlan;
use super::syntax::Syntax;
use crate::format::Zone;
use crate::format::flow_value;
use crate::format::place::TimePlace;
use crate::format::room::BLOCK;

/// What all rows of a set begin with, and the zone of their times.
#[derive(Debug, Default)]
pub(super) struct RowHead {
    /// The name of their file.
    pub(super) file: Vec<u8>,
    /// The zone of times, if it is not UTC.
    pub(super) zone: Option<Zone>,
}

/// What is the same in all rows of a set.
#[derive(Debug, Default)]
pub(super) struct SetConstants {
    /// Texts, one after the other.
    text: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How start and end are computed.
    times: [Option<TimePlace>; 2],
    /// The name of the rule of the start.
    pub(super) clock: [u8; BLOCK],
    pub(super) clock_len: usize,
    check: Option<ClockCheck>,
    /// All flows of the set have impossible times.
    pub(super) is_suspect: bool,
}

impl SetConstants {
    pub(super) fn prepare<S: Syntax>(
        &mut self,
        plan: &RowPlan,
        first: &Flow<'_>,
        head: &RowHead,
        mut of_message: Option<&mut MessageTexts>,
    ) {
        self.text.clear();
        self.ends.clear();
        self.is_suspect = false;
        self.text.extend_from_slice(&head.file);
        let zone = head.zone.as_ref();
        let is_suspect = &mut self.is_suspect;
        plan.text_of_set(
            |field, text| {
                let shared = of_message.as_deref_mut();
                if let Some(shared) = shared.filter(|_| is_of_any_sample(field)) {
                    return shared.write::<S>(field, first, zone, text);
                }
                let Some(value) = flow_value::value(first, field) else {
                    return false;
                };
                *is_suspect |= flow_value::says_suspect(field, &value);
                S::value_in(zone, value, text);
                true
            },
            &mut self.text,
            &mut self.ends,
        );
    }

    /// Prepares what is computed from times in records.
    pub(super) fn prepare_times(
        &mut self,
        plan: &RowPlan,
        first: &Flow<'_>,
        columns: &[FlowColumn],
    ) {
        let column = |position: Option<usize>| columns.get(position?);
        self.times = plan.times().map(|position| TimePlace::of(column(position)));
        if let [Some(start), _] = &self.times {
            let name = start.plan.rule().name().as_bytes();
            for (octet, from) in self.clock.iter_mut().zip(name) {
                *octet = *from;
            }
            self.clock_len = name.len();
            self.check = Some(ClockCheck::new(first.header()));
        }
    }

    /// The start or the end of a record, if it can be computed from one number.
    #[inline(always)]
    pub(super) fn time(&self, index: usize, record: &[u8]) -> Option<Timestamp> {
        self.times.get(index)?.as_ref()?.time(record)
    }

    /// Whether these times are impossible, if both are known.
    #[inline]
    pub(super) fn are_suspect(
        &self,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Option<bool> {
        start.and(end)?;
        let [Some(time), _] = &self.times else {
            return None;
        };
        let rule = || Some(time.plan.rule());
        self.check.as_ref()?.is_suspect(start, end, rule)
    }

    /// The text of this number.
    #[inline]
    pub(super) fn text(&self, index: usize) -> &[u8] {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = start.copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The texts of fields that all sFlow samples of a set have in common, written once for all shapes.
#[derive(Debug, Default)]
pub(super) struct MessageTexts {
    octets: Vec<u8>,
    /// Those that were written: the field, whether there is a value, and where it is.
    known: Vec<(FlowField, bool, Range<usize>)>,
}

impl MessageTexts {
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.known.clear();
    }

    /// Appends the text of a field; `false` if there is none.
    fn write<S: Syntax>(
        &mut self,
        field: FlowField,
        flow: &Flow<'_>,
        zone: Option<&Zone>,
        text: &mut Vec<u8>,
    ) -> bool {
        let known = self.known.iter().find(|(known, ..)| *known == field);
        if let Some((_, is_present, range)) = known {
            text.extend_from_slice(self.octets.get(range.clone()).unwrap_or_default());
            return *is_present;
        }
        let value = flow_value::value(flow, field);
        let is_present = value.is_some();
        // After its key: how a value is written may depend on what is before it.
        let written = text.len();
        if let Some(value) = value {
            S::value_in(zone, value, text);
        }
        let start = self.octets.len();
        let octets = text.get(written..).unwrap_or_default();
        self.octets.extend_from_slice(octets);
        let range = start..self.octets.len();
        self.known.push((field, is_present, range));
        is_present
    }
}

/// Whether all sFlow samples of a message have the same value of a field. Whether times are
/// impossible is counted too.
const fn is_of_any_sample(field: FlowField) -> bool {
    field.is_of_message()
        || matches!(
            field,
            FlowField::Start | FlowField::End | FlowField::Duration | FlowField::Clock
        )
}
