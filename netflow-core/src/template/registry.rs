//! The templates of one observation domain (RFC 7011, section 8).

use alloc::sync::Arc;

use super::{Defined, Template};
use crate::datagram::DatagramId;
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::time::Timestamp;

/// A template and when it was last sent.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) template: Arc<Template>,
    pub(crate) refreshed: Timestamp,
    /// The datagram that defined it.
    pub(crate) datagram: DatagramId,
    /// It came with a snapshot, and data may wait for it still.
    pub(crate) awaited: bool,
    /// The version of the announced types (RFC 5610) that it was compiled with.
    pub(crate) types: u32,
}

impl Known {
    /// Types were announced since it was compiled, and it has fields that they
    /// may name.
    pub(crate) fn is_outdated(&self, types: u32) -> bool {
        self.types != types && self.template.may_be_refined()
    }
}

/// The templates in force, data and options templates alike: they share one
/// space of ids, and the last definition wins.
#[derive(Debug)]
pub(crate) struct Templates {
    known: Table<u16, Known>,
    octets: usize,
}

impl Templates {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            known: Table::new(hash),
            octets: 0,
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: u16) -> Option<&Known> {
        self.known.get(&id)
    }

    /// Notes that a template was sent again, and returns whether data may have
    /// waited for that.
    pub(crate) fn refresh(&mut self, id: u16, now: Timestamp) -> bool {
        let Some(known) = self.known.get_mut(&id) else {
            return false;
        };
        known.refreshed = now;
        core::mem::take(&mut known.awaited)
    }

    /// Puts a template in force.
    pub(crate) fn insert(&mut self, known: Known) {
        self.octets = self.octets.saturating_add(memory(&known));
        let id = known.template.id();
        if let Some(old) = self.known.insert(id, known) {
            self.octets = self.octets.saturating_sub(memory(&old));
        }
    }

    /// Replaces a template by the same compiled anew.
    pub(crate) fn replace(&mut self, template: Arc<Template>) {
        let Some(known) = self.known.get_mut(&template.id()) else {
            return;
        };
        let old = core::mem::replace(&mut known.template, template);
        self.octets = self
            .octets
            .saturating_add(memory(known))
            .saturating_sub(old.memory());
    }

    /// Withdraws a template; false if it was not known.
    pub(crate) fn withdraw(&mut self, id: u16) -> bool {
        let Some(old) = self.known.remove(&id) else {
            return false;
        };
        self.octets = self.octets.saturating_sub(memory(&old));
        true
    }

    /// Withdraws all data templates or all options templates (RFC 7011,
    /// section 8.1).
    pub(crate) fn withdraw_all(&mut self, options: bool) {
        let octets = &mut self.octets;
        self.known.retain(|_, known| {
            let keep = known.template.is_options() != options;
            if !keep {
                *octets = octets.saturating_sub(memory(known));
            }
            keep
        });
    }

    /// Compiles a template anew with what is defined by now.
    pub(crate) fn refine(&mut self, id: u16, types: u32, defined: impl Defined) {
        if let Some(known) = self.known.get_mut(&id) {
            known.types = types;
            if let Some(template) = known.template.refined(defined) {
                known.template = template;
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().map(|(_, known)| known)
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Octets of memory that all of them take.
    pub(crate) fn memory(&self) -> usize {
        self.octets.saturating_add(self.known.memory())
    }

    /// Octets that must be free to keep this template.
    pub(crate) fn room_for(&self, template: &Template) -> usize {
        template.memory().saturating_add(self.known.growth())
    }
}

fn memory(known: &Known) -> usize {
    known.template.memory()
}
