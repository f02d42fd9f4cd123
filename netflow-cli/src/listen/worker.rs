//! One thread that receives, decodes and formats.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Instant, SystemTime};

use netflow_core::{Decoder, DomainReport, Protocol, Stats, Timestamp};
use netflow_io::live::LiveSource;
use netflow_io::{Event, Feed};
use netflow_output::sink::{Sink, WorkerSink};
#[cfg(feature = "http")]
use netflow_report::RecentPart;

use super::forward::{Forward, ForwardCounts};
#[cfg(feature = "http")]
use super::recent::Recent;
use crate::args::Exporters;

/// How often rows are handed over and the state is reported.
pub(super) const TICK: Duration = Duration::from_millis(500);
/// Number of datagrams between two readings of the clock.
const STRIDE: u32 = 64;
/// Domains of one worker that are reported.
const DOMAINS: usize = 1_000;

/// The state of a thread that receives, decodes and formats.
pub(super) struct Worker {
    pub(super) source: LiveSource,
    pub(super) feed: Feed,
    pub(super) sink: WorkerSink,
    pub(super) forward: Forward,
    pub(super) requests: Receiver<Request>,
    pub(super) shared: Arc<Shared>,
    /// What the report shows, if one is served.
    #[cfg(feature = "http")]
    pub(super) recent: Option<Recent>,
}

/// The part of a worker that other threads see.
#[derive(Debug, Default)]
pub(super) struct Shared {
    report: Mutex<WorkerReport>,
    /// Whether domains are reported, which costs time.
    pub(super) wants_domains: AtomicBool,
}

/// A request to a worker. It answers within [`TICK`], unless an output is slow.
pub(super) enum Request {
    /// The state of its exporters.
    Save(SyncSender<Vec<u8>>),
    /// Its part of the report.
    #[cfg(feature = "http")]
    Report(SyncSender<RecentPart>),
    /// Write to these outputs from now on, and report it.
    Sink(Box<WorkerSink>, SyncSender<()>),
    /// Use these settings for exporters from now on.
    Exporters(Arc<Exporters>),
}

/// What a worker has done so far.
#[derive(Debug, Clone, Default)]
#[cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "the metrics read all of it")
)]
pub(super) struct WorkerReport {
    pub(super) stats: Stats,
    pub(super) messages: BTreeMap<Protocol, u64>,
    pub(super) domain_count: usize,
    pub(super) templates: usize,
    pub(super) state_octets: usize,
    pub(super) domains: Vec<DomainReport>,
    pub(super) forward: ForwardCounts,
}

impl Shared {
    pub(super) fn report(&self) -> WorkerReport {
        self.report
            .lock()
            .map(|report| report.clone())
            .unwrap_or_default()
    }
}

/// The result of a worker that has ended.
pub(super) struct EndedWorker {
    /// The state of its exporters.
    pub(super) state: Vec<u8>,
    /// Why it ended before it was asked to.
    pub(super) failure: Option<String>,
}

impl Worker {
    /// Works until the source ends or an output fails.
    pub(super) fn run(mut self) -> EndedWorker {
        let mut messages = BTreeMap::new();
        let mut failure = None;
        let mut last_tick = Instant::now();
        let mut count: u32 = 0;
        loop {
            let written = match self.feed.next(&mut self.source) {
                None => break,
                Some(Err(error)) => {
                    failure = Some(error.to_string());
                    break;
                }
                Some(Ok(Event::Decoded(datagram, decoded))) => {
                    count = count.wrapping_add(1);
                    self.forward.pass_on(&datagram);
                    #[cfg(feature = "http")]
                    if let Some(recent) = &mut self.recent {
                        recent.decoded(&decoded);
                    }
                    for message in decoded.messages().filter(|message| !message.is_late()) {
                        *messages.entry(message.header().protocol).or_default() += 1;
                    }
                    self.sink.message(&decoded)
                }
                Some(Ok(Event::Unreadable(datagram, error))) => {
                    count = count.wrapping_add(1);
                    self.forward.pass_on(&datagram);
                    #[cfg(feature = "http")]
                    if let Some(recent) = &mut self.recent {
                        recent.unreadable(&datagram, &error);
                    }
                    self.sink.unreadable(&datagram, &error)
                }
                #[cfg(feature = "http")]
                Some(Ok(Event::SessionEnds(exporter))) => {
                    if let Some(recent) = &mut self.recent {
                        recent.session_ended(self.feed.decoder(), exporter);
                    }
                    Ok(())
                }
                Some(Ok(Event::Idle)) => {
                    count = 0;
                    Ok(())
                }
                Some(Ok(_)) => Ok(()),
            };
            if let Err(error) = written {
                failure = Some(error.to_string());
                break;
            }
            if count % STRIDE == 0 && last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                if let Err(error) = self.tick(&messages) {
                    failure = Some(error.to_string());
                    break;
                }
            }
        }
        self.forward.finish();
        let finished = self.sink.finish(self.feed.decoder().stats());
        failure = failure.or(finished.err().map(|error| error.to_string()));
        self.publish(&messages);
        EndedWorker {
            state: self.feed.decoder().save(),
            failure,
        }
    }

    fn tick(&mut self, messages: &BTreeMap<Protocol, u64>) -> std::io::Result<()> {
        let now = Timestamp::from_system_time(SystemTime::now());
        self.sink.tick(now)?;
        #[cfg(feature = "http")]
        if let Some(recent) = &mut self.recent {
            recent.tick(now);
        }
        self.publish(messages);
        while let Ok(request) = self.requests.try_recv() {
            match request {
                Request::Save(to) => {
                    // The thread that asked may have stopped waiting.
                    let _ = to.try_send(self.feed.decoder().save());
                }
                #[cfg(feature = "http")]
                Request::Report(to) => {
                    if let Some(recent) = &self.recent {
                        let _ = to.try_send(recent.part(self.feed.decoder()));
                    }
                }
                Request::Sink(sink, done) => {
                    let mut last = core::mem::replace(&mut self.sink, *sink);
                    last.finish(self.feed.decoder().stats())?;
                    let _ = done.try_send(());
                }
                Request::Exporters(exporters) => {
                    let decoder = self.feed.decoder_mut();
                    let limits = *decoder.limits();
                    let taken = core::mem::replace(decoder, Decoder::new(limits));
                    *decoder = exporters.apply(taken);
                }
            }
        }
        Ok(())
    }

    fn publish(&self, messages: &BTreeMap<Protocol, u64>) {
        let decoder = self.feed.decoder();
        let domains = if self.shared.wants_domains.load(Ordering::Relaxed) {
            decoder.domains().take(DOMAINS).collect()
        } else {
            Vec::new()
        };
        let report = WorkerReport {
            stats: *decoder.stats(),
            messages: messages.clone(),
            domain_count: decoder.domain_count(),
            templates: decoder.templates().count(),
            state_octets: decoder.state_octets(),
            domains,
            forward: self.forward.counts(),
        };
        if let Ok(mut published) = self.shared.report.lock() {
            *published = report;
        }
    }
}
