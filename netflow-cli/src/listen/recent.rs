//! The report on the last hour that a worker gathers.

use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use netflow_core::{Datagram, Decoded, Decoder, Error, Timestamp};
use netflow_report::{RecentPart, RecentReport, ReportOptions};

/// The part of its time that a worker may spend on the report, one of this number: receiving goes first.
const SHARE: u32 = 4;

/// A report in bounded memory and time.
#[derive(Debug)]
pub(super) struct Recent {
    report: RecentReport,
    /// Time between two ticks, and how much of it was spent on the report.
    tick: Duration,
    spent: Duration,
}

impl Recent {
    /// Nothing has been received yet; `tick` is the time between two calls of [`tick`](Self::tick).
    pub(super) fn new(
        options: &ReportOptions,
        memory: usize,
        tick: Duration,
        now: Timestamp,
    ) -> Self {
        Self {
            report: RecentReport::new(options, memory, now),
            tick,
            spent: Duration::ZERO,
        }
    }

    pub(super) fn decoded(&mut self, decoded: &Decoded<'_>) {
        if self.spent >= self.tick / SHARE {
            self.report.left_out(decoded);
            return;
        }
        let start = Instant::now();
        self.report.decoded(decoded);
        self.spent += start.elapsed();
    }

    pub(super) fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.report.unreadable(datagram, error);
    }

    pub(super) fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.report.session_ended(decoder, exporter);
    }

    pub(super) fn tick(&mut self, now: Timestamp) {
        self.spent = Duration::ZERO;
        self.report.tick(now);
    }

    pub(super) fn part(&self, decoder: &Decoder) -> RecentPart {
        self.report.part(decoder)
    }
}
