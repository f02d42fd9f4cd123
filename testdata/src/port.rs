//! Ports of the loopback interface.

use core::net::Ipv4Addr;
use core::sync::atomic::{AtomicU32, Ordering};
use std::net::TcpListener;

/// A port of a loopback address of its own, for a listener that is closed and opened again: meanwhile
/// nobody else is given its port.
#[must_use]
pub fn own_port() -> TcpListener {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let [.., third, fourth] = std::process::id().to_be_bytes();
    let [.., number] = NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let address = Ipv4Addr::new(127, 128 | number, third, fourth.clamp(1, 254));
    TcpListener::bind((address, 0)).expect("a loopback address has a free port")
}
