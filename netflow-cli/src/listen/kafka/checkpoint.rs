//! States of partitions that are saved once all rows before them are settled.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::io;
use std::thread;
use std::time::Instant;

use netflow_io::Feed;
use netflow_io::kafka::{KafkaSource, PartitionState};
use netflow_output::sink::{HandedOver, Settlement, WorkerSink};

/// How long to wait between two looks at what waits.
const WAIT: Duration = Duration::from_millis(5);

/// The states of partitions at a moment, and the rows that were handed over by then.
#[derive(Debug)]
pub(super) struct Checkpoint {
    states: Vec<PartitionState>,
    handed_over: HandedOver,
}

impl Checkpoint {
    /// The states as they are now of the partitions of which something was read since they were last saved.
    pub(super) fn take(
        source: &KafkaSource,
        partitions: &BTreeMap<i32, Feed>,
        saved: &BTreeMap<i32, i64>,
        sink: &mut WorkerSink,
    ) -> io::Result<Self> {
        let handed_over = sink.checkpoint()?;
        let changed = source
            .positions()
            .filter(|(partition, offset)| saved.get(partition) != Some(offset));
        let states = changed.filter_map(|(partition, offset)| {
            Some(PartitionState {
                partition,
                offset,
                snapshot: partitions.get(&partition)?.decoder().save(),
            })
        });
        Ok(Self {
            states: states.collect(),
            handed_over,
        })
    }

    pub(super) fn settlement(&self) -> Settlement {
        self.handed_over.settlement()
    }

    /// Waits until all rows are settled, but no longer than this.
    pub(super) fn wait(&self, until: Instant) -> Settlement {
        loop {
            let settlement = self.settlement();
            if settlement != Settlement::Waiting || Instant::now() >= until {
                return settlement;
            }
            thread::sleep(WAIT);
        }
    }

    pub(super) fn states(&self) -> &[PartitionState] {
        &self.states
    }
}
