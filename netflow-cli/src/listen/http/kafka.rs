//! What is read from Kafka, in the metrics and on the pages.

use netflow_io::kafka::KafkaCounts;

use super::Snapshot;
use super::metrics::Text;
use crate::listen::kafka::{KafkaReport, PartitionReport};

/// A counter: its name, what it counts, and how it is read.
type KafkaCounter = (&'static str, &'static str, fn(&KafkaCounts) -> u64);

const COUNTERS: [KafkaCounter; 9] = [
    (
        "netflow_kafka_messages_total",
        "Messages read from a topic.",
        |counts| counts.messages,
    ),
    (
        "netflow_kafka_bytes_total",
        "Octets of these messages.",
        |counts| counts.octets,
    ),
    (
        "netflow_kafka_removed_messages_total",
        "Messages that the brokers had removed before they were read.",
        |counts| counts.removed,
    ),
    (
        "netflow_kafka_rebalances_total",
        "Times that partitions were assigned.",
        |counts| counts.rebalances,
    ),
    (
        "netflow_kafka_saved_states_total",
        "States of partitions saved.",
        |counts| counts.saved_states,
    ),
    (
        "netflow_kafka_unsaved_states_total",
        "States of partitions that could not be saved.",
        |counts| counts.unsaved_states,
    ),
    (
        "netflow_kafka_unusable_states_total",
        "States of partitions that could not be used.",
        |counts| counts.unusable_states,
    ),
    (
        "netflow_kafka_uncommitted_offsets_total",
        "Offsets that the brokers did not take.",
        |counts| counts.uncommitted_offsets,
    ),
    (
        "netflow_kafka_errors_total",
        "Errors that the client reported.",
        |counts| counts.errors,
    ),
];

/// A number of a partition: its name, what it is, and how it is read.
type PartitionNumber = (
    &'static str,
    &'static str,
    fn(&PartitionReport) -> Option<i64>,
);

const PARTITIONS: [PartitionNumber; 3] = [
    (
        "netflow_kafka_lag_messages",
        "Messages of a partition that are not read yet.",
        |one| one.lag.and_then(|lag| i64::try_from(lag).ok()),
    ),
    (
        "netflow_kafka_offset",
        "The offset of the next message of a partition.",
        |one| one.offset,
    ),
    (
        "netflow_kafka_saved_offset",
        "The offset up to which the state of a partition is saved.",
        |one| one.saved,
    ),
];

fn reports(state: &Snapshot) -> impl Iterator<Item = &KafkaReport> {
    state
        .workers
        .iter()
        .filter_map(|worker| worker.kafka.as_ref())
}

fn sum(state: &Snapshot) -> KafkaCounts {
    let mut sum = KafkaCounts::default();
    for report in reports(state) {
        sum += report.counts.clone();
    }
    sum
}

/// The metrics, if something is read from Kafka.
pub(super) fn metrics(state: &Snapshot, out: &mut Text) {
    if reports(state).next().is_none() {
        return;
    }
    let counts = sum(state);
    for (name, help, value) in COUNTERS {
        out.family(name, "counter", help);
        out.sample(name, &[], &value(&counts));
    }
    let name = "netflow_kafka_refused_messages_total";
    out.family(name, "counter", "Messages that are no datagram, by reason.");
    for (reason, count) in counts.refused.iter() {
        out.sample(name, &[("reason", &reason)], &count);
    }
    for (name, help, value) in PARTITIONS {
        out.family(name, "gauge", help);
        for one in reports(state).flat_map(|report| &report.partitions) {
            if let Some(value) = value(one) {
                out.sample(name, &[("partition", &one.partition)], &value);
            }
        }
    }
}

/// What there is to say about the topic, as sentences.
pub(super) fn sentences(state: &Snapshot) -> Vec<String> {
    if reports(state).next().is_none() {
        return Vec::new();
    }
    let partitions = || reports(state).flat_map(|report| &report.partitions);
    let lag: u64 = partitions().filter_map(|one| one.lag).sum();
    let mut sentences = vec![format!(
        "{} partitions are read here; {lag} of their messages are not read yet.",
        partitions().count()
    )];
    let counts = sum(state);
    for (count, what) in [
        (
            counts.removed,
            "messages were removed by the brokers before they were read.",
        ),
        (
            counts.refused.total(),
            "messages of the topic are no datagrams.",
        ),
        (
            counts.unsaved_states,
            "times the state of a partition could not be saved.",
        ),
        (
            counts.unusable_states,
            "states of partitions could not be used.",
        ),
    ] {
        if count > 0 {
            sentences.push(format!("{count} {what}"));
        }
    }
    sentences
}
