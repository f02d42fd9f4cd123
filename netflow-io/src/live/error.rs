//! Why a collector cannot listen.

use core::net::SocketAddr;
use std::io;

use thiserror::Error as ThisError;

/// Why a collector cannot listen, or cannot continue.
///
/// ```
/// use netflow_io::live::{Live, LiveError, LiveOptions};
///
/// let error = Live::bind(&LiveOptions::new()).unwrap_err();
/// assert!(matches!(error, LiveError::NoListener));
/// assert_eq!(error.to_string(), "there is no address to listen on");
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum LiveError {
    /// An address cannot be listened on.
    #[error("cannot listen on {transport} {address}: {error}{}", hint(error, *address))]
    Bind {
        /// `udp`, `tcp` or `tls`.
        transport: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// There is nothing to listen on.
    #[error("there is no address to listen on")]
    NoListener,
    /// The kernel refuses a call that every collector needs.
    #[error("cannot wait for datagrams: {0}")]
    Wait(#[from] io::Error),
}

/// What to do about it.
fn hint(error: &io::Error, address: SocketAddr) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program listens there (ss -lnp shows it), stop it or choose another port"
        }
        io::ErrorKind::PermissionDenied if address.port() < 1_024 => {
            "; ports below 1024 need CAP_NET_BIND_SERVICE"
        }
        io::ErrorKind::AddrNotAvailable => "; it is not an address of this host",
        _ => "",
    }
}
