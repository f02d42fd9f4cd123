//! A member of a consumer group.

use alloc::collections::BTreeMap;
use core::fmt;
use core::time::Duration;

use netflow_core::Datagram;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError as ClientError, KafkaResult};
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};

use super::counts::KafkaCounts;
use super::events::{Events, Rebalance};
use super::options::{KafkaError, KafkaOptions, sentence};
use super::states::{FoundState, StateTopic};
use crate::raw::SingleDocument;

/// How long brokers may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before what failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// A member of a consumer group that reads a topic of documents of the schema `raw`.
///
/// ```no_run
/// use std::time::Duration;
///
/// use netflow_io::kafka::{KafkaEvent, KafkaOptions, KafkaSource};
///
/// let settings = vec![("bootstrap.servers".to_owned(), "192.0.2.1:9092".to_owned())];
/// let mut source = KafkaSource::join(&KafkaOptions::new("datagrams", "netflow", settings))?;
/// if let KafkaEvent::Failed(reason) = source.next_event(Duration::from_secs(1))? {
///     eprintln!("{reason}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KafkaSource {
    topic: String,
    consumer: BaseConsumer<Events>,
    states: StateTopic,
    reading: Reading,
    /// A message that was read before the caller knew that its partition begins again.
    held: Option<HeldMessage>,
    /// Partitions whose states are still to be read.
    assigned: Option<Vec<i32>>,
    /// The caller has to release all partitions; other members may read them already.
    revoked: Option<bool>,
    is_paused: bool,
}

/// How far the partitions are read.
#[derive(Debug, Default)]
struct Reading {
    documents: SingleDocument,
    /// The offset of the next message of each partition that is assigned; negative if it is the oldest that there is.
    positions: BTreeMap<i32, i64>,
    counts: KafkaCounts,
}

/// What comes from a [`KafkaSource`].
///
/// ```
/// use netflow_io::kafka::KafkaEvent;
///
/// /// Whether decoding can go on without a change of the partitions.
/// fn is_ordinary(event: &KafkaEvent<'_>) -> bool {
///     !matches!(event, KafkaEvent::Assigned(_) | KafkaEvent::Revoked { .. } | KafkaEvent::Restarted { .. })
/// }
/// assert!(is_ordinary(&KafkaEvent::Idle));
/// assert!(!is_ordinary(&KafkaEvent::Revoked { is_lost: false }));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum KafkaEvent<'a> {
    /// A datagram. Its input is the number of its partition, its frame the offset of its message, counted from 1.
    Datagram {
        /// The partition.
        partition: i32,
        /// The offset of its message.
        offset: i64,
        /// The datagram.
        datagram: Datagram<'a>,
    },
    /// A message that is no datagram.
    Refused {
        /// The partition.
        partition: i32,
        /// The offset of the message.
        offset: i64,
        /// Its length.
        octets: usize,
        /// Why, as a sentence.
        reason: String,
    },
    /// Partitions to read from now on.
    Assigned(Vec<AssignedPartition>),
    /// All partitions have to be released ([`KafkaSource::release`]): the brokers wait for it, while the caller saves
    /// the state of what was read.
    Revoked {
        /// It is too late to save anything: others may read the partitions already.
        is_lost: bool,
    },
    /// The brokers have no messages from the offset on at which the partition was to be read: it is another topic that
    /// has the same name, or was cut. It is read from its oldest message on, and what was known of it is void.
    Restarted {
        /// The partition.
        partition: i32,
    },
    /// Something failed that is tried again, in words.
    Failed(String),
    /// Nothing came for a while.
    Idle,
}

/// A message that is read, and not returned yet.
struct HeldMessage {
    partition: i32,
    offset: i64,
    octets: Vec<u8>,
}

/// A partition to read from now on.
///
/// ```
/// use netflow_core::Decoder;
/// use netflow_io::kafka::AssignedPartition;
///
/// /// The decoder of a partition, which knows what that of the last owner had learned.
/// fn decoder(assigned: &AssignedPartition) -> Decoder {
///     let mut decoder = Decoder::default();
///     if let Some(Err(error)) = assigned.snapshot.as_ref().map(|snapshot| decoder.load(snapshot)) {
///         eprintln!("partition {}: {error}", assigned.partition);
///     }
///     decoder
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssignedPartition {
    /// Its number.
    pub partition: i32,
    /// The offset of the first message that will be read; none if it is the oldest that there is.
    pub offset: Option<i64>,
    /// What the decoder of the last owner had learned by then.
    pub snapshot: Option<Vec<u8>>,
    /// Why a state that was found is not used, as a sentence.
    pub problem: Option<&'static str>,
}

/// The state of a partition, to be saved.
///
/// ```
/// use netflow_core::Decoder;
/// use netflow_io::kafka::PartitionState;
///
/// let state = PartitionState {
///     partition: 3,
///     offset: 1_000,
///     snapshot: Decoder::default().save(),
/// };
/// assert!(Decoder::default().load(&state.snapshot).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionState {
    /// Its number.
    pub partition: i32,
    /// The offset of the first message that the decoder has not read.
    pub offset: i64,
    /// What the decoder has learned: [`Decoder::save`](netflow_core::Decoder::save).
    pub snapshot: Vec<u8>,
}

impl fmt::Debug for KafkaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSource")
            .field("topic", &self.topic)
            .field("positions", &self.reading.positions)
            .field("counts", &self.reading.counts)
            .finish_non_exhaustive()
    }
}

impl KafkaSource {
    /// Joins the group, or tries to until a broker can be reached.
    ///
    /// # Errors
    ///
    /// It can never work with these options.
    pub fn join(options: &KafkaOptions) -> Result<Self, KafkaError> {
        options.check()?;
        let failed = |error: ClientError| KafkaError::Client(sentence(&error));
        let events = Events::new(&options.topic);
        let consumer: BaseConsumer<Events> = options
            .consumer()
            .create_with_context(events)
            .map_err(failed)?;
        consumer.subscribe(&[&options.topic]).map_err(failed)?;
        Ok(Self {
            topic: options.topic.clone(),
            consumer,
            states: StateTopic::new(options).map_err(failed)?,
            reading: Reading::default(),
            held: None,
            assigned: None,
            revoked: None,
            is_paused: false,
        })
    }

    /// What comes next; waits for at most this time, and longer only for brokers that are asked for states.
    ///
    /// # Errors
    ///
    /// The source cannot go on; another one that joins may.
    pub fn next_event(&mut self, wait: Duration) -> Result<KafkaEvent<'_>, KafkaError> {
        if self.consumer.context().is_refused() {
            let reason = self.consumer.context().take_error();
            let reason = reason.unwrap_or_else(|| "the credentials are refused".to_owned());
            return Err(KafkaError::Client(reason));
        }
        if let Some(held) = self.held.take() {
            return Ok(self
                .reading
                .message(held.partition, held.offset, &held.octets));
        }
        if let Some(is_lost) = self.revoked {
            return Ok(KafkaEvent::Revoked { is_lost });
        }
        let mut failure = None;
        if let Some(partitions) = self.assigned.clone() {
            match self.assign(&partitions) {
                Ok(partitions) => {
                    self.assigned = None;
                    self.is_paused = false;
                    self.reading.counts.rebalances =
                        self.reading.counts.rebalances.saturating_add(1);
                    return Ok(KafkaEvent::Assigned(partitions));
                }
                Err(reason) => failure = Some(reason),
            }
        }
        let wait = if failure.is_some() { AGAIN } else { wait };
        let polled = self.consumer.poll(wait);
        match self.consumer.context().take_rebalance() {
            Some(Rebalance::Revoke { is_lost }) => {
                self.assigned = None;
                self.revoked = Some(is_lost);
                return Ok(KafkaEvent::Revoked { is_lost });
            }
            Some(Rebalance::Assign(partitions)) => {
                self.assigned = Some(partitions);
                return Ok(KafkaEvent::Idle);
            }
            None => {}
        }
        let message = match polled {
            None => {
                let failure = failure.or_else(|| self.consumer.context().take_error());
                return Ok(failure.map_or(KafkaEvent::Idle, |reason| {
                    self.reading.counts.errors = self.reading.counts.errors.saturating_add(1);
                    KafkaEvent::Failed(reason)
                }));
            }
            Some(Err(error @ ClientError::MessageConsumptionFatal(_))) => {
                return Err(KafkaError::Client(sentence(&error)));
            }
            Some(Err(error)) => {
                self.reading.counts.errors = self.reading.counts.errors.saturating_add(1);
                let reason = self.consumer.context().take_error();
                return Ok(KafkaEvent::Failed(
                    reason.unwrap_or_else(|| sentence(&error)),
                ));
            }
            Some(Ok(message)) => message,
        };
        let (partition, offset) = (message.partition(), message.offset());
        let Some(position) = self.reading.positions.get_mut(&partition) else {
            // Of an assignment that has ended: its new owner reads it.
            return Ok(KafkaEvent::Idle);
        };
        let octets = message.payload().unwrap_or_default();
        if offset < *position {
            *position = offset;
            let unusable = &mut self.reading.counts.unusable_states;
            *unusable = unusable.saturating_add(1);
            self.held = Some(HeldMessage {
                partition,
                offset,
                octets: octets.to_vec(),
            });
            return Ok(KafkaEvent::Restarted { partition });
        }
        if *position >= 0 {
            let removed = u64::try_from(offset.saturating_sub(*position)).unwrap_or(0);
            self.reading.counts.removed = self.reading.counts.removed.saturating_add(removed);
        }
        Ok(self.reading.message(partition, offset, octets))
    }

    /// Begins to read partitions where their states say. An error is a sentence.
    fn assign(&mut self, partitions: &[i32]) -> Result<Vec<AssignedPartition>, String> {
        let words = |error: ClientError| sentence(&error);
        if !partitions.is_empty() {
            let metadata = self.consumer.fetch_metadata(Some(&self.topic), PATIENCE);
            let metadata = metadata.map_err(words)?;
            let topics = metadata.topics().iter();
            let counts = topics.map(|topic| topic.partitions().len());
            self.states.prepare(counts.max().unwrap_or(0))?;
        }
        let mut states = self.states.read(partitions)?;
        let mut committed = TopicPartitionList::new();
        for partition in partitions {
            committed.add_partition(&self.topic, *partition);
        }
        let committed = match partitions {
            [] => committed,
            _ => self
                .consumer
                .committed_offsets(committed, PATIENCE)
                .map_err(words)?,
        };
        let mut wanted = TopicPartitionList::new();
        let (mut positions, mut assigned) = (BTreeMap::new(), Vec::new());
        let mut unusable: u64 = 0;
        for partition in partitions {
            let (mut snapshot, mut offset, mut problem) = (None, None, None);
            match states.remove(partition) {
                Some(FoundState::Saved(at, saved)) => (snapshot, offset) = (Some(saved), Some(at)),
                Some(FoundState::Damaged) => problem = Some("it is no state of a partition"),
                None => {}
            }
            if offset.is_none() {
                let found = committed.find_partition(&self.topic, *partition);
                offset = match found.map(|found| found.offset()) {
                    Some(Offset::Offset(at)) => Some(at),
                    _ => None,
                };
                // Offsets are committed after the state, so there was one.
                if offset.is_some() && problem.is_none() {
                    problem = Some("there is none, though the group has read this partition");
                }
            }
            unusable = unusable.saturating_add(problem.is_some().into());
            let start = offset.map_or(Offset::Beginning, Offset::Offset);
            wanted
                .add_partition_offset(&self.topic, *partition, start)
                .map_err(words)?;
            positions.insert(*partition, offset.unwrap_or(-1));
            assigned.push(AssignedPartition {
                partition: *partition,
                offset,
                snapshot,
                problem,
            });
        }
        self.consumer.assign(&wanted).map_err(words)?;
        self.reading.counts.unusable_states =
            self.reading.counts.unusable_states.saturating_add(unusable);
        self.reading.positions = positions;
        self.held = None;
        Ok(assigned)
    }

    /// The offset of the next message of each partition of which something was read, or will be read from a known
    /// place on.
    pub fn positions(&self) -> impl Iterator<Item = (i32, i64)> {
        let positions = self.reading.positions.iter();
        let positions = positions.map(|(partition, offset)| (*partition, *offset));
        positions.filter(|(_, offset)| *offset >= 0)
    }

    /// Saves states, each with all that was read before its offset: all that has become of it must be stored where it
    /// goes. Waits until the brokers have stored them.
    ///
    /// # Errors
    ///
    /// Some are not stored: those before them stay in force.
    pub fn save(&mut self, states: &[PartitionState]) -> Result<(), KafkaError> {
        if states.is_empty() {
            return Ok(());
        }
        let (stored, reason) = self.states.write(states);
        let mut offsets = TopicPartitionList::new();
        for state in states.iter().filter(|one| stored.contains(&one.partition)) {
            let offset = Offset::Offset(state.offset);
            // It fails only for an offset that is none.
            let _ = offsets.add_partition_offset(&self.topic, state.partition, offset);
        }
        let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
        let counts = &mut self.reading.counts;
        counts.saved_states = counts.saved_states.saturating_add(count(stored.len()));
        if offsets.count() > 0 && self.consumer.commit(&offsets, CommitMode::Async).is_err() {
            counts.uncommitted_offsets = counts
                .uncommitted_offsets
                .saturating_add(count(offsets.count()));
        }
        let missing = states.len().saturating_sub(stored.len());
        if missing > 0 {
            counts.unsaved_states = counts.unsaved_states.saturating_add(count(missing));
            let reason = reason.unwrap_or_else(|| "no broker has answered".to_owned());
            return Err(KafkaError::State(reason));
        }
        Ok(())
    }

    /// Releases all partitions, after [`KafkaEvent::Revoked`].
    ///
    /// # Errors
    ///
    /// The client does not do so.
    pub fn release(&mut self) -> Result<(), KafkaError> {
        // The client remembers it for partitions that come back.
        self.resume();
        self.revoked = None;
        self.held = None;
        self.reading.positions.clear();
        let released = self.consumer.unassign();
        released.map_err(|error| KafkaError::Client(sentence(&error)))
    }

    /// Reads nothing more until [`resume`](Self::resume), and stays a member of the group as long as
    /// [`next_event`](Self::next_event) is called.
    pub fn pause(&mut self) {
        if !self.is_paused {
            self.is_paused = self.consumer.pause(&self.partitions()).is_ok();
        }
    }

    /// Reads on.
    pub fn resume(&mut self) {
        if self.is_paused {
            self.is_paused = self.consumer.resume(&self.partitions()).is_err();
        }
    }

    fn partitions(&self) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for partition in self.reading.positions.keys() {
            list.add_partition(&self.topic, *partition);
        }
        list
    }

    /// The number of messages of each partition that are not read yet, where it is known.
    pub fn lags(&self) -> impl Iterator<Item = (i32, u64)> {
        self.positions().filter_map(|(partition, offset)| {
            let end = self.consumer.context().end(partition)?;
            Some((
                partition,
                u64::try_from(end.saturating_sub(offset)).unwrap_or(0),
            ))
        })
    }

    /// What was read so far, and what went wrong.
    #[must_use]
    pub fn counts(&self) -> KafkaCounts {
        let mut counts = self.reading.counts.clone();
        let reported = self.consumer.context().uncommitted();
        counts.uncommitted_offsets = counts.uncommitted_offsets.saturating_add(reported);
        counts
    }
}

impl Reading {
    /// What a message is; what follows it is read next.
    fn message(&mut self, partition: i32, offset: i64, octets: &[u8]) -> KafkaEvent<'_> {
        let next = offset.saturating_add(1);
        self.positions.insert(partition, next);
        let counts = &mut self.counts;
        counts.messages = counts.messages.saturating_add(1);
        let len = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        counts.octets = counts.octets.saturating_add(len);
        match self.documents.read(octets) {
            Ok(datagram) => {
                let input = u32::try_from(partition).unwrap_or(0);
                KafkaEvent::Datagram {
                    partition,
                    offset,
                    datagram: datagram.with_frame(input, u64::try_from(next).unwrap_or(0)),
                }
            }
            Err(fault) => {
                counts.refused.add(fault);
                KafkaEvent::Refused {
                    partition,
                    offset,
                    octets: octets.len(),
                    reason: fault.to_string(),
                }
            }
        }
    }
}

/// Leaves the group.
impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.consumer.context().close();
        // An assignment that nobody has answered would keep it from leaving.
        let _: KafkaResult<()> = self.consumer.unassign();
    }
}
