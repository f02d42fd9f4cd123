//! The source of one worker.

use core::time::Duration;
use std::os::fd::BorrowedFd;

use super::error::LiveError;
use super::queue::QueueSource;
use super::receiver::Receiver;
use crate::arrivals::{Arrival, Datagrams};

/// The datagrams of one worker.
///
/// After [`Stopper::stop`](super::Stopper::stop) it returns the datagrams that its sockets hold, and then it ends.
///
/// ```
/// use netflow_io::live::{Live, LiveOptions};
/// use netflow_io::{Arrival, Datagrams};
///
/// let mut live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
/// let mut source = live.take_sources().remove(0);
/// source.set_idle(core::time::Duration::ZERO); // returns at once if nothing has arrived
/// assert!(matches!(source.next_arrival(), Some(Ok(Arrival::Idle))));
/// live.stopper().stop();
/// assert!(source.next_arrival().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LiveSource(SourceKind);

#[derive(Debug)]
enum SourceKind {
    Sockets(Box<Receiver>),
    Queue(QueueSource),
}

impl LiveSource {
    pub(super) fn of_sockets(receiver: Receiver) -> Self {
        Self(SourceKind::Sockets(Box::new(receiver)))
    }

    pub(super) const fn of_queue(queue: QueueSource) -> Self {
        Self(SourceKind::Queue(queue))
    }

    /// Sets how long the source waits before it returns [`Arrival::Idle`]; zero does not wait.
    pub fn set_idle(&mut self, idle: Duration) {
        match &mut self.0 {
            SourceKind::Sockets(receiver) => receiver.set_idle(idle),
            SourceKind::Queue(queue) => queue.set_idle(idle),
        }
    }

    /// The descriptor that is readable while the sockets hold something or a stop was requested, for
    /// programs with an event loop of their own. When it is readable, set the
    /// [time to wait](Self::set_idle) to zero and read the source until it is idle; do so a few times
    /// a second in any case, as that also closes connections that are overdue. `None` if another thread
    /// receives for this source.
    #[must_use]
    pub fn readiness(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            SourceKind::Sockets(receiver) => Some(receiver.readiness()),
            SourceKind::Queue(_) => None,
        }
    }
}

impl Datagrams for LiveSource {
    type Error = LiveError;

    fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, LiveError>> {
        match &mut self.0 {
            SourceKind::Sockets(receiver) => receiver.next_arrival(),
            SourceKind::Queue(queue) => queue.next_arrival().map(Ok),
        }
    }
}
