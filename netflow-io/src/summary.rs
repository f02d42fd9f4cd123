//! What a source found, selected and passed over.

use core::ops::AddAssign;

use netflow_core::packet::Tunnel;

use crate::connection::Captured;
use crate::mirror::CopyKind;

/// `counters! { /// Doc. name, }` makes the struct with a counter `name`, its sum with another,
/// and its counters by name.
macro_rules! counters {
    ($($(#[doc = $line:literal])+ $name:ident,)+) => {
        /// What a source has read so far; complete when it has nothing more to return.
        ///
        /// ```
        /// use netflow_io::Source;
        ///
        /// let octets = netflow_core::example::ipfix().payload;
        /// let mut source = Source::from_reader(octets, "memory")?;
        /// while let Some(packet) = source.next() {
        ///     packet?;
        /// }
        /// let summary = source.summary();
        /// assert_eq!((summary.packets, summary.datagrams, summary.cut), (1, 1, 0));
        /// # Ok::<(), netflow_io::CaptureError>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct CaptureSummary {
            $($(#[doc = $line])+ pub $name: u64,)+
            /// Datagrams among them that were captured inside a tunnel, by its kind.
            pub tunnels: TunnelCounts,
            /// Datagrams among them in frames of Juniper's link type (178).
            pub juniper: u64,
            /// Copies that were passed over, by how they differ from the one returned.
            pub copies: CopyCounts,
        }

        impl CaptureSummary {
            /// The counters by name, but for those of tunnels, Juniper's frames and kinds of copies.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),+].into_iter()
            }
        }

        impl AddAssign for CaptureSummary {
            fn add_assign(&mut self, other: Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
                self.tunnels.add_assign(other.tunnels);
                self.juniper = self.juniper.saturating_add(other.juniper);
                self.copies.add_assign(other.copies);
            }
        }
    };
}

netflow_core::capture_counters!(counters! {});

impl CaptureSummary {
    /// Counts a datagram that is returned, and what it was captured inside.
    pub(crate) fn count_datagram(&mut self, captured: Captured) {
        count(&mut self.datagrams);
        if let Some(tunnel) = captured.tunnel {
            self.tunnels.count(tunnel);
        }
        if captured.is_juniper {
            count(&mut self.juniper);
        }
    }
}

/// `counts_by_kind! { /// Doc. pub struct Counts of Kind; }` makes the struct with a counter for each
/// of `Kind::ALL`, and its sum with another.
macro_rules! counts_by_kind {
    ($(#[doc = $doc:literal])+ pub struct $counts:ident of $kind:ident;) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $counts([u64; $kind::ALL.len()]);

        impl $counts {
            /// The kinds that occurred, and the number of datagrams of each.
            pub fn iter(&self) -> impl Iterator<Item = ($kind, u64)> {
                let counts = $kind::ALL.into_iter().zip(self.0);
                counts.filter(|(_, count)| *count > 0)
            }

            /// The number of datagrams of all kinds.
            #[must_use]
            pub fn total(&self) -> u64 {
                self.0
                    .iter()
                    .fold(0, |sum, count| sum.saturating_add(*count))
            }

            pub(crate) fn count(&mut self, kind: $kind) {
                let mut counts = $kind::ALL.iter().zip(&mut self.0);
                if let Some((_, counter)) = counts.find(|(other, _)| **other == kind) {
                    count(counter);
                }
            }
        }

        impl AddAssign for $counts {
            fn add_assign(&mut self, other: Self) {
                for (count, more) in self.0.iter_mut().zip(other.0) {
                    *count = count.saturating_add(more);
                }
            }
        }
    };
}

counts_by_kind! {
    /// The number of datagrams in tunnels, by the kind of the innermost.
    ///
    /// ```
    /// use netflow_io::TunnelCounts;
    ///
    /// let print = |tunnels: &TunnelCounts| {
    ///     for (tunnel, datagrams) in tunnels.iter() {
    ///         println!("{datagrams} datagrams in {}", tunnel.name());
    ///     }
    /// };
    /// print(&TunnelCounts::default());
    /// assert_eq!(TunnelCounts::default().total(), 0);
    /// ```
    pub struct TunnelCounts of Tunnel;
}

counts_by_kind! {
    /// The number of copies of datagrams, by how they differ from the one returned.
    ///
    /// ```
    /// use netflow_io::CopyCounts;
    ///
    /// let copies = CopyCounts::default();
    /// for (kind, datagrams) in copies.iter() {
    ///     println!("{datagrams} copies differ in {}", kind.name());
    /// }
    /// assert_eq!(copies.total(), 0);
    /// ```
    pub struct CopyCounts of CopyKind;
}

/// Counts one more.
pub(crate) const fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Counts octets.
pub(crate) fn add(counter: &mut u64, octets: usize) {
    *counter = counter.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
}
