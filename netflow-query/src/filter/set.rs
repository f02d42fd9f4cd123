//! A filter compiled for the template of each set.

mod chosen;
mod columns;
mod compiled;

use alloc::sync::Arc;
use alloc::vec::Vec;

use netflow_core::template::Template;
use netflow_core::{Flow, Set};

pub use self::chosen::Chosen;
use self::compiled::Compiled;
use super::Filter;
use super::program::{ACCEPT, REJECT, index};

/// Templates whose compiled steps are kept: exporters alternate between a few.
const KEPT: usize = 8;

/// A [`Filter`] compiled for the template of each set: comparisons with fields that the template
/// lacks, and with those that are the same in all of its flows, are decided once.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Filter, SetFilter};
///
/// let mut filter = SetFilter::new(Filter::parse("proto tcp and dst port 443")?);
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut count = 0;
/// for set in decoded.joined_sets() {
///     filter.prepare(&set);
///     count += set.flows().filter(|flow| filter.matches(flow)).count();
/// }
/// assert_eq!(count, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SetFilter {
    filter: Filter,
    /// Steps that are valid for one set only.
    single: Compiled,
    /// Steps that are valid for all sets of a template.
    kept: Vec<(Arc<Template>, Compiled)>,
    /// The index of the kept steps that are replaced next.
    oldest: usize,
    /// The index of the kept steps that are in use; `None` if those for one set only are.
    in_use: Option<usize>,
}

/// Which flows of a set match.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Filter, SetFilter, SetMatch};
///
/// let mut filter = SetFilter::new(Filter::parse("proto tcp and dst port 443")?);
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let matched: Vec<_> = decoded.joined_sets().map(|set| filter.prepare(&set)).collect();
/// assert_eq!(matched[0], SetMatch::None); // templates
/// assert_eq!(matched[4], SetMatch::Each); // each flow has a port
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetMatch {
    /// All of them.
    All,
    /// None of them, or the set has no flows.
    None,
    /// Each flow has to be tested.
    Each,
}

/// The filter, not prepared for any set.
impl Clone for SetFilter {
    fn clone(&self) -> Self {
        Self::new(self.filter.clone())
    }
}

impl SetFilter {
    /// A filter that is not prepared for any set yet.
    #[must_use]
    pub const fn new(filter: Filter) -> Self {
        Self {
            filter,
            single: Compiled::NOTHING,
            kept: Vec::new(),
            oldest: 0,
            in_use: None,
        }
    }

    /// The filter.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Prepares for the flows of a set.
    pub fn prepare(&mut self, set: &Set<'_>) -> SetMatch {
        let template = set.shared_template();
        self.in_use = template.and_then(|template| {
            let mut kept = self.kept.iter();
            kept.position(|(kept, _)| Arc::ptr_eq(kept, template))
        });
        let Some(first) = set.flows().with_discarded().next() else {
            self.in_use = None;
            self.single = Compiled::NOTHING;
            return SetMatch::None;
        };
        if self.in_use.is_none() {
            let is_of_template = self.single.compile(&self.filter.program, set, &first);
            if let Some(template) = template.filter(|_| is_of_template) {
                self.keep(template);
            }
        }
        match self.compiled().entry {
            ACCEPT => SetMatch::All,
            REJECT => SetMatch::None,
            _ => SetMatch::Each,
        }
    }

    /// Whether a flow matches. It has to be of the set that was [prepared](Self::prepare) for last, and
    /// not the [reverse](Flow::reverse) of a flow, for which there is [`Filter::matches`].
    #[inline]
    #[must_use]
    pub fn matches(&self, flow: &Flow<'_>) -> bool {
        let octets = flow.record().map_or(&[][..], |record| record.octets());
        let Compiled { entry, steps, .. } = self.compiled();
        let mut at = *entry;
        while let Some(step) = steps.get(index(at)) {
            let holds = step.test.holds(octets, flow, &self.filter.program);
            at = if holds { step.yes } else { step.no };
        }
        at == ACCEPT
    }

    /// Tests flows of the set that was [prepared](Self::prepare) for last: those from `start` on, up to
    /// [`Chosen::FLOWS`]. Where fields are at the same place of each record, their values are compared column by
    /// column, which costs a fraction of [`matches`](Self::matches) for each flow.
    #[must_use]
    pub fn choose(&mut self, set: &Set<'_>, start: usize) -> Chosen {
        let kept = self.in_use.and_then(|index| self.kept.get_mut(index));
        let compiled = kept.map_or(&mut self.single, |(_, compiled)| compiled);
        let steps = (compiled.entry, &*compiled.steps);
        let columns = compiled.columns.as_mut();
        columns
            .and_then(|columns| columns.choose(steps, &self.filter.program, set, start))
            .unwrap_or_else(|| self.choose_by_flow(set, start))
    }

    fn choose_by_flow(&self, set: &Set<'_>, start: usize) -> Chosen {
        let bits = core::iter::successors(Some(1_u64), |bit| bit.checked_shl(1));
        let flows = set.flows().skip(start).zip(bits.take(Chosen::FLOWS));
        let chosen = flows.filter(|(flow, _)| self.matches(flow));
        Chosen::new(chosen.fold(0, |bits, (_, bit)| bits | bit))
    }

    /// Prepares for a set, and calls `each` with those of its flows that match.
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits, example};
    /// use netflow_query::{Filter, SetFilter};
    ///
    /// let mut filter = SetFilter::new(Filter::parse("dst port 443")?);
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut octets = 0;
    /// for set in decoder.decode(example::ipfix())?.joined_sets() {
    ///     filter.for_each(&set, |flow| octets += flow.octets().unwrap_or(0));
    /// }
    /// assert_eq!(octets, 1500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_each<'m>(&mut self, set: &Set<'m>, mut each: impl FnMut(Flow<'m>)) {
        let count = set.record_count();
        match self.prepare(set) {
            SetMatch::None => {}
            SetMatch::All => set.flows().for_each(each),
            // Samples, whose number is not known.
            SetMatch::Each if count == 0 => {
                let flows = set.flows().filter(|flow| self.matches(flow));
                flows.for_each(each);
            }
            SetMatch::Each => {
                let mut flows = set.flows();
                let mut passed = 0_usize;
                for start in (0..count).step_by(Chosen::FLOWS) {
                    for row in self.choose(set, start).rows() {
                        let row = start.saturating_add(row);
                        flows
                            .nth(row.saturating_sub(passed))
                            .into_iter()
                            .for_each(&mut each);
                        passed = row.saturating_add(1);
                    }
                }
            }
        }
    }

    fn compiled(&self) -> &Compiled {
        let kept = self.in_use.and_then(|index| self.kept.get(index));
        kept.map_or(&self.single, |(_, compiled)| compiled)
    }

    fn keep(&mut self, template: &Arc<Template>) {
        let compiled = core::mem::replace(&mut self.single, Compiled::NOTHING);
        let known = (Arc::clone(template), compiled);
        self.in_use = Some(self.oldest);
        match self.kept.get_mut(self.oldest) {
            Some(place) => *place = known,
            None => self.kept.push(known),
        }
        self.oldest = self.oldest.saturating_add(1) % KEPT;
    }
}
