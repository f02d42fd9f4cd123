//! What sources received, refused and lost.

use core::ops::AddAssign;
use core::sync::atomic::{AtomicU64, Ordering};

/// `counters! { /// Doc. name, }` makes `LiveSummary` with a number `name`, its sum with another and
/// its counters by name, and `Counters` with the same as an atomic.
macro_rules! counters {
    ($($(#[doc = $line:literal])+ $name:ident,)+) => {
        /// What the sources of a collector received, refused and lost so far.
        ///
        /// ```
        /// use netflow_io::live::{Live, LiveOptions};
        ///
        /// let live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
        /// let summary = live.summary();
        /// assert_eq!((summary.datagrams, summary.kernel_drops), (0, 0));
        /// for (name, count) in summary.counters() {
        ///     println!("netflow_{name}_total {count}");
        /// }
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct LiveSummary {
            $($(#[doc = $line])+ pub $name: u64,)+
        }

        impl LiveSummary {
            /// The counters by name.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),+].into_iter()
            }
        }

        impl AddAssign for LiveSummary {
            fn add_assign(&mut self, other: Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
            }
        }

        /// The counters of one source, written by its thread and read by any.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: Counter,)+
        }

        impl Counters {
            pub(super) fn summary(&self) -> LiveSummary {
                LiveSummary {
                    $($name: self.$name.get(),)+
                }
            }
        }
    };
}

counters! {
    /// Datagrams returned, without messages from connections.
    datagrams,
    /// Octets of these datagrams.
    datagram_octets,
    /// Datagrams that the kernel dropped because a receive buffer was full.
    kernel_drops,
    /// Datagrams dropped because the queue of their worker was full.
    queue_drops,
    /// Datagrams longer than the maximum length of messages.
    too_long,
    /// Datagrams and connections of exporters that are not allowed.
    not_allowed,
    /// Datagrams and messages of protocols that their listener does not accept.
    other_protocols,
    /// Failed calls to receive.
    receive_errors,
    /// Messages returned from connections.
    messages,
    /// Octets of these messages.
    message_octets,
    /// Connections accepted.
    connections,
    /// Connections closed since.
    connections_closed,
    /// Connections refused because there were too many.
    connections_refused,
    /// Connections closed because they do not carry IPFIX or carry a message that is too long.
    connections_malformed,
    /// Connections closed because a message was not complete in time.
    connections_timed_out,
    /// Connections that ended inside a message, or failed.
    connections_cut,
    /// Connections closed because TLS failed.
    tls_failed,
}

/// A number that one thread increases.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: u64) {
        // There is one writer, so this needs no locked instruction.
        let sum = self.get().wrapping_add(count);
        self.0.store(sum, Ordering::Relaxed);
    }

    pub(super) fn add_len(&self, len: usize) {
        self.add(u64::try_from(len).unwrap_or(u64::MAX));
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
