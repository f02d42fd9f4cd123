//! When the next datagram is due.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use netflow_core::Timestamp;

/// Shortest pause to sleep for: shorter ones are added to later pauses.
const SHORTEST: Duration = Duration::from_millis(1);
/// Longest pause: longer ones in a capture are shortened to this.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits between datagrams.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<u64>,
    speed: f64,
    /// When the next datagram is due.
    due: Instant,
    /// When the last one was captured.
    last: Option<Timestamp>,
}

impl Pace {
    pub(super) fn new(rate: Option<u64>, speed: Option<f64>) -> Self {
        Self {
            rate,
            speed: speed.unwrap_or(1.0),
            due: Instant::now(),
            last: None,
        }
    }

    /// Starts another file, whose times are unrelated to those of the last one.
    pub(super) const fn begin(&mut self) {
        self.last = None;
    }

    /// Waits until a datagram is due. `captured` is the time of its capture; generated ones have none.
    pub(super) fn wait(&mut self, captured: Option<Timestamp>) {
        let pause = match (self.rate, captured, self.last) {
            (Some(rate), ..) => Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX),
            (None, Some(captured), Some(last)) if self.speed > 0.0 => {
                let nanos = u64::try_from(captured.nanos_since(last)).unwrap_or(0);
                let pause = Duration::from_nanos(nanos).as_secs_f64() / self.speed;
                Duration::try_from_secs_f64(pause)
                    .unwrap_or(LONGEST)
                    .min(LONGEST)
            }
            _ => Duration::ZERO,
        };
        self.last = captured;
        self.due += pause;
        let left = self.due.saturating_duration_since(Instant::now());
        if left >= SHORTEST {
            thread::sleep(left);
        }
    }
}
