//! The clock of an exporter, and what it says about restarts.

use super::MessageStamp;
use crate::time::Timestamp;

/// The clock of the exporter at its last message.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExporterClock {
    pub(super) uptime: Option<u32>,
    pub(super) time: Timestamp,
    pub(super) received: Timestamp,
    /// When the exporter started, if the uptime has not wrapped; without an
    /// uptime, the time of its first message.
    pub(super) started: Timestamp,
}

/// Uptime and time that differ by more than this, in milliseconds, are not of
/// the same start: seconds are whole in v9, and sFlow is timed by its receiver.
pub(super) const SLACK: u32 = 10_000;
/// Nanoseconds in a millisecond.
const MILLISECOND: i64 = 1_000_000;

impl MessageStamp {
    /// The clock of the exporter at this message, which comes after one at `last`.
    pub(super) fn clock(&self, last: Option<&ExporterClock>) -> ExporterClock {
        let started = match (self.uptime, last) {
            (Some(uptime), _) => {
                // 2^32 milliseconds fit by far.
                let age = i64::from(uptime).wrapping_mul(MILLISECOND);
                Timestamp::from_nanos(self.time.nanos_since(Timestamp::from_nanos(age)))
            }
            (None, Some(last)) => last.started,
            (None, None) => self.time,
        };
        ExporterClock {
            uptime: self.uptime,
            time: self.time,
            received: self.received,
            started,
        }
    }
}

impl ExporterClock {
    /// Whether an exporter that restarted after this message can have this uptime, in
    /// milliseconds: no more than the time that has passed, by its clock or the receiver's.
    pub(super) fn may_restart(&self, stamp: &MessageStamp, uptime: u32) -> bool {
        let by_exporter = stamp.time.nanos_since(self.time);
        let by_receiver = stamp.received.nanos_since(self.received);
        let passed = by_exporter.max(by_receiver).max(0);
        let uptime = i64::from(uptime).saturating_mul(MILLISECOND);
        uptime <= passed.saturating_add(slack_nanos())
    }
}

/// Nanoseconds in [`SLACK`].
pub(super) fn slack_nanos() -> i64 {
    i64::from(SLACK).saturating_mul(MILLISECOND)
}

/// Both uptimes count from one start, perhaps with a wrap between them.
pub(super) fn is_same_start(one: Timestamp, other: Timestamp) -> bool {
    let apart = one.nanos_since(other);
    let slack = slack_nanos();
    // Nearly always, and without a division.
    if apart.unsigned_abs() <= slack.unsigned_abs() {
        return true;
    }
    let wrap = (1_i64 << 32).saturating_mul(MILLISECOND);
    let apart = apart.rem_euclid(wrap);
    apart.min(wrap.saturating_sub(apart)) <= slack
}
