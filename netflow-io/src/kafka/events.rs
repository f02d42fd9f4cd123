//! What librdkafka reports while it is polled.

use alloc::collections::BTreeMap;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError as ClientError, KafkaResult, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, TopicPartitionList};

/// A change of the assignment that has to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rebalance {
    /// These partitions are ours.
    Assign(Vec<i32>),
    /// No partition is ours any more.
    Revoke {
        /// Other members may read them already.
        is_lost: bool,
    },
}

/// What librdkafka has reported since it was last asked.
#[derive(Debug)]
pub(super) struct Events {
    topic: String,
    rebalance: Mutex<Option<Rebalance>>,
    /// Offsets after the last message of each partition, as the brokers reported them.
    ends: Mutex<BTreeMap<i32, i64>>,
    /// The last error in words, until it is taken.
    error: Mutex<Option<String>>,
    /// The brokers refused the credentials, which may have changed since they were read.
    is_refused: AtomicBool,
    uncommitted: AtomicU64,
    /// The consumer ends: it answers rebalances by itself.
    is_closing: AtomicBool,
}

impl Events {
    pub(super) fn new(topic: &str) -> Self {
        Self {
            topic: topic.to_owned(),
            rebalance: Mutex::default(),
            ends: Mutex::default(),
            error: Mutex::default(),
            is_refused: AtomicBool::new(false),
            uncommitted: AtomicU64::new(0),
            is_closing: AtomicBool::new(false),
        }
    }

    pub(super) fn take_rebalance(&self) -> Option<Rebalance> {
        lock(&self.rebalance).take()
    }

    pub(super) fn take_error(&self) -> Option<String> {
        lock(&self.error).take()
    }

    pub(super) fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    pub(super) fn uncommitted(&self) -> u64 {
        self.uncommitted.load(Ordering::Relaxed)
    }

    /// The offset after the last message of a partition, if it is known.
    pub(super) fn end(&self, partition: i32) -> Option<i64> {
        lock(&self.ends).get(&partition).copied()
    }

    pub(super) fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }
}

impl ClientContext for Events {
    /// Errors are reported by [`error`](Self::error).
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, error: ClientError, reason: &str) {
        if matches!(
            error,
            ClientError::Global(
                RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed
            )
        ) {
            self.is_refused.store(true, Ordering::Relaxed);
        }
        *lock(&self.error) = Some(reason.to_owned());
    }

    fn stats(&self, statistics: Statistics) {
        let Some(topic) = statistics.topics.get(&self.topic) else {
            return;
        };
        let mut ends = lock(&self.ends);
        for (number, partition) in &topic.partitions {
            if *number >= 0 && partition.hi_offset >= 0 {
                ends.insert(*number, partition.hi_offset);
            }
        }
    }
}

impl ConsumerContext for Events {
    /// Remembers what has to be answered once the state of what was read so far is saved.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        kind: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        if self.is_closing.load(Ordering::Relaxed) {
            // The consumer ends, and with it the assignment.
            let _ = consumer.unassign();
            return;
        }
        let rebalance = match kind {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                let elements = partitions.elements();
                let ours = elements.iter().filter(|one| one.topic() == self.topic);
                Rebalance::Assign(ours.map(|one| one.partition()).collect())
            }
            _ => Rebalance::Revoke {
                is_lost: consumer.assignment_lost(),
            },
        };
        *lock(&self.rebalance) = Some(rebalance);
    }

    fn commit_callback(&self, result: KafkaResult<()>, offsets: &TopicPartitionList) {
        if result.is_err() {
            let count = u64::try_from(offsets.count().max(1)).unwrap_or(1);
            self.uncommitted.fetch_add(count, Ordering::Relaxed);
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
