//! A filter compiled for the template of each set.

mod compiled;

use alloc::sync::Arc;
use alloc::vec::Vec;

use netflow_core::template::Template;
use netflow_core::{Flow, Set};

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
#[derive(Debug, Clone)]
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
