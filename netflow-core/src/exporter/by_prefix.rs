//! What the caller says of exporters, by subnet.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::prefix::Prefix;

/// Values by subnet. The longest prefix wins.
#[derive(Debug, Clone)]
pub(super) struct ByPrefix<V> {
    /// Longest prefix first.
    entries: Vec<(Prefix, V)>,
}

impl<V> ByPrefix<V> {
    /// Sets the value of a subnet; an earlier one is replaced.
    pub(super) fn insert(&mut self, prefix: Prefix, value: V) {
        self.entries.retain(|(known, _)| *known != prefix);
        let is_longer = |entry: &(Prefix, V)| entry.0.length() >= prefix.length();
        let position = self.entries.partition_point(is_longer);
        self.entries.insert(position, (prefix, value));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of an exporter.
    #[inline]
    pub(super) fn get(&self, exporter: IpAddr) -> Option<&V> {
        let mut entries = self.entries.iter();
        let (_, value) = entries.find(|(prefix, _)| prefix.contains(exporter))?;
        Some(value)
    }
}

impl<V> Default for ByPrefix<V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}
