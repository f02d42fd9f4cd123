//! One thread that receives, decodes and formats.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
#[cfg(feature = "kafka")]
use core::fmt::Display;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Instant, SystemTime};

use netflow_core::{Decoder, DomainReport, Protocol, Stats, Timestamp};
use netflow_io::live::LiveSource;
use netflow_io::{Event, Feed};
use netflow_output::sink::{Sink as _, WorkerSink};
#[cfg(feature = "http")]
use netflow_report::RecentPart;

use super::forward::ForwardCounts;
#[cfg(feature = "kafka")]
use super::log::Log;
use super::results::Results;
use crate::args::Exporters;

/// How often rows are handed over and the state is reported.
pub(super) const TICK: Duration = Duration::from_millis(500);
/// Number of datagrams between two readings of the clock.
pub(super) const STRIDE: u32 = 64;
/// Notices of a worker that are kept between two looks at them.
#[cfg(feature = "kafka")]
const NOTICES: usize = 64;
/// Domains of one worker that are reported.
const DOMAINS: usize = 1_000;

/// The state of a thread that receives, decodes and formats.
pub(super) struct Worker {
    pub(super) source: LiveSource,
    pub(super) feed: Feed,
    pub(super) results: Results,
    pub(super) requests: Receiver<Request>,
    pub(super) shared: Arc<Shared>,
}

/// The part of a worker that other threads see.
#[derive(Debug, Default)]
pub(super) struct Shared {
    report: Mutex<WorkerReport>,
    #[cfg(feature = "kafka")]
    notices: Mutex<Vec<WorkerNotice>>,
    /// Whether domains are reported, which costs time.
    pub(super) wants_domains: AtomicBool,
}

/// Something that a worker has noticed, for the log.
#[cfg(feature = "kafka")]
#[derive(Debug, Clone)]
pub(super) struct WorkerNotice {
    pub(super) is_warning: bool,
    pub(super) message: &'static str,
    pub(super) fields: Vec<(&'static str, String)>,
}

#[cfg(feature = "kafka")]
impl WorkerNotice {
    pub(super) fn log(&self, log: &Log) {
        let fields = self.fields.iter();
        let fields: Vec<(&str, &dyn Display)> = fields
            .map(|(name, value)| -> (&str, &dyn Display) { (name, value) })
            .collect();
        if self.is_warning {
            log.warn(self.message, &fields);
        } else {
            log.info(self.message, &fields);
        }
    }
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
    /// What it reads from Kafka, if it does.
    #[cfg(feature = "kafka")]
    pub(super) kafka: Option<super::kafka::KafkaReport>,
}

impl Shared {
    /// What a worker with these decoders has done.
    pub(super) fn report_on<'d, D>(&self, decoders: D, results: &Results) -> WorkerReport
    where
        D: Iterator<Item = &'d Decoder> + Clone,
    {
        let domains = if self.wants_domains.load(Ordering::Relaxed) {
            let domains = decoders.clone().flat_map(Decoder::domains);
            domains.take(DOMAINS).collect()
        } else {
            Vec::new()
        };
        let mut report = WorkerReport {
            messages: results.messages.clone(),
            domains,
            forward: results.forward.counts(),
            ..WorkerReport::default()
        };
        for decoder in decoders {
            report.stats += *decoder.stats();
            report.domain_count += decoder.domain_count();
            report.templates += decoder.templates().count();
            report.state_octets += decoder.state_octets();
        }
        report
    }

    /// Remembers something for the log, unless there is too much already.
    #[cfg(feature = "kafka")]
    pub(super) fn notice(&self, notice: WorkerNotice) {
        if let Ok(mut notices) = self.notices.lock() {
            if notices.len() < NOTICES {
                notices.push(notice);
            }
        }
    }

    /// What is to be written to the log since the last call.
    #[cfg(feature = "kafka")]
    pub(super) fn take_notices(&self) -> Vec<WorkerNotice> {
        let notices = self.notices.lock();
        notices.map_or_else(|_| Vec::new(), |mut notices| core::mem::take(&mut *notices))
    }

    pub(super) fn publish(&self, report: WorkerReport) {
        if let Ok(mut published) = self.report.lock() {
            *published = report;
        }
    }

    pub(super) fn report(&self) -> WorkerReport {
        self.report
            .lock()
            .map(|report| report.clone())
            .unwrap_or_default()
    }
}

/// The result of a worker that has ended.
pub(super) struct EndedWorker {
    /// The state of its exporters, if it is not kept elsewhere.
    pub(super) state: Option<Vec<u8>>,
    /// Why it ended before it was asked to.
    pub(super) failure: Option<String>,
}

impl Worker {
    /// Works until the source ends or an output fails.
    pub(super) fn run(mut self) -> EndedWorker {
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
                    self.results.decoded(&datagram, &decoded)
                }
                Some(Ok(Event::Unreadable(datagram, error))) => {
                    count = count.wrapping_add(1);
                    self.results.unreadable(&datagram, &error)
                }
                #[cfg(feature = "http")]
                Some(Ok(Event::SessionEnds(exporter))) => {
                    if let Some(recent) = &mut self.results.recent {
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
                if let Err(error) = self.tick() {
                    failure = Some(error.to_string());
                    break;
                }
            }
        }
        self.results.forward.finish();
        let finished = self.results.sink.finish(self.feed.decoder().stats());
        failure = failure.or(finished.err().map(|error| error.to_string()));
        self.publish();
        EndedWorker {
            state: Some(self.feed.decoder().save()),
            failure,
        }
    }

    fn tick(&mut self) -> std::io::Result<()> {
        let now = Timestamp::from_system_time(SystemTime::now());
        self.results.tick(now)?;
        self.publish();
        while let Ok(request) = self.requests.try_recv() {
            match request {
                Request::Save(to) => {
                    // The thread that asked may have stopped waiting.
                    let _ = to.try_send(self.feed.decoder().save());
                }
                #[cfg(feature = "http")]
                Request::Report(to) => {
                    if let Some(recent) = &self.results.recent {
                        let _ = to.try_send(recent.part(self.feed.decoder()));
                    }
                }
                Request::Sink(sink, done) => {
                    let mut last = core::mem::replace(&mut self.results.sink, *sink);
                    last.finish(self.feed.decoder().stats())?;
                    let _ = done.try_send(());
                }
                Request::Exporters(exporters) => apply(&exporters, self.feed.decoder_mut()),
            }
        }
        Ok(())
    }

    fn publish(&self) {
        let decoders = [self.feed.decoder()];
        let report = self.shared.report_on(decoders.into_iter(), &self.results);
        self.shared.publish(report);
    }
}

/// Configures what is known of exporters from now on.
pub(super) fn apply(exporters: &Exporters, decoder: &mut Decoder) {
    let limits = *decoder.limits();
    let taken = core::mem::replace(decoder, Decoder::new(limits));
    *decoder = exporters.apply(taken);
}
