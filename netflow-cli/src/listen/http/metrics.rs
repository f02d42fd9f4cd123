//! Metrics in the text format of Prometheus.

use core::fmt::{self, Display, Write as _};
use std::time::SystemTime;

use netflow_core::{DomainReport, Stats};
use netflow_output::enrich::DnsCounts;
use netflow_output::sink::{OutputState, OutputStatistics};

use super::Snapshot;

/// Exporters with metrics of their own.
const EXPORTERS: usize = 1_000;

/// All metrics.
pub(super) fn text(state: &Snapshot) -> String {
    let mut out = Text::default();
    process(state, &mut out);
    for (name, value) in state.received.counters() {
        // The unit is called bytes by the conventions of Prometheus.
        let name = format!("netflow_source_{}_total", name.replace("octets", "bytes"));
        out.family(
            &name,
            "counter",
            "See the table of metrics in the documentation.",
        );
        out.sample(&name, &[], &value);
    }
    decoded(state, &mut out);
    #[cfg(feature = "kafka")]
    super::kafka::metrics(state, &mut out);
    outputs(&state.outputs, &mut out);
    host_names(&state.host_names.unwrap_or_default(), &mut out);
    exporters(state, &mut out);
    out.0
}

fn process(state: &Snapshot, out: &mut Text) {
    let version = env!("CARGO_PKG_VERSION");
    out.family(
        "netflow_build_info",
        "gauge",
        "The version of the collector.",
    );
    out.sample("netflow_build_info", &[("version", &version)], &1);
    let started = state
        .started
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    out.family(
        "netflow_start_time_seconds",
        "gauge",
        "When the collector was started.",
    );
    out.sample("netflow_start_time_seconds", &[], &started.as_secs());
    out.family("netflow_workers", "gauge", "Threads that decode.");
    out.sample("netflow_workers", &[], &state.workers.len());
}

/// A counter of the decoders: its name, what it counts, and how it is read.
type StatsCounter = (&'static str, &'static str, fn(&Stats) -> u64);

const DECODED: [StatsCounter; 12] = [
    ("netflow_flows_total", "Flows decoded.", Stats::flows),
    (
        "netflow_options_records_total",
        "Options records decoded.",
        |stats| stats.options_records,
    ),
    (
        "netflow_counters_samples_total",
        "Counters samples of sFlow decoded.",
        |stats| stats.counters_samples,
    ),
    (
        "netflow_discarded_packets_total",
        "Discarded packets that sFlow reported.",
        |stats| stats.discarded_packets,
    ),
    (
        "netflow_templates_received_total",
        "Template records received.",
        |stats| stats.templates,
    ),
    (
        "netflow_withdrawals_total",
        "Template withdrawals received.",
        |stats| stats.withdrawals,
    ),
    (
        "netflow_sets_total",
        "Sets of NetFlow v9 and IPFIX received.",
        |stats| stats.sets,
    ),
    (
        "netflow_unreadable_datagrams_total",
        "Datagrams whose first header could not be read.",
        |stats| stats.unreadable,
    ),
    (
        "netflow_late_sets_total",
        "Data sets decoded after they waited for their template.",
        |stats| stats.late_sets,
    ),
    (
        "netflow_given_up_sets_total",
        "Data sets discarded before their template arrived.",
        |stats| stats.given_up_sets,
    ),
    (
        "netflow_given_up_bytes_total",
        "Octets of these sets.",
        |stats| stats.given_up_octets,
    ),
    (
        "netflow_evicted_domains_total",
        "Observation domains forgotten because the memory limit was reached.",
        |stats| stats.evicted,
    ),
];

fn decoded(state: &Snapshot, out: &mut Text) {
    for (name, help, count) in DECODED {
        out.family(name, "counter", help);
        let sum: u64 = state
            .workers
            .iter()
            .map(|worker| count(&worker.stats))
            .sum();
        out.sample(name, &[], &sum);
    }
    let name = "netflow_messages_total";
    out.family(name, "counter", "Messages decoded, by protocol.");
    let mut messages = alloc::collections::BTreeMap::<_, u64>::new();
    let mut problems = alloc::collections::BTreeMap::<_, u64>::new();
    for worker in &state.workers {
        for (protocol, count) in &worker.messages {
            *messages.entry(protocol.name()).or_default() += count;
        }
        for (reason, count) in worker.stats.problems() {
            *problems.entry(reason).or_default() += count;
        }
    }
    for (protocol, count) in &messages {
        out.sample(name, &[("protocol", protocol)], count);
    }
    let name = "netflow_problems_total";
    out.family(name, "counter", "What could not be decoded, by reason.");
    for (reason, count) in &problems {
        out.sample(name, &[("reason", reason)], count);
    }
    let name = "netflow_forward_failures_total";
    out.family(
        name,
        "counter",
        "Datagrams that could not be forwarded, or that were refused.",
    );
    out.sample(
        name,
        &[],
        &state
            .workers
            .iter()
            .map(|worker| worker.forward.failures)
            .sum::<u64>(),
    );
    for (name, help, value) in [
        (
            "netflow_domains",
            "Observation domains known.",
            state
                .workers
                .iter()
                .map(|worker| worker.domain_count)
                .sum::<usize>(),
        ),
        (
            "netflow_templates",
            "Templates in force.",
            state.workers.iter().map(|worker| worker.templates).sum(),
        ),
        (
            "netflow_state_bytes",
            "Memory for the state of all exporters.",
            state.workers.iter().map(|worker| worker.state_octets).sum(),
        ),
    ] {
        out.family(name, "gauge", help);
        out.sample(name, &[], &value);
    }
}

/// A number of an output: its name, its type, what it is, and how it is read.
type OutputNumber = (
    &'static str,
    &'static str,
    &'static str,
    fn(&OutputStatistics) -> u64,
);

const OUTPUTS: [OutputNumber; 12] = [
    (
        "netflow_output_accepted_rows_total",
        "counter",
        "Rows handed to an output.",
        |one| one.accepted,
    ),
    (
        "netflow_output_recovered_rows_total",
        "counter",
        "Rows that an earlier run left.",
        |one| one.recovered,
    ),
    (
        "netflow_output_written_rows_total",
        "counter",
        "Rows that the destination took.",
        |one| one.written,
    ),
    (
        "netflow_output_written_bytes_total",
        "counter",
        "Octets written.",
        |one| one.written_octets,
    ),
    (
        "netflow_output_errors_total",
        "counter",
        "Failed attempts to write.",
        |one| one.errors,
    ),
    (
        "netflow_output_connections_total",
        "counter",
        "Connections made.",
        |one| one.connections,
    ),
    (
        "netflow_output_files_total",
        "counter",
        "Files completed.",
        |one| one.files_completed,
    ),
    (
        "netflow_output_waiting_rows",
        "gauge",
        "Rows that wait to be written.",
        |one| one.waiting,
    ),
    (
        "netflow_output_queue_bytes",
        "gauge",
        "Memory of what waits.",
        |one| u64::try_from(one.queued_octets).unwrap_or(u64::MAX),
    ),
    (
        "netflow_output_spooled_rows",
        "gauge",
        "Rows in the spool on disk, or in files there that wait to be sent to S3.",
        |one| one.spooled,
    ),
    (
        "netflow_output_spooled_bytes",
        "gauge",
        "Octets of the spool on disk, or of files there that wait to be sent to S3.",
        |one| one.spooled_octets,
    ),
    (
        "netflow_output_up",
        "gauge",
        "Whether the last attempt to write succeeded.",
        |one| u64::from(one.state == OutputState::Running),
    ),
];

fn outputs(outputs: &[OutputStatistics], out: &mut Text) {
    let labels = |number: usize, output: &OutputStatistics| (number + 1, output.name.clone());
    for (name, kind, help, value) in OUTPUTS {
        out.family(name, kind, help);
        for (number, output) in outputs.iter().enumerate() {
            let (number, to) = labels(number, output);
            out.sample(name, &[("output", &number), ("to", &to)], &value(output));
        }
    }
    let name = "netflow_output_lost_rows_total";
    out.family(name, "counter", "Rows lost, by reason.");
    for (number, output) in outputs.iter().enumerate() {
        let (number, to) = labels(number, output);
        for (reason, rows) in output.lost.iter() {
            let labels: [(&str, &dyn Display); 3] =
                [("output", &number), ("to", &to), ("reason", &reason)];
            out.sample(name, &labels, &rows);
        }
    }
}

/// What name servers were asked: the name of a metric, what it is, and how it is read.
type DnsCounter = (&'static str, &'static str, fn(&DnsCounts) -> u64);

const HOST_NAMES: [DnsCounter; 6] = [
    (
        "netflow_dns_queries_total",
        "Queries sent to name servers.",
        |one| one.queries,
    ),
    (
        "netflow_dns_names_total",
        "Addresses whose name was answered.",
        |one| one.names,
    ),
    (
        "netflow_dns_nameless_total",
        "Addresses that have no name, by the answer.",
        |one| one.nameless,
    ),
    (
        "netflow_dns_failures_total",
        "Addresses for which there was no usable answer.",
        |one| one.failures,
    ),
    (
        "netflow_dns_left_out_total",
        "Times that an address was not asked for because the queue was full.",
        |one| one.left_out,
    ),
    (
        "netflow_dns_late_total",
        "Times that a flow went without a name that was not there yet.",
        |one| one.late,
    ),
];

fn host_names(asked: &DnsCounts, out: &mut Text) {
    for (name, help, value) in HOST_NAMES {
        out.family(name, "counter", help);
        out.sample(name, &[], &value(asked));
    }
}

/// A number of an observation domain: its name, its type, what it is, and how it is read.
type DomainNumber = (
    &'static str,
    &'static str,
    &'static str,
    fn(&DomainReport) -> i64,
);

const DOMAINS: [DomainNumber; 7] = [
    (
        "netflow_exporter_messages_total",
        "counter",
        "Messages received.",
        |one| number(one.messages),
    ),
    (
        "netflow_exporter_lost_total",
        "counter",
        "Lost by sequence numbers, in their unit.",
        |one| number(one.sequence.lost),
    ),
    (
        "netflow_exporter_late_total",
        "counter",
        "Late by sequence numbers, in their unit.",
        |one| number(one.sequence.late),
    ),
    (
        "netflow_exporter_duplicated_total",
        "counter",
        "Messages received again.",
        |one| number(one.sequence.duplicated),
    ),
    (
        "netflow_exporter_restarts_total",
        "counter",
        "Restarts of the exporter.",
        |one| number(one.sequence.restarted),
    ),
    (
        "netflow_exporter_templates",
        "gauge",
        "Templates in force.",
        |one| i64::try_from(one.templates).unwrap_or(i64::MAX),
    ),
    (
        "netflow_exporter_last_received_timestamp_seconds",
        "gauge",
        "When the last message arrived.",
        |one| one.last_received.as_nanos() / 1_000_000_000,
    ),
];

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn exporters(state: &Snapshot, out: &mut Text) {
    let all = state.workers.iter().flat_map(|worker| &worker.domains);
    let domains: Vec<&DomainReport> = all.take(EXPORTERS).collect();
    for (name, kind, help, value) in DOMAINS {
        out.family(name, kind, help);
        for domain in &domains {
            let key = &domain.key;
            let address = if key.exporter.port() == 0 {
                key.exporter.ip().to_string()
            } else {
                key.exporter.to_string()
            };
            let agent = key
                .agent_address
                .map_or(String::new(), |agent| agent.to_string());
            let protocol = key.protocol.name();
            let labels: [(&str, &dyn Display); 4] = [
                ("exporter", &address),
                ("protocol", &protocol),
                ("domain", &key.observation_domain),
                ("agent", &agent),
            ];
            out.sample(name, &labels, &value(domain));
        }
    }
    let name = "netflow_exporter_queue_drops_total";
    let help = "Datagrams dropped because the queue of their worker was full.";
    out.family(name, "counter", help);
    for (exporter, drops) in &state.queue_drops {
        out.sample(name, &[("exporter", exporter)], drops);
    }
    let known: usize = state.workers.iter().map(|worker| worker.domain_count).sum();
    let name = "netflow_domains_without_metrics";
    out.family(
        name,
        "gauge",
        "Observation domains that are not listed, as there are too many.",
    );
    out.sample(name, &[], &known.saturating_sub(domains.len()));
}

/// Families of samples, one after the other.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into memory does not fail, here and below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    pub(super) fn sample(
        &mut self,
        name: &str,
        labels: &[(&str, &dyn Display)],
        value: &dyn Display,
    ) {
        self.0 += name;
        let mut before = '{';
        for (label, text) in labels {
            let _ = write!(self.0, "{before}{label}=\"{}\"", Escaped(text));
            before = ',';
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

/// The value of a label.
struct Escaped<'v>(&'v dyn Display);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
