//! The templates of one observation domain (RFC 7011, section 8).

use alloc::sync::Arc;

use hashbrown::HashMap;

use super::Template;
use crate::hash::KeyedHash;
use crate::time::Timestamp;

/// A template and when it was last sent.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) template: Arc<Template>,
    pub(crate) refreshed: Timestamp,
    pub(crate) frame: u64,
}

/// The templates in force, data and options templates alike: they share one
/// space of ids, and the last definition wins.
#[derive(Debug)]
pub(crate) struct Templates {
    known: HashMap<u16, Known, KeyedHash>,
}

impl Templates {
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self {
            known: HashMap::with_hasher(hash),
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: u16) -> Option<&Known> {
        self.known.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u16) -> Option<&mut Known> {
        self.known.get_mut(&id)
    }

    /// Puts a template in force and gives back the one it replaces.
    pub(crate) fn insert(&mut self, known: Known) -> Option<Known> {
        self.known.insert(known.template.id(), known)
    }

    pub(crate) fn withdraw(&mut self, id: u16) -> Option<Known> {
        self.known.remove(&id)
    }

    /// Withdraws all data templates or all options templates (RFC 7011,
    /// section 8.1), and gives back the octets of memory set free.
    pub(crate) fn withdraw_all(&mut self, options: bool) -> usize {
        let mut freed = 0_usize;
        self.known.retain(|_, known| {
            let keep = known.template.is_options() != options;
            if !keep {
                freed = freed.saturating_add(known.template.memory());
            }
            keep
        });
        freed
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}
