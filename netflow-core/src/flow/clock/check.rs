//! Detects impossible times.

use super::{ClockRule, DAY, HOUR, LONGEST_FLOW, reference};
use crate::header::MessageHeader;
use crate::time::Timestamp;

/// Checks the times of the flows of a message, as
/// [`Flow::clock_suspect`](crate::Flow::clock_suspect) does. What the header contributes is looked
/// at once.
///
/// ```
/// use netflow_core::{ClockCheck, Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let flow = decoded.flows().next().unwrap();
/// let check = ClockCheck::new(flow.header());
/// let is_suspect = check.is_suspect(flow.start(), flow.end(), || flow.clock_rule());
/// assert_eq!(is_suspect, Some(false));
/// assert_eq!(is_suspect, flow.clock_suspect());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ClockCheck {
    /// The exporter's clock is more than a day from the receiver's.
    is_skewed: bool,
    /// The time of the header.
    sent: Timestamp,
    /// The uptime of the header, in nanoseconds.
    uptime: Option<i64>,
}

impl ClockCheck {
    /// A check for the flows of a message with this header.
    #[must_use]
    pub fn new(header: &MessageHeader) -> Self {
        let uptime = |millis: u32| i64::from(millis).saturating_mul(1_000_000);
        Self {
            is_skewed: header.export_time.is_some_and(|time| {
                time.nanos_since(header.received).unsigned_abs() > DAY.unsigned_abs()
            }),
            sent: reference(header),
            uptime: header.sys_uptime.map(uptime),
        }
    }

    /// Whether these start and end are impossible; `None` if the flow has neither. `rule` is the rule
    /// of the start, or of the end if there is no start.
    #[must_use]
    #[inline]
    pub fn is_suspect(
        &self,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        rule: impl FnOnce() -> Option<ClockRule>,
    ) -> Option<bool> {
        let (first, last) = (start.or(end)?, end.or(start)?);
        let is_future = last.nanos_since(self.sent) > HOUR;
        // A time of a clock that was not set, or a unit that no rule knows.
        let is_past = self.sent.nanos_since(first) > LONGEST_FLOW;
        let is_backwards = last < first;
        // Uptimes wrap: a flow that ended by a later uptime than the header's did so before
        // the wrap. A start alone proves nothing: a flow may last longer.
        let is_before_the_start = |uptime: i64| {
            end.is_some_and(|end| {
                let age = self.sent.nanos_since(end);
                age > DAY && age > uptime && rule() == Some(ClockRule::Uptime)
            })
        };
        Some(
            self.is_skewed
                || is_future
                || is_past
                || is_backwards
                || self.uptime.is_some_and(is_before_the_start),
        )
    }
}
