//! The report on the last hour that a worker gathers.

use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use netflow_core::{Datagram, Decoded, Decoder, Error, Timestamp};
use netflow_report::{RecentPart, RecentReport, ReportOptions};

/// A worker may spend one part in this number of its time on the report: receiving goes first.
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

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use netflow_core::{Decoder, example};
    use netflow_report::{LivePage, ReportOptions};

    use super::Recent;

    #[test]
    fn flows_beyond_the_share_of_time_are_left_out_and_counted() {
        let options = ReportOptions::new("collector");
        let datagram = example::ipfix();
        for (tick, left_out) in [(Duration::ZERO, 1), (Duration::from_secs(3_600), 0)] {
            let mut decoder = Decoder::default();
            let mut recent = Recent::new(&options, 8 << 20, tick, datagram.received);
            recent.decoded(&decoder.decode(datagram).unwrap());
            let parts = [recent.part(&decoder)];
            let page = LivePage::new(&parts, datagram.received);
            assert_eq!(page.left_out_flows, left_out);
            let written = page.write(&options, &parts, |_| Vec::new());
            assert_eq!(written.contains("<td>192.0.2.1</td>"), left_out == 0);
            assert_eq!(
                written.contains("1 flows were decoded and written"),
                left_out == 1
            );
        }
    }
}
