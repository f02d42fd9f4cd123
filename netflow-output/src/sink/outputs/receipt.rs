//! Which rows of a worker are settled: written, lost and counted, or on disk in a spool.

use alloc::sync::{Arc, Weak};

use super::queue::Queue;

/// Goes with the rows of a worker, in all that holds them, until they are settled.
#[derive(Debug, Clone, Default)]
pub(super) struct Receipt(Arc<()>);

/// The receipts of rows that one file or stream settles together.
#[derive(Debug, Default)]
pub(super) struct Receipts(Vec<Receipt>);

impl Receipts {
    pub(super) fn add(&mut self, receipt: Option<Receipt>) {
        let Some(receipt) = receipt else {
            return;
        };
        // One worker has the same one for all its rows between two checkpoints.
        let is_same = |known: &Receipt| Arc::ptr_eq(&known.0, &receipt.0);
        if !self.0.iter().rev().take(REMEMBERED).any(is_same) {
            self.0.push(receipt);
        }
    }

    pub(super) fn append(&mut self, other: &mut Self) {
        for receipt in other.0.drain(..) {
            self.add(Some(receipt));
        }
    }

    /// The rows are settled.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Receipts that a new one is compared with: as many as workers whose chunks alternate, and a few more.
const REMEMBERED: usize = 16;

/// What became of the rows that a worker had handed over by a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Some wait in a queue, a file that is not complete or a request that is not answered.
    Waiting,
    /// Each is written, lost for a reason that is counted, or on disk in a spool.
    Settled,
    /// An output has ended before all were written, or the time for the last rows was over.
    Abandoned,
}

/// The rows that a worker had handed over when it asked; see
/// [`WorkerSink::checkpoint`](super::WorkerSink::checkpoint).
#[derive(Debug)]
pub struct HandedOver {
    outputs: Vec<(Weak<()>, Arc<Queue>)>,
}

impl HandedOver {
    pub(super) const fn new() -> Self {
        Self {
            outputs: Vec::new(),
        }
    }

    /// Waits for the rows that have this receipt.
    pub(super) fn add(&mut self, receipt: &Receipt, queue: &Arc<Queue>) {
        let weak = Arc::downgrade(&receipt.0);
        self.outputs.push((weak, Arc::clone(queue)));
    }

    /// What became of the rows until now.
    #[must_use]
    pub fn settlement(&self) -> Settlement {
        // A queue that gives rows up says so before it drops them.
        let is_waiting = self.outputs.iter().any(|(rows, _)| rows.strong_count() > 0);
        let mut queues = self.outputs.iter().map(|(_, queue)| queue);
        if queues.any(|queue| queue.has_given_up()) {
            return Settlement::Abandoned;
        }
        if is_waiting {
            Settlement::Waiting
        } else {
            Settlement::Settled
        }
    }
}
