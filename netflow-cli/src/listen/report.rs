//! Reports for the operator while a collector runs, and at its end.

use std::time::Instant;

use netflow_core::Stats;
use netflow_io::live::{CloseReason, Live, LiveSummary, Notice};
use netflow_output::enrich::DnsCounts;
use netflow_output::sink::OutputStatistics;

use super::log::Log;
use super::settings::Settings;
use super::worker::WorkerReport;

/// The last counts, to report changes.
#[derive(Debug, Default)]
pub(super) struct Totals {
    last: Option<(Instant, u64, u64)>,
    drops: u64,
    queue_drops: u64,
    forward_failures: u64,
    /// Rows lost by outputs that are no longer there.
    lost: u64,
}

impl Totals {
    /// Shows the state, and reports what was lost since the last time.
    pub(super) fn update(
        &mut self,
        received: &LiveSummary,
        workers: &[WorkerReport],
        outputs: &[OutputStatistics],
        log: &Log,
    ) {
        if received.kernel_drops > self.drops {
            let count = received.kernel_drops - self.drops;
            self.drops = received.kernel_drops;
            log.warn("the kernel dropped datagrams", &[("datagrams", &count)]);
        }
        if received.queue_drops > self.queue_drops {
            let count = received.queue_drops - self.queue_drops;
            self.queue_drops = received.queue_drops;
            log.warn(
                "datagrams were dropped before a worker",
                &[("datagrams", &count)],
            );
        }
        let failures = workers.iter().map(|worker| worker.forward.failures).sum();
        if failures > self.forward_failures {
            let count = failures - self.forward_failures;
            self.forward_failures = failures;
            log.warn("datagrams were not forwarded", &[("datagrams", &count)]);
        }
        let now = Instant::now();
        let datagrams = received.datagrams.saturating_add(received.messages);
        let flows = workers.iter().map(|worker| worker.stats.flows()).sum();
        let last = self.last.replace((now, datagrams, flows));
        log.state(|| {
            let (datagram_rate, flow_rate) = last.map_or((0, 0), |(then, before, flows_before)| {
                let millis = now.duration_since(then).as_millis().max(1);
                let rate = |count: u64, before: u64| {
                    u128::from(count.saturating_sub(before)) * 1_000 / millis
                };
                (rate(datagrams, before), rate(flows, flows_before))
            });
            let domains: usize = workers.iter().map(|worker| worker.domain_count).sum();
            let waiting: u64 = outputs.iter().map(|output| output.waiting).sum();
            let gone = received.kernel_drops + received.queue_drops;
            let lost = self.lost + lost(outputs);
            format!(
                "{datagram_rate} datagrams/s ({gone} dropped), {flow_rate} flows/s, {domains} domains, \
                 {waiting} rows waiting, {lost} lost"
            )
        });
    }

    /// Keeps the losses of outputs that have ended.
    pub(super) fn ended(&mut self, outputs: &[OutputStatistics]) {
        self.lost += lost(outputs);
    }

    pub(super) const fn has_lost_rows(&self) -> bool {
        self.lost > 0
    }
}

/// Reports the addresses that the collector listens on.
pub(super) fn started(settings: &Settings, live: &Live, log: &Log) {
    for listener in live.listeners() {
        let (transport, address) = (&listener.transport, &listener.address);
        match &listener.buffer {
            None => log.info(
                "listening",
                &[("transport", transport), ("address", address)],
            ),
            Some(buffer) => log.info(
                "listening",
                &[
                    ("transport", transport),
                    ("address", address),
                    ("read_buffer", &buffer.granted),
                ],
            ),
        }
    }
    let buffers = live
        .listeners()
        .iter()
        .filter_map(|listener| listener.buffer);
    if let Some((buffer, remedy)) = buffers.filter_map(|one| Some((one, one.remedy()?))).next() {
        log.warn(
            "the kernel grants a smaller read buffer than was asked for",
            &[
                ("asked", &buffer.asked),
                ("granted", &buffer.granted),
                ("remedy", &remedy),
            ],
        );
    }
    if settings.live.workers > 1 && !live.is_steered() {
        log.info(
            "one thread receives for all workers",
            &[("workers", &settings.live.workers)],
        );
    }
    #[cfg(feature = "kafka")]
    if let Some(kafka) = &settings.kafka {
        log.info("reading", &[("from", kafka)]);
    }
    for output in &settings.outputs {
        log.info("writing", &[("output", output)]);
    }
}

/// Reports what happened to a connection.
pub(super) fn notice(notice: &Notice, log: &Log) {
    match notice {
        Notice::Connected(_) | Notice::Closed(_, CloseReason::Ended) => {
            log.info(&notice.to_string(), &[]);
        }
        _ => log.warn(&notice.to_string(), &[]),
    }
}

/// Reports the totals: received, decoded and not decoded.
pub(super) fn ended(received: &LiveSummary, workers: &[WorkerReport], log: &Log) {
    let count = |of: fn(&Stats) -> u64| -> u64 { workers.iter().map(|one| of(&one.stats)).sum() };
    let unreadable = count(|stats| stats.unreadable);
    let problems: u64 = workers
        .iter()
        .flat_map(|one| one.stats.problems().map(|(_, count)| count))
        .sum();
    let dropped = received.kernel_drops + received.queue_drops;
    let refused = received.not_allowed + received.other_protocols + received.too_long;
    log.info(
        "received",
        &[
            ("datagrams", &received.datagrams),
            ("stream_messages", &received.messages),
            ("flows", &count(Stats::flows)),
            ("problems", &problems),
            ("unreadable", &unreadable),
            ("dropped", &dropped),
            ("refused", &refused),
        ],
    );
    #[cfg(feature = "kafka")]
    kafka(workers, log);
    let forwarded: u64 = workers.iter().map(|one| one.forward.datagrams).sum();
    if forwarded > 0 {
        let failures: u64 = workers.iter().map(|one| one.forward.failures).sum();
        log.info(
            "forwarded",
            &[("datagrams", &forwarded), ("failed", &failures)],
        );
    }
}

/// Reports what was read from a topic.
#[cfg(feature = "kafka")]
fn kafka(workers: &[WorkerReport], log: &Log) {
    let mut reports = workers.iter().filter_map(|worker| worker.kafka.as_ref());
    let Some(mut counts) = reports.next().map(|report| report.counts.clone()) else {
        return;
    };
    for report in reports {
        counts += report.counts.clone();
    }
    log.info(
        "read from Kafka",
        &[
            ("messages", &counts.messages),
            ("refused", &counts.refused.total()),
            ("removed", &counts.removed),
            ("rebalances", &counts.rebalances),
            ("saved_states", &counts.saved_states),
            ("unsaved_states", &counts.unsaved_states),
        ],
    );
}

/// Reports what name servers were asked.
pub(super) fn host_names(asked: &DnsCounts, log: &Log) {
    log.info(
        "host names",
        &[
            ("queries", &asked.queries),
            ("names", &asked.names),
            ("nameless", &asked.nameless),
            ("failures", &asked.failures),
            ("left_out", &asked.left_out),
            ("late", &asked.late),
        ],
    );
}

/// Reports what happened to the rows of each output.
pub(super) fn outputs(outputs: &[OutputStatistics], log: &Log) {
    for output in outputs {
        let lost = output.lost.total();
        let reasons: Vec<String> = output
            .lost
            .iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(reason, rows)| format!("{reason} {rows}"))
            .collect();
        let reasons = reasons.join(", ");
        if lost > 0 {
            log.error(
                "an output has lost rows",
                &[
                    ("output", &output.name),
                    ("accepted", &output.accepted),
                    ("written", &output.written),
                    ("lost", &lost),
                    ("reasons", &reasons),
                ],
            );
        } else {
            log.info(
                "an output is complete",
                &[
                    ("output", &output.name),
                    ("accepted", &output.accepted),
                    ("written", &output.written),
                    ("spooled", &output.spooled),
                ],
            );
        }
    }
}

/// Rows that were lost by outputs that have ended.
fn lost(outputs: &[OutputStatistics]) -> u64 {
    outputs.iter().map(|output| output.lost.total()).sum()
}
