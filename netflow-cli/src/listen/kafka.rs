//! Workers that read datagrams from a topic of Kafka.

mod checkpoint;
mod plan;
mod worker;

pub(super) use self::plan::KafkaPlan;
#[cfg(feature = "http")]
pub(super) use self::worker::PartitionReport;
pub(super) use self::worker::{KafkaReport, KafkaSettings, KafkaWorker};
