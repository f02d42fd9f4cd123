//! Which observation domains belong to one exporter.

use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::datagram::Protocol;
use crate::domain::DomainKey;
use crate::hash::KeyedHash;
use crate::table::Table;

/// Domains of one exporter whose options apply to each other. Of more, the first do.
pub(super) const MAX_NEIGHBOURS: usize = 64;

/// The indices of all observation domains, by exporter and protocol.
#[derive(Debug)]
pub(super) struct Neighbours {
    indices: Table<(SocketAddr, Protocol), Vec<usize>>,
    /// The capacity of all lists together.
    capacity: usize,
}

impl Neighbours {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            indices: Table::new(hash),
            capacity: 0,
        }
    }

    pub(super) fn memory(&self) -> usize {
        let lists = self.capacity.saturating_mul(size_of::<usize>());
        self.indices.memory().saturating_add(lists)
    }

    /// Octets that must be free for one more domain.
    pub(super) fn growth(&self) -> usize {
        let list = MAX_NEIGHBOURS.saturating_add(1);
        let list = list.saturating_mul(2).saturating_mul(size_of::<usize>());
        self.indices.growth().saturating_add(list)
    }

    /// Adds a domain, unless its exporter has reached the limit.
    pub(super) fn insert(&mut self, key: &DomainKey, index: usize) {
        let exporter = exporter(key);
        if self.indices.get(&exporter).is_none() {
            self.indices.insert(exporter, Vec::new());
        }
        let Some(list) = self.indices.get_mut(&exporter) else {
            return;
        };
        // One of them is the domain itself.
        if list.len() <= MAX_NEIGHBOURS {
            let before = list.capacity();
            list.push(index);
            let grown = list.capacity().saturating_sub(before);
            self.capacity = self.capacity.saturating_add(grown);
        }
    }

    pub(super) fn remove(&mut self, key: &DomainKey, index: usize) {
        let exporter = exporter(key);
        let Some(list) = self.indices.get_mut(&exporter) else {
            return;
        };
        list.retain(|one| *one != index);
        if list.is_empty() {
            self.capacity = self.capacity.saturating_sub(list.capacity());
            self.indices.remove(&exporter);
        }
    }

    /// The indices of the domains of its exporter, itself included.
    pub(super) fn get(&self, key: &DomainKey) -> &[usize] {
        let list = self.indices.get(&exporter(key));
        list.map_or(&[], Vec::as_slice)
    }
}

const fn exporter(key: &DomainKey) -> (SocketAddr, Protocol) {
    (key.exporter, key.protocol)
}
