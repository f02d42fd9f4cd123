//! The bounded queue between the workers and the writer of one output.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use netflow_core::Timestamp;

use super::chunk::Chunk;
use super::config::{Policy, QueueLimits};
use super::encoder::GATHERED;
use super::ledger::{Ledger, LossReason};
use super::spool::Spool;

/// The queue of one output.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    /// There is a chunk, or something about the end changed.
    changed: Condvar,
    /// There is room.
    room: Condvar,
    limits: QueueLimits,
    policy: Policy,
    ledger: Arc<Ledger>,
}

#[derive(Debug, Default)]
struct QueueState {
    chunks: VecDeque<Chunk>,
    octets: usize,
    /// Workers that have not finished.
    workers: usize,
    /// Workers that there have been.
    added: u32,
    /// The latest time that a worker reported.
    now: Option<Timestamp>,
    /// No worker will be added, and nothing waits any longer than this.
    deadline: Option<Instant>,
    /// The writer takes nothing more.
    is_closed: bool,
    /// The writer has settled all rows.
    is_complete: bool,
    /// Rows were lost although the policy is to wait: the destination is gone, or the time was over.
    has_given_up: bool,
    /// The last attempt to write failed.
    is_failing: bool,
    /// Chunks that do not fit into memory, for the policy [`Spool`](Policy::Spool).
    spool: Option<Spool>,
}

/// What the writer found.
#[derive(Debug)]
pub(super) enum Next {
    Chunk(Chunk),
    /// Nothing came in time.
    Nothing,
    /// Nothing will come.
    End,
}

impl Queue {
    pub(super) fn new(
        limits: QueueLimits,
        policy: Policy,
        spool: Option<Spool>,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self {
            state: Mutex::new(QueueState {
                spool,
                ..QueueState::default()
            }),
            changed: Condvar::new(),
            room: Condvar::new(),
            limits,
            policy,
            ledger,
        }
    }

    pub(super) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Returns the number of the worker.
    pub(super) fn add_worker(&self) -> u32 {
        let mut state = self.lock();
        state.workers += 1;
        state.added += 1;
        state.added - 1
    }

    /// Counts rows that cannot be written, for this reason.
    pub(super) fn refuse(&self, reason: LossReason, rows: u64) {
        if rows > 0 {
            self.ledger.update(|statistics| statistics.accepted += rows);
            self.ledger.lost(reason, rows);
        }
    }

    pub(super) fn remove_worker(&self) {
        let mut state = self.lock();
        state.workers = state.workers.saturating_sub(1);
        self.changed.notify_all();
    }

    /// Takes rows of a worker; by policy it waits until there is room.
    pub(super) fn push(&self, chunk: Chunk) {
        let (octets, rows) = (chunk.octets(), chunk.rows);
        self.ledger.update(|statistics| statistics.accepted += rows);
        let mut state = self.lock();
        loop {
            if state.is_closed {
                state.has_given_up = true;
                let reason = if state.is_over() {
                    LossReason::Shutdown
                } else {
                    LossReason::Closed
                };
                return self.ledger.lost(reason, rows);
            }
            let has_room = state.has_room(octets, self.limits);
            if state.spools(has_room) {
                self.spool(&mut state, &chunk);
                return self.changed.notify_all();
            }
            if has_room {
                break;
            }
            if self.policy == Policy::DropNewest {
                return self.ledger.lost(LossReason::QueueFull, rows);
            }
            if state.is_over() {
                state.has_given_up = true;
                return self.ledger.lost(LossReason::Shutdown, rows);
            }
            let wait = state.time_left().unwrap_or(LONG);
            state = wait_for(&self.room, state, wait);
        }
        state.now.get_or_insert(chunk.received);
        state.octets += octets;
        state.chunks.push_back(chunk);
        self.changed.notify_all();
    }

    /// Writes a chunk to disk.
    fn spool(&self, state: &mut QueueState, chunk: &Chunk) {
        let Some(spool) = &mut state.spool else {
            return;
        };
        if !spool.has_room(chunk) {
            return self.ledger.lost(LossReason::SpoolFull, chunk.rows);
        }
        match spool.append(chunk) {
            Ok(()) => self
                .ledger
                .update(|statistics| statistics.spooled += chunk.rows),
            Err(error) => {
                self.ledger.failed(&error);
                self.ledger.lost(LossReason::SpoolFailed, chunk.rows);
            }
        }
    }

    /// Takes the first chunk on disk.
    fn unspool(&self, state: &mut QueueState) -> Option<Chunk> {
        loop {
            let (taken, rows) = match state.spool.as_mut()?.pop()? {
                Ok(chunk) => {
                    let rows = chunk.rows;
                    (Some(chunk), rows)
                }
                Err((error, rows)) => {
                    self.ledger.failed(&error);
                    self.ledger.lost(LossReason::SpoolFailed, rows);
                    (None, rows)
                }
            };
            self.ledger
                .update(|statistics| statistics.spooled = statistics.spooled.saturating_sub(rows));
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// The next chunk; waits for at most this time.
    pub(super) fn pop(&self, wait: Duration) -> Next {
        let until = Instant::now() + wait;
        let mut state = self.lock();
        loop {
            if let Some(chunk) = state.chunks.pop_front() {
                state.octets = state.octets.saturating_sub(chunk.octets());
                self.room.notify_all();
                return Next::Chunk(chunk);
            }
            // What is on disk can wait for another run.
            if !state.is_over() {
                if let Some(chunk) = self.unspool(&mut state) {
                    return Next::Chunk(chunk);
                }
            }
            if state.deadline.is_some() && (state.workers == 0 || state.is_over()) {
                return Next::End;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Nothing;
            }
            let wait = state.time_left().map_or(left, |time| time.min(left));
            state = wait_for(&self.changed, state, wait);
        }
    }

    /// Waits before another attempt: for `pause`, or, once the shutdown has begun, for at most
    /// `at_shutdown`. Returns whether there is time for an attempt.
    pub(super) fn pause(&self, pause: Duration, at_shutdown: Duration) -> bool {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            if state.is_over() {
                return false;
            }
            let pause = if state.deadline.is_some() {
                pause.min(at_shutdown)
            } else {
                pause
            };
            let left = pause.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return true;
            }
            let wait = state.time_left().map_or(left, |time| time.min(left));
            state = wait_for(&self.changed, state, wait);
        }
    }

    /// Takes the time of a worker.
    pub(super) fn set_now(&self, now: Timestamp) {
        self.lock().now = Some(now);
    }

    pub(super) fn now(&self) -> Option<Timestamp> {
        self.lock().now
    }

    /// When the time for the last rows is over, if the shutdown has started.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.lock().deadline
    }

    /// Starts the shutdown: from now on nothing waits beyond this time.
    pub(super) fn begin_end(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
        self.changed.notify_all();
        self.room.notify_all();
    }

    /// Whether the last attempt to write failed: then new rows go to the spool, if there is one, so
    /// that they are not lost with the process.
    pub(super) fn set_failing(&self, is_failing: bool) {
        self.lock().is_failing = is_failing;
    }

    /// Takes nothing more. What is in the queue, and what the writer had before it, is kept in the
    /// spool if there is one.
    pub(super) fn end(&self, mut pending: Vec<Chunk>) {
        let mut state = self.lock();
        state.is_closed = true;
        let had_given_up = state.has_given_up;
        state.has_given_up |= !state.is_complete;
        state.octets = 0;
        self.room.notify_all();
        pending.extend(state.chunks.drain(..));
        let Some(spool) = state.spool.take() else {
            return;
        };
        let closed = spool.close(pending);
        state.has_given_up = had_given_up || closed.full > 0 || closed.failed > 0;
        self.ledger
            .update(|statistics| statistics.spooled += closed.kept);
        self.ledger.lost(LossReason::SpoolFull, closed.full);
        self.ledger.lost(LossReason::SpoolFailed, closed.failed);
        if let Some(error) = closed.error {
            self.ledger.failed(&error);
        }
    }

    /// The writer has settled all rows, and ends.
    pub(super) fn complete(&self) {
        self.lock().is_complete = true;
    }

    /// Whether rows were lost although the policy is to wait: the destination is gone, or the time was over.
    pub(super) fn has_given_up(&self) -> bool {
        self.lock().has_given_up
    }

    /// Whether the next chunk of a worker is taken without a wait.
    pub(super) fn takes_rows(&self) -> bool {
        let state = self.lock();
        self.policy != Policy::Block || state.is_closed || state.has_room(GATHERED, self.limits)
    }

    /// Octets on disk.
    pub(super) fn spooled_octets(&self) -> u64 {
        self.lock().spool.as_ref().map_or(0, Spool::octets)
    }

    /// Chunks and octets in the queue.
    pub(super) fn len(&self) -> (usize, usize) {
        let state = self.lock();
        (state.chunks.len(), state.octets)
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Long enough to wait for an event, which wakes the waiting thread.
const LONG: Duration = Duration::from_secs(3600);

impl QueueState {
    /// Whether a chunk goes to disk: it does not fit, or would overtake chunks already on disk.
    fn spools(&self, has_room: bool) -> bool {
        let spool = self.spool.as_ref();
        spool.is_some_and(|spool| self.is_failing || !has_room || !spool.is_empty())
    }

    /// Whether a chunk of this size fits. One larger than the limit fits only into an empty queue.
    fn has_room(&self, octets: usize, limits: QueueLimits) -> bool {
        self.chunks.is_empty()
            || (self.chunks.len() < limits.chunks
                && self.octets.saturating_add(octets) <= limits.octets)
    }

    fn time_left(&self) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(Instant::now()))
    }

    fn is_over(&self) -> bool {
        self.time_left().is_some_and(|left| left.is_zero())
    }
}

fn wait_for<'q>(
    event: &Condvar,
    state: MutexGuard<'q, QueueState>,
    wait: Duration,
) -> MutexGuard<'q, QueueState> {
    let waited = event.wait_timeout(state, wait);
    waited.unwrap_or_else(PoisonError::into_inner).0
}
