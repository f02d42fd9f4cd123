//! The counters of captures: netflow-io counts them, netflow-health reports them.

/// Calls a macro with one line for each counter, its documentation and its name, and then with what
/// the caller adds.
///
/// ```
/// macro_rules! names {
///     ($($(#[$doc:meta])+ $name:ident,)+) => { [$(stringify!($name)),+] };
/// }
/// let names = netflow_core::capture_counters!(names! {
///     /// Datagrams that the kernel dropped.
///     kernel_drops,
/// });
/// assert_eq!(names[..2], ["packets", "datagrams"]);
/// assert_eq!(names[18..], ["kernel_drops"]);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! capture_counters {
    ($make:ident! { $($more:tt)* }) => {
        $make! {
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
            /// Octets of messages that could not be completed, because other octets of them were not
            /// captured.
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
            $($more)*
        }
    };
}
