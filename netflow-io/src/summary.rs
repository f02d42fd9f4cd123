//! What a source found, selected and passed over.

use core::ops::AddAssign;

use netflow_core::packet::Tunnel;

use crate::mirror::CopyKind;

/// `counters! { /// Doc. name, }` makes the struct with a counter `name`, its sum with another,
/// and its counters by name.
macro_rules! counters {
    ($(#[doc = $doc:literal])+ pub struct $summary:ident; $($(#[doc = $line:literal])+ $name:ident,)+) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct $summary {
            $($(#[doc = $line])+ pub $name: u64,)+
            /// Datagrams among them that were captured inside a tunnel, by its kind.
            pub tunnels: TunnelCounts,
            /// Copies that were passed over, by how they differ from the one returned.
            pub copies: CopyCounts,
        }

        impl $summary {
            /// The counters by name, but for those of tunnels and kinds of copies.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),+].into_iter()
            }
        }

        impl AddAssign for $summary {
            fn add_assign(&mut self, other: Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
                self.tunnels.add_assign(other.tunnels);
                self.copies.add_assign(other.copies);
            }
        }
    };
}

counters! {
    /// What a source has read so far; complete when it has nothing more to return.
    pub struct CaptureSummary;

    /// Packets in the file, or messages of an IPFIX file.
    packets,
    /// Datagrams and messages returned.
    datagrams,
    /// Datagrams among them of which fewer octets were captured than were sent.
    cut,
    /// UDP datagrams that are not flow export.
    udp_passed_over,
    /// TCP segments of other streams.
    tcp_passed_over,
    /// Packets of other protocols.
    other_passed_over,
    /// Packets of link types that are not read here.
    link_type_passed_over,
    /// Packets whose headers contradict themselves or are cut.
    malformed,
    /// Packets that are IP fragments.
    fragments,
    /// Fragmented packets that were reassembled.
    reassembled,
    /// Fragmented packets that were dropped, because fragments did not come in time or did
    /// not fit together, or memory was short.
    fragmented_given_up,
    /// TCP segments of IPFIX streams.
    segments,
    /// Places in IPFIX streams and associations where octets were not captured.
    stream_gaps,
    /// Octets of IPFIX streams and associations that belong to no whole message, because others
    /// are missing.
    stream_octets_lost,
    /// Octets of IPFIX streams and associations that are not part of a message.
    stream_octets_passed_over,
    /// SCTP packets of IPFIX associations.
    sctp_packets,
    /// SCTP packets of other associations.
    sctp_passed_over,
    /// Copies of datagrams that were captured on several paths: outside and inside a tunnel, with
    /// other VLAN tags, before and after a router. They are returned once.
    mirrored,
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
    pub struct TunnelCounts of Tunnel;
}

counts_by_kind! {
    /// The number of copies of datagrams, by how they differ from the one returned.
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
