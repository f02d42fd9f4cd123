//! Sources of the network, over the loopback interface.
#![cfg(all(feature = "live", target_os = "linux"))]

extern crate alloc;

mod bench;
mod steering;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod udp;
