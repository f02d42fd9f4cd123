//! A running collector: its workers, its outputs, and the events that it handles.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::time::Duration;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use netflow_io::Feed;
use netflow_io::live::Live;
#[cfg(feature = "http")]
use netflow_output::enrich::HostNames;
use netflow_output::sink::{NextOutput, OutputState, Outputs};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level;

use super::forward::Forward;
#[cfg(feature = "kafka")]
use super::kafka::{KafkaSettings, KafkaWorker};
use super::log::Log;
use super::notify::Notify;
use super::report::{self, Totals};
use super::results::Results;
use super::saved;
use super::settings::Settings;
use super::worker::{EndedWorker, Request, Shared, Worker};
use crate::interrupt::SecondSignal;
use crate::status::Status;

/// How often the state is shown and checked.
const TICK: Duration = Duration::from_secs(1);
/// How much longer than the outputs a worker may take at the end.
const GRACE: Duration = Duration::from_secs(2);
/// Requests that wait for a worker.
const REQUESTS: usize = 8;

/// A running collector.
pub(super) struct Collector<'l> {
    settings: Settings,
    live: Live,
    workers: Vec<Running>,
    outputs: Outputs,
    signals: Caught,
    log: &'l Log,
    notify: Notify,
    last_save: Instant,
    totals: Totals,
    /// Whether the failure of each output has been reported.
    troubled: Vec<bool>,
    #[cfg(feature = "http")]
    published: super::http::Published,
}

/// The thread of a worker, and how to talk to it.
struct Running {
    thread: JoinHandle<EndedWorker>,
    requests: SyncSender<Request>,
    shared: Arc<Shared>,
    /// Whether the file of --state has its state.
    has_state: bool,
}

impl<'l> Collector<'l> {
    /// Opens sockets and outputs, and starts the workers. An error is a sentence.
    pub(super) fn start(settings: Settings, log: &'l Log) -> Result<Self, String> {
        // Before anything that a signal could leave half done.
        let signals =
            Caught::new().map_err(|error| format!("signals cannot be caught: {error}"))?;
        let state = match &settings.state {
            Some(path) => saved::read(path)?,
            None => None,
        };
        let live = if settings.live.listeners.is_empty() {
            Live::without_listeners()
        } else {
            Live::bind(&settings.live)
        };
        let mut live = live.map_err(|error| error.to_string())?;
        let outputs = start_outputs(&settings)?;
        let sources = live.take_sources();
        let count = sources.len();
        #[cfg(feature = "kafka")]
        let members = settings.kafka.as_ref().map_or(0, |_| settings.live.workers);
        #[cfg(all(feature = "http", not(feature = "kafka")))]
        let members = 0;
        #[cfg(feature = "http")]
        let worker_count = count + members;
        let mut workers = Vec::new();
        #[cfg(feature = "http")]
        let report = report_options(&settings);
        for (number, source) in sources.into_iter().enumerate() {
            let mut decoder = settings.decoders().decoder(1);
            if let Some(state) = &state {
                saved::load(state, &mut decoder, number, count);
            }
            let (requests, receiver) = sync_channel(REQUESTS);
            let shared = Arc::new(Shared::default());
            let worker = Worker {
                source,
                feed: Feed::new(decoder).keeping_last_problems(),
                results: Results {
                    sink: outputs.worker(),
                    forward: Forward::new(&settings.forward)?,
                    #[cfg(feature = "http")]
                    recent: recent(&settings, &report, worker_count),
                    messages: BTreeMap::new(),
                },
                requests: receiver,
                shared: Arc::clone(&shared),
            };
            workers.push(Running {
                thread: spawn(format!("worker-{number}"), move || worker.run())?,
                requests,
                shared,
                has_state: true,
            });
        }
        #[cfg(feature = "kafka")]
        if let Some(plan) = &settings.kafka {
            for number in 0..members {
                let (requests, receiver) = sync_channel(REQUESTS);
                let shared = Arc::new(Shared::default());
                let results = Results {
                    sink: outputs.worker(),
                    forward: Forward::new(&settings.forward)?,
                    #[cfg(feature = "http")]
                    recent: recent(&settings, &report, worker_count),
                    messages: BTreeMap::new(),
                };
                let worker = KafkaWorker::new(
                    plan.clone(),
                    KafkaSettings {
                        decoders: settings.decoders(),
                        state_interval: settings.state_interval,
                        drain: settings.drain,
                    },
                    results,
                    receiver,
                    Arc::clone(&shared),
                    live.stopper(),
                );
                workers.push(Running {
                    thread: spawn(format!("kafka-{number}"), move || worker.run())?,
                    requests,
                    shared,
                    has_state: false,
                });
            }
        }
        report::started(&settings, &live, log);
        #[cfg(feature = "http")]
        let published = publish(&settings, &live, &outputs, &workers, log)?;
        Ok(Self {
            #[cfg(feature = "http")]
            published,
            troubled: vec![false; settings.outputs.len()],
            settings,
            live,
            workers,
            outputs,
            signals,
            log,
            notify: Notify::from_environment(),
            last_save: Instant::now(),
            totals: Totals::default(),
        })
    }

    /// Runs until a signal or a failure ends it.
    pub(super) fn run(mut self, reload: impl Fn() -> Result<Settings, String>) -> Status {
        self.notify.send("READY=1");
        let mut next = Instant::now() + TICK;
        loop {
            let left = next.saturating_duration_since(Instant::now());
            match self.signals.received.recv_timeout(left) {
                Ok(SIGHUP) => self.reload(&reload),
                Ok(signal) => {
                    let name = low_level::signal_name(signal).unwrap_or("a signal");
                    self.log.info("stopping", &[("because_of", &name)]);
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    next = Instant::now() + TICK;
                    self.tick();
                    if self
                        .workers
                        .iter()
                        .any(|worker| worker.thread.is_finished())
                    {
                        break;
                    }
                    if self.is_without_outputs() {
                        self.log
                            .warn("stopping: no output takes rows any more", &[]);
                        break;
                    }
                }
            }
        }
        self.end()
    }

    fn tick(&mut self) {
        self.notify.send("WATCHDOG=1");
        for notice in self.live.take_notices() {
            report::notice(&notice, self.log);
        }
        #[cfg(feature = "kafka")]
        self.take_worker_notices();
        self.watch_outputs();
        let reports: Vec<_> = self
            .workers
            .iter()
            .map(|worker| worker.shared.report())
            .collect();
        let (received, outputs) = (self.live.summary(), self.outputs.statistics());
        self.totals.update(&received, &reports, &outputs, self.log);
        #[cfg(feature = "http")]
        let queue_drops = self.live.queue_drops();
        #[cfg(feature = "http")]
        if let Ok(mut published) = self.published.lock() {
            published.received = received;
            published.queue_drops = queue_drops;
            published.workers = reports;
            published.outputs = outputs;
            published.host_names = self.settings.dialect.host_names().map(HostNames::counts);
            published.is_healthy = self.workers.iter().all(|one| !one.thread.is_finished());
        }
        if self.last_save.elapsed() >= self.settings.state_interval {
            self.last_save = Instant::now();
            self.save();
        }
    }

    /// Reports what workers have noticed.
    #[cfg(feature = "kafka")]
    fn take_worker_notices(&self) {
        for worker in &self.workers {
            for notice in worker.shared.take_notices() {
                notice.log(self.log);
            }
        }
    }

    /// Reports outputs that start to fail, and outputs that work again.
    fn watch_outputs(&mut self) {
        for (output, was_troubled) in self.outputs.statistics().iter().zip(&mut self.troubled) {
            let is_troubled = matches!(output.state, OutputState::Retrying | OutputState::Ended);
            if is_troubled && !*was_troubled {
                let reason = output.last_error.as_deref().unwrap_or("it has ended");
                self.log.warn(
                    "an output fails",
                    &[("output", &output.name), ("reason", &reason)],
                );
            } else if !is_troubled && *was_troubled {
                self.log
                    .info("an output works again", &[("output", &output.name)]);
            }
            *was_troubled = is_troubled;
        }
    }

    /// Whether all outputs have ended, such as a pipe whose reader has gone.
    fn is_without_outputs(&self) -> bool {
        let outputs = self.outputs.statistics();
        outputs
            .iter()
            .all(|output| output.state == OutputState::Ended)
    }

    fn save(&self) {
        let Some(path) = &self.settings.state else {
            return;
        };
        let workers = self.workers.iter().filter(|worker| worker.has_state);
        let requests: Vec<_> = workers.map(|worker| worker.requests.clone()).collect();
        let saved = match saved::ask(&requests) {
            Some(states) => saved::write(path, &states),
            None => Err(format!(
                "{} is not saved now: a worker is busy",
                path.display()
            )),
        };
        if let Err(reason) = saved {
            self.log.warn(&reason, &[]);
        }
    }

    /// Applies the settings of the configuration file that can change. If it is wrong, nothing changes.
    fn reload(&mut self, reload: &impl Fn() -> Result<Settings, String>) {
        let mut settings = match reload() {
            Ok(settings) => settings,
            Err(reason) => {
                self.log
                    .error("the configuration stays as it was", &[("reason", &reason)]);
                return;
            }
        };
        // Filters would use one key and decoders the other.
        if settings.anonymise != self.settings.anonymise {
            let reason = "--anonymise and its key change by a restart only";
            self.log
                .error("the configuration stays as it was", &[("reason", &reason)]);
            return;
        }
        if settings.fixed != self.settings.fixed {
            self.log.warn(
                "sources, state, times and --quiet change by a restart only",
                &[],
            );
        }
        settings.continue_from(&self.settings);
        let exporters = Arc::new(settings.exporters.clone());
        for worker in &self.workers {
            let request = Request::Exporters(Arc::clone(&exporters));
            let _ = worker.requests.try_send(request);
        }
        self.settings.exporters = settings.exporters.clone();
        if format!("{:?}", settings.outputs) != format!("{:?}", self.settings.outputs) {
            if let Err(reason) = self.change_outputs(&settings) {
                self.log.error(
                    "the outputs stay as they were, but for databases that were read again",
                    &[("reason", &reason)],
                );
                return;
            }
            self.settings.outputs = settings.outputs;
            self.settings.dialect = settings.dialect;
        }
        self.log.info("the configuration is read again", &[]);
    }

    /// Starts the new outputs, and ends those that are not wanted any more when all workers write to the
    /// new ones. Outputs whose options stay the same go on.
    fn change_outputs(&mut self, settings: &Settings) -> Result<(), String> {
        // Their texts are compared, as options of schemas have no equality.
        let present = self.settings.outputs.iter();
        let mut present: Vec<Option<String>> =
            present.map(|plan| Some(format!("{plan:?}"))).collect();
        let next = settings.outputs.iter().map(|plan| {
            let text = Some(format!("{plan:?}"));
            let same = present.iter().position(|other| *other == text);
            match same.and_then(|index| Some((index, present.get_mut(index)?))) {
                Some((index, taken)) => {
                    *taken = None;
                    NextOutput::Same(index)
                }
                None => NextOutput::New(Box::new(plan.config(&settings.limits))),
            }
        });
        let next = next.collect();
        let old = self
            .outputs
            .change(next)
            .map_err(|error| error.to_string())?;
        // A worker that waits for an old output goes on after this time.
        old.begin_finish(self.settings.drain);
        let deadline = Instant::now() + self.settings.drain + GRACE;
        let (done, switched) = sync_channel(self.workers.len());
        for worker in &self.workers {
            let request = Request::Sink(Box::new(self.outputs.worker()), done.clone());
            // A worker that has ended is noticed at the next tick.
            let _ = worker.requests.send(request);
        }
        drop(done);
        // From the next datagram on, all workers write to the new outputs.
        for _ in &self.workers {
            let left = deadline.saturating_duration_since(Instant::now());
            if switched.recv_timeout(left).is_err() {
                break;
            }
        }
        self.troubled = vec![false; settings.outputs.len()];
        let ended = old.finish(self.settings.drain);
        self.totals.ended(&ended);
        report::outputs(&ended, self.log);
        Ok(())
    }

    /// Decodes and writes everything received until now, and ends.
    fn end(mut self) -> Status {
        let deadline = Instant::now() + self.settings.drain + GRACE;
        self.notify.send("STOPPING=1");
        self.live.stopper().stop();
        self.outputs.begin_finish(self.settings.drain);
        let mut status = Status::Success;
        let (mut states, mut late) = (Vec::new(), 0_usize);
        let mut reports = Vec::new();
        for worker in self.workers.drain(..) {
            while !worker.thread.is_finished() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            if !worker.thread.is_finished() {
                late += 1;
                // What it had done when it last reported.
                reports.push(worker.shared.report());
                continue;
            }
            if let Ok(ended) = worker.thread.join() {
                states.extend(ended.state);
                if let Some(reason) = ended.failure {
                    self.log.error("a worker has ended", &[("reason", &reason)]);
                    status = Status::Unreadable;
                }
            } else {
                self.log.error("a worker has failed", &[]);
                status = Status::Unreadable;
            }
            #[cfg(feature = "kafka")]
            for notice in worker.shared.take_notices() {
                notice.log(self.log);
            }
            reports.push(worker.shared.report());
        }
        let ended = self.outputs.finish(self.settings.drain);
        if let Some(path) = &self.settings.state {
            if let Err(reason) = saved::write(path, &states) {
                self.log.error(&reason, &[]);
                status = Status::Unreadable;
            }
        }
        for notice in self.live.take_notices() {
            report::notice(&notice, self.log);
        }
        self.totals.ended(&ended);
        self.log.end();
        report::ended(&self.live.summary(), &reports, self.log);
        report::outputs(&ended, self.log);
        if let Some(names) = self.settings.dialect.host_names() {
            report::host_names(&names.counts(), self.log);
        }
        if late > 0 {
            self.log
                .error("workers did not end in time", &[("workers", &late)]);
        }
        if status == Status::Success && (late > 0 || self.totals.has_lost_rows()) {
            status = Status::Problems;
        }
        status
    }
}

/// Starts the servers of the collector's state.
#[cfg(feature = "http")]
fn publish(
    settings: &Settings,
    live: &Live,
    outputs: &Outputs,
    workers: &[Running],
    log: &Log,
) -> Result<super::http::Published, String> {
    use core::sync::atomic::Ordering;
    use std::sync::Mutex;
    use std::time::SystemTime;

    use netflow_output::sink::Credentials;

    use super::http::{Pages, ReportPages, Site, Snapshot, serve};

    let published = Arc::new(Mutex::new(Snapshot {
        started: SystemTime::now(),
        listeners: live.listeners().to_vec(),
        received: live.summary(),
        queue_drops: Vec::new(),
        workers: Vec::new(),
        outputs: outputs.statistics(),
        host_names: settings.dialect.host_names().map(HostNames::counts),
        is_healthy: true,
    }));
    let requests = workers.iter().map(|worker| worker.requests.clone());
    let site = Arc::new(Site {
        state: Arc::clone(&published),
        report: ReportPages::new(report_options(settings), requests.collect()),
        token: settings.ui.token.clone(),
    });
    if let Some(Err(error)) = settings.ui.token.as_ref().map(Credentials::read) {
        log.warn(
            "the token of --ui-token cannot be read: the report is refused until it can",
            &[("error", &error)],
        );
    }
    let all = settings.http.iter().map(|address| (address, Pages::All));
    let metrics = settings
        .metrics
        .iter()
        .map(|address| (address, Pages::Metrics));
    for (address, pages) in all.chain(metrics) {
        let served = serve(*address, pages, Arc::clone(&site));
        let open = served.map_err(|error| format!("cannot listen on http {address}: {error}"))?;
        log.info("listening", &[("transport", &"http"), ("address", &open)]);
        for worker in workers {
            worker.shared.wants_domains.store(true, Ordering::Relaxed);
        }
    }
    Ok(published)
}

/// What the report shows and how.
#[cfg(feature = "http")]
fn report_options(settings: &Settings) -> netflow_report::ReportOptions {
    let title = "Traffic of the last hour";
    let mut options = netflow_report::ReportOptions::new(title);
    let addresses: Arc<dyn netflow_report::Addresses> = settings.ui.addresses.clone();
    options.addresses = Some(addresses);
    options
}

/// What a worker gathers for the report, if one is served.
#[cfg(feature = "http")]
fn recent(
    settings: &Settings,
    options: &netflow_report::ReportOptions,
    workers: usize,
) -> Option<super::recent::Recent> {
    use std::time::SystemTime;

    let memory = settings.ui.memory.checked_div(workers)?;
    let now = netflow_core::Timestamp::from_system_time(SystemTime::now());
    let is_served = !settings.http.is_empty();
    is_served.then(|| super::recent::Recent::new(options, memory, super::worker::TICK, now))
}

/// Starts the thread of a worker. An error is a sentence.
fn spawn(
    name: String,
    run: impl FnOnce() -> EndedWorker + Send + 'static,
) -> Result<JoinHandle<EndedWorker>, String> {
    let spawned = thread::Builder::new().name(name).spawn(run);
    spawned.map_err(|error| format!("a worker cannot be started: {error}"))
}

fn start_outputs(settings: &Settings) -> Result<Outputs, String> {
    let plans = settings.outputs.iter();
    let configs = plans.map(|plan| plan.config(&settings.limits)).collect();
    Outputs::start(configs).map_err(|error| error.to_string())
}

/// SIGINT, SIGTERM and SIGHUP, caught for as long as this lives. A second one of the first two ends
/// the process at once.
struct Caught {
    received: Receiver<i32>,
    handle: Handle,
    _second: SecondSignal,
}

impl Caught {
    fn new() -> io::Result<Self> {
        let second = SecondSignal::catch()?;
        // A file that reaches the limit of its size (`ulimit -f`) is then an error of its output, and does not
        // end the process.
        flag::register(SIGXFSZ, Arc::default())?;
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let handle = signals.handle();
        let (sender, received) = channel();
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    if sender.send(signal).is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self {
            received,
            handle,
            _second: second,
        })
    }
}

impl Drop for Caught {
    fn drop(&mut self) {
        self.handle.close();
    }
}
