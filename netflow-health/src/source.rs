//! What the caller knows of where datagrams come from.

use core::ops::AddAssign;

/// Makes the struct, its list of numbers and their sum from a list of documented members.
macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What a capture or a socket held and lost, in numbers that the caller counts; 0 where
        /// it does not count.
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
        }

        /// The numbers of several inputs together.
        impl AddAssign for SourceFacts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name = self.$name.saturating_add(other.$name);)+
            }
        }
    };
}

facts! {
    /// Packets of captures, or datagrams that a socket received.
    packets,
    /// Datagrams passed to the decoder.
    datagrams,
    /// Datagrams whose end was not captured.
    cut,
    /// UDP datagrams that are not flow export.
    udp_passed_over,
    /// TCP segments that belong to no export.
    tcp_passed_over,
    /// Packets of other protocols.
    other_passed_over,
    /// Packets of link types that are not read.
    link_type_passed_over,
    /// Packets whose headers contradict each other.
    malformed,
    /// IP fragments.
    fragments,
    /// Datagrams reassembled from fragments.
    reassembled,
    /// Datagrams of which fragments are missing.
    fragmented_given_up,
    /// TCP segments of export.
    segments,
    /// Gaps in TCP streams.
    stream_gaps,
    /// Octets of TCP streams that are missing.
    stream_octets_lost,
    /// Octets of IPFIX streams and associations that are not part of a message.
    stream_octets_passed_over,
    /// SCTP packets of export.
    sctp_packets,
    /// SCTP packets that belong to no export.
    sctp_passed_over,
    /// Datagrams that were captured inside tunnels.
    tunnelled,
    /// Copies of datagrams that were captured on several paths, such as outside and inside a tunnel.
    mirrored,
    /// Datagrams that the kernel dropped because the buffer of the socket was full.
    kernel_drops,
    /// Datagrams or rows dropped because a queue of the collector was full.
    queue_drops,
}
