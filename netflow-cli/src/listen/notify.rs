//! Notifies systemd (sd_notify(3)) that the service is ready, alive, or stopping.

use std::env;
use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The service manager, if there is one.
#[derive(Debug)]
pub(super) struct Notify(Option<(UnixDatagram, SocketAddr)>);

impl Notify {
    /// The service manager that the environment names.
    pub(super) fn from_environment() -> Self {
        let name = env::var_os("NOTIFY_SOCKET");
        Self(name.and_then(|name| Some((UnixDatagram::unbound().ok()?, address(&name)?))))
    }

    /// Sends a state to the service manager; failures are ignored.
    pub(super) fn send(&self, state: &str) {
        if let Some((socket, address)) = &self.0 {
            let _ = socket.send_to_addr(state.as_bytes(), address);
        }
    }
}

/// A path, or a name in the abstract namespace, which begins with `@`.
fn address(name: &OsStr) -> Option<SocketAddr> {
    match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name).ok(),
        None => SocketAddr::from_pathname(name).ok(),
    }
}
