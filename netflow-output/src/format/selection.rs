//! Which flows become rows.

use netflow_core::record::DataRecord;
use netflow_core::wire::sflow::{CountersSample, Sample, SampleKind};
use netflow_core::{Decoded, Flow, Set};
use netflow_query::{Filter, SetFilter, SetMatch};

use super::Biflows;

/// Which flows become rows: all of them or those that a filter chooses, where a record of two
/// directions is one flow or two.
///
/// ```
/// use netflow_output::format::{Biflows, Csv, Selection};
/// use netflow_query::Filter;
///
/// let filter = Filter::parse("dst port 443 and bytes > 1M")?;
/// let selection = Selection::new(Biflows::Split, Some(filter));
/// let csv = Csv::new(None, selection, Default::default());
/// # let _ = csv;
/// # Ok::<(), netflow_query::FilterError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Selection {
    biflows: Biflows,
    filter: Option<SetFilter>,
    /// Which flows match in the set being written.
    matched: SetMatch,
    /// Flows that may still become rows; `None` if there is no limit.
    left: Option<u64>,
    /// Flows that were selected, but that the format cannot express.
    left_out: u64,
}

impl Selection {
    /// A selection of the flows that match the filter; each direction of a split record is tested
    /// separately.
    #[must_use]
    pub fn new(biflows: Biflows, filter: Option<Filter>) -> Self {
        Self {
            biflows,
            filter: filter.map(SetFilter::new),
            matched: SetMatch::All,
            left: None,
            left_out: 0,
        }
    }

    /// At most this number of flows.
    #[must_use]
    pub fn with_limit(self, limit: u64) -> Self {
        Self {
            left: Some(limit),
            ..self
        }
    }

    /// The same, where a record of two directions is one flow.
    pub(crate) fn of_whole_records(self) -> Self {
        self.with_biflows(Biflows::Whole)
    }

    /// The same, where a record of two directions is one flow or two.
    pub(crate) fn with_biflows(self, biflows: Biflows) -> Self {
        Self { biflows, ..self }
    }

    /// Flows that may still become rows, if there is a limit.
    pub(crate) const fn left(&self) -> Option<u64> {
        self.left
    }

    /// Whether the limit is reached.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.left == Some(0)
    }

    pub(crate) const fn biflows(&self) -> Biflows {
        self.biflows
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref().map(SetFilter::filter)
    }

    /// Prepares for a set. Returns whether any of its flows may become a row.
    pub(crate) fn prepare(&mut self, set: &Set<'_>) -> bool {
        self.matched = match (&mut self.filter, self.biflows) {
            (Some(filter), Biflows::Whole) => filter.prepare(set),
            // The reverse direction has its fields elsewhere in the record.
            (Some(_), Biflows::Split) => SetMatch::Each,
            (None, _) => SetMatch::All,
        };
        self.matched != SetMatch::None && !self.is_exhausted()
    }

    /// Whether every record of the set that was prepared for last becomes one row.
    pub(crate) fn is_of_all(&self) -> bool {
        self.biflows == Biflows::Whole && self.matched == SetMatch::All && self.left.is_none()
    }

    /// Calls `each` with every flow that becomes a row, of the set that was prepared for last.
    pub(crate) fn for_each<'m>(&mut self, set: &Set<'m>, mut each: impl FnMut(&Flow<'m>)) {
        let Some(mut left) = self.left else {
            self.for_each_chosen(set, each);
            return;
        };
        self.for_each_chosen(set, |flow| {
            if left > 0 {
                left -= 1;
                each(flow);
            }
        });
        self.left = Some(left);
    }

    /// Calls `each` with the record of every flow that becomes a document, of the set that
    /// [`Documents`](super::dialect::Documents) passes on. Without a filter, records of options are
    /// among them; a filter chooses none of these, as they are not flows.
    pub fn for_each_record<'m>(
        &mut self,
        set: &Set<'m>,
        mut each: impl FnMut(&DataRecord<'m, 'm>),
    ) {
        if self.filter.is_some() {
            let records = |flow: &Flow<'m>| flow.record().into_iter().for_each(&mut each);
            return self.for_each(set, records);
        }
        for record in set.records() {
            match &mut self.left {
                Some(0) => return,
                Some(left) => *left -= 1,
                None => {}
            }
            each(&record);
        }
    }

    /// Calls `each` with every sFlow sample that may become a document, of the set that was prepared for last;
    /// it returns whether the sample became one, and flows that did not are counted. Without a filter, samples
    /// of counters are among them; a filter chooses none of these, as they are not flows.
    pub(crate) fn for_each_sample<'m>(
        &mut self,
        set: &Set<'m>,
        mut each: impl FnMut(&SampleKind<'m>) -> bool,
    ) {
        let mut left_out = 0_u64;
        let mut read = |sample: &Sample<'m>| match sample.kind() {
            Err(_) | Ok(SampleKind::Unknown) => false,
            Ok(kind) => {
                let is_written = each(&kind);
                let is_flow = matches!(kind, SampleKind::Flow(_));
                left_out += u64::from(is_flow && !is_written);
                is_written
            }
        };
        if self.filter.is_some() {
            let mut left = self.left;
            self.for_each_chosen(set, |flow| {
                let is_written = left != Some(0) && flow.sample().is_some_and(&mut read);
                if let (true, Some(left)) = (is_written, &mut left) {
                    *left -= 1;
                }
            });
            self.left = left;
            self.left_out += left_out;
            return;
        }
        for sample in set.samples() {
            if self.left == Some(0) {
                break;
            }
            if let (true, Some(left)) = (read(&sample), &mut self.left) {
                *left -= 1;
            }
        }
        self.left_out += left_out;
    }

    /// Calls `row` with every flow that becomes a row, of the set of sFlow samples that was prepared for last,
    /// and, without a filter, with the samples of counters among them, in the order of the datagram.
    pub(crate) fn for_each_of_samples<'m>(
        &mut self,
        set: &Set<'m>,
        row: &mut impl FnMut(SampleRow<'_, 'm>),
    ) {
        if self.filter.is_some() {
            return self.for_each(set, |flow| row(SampleRow::Flow(flow)));
        }
        let mut flows = set.flows().peekable();
        for sample in set.samples() {
            if self.left == Some(0) {
                return;
            }
            let is_it = |flow: &Flow<'m>| {
                let found = flow.sample();
                found.is_some_and(|found| found.offset() == sample.offset())
            };
            if let Some(flow) = flows.next_if(is_it) {
                row(SampleRow::Flow(&flow));
            } else if let Ok(SampleKind::Counters(counters)) = sample.kind() {
                row(SampleRow::Counters(&counters));
            } else {
                continue;
            }
            if let Some(left) = &mut self.left {
                *left -= 1;
            }
        }
    }

    /// Counts the selected flows of the set that was prepared for last as left out: the format cannot
    /// express them.
    pub(crate) fn leave_out(&mut self, set: &Set<'_>) {
        let mut count = 0;
        self.for_each(set, |_| count += 1);
        self.left_out += count;
    }

    /// Flows left out since the last call.
    pub(crate) const fn take_left_out(&mut self) -> u64 {
        core::mem::replace(&mut self.left_out, 0)
    }

    /// How many flows of a datagram become rows.
    pub(crate) fn count(&mut self, decoded: &Decoded<'_>) -> u64 {
        let mut count = 0;
        for set in decoded.joined_sets() {
            if self.prepare(&set) {
                self.for_each(&set, |_| count += 1);
            }
        }
        count
    }

    fn for_each_chosen<'m>(&self, set: &Set<'m>, mut each: impl FnMut(&Flow<'m>)) {
        let flows = set.flows();
        match (&self.filter, self.biflows, self.matched) {
            (_, _, SetMatch::None) => {}
            (Some(filter), Biflows::Whole, SetMatch::Each) => {
                flows
                    .filter(|flow| filter.matches(flow))
                    .for_each(|flow| each(&flow));
            }
            (_, Biflows::Whole, _) => flows.for_each(|flow| each(&flow)),
            (filter, Biflows::Split, _) => {
                let filter = filter.as_ref().map(SetFilter::filter);
                let is_chosen = |flow: &Flow<'m>| filter.is_none_or(|filter| filter.matches(flow));
                // Not by `split_biflows`, which copies each flow.
                flows.for_each(|flow| {
                    if is_chosen(&flow) {
                        each(&flow);
                    }
                    if let Some(reverse) = flow.reverse().filter(is_chosen) {
                        each(&reverse);
                    }
                });
            }
        }
    }
}

/// A sample of sFlow that becomes a row.
#[derive(Debug)]
pub(crate) enum SampleRow<'s, 'm> {
    /// A sampled packet.
    Flow(&'s Flow<'m>),
    /// The counters of an interface or device.
    Counters(&'s CountersSample<'m>),
}

/// Selects all flows.
impl From<Biflows> for Selection {
    fn from(biflows: Biflows) -> Self {
        Self::new(biflows, None)
    }
}
