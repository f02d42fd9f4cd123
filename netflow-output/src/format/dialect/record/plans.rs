//! Plans of recently used templates.

use alloc::sync::Arc;

use netflow_core::template::Template;

/// Plans of recently used templates.
#[derive(Debug)]
pub(in crate::format::dialect) struct Plans<P> {
    known: Vec<(Arc<Template>, P)>,
    /// The one that was asked for last.
    last: usize,
    /// The one that is replaced next.
    oldest: usize,
}

/// Templates that are kept: exporters interleave a few.
const KNOWN_TEMPLATES: usize = 64;

impl<P> Default for Plans<P> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            last: 0,
            oldest: 0,
        }
    }
}

impl<P> Plans<P> {
    /// The plan of this template, made if there is none.
    pub(in crate::format::dialect) fn of(
        &mut self,
        template: &Arc<Template>,
        plan: impl FnOnce(&Template) -> P,
    ) -> &P {
        let is_it = |known: &(Arc<Template>, P)| Arc::ptr_eq(&known.0, template);
        if !self.known.get(self.last).is_some_and(is_it) {
            self.last = match self.known.iter().position(is_it) {
                Some(place) => place,
                None => self.insert((template.clone(), plan(template))),
            };
        }
        &self.known[self.last].1
    }

    fn insert(&mut self, plan: (Arc<Template>, P)) -> usize {
        if self.known.len() < KNOWN_TEMPLATES {
            self.known.push(plan);
            return self.known.len() - 1;
        }
        let place = self.oldest;
        self.oldest = (place + 1) % KNOWN_TEMPLATES;
        self.known[place] = plan;
        place
    }
}
