//! What the caller knows of where datagrams come from.

use core::ops::AddAssign;

/// Makes the struct, its numbers by name and their sum from a list of documented members.
macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What a capture or a socket held and lost, in numbers that the caller counts; 0 where
        /// it does not count. Of a socket, `packets` and `datagrams` are both the datagrams received.
        ///
        /// ```
        /// use netflow_health::{Health, SourceFacts};
        ///
        /// let mut facts = SourceFacts::default();
        /// facts.kernel_drops = 12;
        /// assert!(facts.set("queue_drops", 3));
        /// let mut health = Health::default();
        /// health.source(facts);
        /// assert!(facts.numbers().contains(&("queue_drops", 3)));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[non_exhaustive]
        pub struct SourceFacts {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl SourceFacts {
            /// Every number with its name, in the order of the document.
            #[must_use]
            pub fn numbers(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name)),+]
            }

            /// Sets the number of this name; false if there is none.
            pub fn set(&mut self, name: &str, number: u64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = number,)+
                    _ => return false,
                }
                true
            }
        }

        /// The numbers of several inputs together.
        impl AddAssign for SourceFacts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
            }
        }
    };
}

netflow_core::capture_counters!(facts! {
    /// Datagrams that were captured inside tunnels.
    tunnelled,
    /// Datagrams that the kernel dropped because the buffer of the socket was full.
    kernel_drops,
    /// Datagrams or rows dropped because a queue of the collector was full.
    queue_drops,
});
