//! The thread that writes one output.

use alloc::sync::Arc;
use core::hash::{BuildHasher as _, Hasher as _};
use core::time::Duration;
use std::hash::RandomState;

use super::config::Backoff;
use super::delivery::{Delivery, Failure};
use super::ledger::{Ledger, OutputState};
use super::queue::{Next, Queue};

/// How often [`Delivery::tick`] is called when there are no rows.
const TICK: Duration = Duration::from_millis(250);

/// The longest wait between two attempts once the shutdown has begun.
pub(super) const AT_SHUTDOWN: Duration = Duration::from_millis(250);

/// Writes what is in the queue until its end.
pub(super) struct OutputWriter {
    delivery: Box<dyn Delivery>,
    queue: Arc<Queue>,
    ledger: Arc<Ledger>,
    backoff: Backoff,
    /// The wait after the last failure.
    pause: Duration,
}

/// The destination is gone, or the time is over.
struct Stopped;

impl OutputWriter {
    pub(super) fn new(delivery: Box<dyn Delivery>, queue: Arc<Queue>, backoff: Backoff) -> Self {
        Self {
            delivery,
            ledger: Arc::clone(queue.ledger()),
            queue,
            backoff,
            pause: Duration::ZERO,
        }
    }

    /// Returns when all is written, the destination is gone for good, or the time is over. What is
    /// not written then goes to the spool, if there is one.
    pub(super) fn run(mut self) {
        if self.write_all().is_ok() {
            self.queue.complete();
        }
        let pending = self.delivery.take_pending();
        self.queue.end(pending);
    }

    fn write_all(&mut self) -> Result<(), Stopped> {
        self.delivery.start();
        loop {
            // While there are rows, it is as late as they are: an interval is not over before its
            // rows are written.
            let now = match self.queue.pop(TICK) {
                Next::Chunk(chunk) => {
                    let received = chunk.received;
                    let written = self.delivery.write(chunk);
                    self.settle(written)?;
                    Some(received)
                }
                Next::Nothing => self.queue.now(),
                Next::End => break,
            };
            let done = now.map_or(Ok(()), |now| self.delivery.tick(now));
            self.settle(done)?;
        }
        let finished = self.delivery.finish();
        self.settle(finished)
    }

    /// Repeats what failed until it succeeds.
    fn settle(&mut self, mut done: Result<(), Failure>) -> Result<(), Stopped> {
        loop {
            let failure = match done {
                Ok(()) => {
                    if self.pause > Duration::ZERO {
                        self.pause = Duration::ZERO;
                        self.queue.set_failing(false);
                        self.ledger.state(OutputState::Running);
                    }
                    return Ok(());
                }
                Err(failure) => failure,
            };
            if !failure.is_slow {
                self.ledger.failed(&failure.error);
                if failure.is_final {
                    self.ledger.state(OutputState::Ended);
                    return Err(Stopped);
                }
                self.ledger.state(OutputState::Retrying);
                self.queue.set_failing(true);
                self.pause = self.backoff.after(self.pause);
            }
            // At the shutdown there is little time, which a long wait would use up, unless the peer asked for it.
            let (pause, at_shutdown) = match failure.retry_after {
                Some(asked) => (asked, asked),
                None => (varied(self.pause), AT_SHUTDOWN),
            };
            if !self.queue.pause(pause, at_shutdown) {
                return Err(Stopped);
            }
            done = self.delivery.resume();
        }
    }
}

impl Backoff {
    pub(super) fn after(&self, pause: Duration) -> Duration {
        pause
            .saturating_mul(2)
            .clamp(self.first, self.longest.max(self.first))
    }
}

/// Three to five quarters of a pause.
pub(super) fn varied(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 513;
    let parts = u32::try_from(random).unwrap_or(0) + 768;
    pause.saturating_mul(parts) / 1024
}
