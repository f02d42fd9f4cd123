//! The sockets of a collector.
//!
//! The functions exist in every build of the library, so that it has one interface; without the
//! feature `live` no handle can be created.

#[cfg(not(feature = "live"))]
mod absent;
#[cfg(feature = "live")]
mod sockets;

use core::cell::RefCell;
use core::ffi::c_char;
use core::net::SocketAddr;
use core::ptr;

use netflow_core::Datagram;

#[cfg(not(feature = "live"))]
pub(crate) use self::absent::{Sockets, Stop};
#[cfg(feature = "live")]
pub(crate) use self::sockets::{Sockets, Stop};
use crate::c_types::netflow_address;
use crate::pointer::FromOctets;

/// How exporters reach an address that is listened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_listen_transport {
    /// UDP, for all protocols.
    NETFLOW_LISTEN_UDP = 0,
    /// IPFIX over TCP.
    NETFLOW_LISTEN_TCP = 1,
    /// IPFIX over TLS.
    NETFLOW_LISTEN_TLS = 2,
}

/// An address to listen on.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_listen_address {
    /// Address and port, such as `0.0.0.0:2055` or `[::]:4739`, NUL-terminated; copied. Port 0 lets the
    /// system choose, see `netflow_listener_address`.
    pub address: *const c_char,
    /// A `netflow_listen_transport`.
    pub transport: u32,
    /// 0.
    pub reserved: u32,
}

/// What to listen on, and what peers may cost. A number that is 0 stands for its default, which
/// `netflow_listener_options_init` fills in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_listener_options {
    /// `sizeof(netflow_listener_options)`.
    pub size: usize,
    /// The addresses; at least one.
    pub addresses: *const netflow_listen_address,
    /// The number of addresses.
    pub address_count: usize,
    /// Octets of each UDP socket's receive buffer to ask the kernel for. Default 16 MiB; it grants
    /// `net.core.rmem_max` at most.
    pub read_buffer: usize,
    /// Maximum octets of a datagram or message. Default 65,535. Longer datagrams are counted and not
    /// returned; longer messages end their connection.
    pub max_message: usize,
    /// Maximum connections at a time. Default 1,024.
    pub connections: usize,
    /// Maximum connections at a time from one address. Default 64.
    pub connections_by_address: usize,
    /// Nanoseconds that a message on a connection may take to arrive. Default 30 s.
    pub read_timeout: i64,
    /// Nanoseconds after which `netflow_receive` returns NETFLOW_IDLE, or NETFLOW_AT_ONCE. Default
    /// 250 ms.
    pub idle: i64,
    /// File of the certificate of this collector, and of those up to its authority (PEM); for TLS.
    pub certificate: *const c_char,
    /// File of its private key (PEM).
    pub key: *const c_char,
    /// File of the authorities that sign certificates of exporters (PEM); NULL asks for none.
    pub client_ca: *const c_char,
    /// Not 0: exporters may have no certificate although `client_ca` asks for one.
    pub clients_optional: u32,
    /// 0.
    pub reserved: u32,
}

/// Do not wait; the header calls it `NETFLOW_AT_ONCE`.
#[cfg(feature = "live")]
pub(crate) const AT_ONCE: i64 = -1;

// SAFETY: its members are numbers and raw pointers.
unsafe impl FromOctets for netflow_listener_options {}

impl Default for netflow_listener_options {
    fn default() -> Self {
        Self {
            size: size_of::<Self>(),
            addresses: ptr::null(),
            address_count: 0,
            read_buffer: 16 << 20,
            max_message: 65_535,
            connections: 1_024,
            connections_by_address: 64,
            read_timeout: 30_000_000_000,
            idle: 250_000_000,
            certificate: ptr::null(),
            key: ptr::null(),
            client_ca: ptr::null(),
            clients_optional: 0,
            reserved: 0,
        }
    }
}

/// The options with the texts that they point to.
#[cfg_attr(
    not(feature = "tls"),
    expect(
        dead_code,
        reason = "without sockets, or without TLS, not all are read"
    )
)]
pub(crate) struct ListenerSettings<'a> {
    pub(crate) options: netflow_listener_options,
    /// Address and transport.
    pub(crate) addresses: Vec<(&'a str, u32)>,
    pub(crate) certificate: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) client_ca: Option<&'a str>,
}

/// What a listener received, refused and lost since it was made.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct netflow_listener_stats {
    /// Datagrams returned, without messages from connections.
    pub datagrams: u64,
    /// Octets of these datagrams.
    pub datagram_octets: u64,
    /// Datagrams that the kernel dropped because a receive buffer was full.
    pub kernel_drops: u64,
    /// Datagrams longer than the maximum.
    pub too_long: u64,
    /// Failed calls to receive.
    pub receive_errors: u64,
    /// Messages returned from connections.
    pub messages: u64,
    /// Octets of these messages.
    pub message_octets: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Connections closed since.
    pub connections_closed: u64,
    /// Connections refused because there were too many.
    pub connections_refused: u64,
    /// Connections closed because they do not carry IPFIX or carry a message that is too long.
    pub connections_malformed: u64,
    /// Connections closed because a message was not complete in time.
    pub connections_timed_out: u64,
    /// Connections that ended inside a message, or failed.
    pub connections_cut: u64,
    /// Connections closed because TLS failed.
    pub tls_failed: u64,
}

/// What was received.
#[cfg_attr(
    not(feature = "live"),
    expect(dead_code, reason = "without sockets nothing is received")
)]
pub(crate) enum Received<'a> {
    Datagram(Datagram<'a>),
    SessionEnded(SocketAddr),
    Idle,
    Ended,
}

/// The sockets of a collector.
#[derive(Debug)]
pub struct netflow_listener {
    /// In use by one thread at a time.
    pub(crate) sockets: RefCell<Sockets>,
    /// Used by any thread and in signal handlers.
    pub(crate) stop: Stop,
}

/// An address that is listened on.
pub(crate) struct OpenAddress {
    pub(crate) address: netflow_address,
    pub(crate) port: u16,
}
