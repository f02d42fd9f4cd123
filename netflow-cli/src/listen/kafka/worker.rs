//! A thread that is a member of a consumer group, and decodes what it reads.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::time::Duration;
use std::io;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Instant, SystemTime};

use netflow_core::{Decoder, Stats, Timestamp};
use netflow_io::Feed;
use netflow_io::kafka::{AssignedPartition, KafkaCounts, KafkaEvent, KafkaSource};
use netflow_io::live::Stopper;
use netflow_output::sink::{Settlement, Sink as _};

use super::checkpoint::Checkpoint;
use super::plan::KafkaPlan;
use crate::listen::results::Results;
use crate::listen::settings::DecoderPlan;
use crate::listen::worker::{EndedWorker, Request, STRIDE, Shared, TICK, WorkerNotice, apply};

/// How long to wait for a message.
const POLL: Duration = Duration::from_millis(100);
/// How long to wait before the group is joined again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long outputs may take to write the last rows of partitions that are released, while the other members wait.
const RELEASING: Duration = Duration::from_secs(5);

/// What a worker needs besides the topic.
#[derive(Debug, Clone)]
pub(in crate::listen) struct KafkaSettings {
    pub(in crate::listen) decoders: DecoderPlan,
    /// How often states are saved.
    pub(in crate::listen) state_interval: Duration,
    /// How long outputs may take at the end.
    pub(in crate::listen) drain: Duration,
}

/// What a worker has read.
#[derive(Debug, Clone, Default)]
#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "the metrics read all of it")
)]
pub(in crate::listen) struct KafkaReport {
    pub(in crate::listen) counts: KafkaCounts,
    pub(in crate::listen) partitions: Vec<PartitionReport>,
}

/// How far a partition is read.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "the metrics read all of it")
)]
pub(in crate::listen) struct PartitionReport {
    pub(in crate::listen) partition: i32,
    /// The offset of the next message, if it is known.
    pub(in crate::listen) offset: Option<i64>,
    /// The offset of its last saved state.
    pub(in crate::listen) saved: Option<i64>,
    /// Messages that are not read yet, if their number is known.
    pub(in crate::listen) lag: Option<u64>,
}

/// A member of a consumer group: it has a decoder for each partition that is assigned to it.
pub(in crate::listen) struct KafkaWorker {
    plan: KafkaPlan,
    settings: KafkaSettings,
    /// None before the group is joined.
    source: Option<KafkaSource>,
    partitions: BTreeMap<i32, Feed>,
    /// The offset of the last saved state of each partition.
    saved: BTreeMap<i32, i64>,
    /// States that wait for their rows.
    pending: Option<Checkpoint>,
    last_checkpoint: Instant,
    results: Results,
    requests: Receiver<Request>,
    shared: Arc<Shared>,
    stopper: Stopper,
    /// What decoders of partitions that were released had counted.
    released: Stats,
    /// What sources have counted that are no longer there.
    counted: KafkaCounts,
    /// Whether a message that is no datagram was reported since the last tick.
    has_reported: bool,
    is_failing: bool,
}

impl KafkaWorker {
    pub(in crate::listen) fn new(
        plan: KafkaPlan,
        settings: KafkaSettings,
        results: Results,
        requests: Receiver<Request>,
        shared: Arc<Shared>,
        stopper: Stopper,
    ) -> Self {
        Self {
            plan,
            settings,
            source: None,
            partitions: BTreeMap::new(),
            saved: BTreeMap::new(),
            pending: None,
            last_checkpoint: Instant::now(),
            results,
            requests,
            shared,
            stopper,
            released: Stats::default(),
            counted: KafkaCounts::default(),
            has_reported: false,
            is_failing: false,
        }
    }

    /// Works until it is stopped or an output fails.
    pub(in crate::listen) fn run(mut self) -> EndedWorker {
        let mut failure = self.work().err().map(|error| error.to_string());
        if let Err(error) = self.end(failure.is_none()) {
            failure.get_or_insert(error.to_string());
        }
        EndedWorker {
            state: None,
            failure,
        }
    }

    fn work(&mut self) -> io::Result<()> {
        let mut last_tick = Instant::now();
        let mut count: u32 = 0;
        while !self.stopper.is_stopped() {
            let has_read = self.step()?;
            count = if has_read { count.wrapping_add(1) } else { 0 };
            if count % STRIDE != 0 {
                continue;
            }
            self.wait_for_room()?;
            if last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                self.tick()?;
            }
        }
        Ok(())
    }

    /// Reads a message, or does what the brokers ask for. Returns whether there was a message.
    fn step(&mut self) -> io::Result<bool> {
        let Some(source) = &mut self.source else {
            self.join();
            return Ok(false);
        };
        let event = match source.next_event(POLL) {
            Ok(event) => event,
            Err(error) => {
                self.leave(&error.to_string());
                return Ok(false);
            }
        };
        match event {
            KafkaEvent::Datagram {
                partition,
                datagram,
                ..
            } => {
                self.is_failing = false;
                let Some(feed) = self.partitions.get_mut(&partition) else {
                    return Ok(true);
                };
                let exporter = feed.decoder().rewritten_exporter(datagram.exporter);
                match feed.push(datagram) {
                    Ok(decoded) => self.results.decoded(&datagram, &decoded)?,
                    Err(error) => {
                        let mut datagram = datagram;
                        datagram.exporter = exporter;
                        self.results.unreadable(&datagram, &error)?;
                    }
                }
                return Ok(true);
            }
            KafkaEvent::Refused {
                partition,
                offset,
                octets,
                reason,
            } => {
                // The counters have all of them.
                if !core::mem::replace(&mut self.has_reported, true) {
                    let fields = vec![
                        ("partition", partition.to_string()),
                        ("offset", offset.to_string()),
                        ("octets", octets.to_string()),
                        ("reason", reason),
                    ];
                    self.notice(true, "a message of the topic is no datagram", fields);
                }
                return Ok(true);
            }
            KafkaEvent::Restarted { partition } => self.restart(partition),
            KafkaEvent::Assigned(partitions) => self.begin(partitions),
            KafkaEvent::Revoked { is_lost } => self.release(is_lost)?,
            KafkaEvent::Failed(reason) => self.report_failure(reason),
            _ => {}
        }
        Ok(false)
    }

    fn join(&mut self) {
        let options = self.plan.options().map_err(|error| error.to_string());
        let joined = options
            .and_then(|options| KafkaSource::join(&options).map_err(|error| error.to_string()));
        match joined {
            Ok(source) => self.source = Some(source),
            Err(reason) => self.leave(&reason),
        }
    }

    /// Reports the first of several failures; the counters have all of them.
    fn report_failure(&mut self, reason: String) {
        if !core::mem::replace(&mut self.is_failing, true) {
            self.notice(true, "the topic cannot be read", vec![("reason", reason)]);
        }
    }

    /// Gives the client up, to make another one after a while.
    fn leave(&mut self, reason: &str) {
        self.report_failure(reason.to_owned());
        self.forget();
        if let Some(source) = self.source.take() {
            self.counted += source.counts();
        }
        let until = Instant::now() + AGAIN;
        while Instant::now() < until && !self.stopper.is_stopped() {
            thread::sleep(POLL);
        }
    }

    /// Begins to decode partitions.
    fn begin(&mut self, partitions: Vec<AssignedPartition>) {
        self.is_failing = false;
        let share = partitions.len().max(1);
        for assigned in partitions {
            let mut decoder = self.settings.decoders.decoder(share);
            let mut fields = vec![("partition", assigned.partition.to_string())];
            if let Some(offset) = assigned.offset {
                fields.push(("offset", offset.to_string()));
            }
            if let Some(problem) = assigned.problem {
                let mut fields = fields.clone();
                fields.push(("reason", problem.to_owned()));
                self.notice(true, "the state of a partition is not used", fields);
            }
            if let Some(snapshot) = assigned.snapshot {
                match decoder.load(&snapshot) {
                    Ok(loaded) => {
                        fields.push(("exporters", loaded.domains.to_string()));
                        fields.push(("templates", loaded.templates.to_string()));
                        if loaded.refused > 0 {
                            let mut fields = fields.clone();
                            fields.push(("refused", loaded.refused.to_string()));
                            let message = "the state of a partition has more than --state-memory";
                            self.notice(true, message, fields);
                        }
                    }
                    Err(error) => {
                        self.counted.unusable_states += 1;
                        let mut fields = fields.clone();
                        fields.push(("reason", error.to_string()));
                        self.notice(true, "the state of a partition is not used", fields);
                    }
                }
                if let Some(offset) = assigned.offset {
                    self.saved.insert(assigned.partition, offset);
                }
            }
            self.notice(false, "reading", fields);
            let feed = Feed::new(decoder).keeping_last_problems();
            self.partitions.insert(assigned.partition, feed);
        }
        self.last_checkpoint = Instant::now();
    }

    /// Begins to decode a partition again, without its state.
    fn restart(&mut self, partition: i32) {
        let share = self.partitions.len().max(1);
        let feed = Feed::new(self.settings.decoders.decoder(share)).keeping_last_problems();
        if let Some(old) = self.partitions.insert(partition, feed) {
            self.released += *old.decoder().stats();
        }
        self.saved.remove(&partition);
        self.pending = None;
        let fields = vec![
            ("partition", partition.to_string()),
            ("reason", "the topic is another one, or was cut".to_owned()),
        ];
        self.notice(true, "the state of a partition is not used", fields);
    }

    /// Saves the states of all partitions, if there is time, and gives them back.
    fn release(&mut self, is_lost: bool) -> io::Result<()> {
        if !is_lost && !self.partitions.is_empty() {
            self.advance_pending();
            // Without room the last rows would wait, and with them the other members.
            if self.results.sink.has_room() {
                self.pending = self.take_checkpoint()?;
            }
            let settlement = self.wait_for_pending(Instant::now() + RELEASING);
            if settlement == Some(Settlement::Waiting) {
                let message = "outputs are behind: the next owner of the partitions reads some messages again";
                self.notice(true, message, Vec::new());
            }
        }
        self.notice(
            false,
            "released",
            vec![("partitions", self.partitions.len().to_string())],
        );
        self.forget();
        let released = self.source.as_mut().map(KafkaSource::release);
        if let Some(Err(error)) = released {
            self.leave(&error.to_string());
        }
        Ok(())
    }

    /// Ends the decoders of all partitions.
    fn forget(&mut self) {
        for feed in core::mem::take(&mut self.partitions).into_values() {
            self.released += *feed.decoder().stats();
        }
        self.saved.clear();
        self.pending = None;
    }

    /// Reads nothing while outputs have no room for rows, but remains a member of the group.
    fn wait_for_room(&mut self) -> io::Result<()> {
        if self.results.sink.has_room() {
            return Ok(());
        }
        while !self.results.sink.has_room() && !self.stopper.is_stopped() {
            if let Some(source) = &mut self.source {
                source.pause();
            }
            self.step()?;
            // What is gathered stays, as handing it over would wait too.
            self.report_and_answer()?;
        }
        if let Some(source) = &mut self.source {
            source.resume();
        }
        Ok(())
    }

    fn tick(&mut self) -> io::Result<()> {
        let now = Timestamp::from_system_time(SystemTime::now());
        self.results.tick(now)?;
        self.advance_pending();
        if self.pending.is_none() && self.last_checkpoint.elapsed() >= self.settings.state_interval
        {
            self.pending = self.take_checkpoint()?;
        }
        self.report_and_answer()
    }

    /// Reports what was done, and does what others ask for.
    fn report_and_answer(&mut self) -> io::Result<()> {
        self.has_reported = false;
        self.advance_pending();
        self.publish();
        while let Ok(request) = self.requests.try_recv() {
            self.answer(request)?;
        }
        Ok(())
    }

    fn answer(&mut self, request: Request) -> io::Result<()> {
        match request {
            // Their states are in a topic.
            Request::Save(to) => drop(to),
            #[cfg(feature = "http")]
            Request::Report(to) => {
                if let Some(recent) = &self.results.recent {
                    let _ = to.try_send(recent.part(&self.joined()));
                }
            }
            Request::Sink(sink, done) => {
                let mut last = core::mem::replace(&mut self.results.sink, *sink);
                last.finish(&self.stats())?;
                let _ = done.try_send(());
            }
            Request::Exporters(exporters) => {
                self.settings.decoders.set_exporters(&exporters);
                for feed in self.partitions.values_mut() {
                    apply(&exporters, feed.decoder_mut());
                }
            }
        }
        Ok(())
    }

    /// One decoder with the state of all partitions.
    #[cfg(feature = "http")]
    fn joined(&self) -> Decoder {
        let mut all = self.settings.decoders.decoder(1);
        for feed in self.partitions.values() {
            // What was saved can be loaded; beyond the limit of memory it is left out.
            let _ = all.load(&feed.decoder().save());
        }
        all
    }

    fn take_checkpoint(&mut self) -> io::Result<Option<Checkpoint>> {
        self.last_checkpoint = Instant::now();
        let Some(source) = &self.source else {
            return Ok(None);
        };
        let sink = &mut self.results.sink;
        Checkpoint::take(source, &self.partitions, &self.saved, sink).map(Some)
    }

    /// Saves the states that wait, if their rows are settled by then. None wait afterwards.
    fn wait_for_pending(&mut self, until: Instant) -> Option<Settlement> {
        let settlement = self.pending.as_ref()?.wait(until);
        self.advance_pending();
        self.pending = None;
        Some(settlement)
    }

    /// Saves the states that wait, if their rows are settled.
    fn advance_pending(&mut self) {
        let Some(checkpoint) = &self.pending else {
            return;
        };
        match checkpoint.settlement() {
            Settlement::Waiting => return,
            Settlement::Abandoned => {
                let message =
                    "an output has ended before all rows: the state of partitions is not saved";
                self.notice(true, message, Vec::new());
            }
            Settlement::Settled => {
                let saved = self
                    .source
                    .as_mut()
                    .map(|source| source.save(checkpoint.states()));
                match saved {
                    Some(Ok(())) => {
                        let states = checkpoint.states().iter();
                        self.saved
                            .extend(states.map(|state| (state.partition, state.offset)));
                    }
                    Some(Err(error)) => self.notice(
                        true,
                        "states are not saved",
                        vec![("reason", error.to_string())],
                    ),
                    None => {}
                }
            }
        }
        self.pending = None;
    }

    /// Writes and saves everything read until now, and leaves the group.
    fn end(&mut self, is_complete: bool) -> io::Result<()> {
        let deadline = Instant::now() + self.settings.drain;
        self.results.forward.finish();
        let checkpoint = if is_complete {
            self.advance_pending();
            self.take_checkpoint()?
        } else {
            None
        };
        self.pending = checkpoint;
        let finished = self.results.sink.finish(&self.stats());
        if self.wait_for_pending(deadline) == Some(Settlement::Waiting) {
            let message =
                "outputs are behind: the next owner of the partitions reads some messages again";
            self.notice(true, message, Vec::new());
        }
        self.publish();
        self.source = None;
        finished
    }

    /// What all decoders have counted.
    fn stats(&self) -> Stats {
        let mut stats = self.released;
        for feed in self.partitions.values() {
            stats += *feed.decoder().stats();
        }
        stats
    }

    fn publish(&self) {
        let decoders = self.partitions.values().map(Feed::decoder);
        let mut report = self.shared.report_on(decoders, &self.results);
        report.stats += self.released;
        let mut kafka = KafkaReport {
            counts: self.counted.clone(),
            partitions: Vec::new(),
        };
        if let Some(source) = &self.source {
            kafka.counts += source.counts();
            let positions: BTreeMap<i32, i64> = source.positions().collect();
            let lags: BTreeMap<i32, u64> = source.lags().collect();
            let partitions = self.partitions.keys().map(|partition| PartitionReport {
                partition: *partition,
                offset: positions.get(partition).copied(),
                saved: self.saved.get(partition).copied(),
                lag: lags.get(partition).copied(),
            });
            kafka.partitions = partitions.collect();
        }
        report.kafka = Some(kafka);
        self.shared.publish(report);
    }

    fn notice(&self, is_warning: bool, message: &'static str, fields: Vec<(&'static str, String)>) {
        self.shared.notice(WorkerNotice {
            is_warning,
            message,
            fields,
        });
    }
}
