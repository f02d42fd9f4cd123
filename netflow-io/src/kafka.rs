//! Datagrams from a topic of Kafka, whose messages are documents of the schema `raw`.
//!
//! # Overview
//!
//! Collectors that receive datagrams put each of them, unchanged, into a topic, with the address of its
//! exporter as the key. A [`KafkaSource`] is a member of the consumer group that reads the topic: brokers
//! assign each partition to one member, so all datagrams of an exporter are decoded in one place, wherever
//! they were received.
//!
//! What a decoder has learned from a partition is kept beside the offset up to which it has read, in a
//! second topic ([`KafkaOptions::state_topic`]) that has the same partitions: when a partition moves to
//! another member, or a member is restarted, decoding goes on with the message after the last that the
//! state knows. Templates are there, and no datagram is counted twice or missing.
//!
//! # Example
//!
//! ```no_run
//! use std::collections::BTreeMap;
//! use std::time::Duration;
//!
//! use netflow_core::Decoder;
//! use netflow_io::kafka::{KafkaEvent, KafkaOptions, KafkaSource, PartitionState};
//!
//! let settings = vec![("bootstrap.servers".to_owned(), "192.0.2.1:9092".to_owned())];
//! let options = KafkaOptions::new("datagrams", "netflow", settings);
//! let mut source = KafkaSource::join(&options)?;
//! let mut decoders = BTreeMap::new();
//! loop {
//!     match source.next_event(Duration::from_millis(100))? {
//!         KafkaEvent::Assigned(partitions) => {
//!             for assigned in partitions {
//!                 let mut decoder = Decoder::default();
//!                 if let Some(snapshot) = &assigned.snapshot {
//!                     decoder.load(snapshot)?;
//!                 }
//!                 decoders.insert(assigned.partition, decoder);
//!             }
//!         }
//!         KafkaEvent::Datagram { partition, datagram, .. } => {
//!             if let Some(decoder) = decoders.get_mut(&partition) {
//!                 if let Ok(decoded) = decoder.decode(datagram) {
//!                     println!("{} flows", decoded.flows().count());
//!                 }
//!             }
//!         }
//!         // Also from time to time, once everything decoded so far is stored where it goes.
//!         KafkaEvent::Revoked { .. } => {
//!             let states = source.positions().map(|(partition, offset)| PartitionState {
//!                 partition,
//!                 offset,
//!                 snapshot: decoders[&partition].save(),
//!             });
//!             let states: Vec<_> = states.collect();
//!             source.save(&states)?;
//!             decoders.clear();
//!             source.release()?;
//!         }
//!         _ => {}
//!     }
//! }
//! # #[expect(unreachable_code, reason = "the loop has no end")]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! No message makes it panic or grow: what is no document of the schema `raw` is returned as
//! [`KafkaEvent::Refused`] with its place, and counted by reason. Messages that the brokers have removed
//! before they were read are counted ([`KafkaCounts::removed`]).

mod counts;
mod events;
mod options;
mod record;
mod source;
mod states;

pub use self::counts::{KafkaCounts, RefusedMessages};
pub use self::options::{KafkaError, KafkaOptions};
pub use self::source::{AssignedPartition, KafkaEvent, KafkaSource, PartitionState};
