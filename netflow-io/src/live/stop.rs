//! Ending sources from another thread.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use std::io;

use nix::sys::eventfd::{EfdFlags, EventFd};

/// Ends the sources of a collector: each returns the datagrams that its sockets hold, and then `None`.
///
/// ```
/// use netflow_io::live::{Live, LiveOptions};
///
/// let live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
/// let stopper = live.stopper();
/// std::thread::spawn(move || stopper.stop()).join().unwrap();
/// assert!(live.stopper().is_stopped());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stopper(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    is_stopped: AtomicBool,
    /// Becomes readable at the stop. It is never read, so it wakes every source.
    wake: EventFd,
}

impl Stopper {
    pub(super) fn new() -> io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        Ok(Self(Arc::new(Shared {
            is_stopped: AtomicBool::new(false),
            wake,
        })))
    }

    /// Ends all sources. It may be called more than once.
    pub fn stop(&self) {
        if !self.0.is_stopped.swap(true, Ordering::AcqRel) {
            // It can only fail when the counter is full, and then it is readable.
            let _ = self.0.wake.write(1);
        }
    }

    /// Whether [`stop`](Self::stop) was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Acquire)
    }

    /// The descriptor that becomes readable when [`stop`](Self::stop) is called.
    pub(super) fn wake(&self) -> &EventFd {
        &self.0.wake
    }
}
