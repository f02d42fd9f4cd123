//! The topic that holds the state of each partition.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::pin::pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Mutex;
use std::thread::{self, Thread};
use std::time::Instant;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::{ClientConfig, FromClientConfig as _, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaError as ClientError;
use rdkafka::message::Message as _;
use rdkafka::producer::{
    BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext, PurgeConfig,
};
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::events::lock;
use super::options::{KafkaOptions, sentence};
use super::record;
use super::source::PartitionState;

/// How long brokers may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait between two looks at what has arrived.
const WAIT: Duration = Duration::from_millis(50);
/// Octets of a state that brokers are asked to take, compressed.
const MAX_STATE: &str = "67108864";
/// Octets of a segment of the topic of states: 1 GiB, which brokers make by default, would hold months of replaced states.
const SEGMENT: &str = "134217728";

/// Reads and writes the states.
pub(super) struct StateTopic {
    topic: String,
    reader: BaseConsumer<Quiet>,
    writer: BaseProducer<Written>,
    admin: ClientConfig,
    /// It is there, with at least this number of partitions.
    partitions: usize,
}

/// The state of a partition as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FoundState {
    /// The offset of the next message, and the snapshot.
    Saved(i64, Vec<u8>),
    /// It is none of our records.
    Damaged,
}

/// A client that reports errors by its results alone.
struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: ClientError, _: &str) {}
}

impl ConsumerContext for Quiet {}

/// What became of the states that are written: the partitions of those that are stored, and the last error.
#[derive(Debug, Default)]
struct Written {
    stored: Mutex<Vec<i32>>,
    error: Mutex<Option<String>>,
}

impl ClientContext for Written {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, _: ClientError, reason: &str) {
        *lock(&self.error) = Some(reason.to_owned());
    }
}

impl ProducerContext for Written {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, partition: usize) {
        match result {
            Ok(_) => lock(&self.stored).extend(i32::try_from(partition)),
            Err((error, _)) => *lock(&self.error) = Some(sentence(error)),
        }
    }
}

impl StateTopic {
    pub(super) fn new(options: &KafkaOptions) -> Result<Self, ClientError> {
        // Without statistics: nobody asks for them.
        let mut reader = options.consumer();
        reader.set("statistics.interval.ms", "0");
        let mut writer = options.producer();
        let patience = PATIENCE.as_millis().to_string();
        for (name, value) in [
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("message.timeout.ms", patience.as_str()),
            ("message.max.bytes", MAX_STATE),
            ("queue.buffering.max.kbytes", "1048576"),
            ("linger.ms", "0"),
        ] {
            writer.set(name, value);
        }
        Ok(Self {
            topic: options.state_topic(),
            reader: reader.create_with_context(Quiet)?,
            writer: writer.create_with_context(Written::default())?,
            admin: options.producer(),
            partitions: 0,
        })
    }

    /// Makes sure that the topic is there for this number of partitions. An error is a sentence.
    pub(super) fn prepare(&mut self, partitions: usize) -> Result<(), String> {
        if self.partitions >= partitions {
            return Ok(());
        }
        let deadline = deadline();
        let mut is_asked = false;
        loop {
            let found = self.count()?;
            if found >= partitions {
                self.partitions = found;
                return Ok(());
            }
            if found > 0 && !is_asked {
                return Err(format!(
                    "the topic {} has {found} partitions, and needs {partitions} of them",
                    self.topic
                ));
            }
            if !is_asked {
                self.create(partitions)?;
                is_asked = true;
            }
            if Instant::now() >= deadline {
                return Err(format!("the topic {} does not appear", self.topic));
            }
            thread::sleep(WAIT);
        }
    }

    /// The number of its partitions; none if it is not there.
    fn count(&self) -> Result<usize, String> {
        let topic = Some(self.topic.as_str());
        let metadata = self.reader.fetch_metadata(topic, PATIENCE);
        let metadata = metadata.map_err(|error| sentence(&error))?;
        let topics = metadata.topics().iter();
        let mut ours = topics.filter(|one| one.name() == self.topic && one.error().is_none());
        Ok(ours.next().map_or(0, |topic| topic.partitions().len()))
    }

    /// Makes the topic: of each partition the last message is kept for ever.
    fn create(&self, partitions: usize) -> Result<(), String> {
        let admin: AdminClient<DefaultClientContext> =
            AdminClient::from_config(&self.admin).map_err(|error| sentence(&error))?;
        let partitions = i32::try_from(partitions).unwrap_or(i32::MAX);
        // As many replicas as the brokers make by default.
        let replicas = TopicReplication::Fixed(-1);
        let topic = NewTopic::new(&self.topic, partitions, replicas)
            .set("cleanup.policy", "compact")
            // The newest segment is never compacted.
            .set("segment.bytes", SEGMENT)
            .set("max.message.bytes", MAX_STATE);
        let options = AdminOptions::new()
            .request_timeout(Some(PATIENCE))
            .operation_timeout(Some(PATIENCE));
        let created = wait_for(admin.create_topics([&topic], &options));
        let created = created.ok_or_else(|| "no broker has answered".to_owned())?;
        for result in created.map_err(|error| sentence(&error))? {
            match result {
                Ok(_) | Err((_, rdkafka::error::RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => {
                    return Err(format!(
                        "the topic {topic} cannot be made: {code}; make it with {partitions} partitions and \
                         cleanup.policy=compact"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The last state of each of these partitions that has one. An error is a sentence.
    pub(super) fn read(&self, partitions: &[i32]) -> Result<BTreeMap<i32, FoundState>, String> {
        let mut wanted = TopicPartitionList::new();
        for partition in partitions {
            let ends = self
                .reader
                .fetch_watermarks(&self.topic, *partition, PATIENCE);
            let (low, high) = ends.map_err(|error| sentence(&error))?;
            if high > low {
                let last = Offset::Offset(high.saturating_sub(1));
                wanted
                    .add_partition_offset(&self.topic, *partition, last)
                    .map_err(|error| sentence(&error))?;
            }
        }
        let mut states = BTreeMap::new();
        if wanted.count() == 0 {
            return Ok(states);
        }
        let assigned = self.reader.assign(&wanted);
        assigned.map_err(|error| sentence(&error))?;
        let deadline = deadline();
        let mut reason = "no broker has answered".to_owned();
        while states.len() < wanted.count() && Instant::now() < deadline {
            match self.reader.poll(WAIT) {
                Some(Ok(message)) => {
                    let record = message.payload().and_then(record::decode);
                    let found = record.map_or(FoundState::Damaged, |(offset, snapshot)| {
                        FoundState::Saved(offset, snapshot)
                    });
                    states.insert(message.partition(), found);
                }
                Some(Err(error)) => reason = sentence(&error),
                None => {}
            }
        }
        // What is not read further needs no answer.
        let _ = self.reader.unassign();
        if states.len() < wanted.count() {
            return Err(format!("the topic {} cannot be read: {reason}", self.topic));
        }
        Ok(states)
    }

    /// Writes states, and returns the partitions of those that are stored; others with an error in words.
    pub(super) fn write(&self, states: &[PartitionState]) -> (Vec<i32>, Option<String>) {
        let events = self.writer.client().context();
        events.take();
        let mut error = None;
        for state in states {
            let record = match record::encode(state.offset, &state.snapshot) {
                Ok(record) => record,
                Err(failed) => {
                    error = Some(failed.to_string());
                    continue;
                }
            };
            let key = state.partition.to_string();
            let number = usize::try_from(state.partition).unwrap_or(0);
            let message = BaseRecord::with_opaque_to(&self.topic, number)
                .partition(state.partition)
                .key(&key)
                .payload(&record);
            if let Err((failed, _)) = self.writer.send(message) {
                error = Some(sentence(&failed));
            }
        }
        if self.writer.flush(PATIENCE).is_err() {
            self.writer.purge(PurgeConfig::default().queue().inflight());
            // Of what was purged there are reports, too.
            let _ = self.writer.flush(WAIT);
        }
        let (stored, reported) = events.take();
        (stored, reported.or(error))
    }
}

impl Written {
    fn take(&self) -> (Vec<i32>, Option<String>) {
        (
            core::mem::take(&mut *lock(&self.stored)),
            lock(&self.error).take(),
        )
    }
}

fn deadline() -> Instant {
    let now = Instant::now();
    now.checked_add(PATIENCE).unwrap_or(now)
}

/// Wakes a thread.
struct Waking(Thread);

impl Wake for Waking {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits until a future is there; `None` if that takes too long.
fn wait_for<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let waker = Arc::new(Waking(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let deadline = deadline();
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return Some(result);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}
