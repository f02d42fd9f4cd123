//! The outputs of a collector: any number of workers, any number of destinations, and for each
//! destination one thread that writes.

mod address;
mod body;
mod chunk;
#[cfg(feature = "compression")]
mod compression;
mod config;
mod cut;
mod delivery;
mod destination;
mod encoder;
mod http;
mod kafka;
mod keyed;
mod ledger;
mod lock;
mod pattern;
mod queue;
mod receipt;
mod s3;
mod segment;
mod spool;
mod syslog;
mod templates;
mod unwritten;
mod worker;
mod writer;

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;
use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

pub use self::config::{
    Backoff, Encoding, OutputConfig, PeerConfig, Policy, QueueLimits, Rotation, SpoolConfig,
    TlsConfig,
};
pub use self::destination::{Destination, DestinationError, MessageTransport};
pub use self::http::{Credentials, HttpAddress, HttpCompression, HttpConfig, HttpServer};
pub use self::kafka::{KafkaAddress, KafkaConfig, KafkaKey};
use self::ledger::Ledger;
pub use self::ledger::{LossReason, Losses, OutputState, OutputStatistics};
pub use self::pattern::{FilePattern, PatternError};
use self::queue::Queue;
pub use self::receipt::{HandedOver, Settlement};
pub use self::s3::{S3Address, S3Config};
use self::spool::Spool;
use self::worker::WorkerOutput;
pub use self::worker::WorkerSink;
use self::writer::OutputWriter;

/// The name of the threads that write.
const THREAD: &str = "netflow-output";
/// How long after the deadline a writer may take to notice it.
const GRACE: Duration = Duration::from_millis(500);

/// All outputs of a collector.
///
/// Each worker formats rows in its own thread, by a [`WorkerSink`], and hands over whole chunks of
/// them. Each output has a bounded queue and one thread that writes, so that a file holds the rows
/// of all workers. What became of every row is counted ([`OutputStatistics`]).
///
/// ```
/// use std::time::Duration;
///
/// use netflow_core::{Datagram, Decoder, Timestamp, Transport};
/// use netflow_output::format::{Biflows, FlowLines};
/// use netflow_output::sink::{Encoding, OutputConfig, Outputs, Sink};
///
/// # let path = std::env::temp_dir().join(format!("outputs-{}.json", std::process::id()));
/// let json = Encoding::rows(|| Box::new(FlowLines::new(None, Biflows::Whole, Default::default())));
/// let outputs = Outputs::start(vec![
///     OutputConfig::new("null".parse()?, json.clone()),
///     OutputConfig::new(path.display().to_string().parse()?, json),
/// ])?;
///
/// let worker = outputs.worker(); // one for each thread that decodes
/// # let payload = [
/// #     0, 10, 0, 44, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, 0, 2, 0, 16, 1, 0, 0, 2,
/// #     0, 8, 0, 4, 0, 1, 0, 4, 1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 5, 0xdc,
/// # ];
/// let thread = std::thread::spawn(move || {
///     let mut worker = worker;
///     let mut decoder = Decoder::default();
///     let received = Timestamp::from_secs(1_700_000_000);
///     let exporter = "198.51.100.1:2055".parse().unwrap();
///     let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
///     worker.message(&decoder.decode(datagram).unwrap())?;
///     worker.tick(received)?; // each second or so: hands over what was gathered
///     worker.finish(decoder.stats())
/// });
/// thread.join().unwrap()?;
///
/// for output in outputs.finish(Duration::from_secs(10)) {
///     assert_eq!((output.accepted, output.written, output.lost.total()), (1, 1, 0));
/// }
/// # assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 1);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Outputs {
    outputs: Vec<RunningOutput>,
}

/// One output and its thread.
#[derive(Debug)]
struct RunningOutput {
    encoding: Encoding,
    /// Length of a file interval in nanoseconds; a chunk never spans two intervals.
    interval: Option<i64>,
    queue: Arc<Queue>,
    ledger: Arc<Ledger>,
    /// Disconnected when the thread has ended.
    done: Receiver<()>,
}

/// An output after a change of the configuration.
#[derive(Debug, Clone)]
pub enum NextOutput {
    /// The output with this index in the present configuration goes on.
    Same(usize),
    /// One that is to be started.
    New(Box<OutputConfig>),
}

/// An output cannot be started.
#[derive(Debug)]
#[non_exhaustive]
pub struct StartError {
    /// The destination, without credentials.
    pub output: String,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "output {}: {}", self.output, self.error)
    }
}

impl core::error::Error for StartError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Outputs {
    /// Starts a writer for each output. A destination that cannot be reached now is tried again
    /// later, as it is when it fails later.
    ///
    /// # Errors
    ///
    /// An output can never work as it is configured, or there are no threads.
    pub fn start(configs: Vec<OutputConfig>) -> Result<Self, StartError> {
        let mut outputs = Vec::with_capacity(configs.len());
        for config in configs {
            let output = config.destination.to_string();
            let started = RunningOutput::start(config);
            outputs.push(started.map_err(|error| StartError { output, error })?);
        }
        Ok(Self { outputs })
    }

    /// Whether an output can work as it is configured. It opens nothing to write to, and connects to nobody.
    ///
    /// # Errors
    ///
    /// It can never work, and [`start`](Self::start) would return the same error.
    pub fn check(config: &OutputConfig) -> Result<(), StartError> {
        let output = config.destination.to_string();
        let config = with_encoding_of_destination(config.clone());
        let ledger = Arc::new(Ledger::new(output.clone()));
        let checked = spool_of(&config).and_then(|_| delivery::new(&config, &ledger).map(drop));
        checked.map_err(|error| StartError { output, error })
    }

    /// Changes the outputs: starts those that are new, and returns those that are not wanted any more.
    /// Each worker then needs a new [`worker`](Self::worker), and finishes its old one; only after that
    /// may the returned outputs be [finished](Self::finish). An output that goes on keeps its queue, its
    /// connection and its spool.
    ///
    /// # Errors
    ///
    /// A new output can never work as it is configured, or there are no threads, or an index is wrong. Then
    /// nothing has changed.
    pub fn change(&mut self, next: Vec<NextOutput>) -> Result<Self, StartError> {
        let mut kept = vec![false; self.outputs.len()];
        // If one cannot be started, those before it end when this is dropped.
        let mut new = Self {
            outputs: Vec::new(),
        };
        let mut order = Vec::with_capacity(next.len());
        for output in next {
            match output {
                NextOutput::Same(index) => match kept.get_mut(index) {
                    Some(is_kept @ false) => {
                        *is_kept = true;
                        order.push(Some(index));
                    }
                    _ => {
                        let reason = "there is no such output, or it goes on twice";
                        return Err(StartError {
                            output: format!("number {index}"),
                            error: io::Error::other(reason),
                        });
                    }
                },
                NextOutput::New(config) => {
                    let output = config.destination.to_string();
                    let started = RunningOutput::start(*config);
                    new.outputs
                        .push(started.map_err(|error| StartError { output, error })?);
                    order.push(None);
                }
            }
        }
        let mut present: Vec<_> = self.outputs.drain(..).map(Some).collect();
        let mut new = new.outputs.drain(..);
        let all = order.into_iter().filter_map(|same| match same {
            Some(index) => present.get_mut(index)?.take(),
            None => new.next(),
        });
        self.outputs = all.collect();
        Ok(Self {
            outputs: present.into_iter().flatten().collect(),
        })
    }

    /// What a worker writes to: rows of each output. Each thread that decodes has its own.
    #[must_use]
    pub fn worker(&self) -> WorkerSink {
        let outputs = self.outputs.iter();
        let outputs = outputs
            .map(|output| WorkerOutput::new(&output.encoding, output.interval, &output.queue));
        WorkerSink::new(outputs.collect())
    }

    /// What became of the rows of each output until now, in the order of the configuration.
    #[must_use]
    pub fn statistics(&self) -> Vec<OutputStatistics> {
        self.outputs.iter().map(RunningOutput::statistics).collect()
    }

    /// Starts the shutdown: after this time neither workers nor writers wait for a destination any
    /// longer. Workers that wait for room in a queue go on, and count the rows they lose.
    pub fn begin_finish(&self, drain: Duration) {
        let deadline = Instant::now() + drain;
        for output in &self.outputs {
            output.queue.begin_end(deadline);
        }
    }

    /// Waits until all workers have finished and all rows are written, but no longer than this.
    /// Rows not written by then are counted as lost ([`LossReason::Shutdown`]).
    ///
    /// The time counts from [`begin_finish`](Self::begin_finish) if that was called.
    #[must_use]
    pub fn finish(self, drain: Duration) -> Vec<OutputStatistics> {
        let deadline = Instant::now() + drain;
        for output in &self.outputs {
            if output.queue.deadline().is_none() {
                output.queue.begin_end(deadline);
            }
        }
        self.outputs.iter().map(RunningOutput::finish).collect()
    }
}

/// Workers that are still there lose their rows.
impl Drop for Outputs {
    fn drop(&mut self) {
        for output in &self.outputs {
            if output.queue.deadline().is_none() {
                output.queue.begin_end(Instant::now());
            }
        }
    }
}

impl RunningOutput {
    fn start(config: OutputConfig) -> io::Result<Self> {
        let config = with_encoding_of_destination(config);
        let ledger = Arc::new(Ledger::new(config.destination.to_string()));
        // First, so that an output that can never work makes no folder.
        let delivery = delivery::new(&config, &ledger)?;
        let spool = open_spool(&config, &ledger)?;
        let queue = Queue::new(config.queue, config.policy, spool, Arc::clone(&ledger));
        let queue = Arc::new(queue);
        let writer = OutputWriter::new(delivery, Arc::clone(&queue), config.backoff);
        let (running, done) = mpsc::channel::<()>();
        thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || {
                let _running = running;
                writer.run();
            })?;
        let interval = match &config.destination {
            Destination::Files(pattern) => config.rotation.nanos(pattern),
            Destination::S3(address) => config.rotation.nanos(&address.name),
            _ => None,
        };
        Ok(Self {
            encoding: config.encoding,
            interval,
            queue,
            ledger,
            done,
        })
    }

    fn statistics(&self) -> OutputStatistics {
        let mut statistics = self.ledger.statistics();
        (statistics.queued_chunks, statistics.queued_octets) = self.queue.len();
        statistics.spooled_octets += self.queue.spooled_octets();
        statistics
    }

    fn finish(&self) -> OutputStatistics {
        let deadline = self.queue.deadline().unwrap_or_else(Instant::now);
        let left = deadline.saturating_duration_since(Instant::now());
        // Nothing is sent: it ends when the thread has, or the time is over. A writer that the
        // kernel holds, in a pipe that nobody reads, is not waited for.
        let _ = self.done.recv_timeout(left.saturating_add(GRACE));
        self.queue.end(Vec::new());
        self.ledger.seal();
        self.ledger.statistics()
    }
}

/// The configuration with the encoding that its destination needs: a collector of IPFIX gets messages and
/// no rows, and rows for Kafka have keys.
fn with_encoding_of_destination(mut config: OutputConfig) -> OutputConfig {
    #[cfg(feature = "ipfix")]
    if matches!(config.destination, Destination::Ipfix { .. }) && !config.encoding.is_ipfix() {
        config.encoding = Encoding::ipfix(None);
    }
    if matches!(config.destination, Destination::Kafka(_)) {
        config.encoding = config.encoding.keyed(config.kafka.key);
    }
    config
}

/// The folder and size of the spool, if the policy asks for one.
fn spool_of(config: &OutputConfig) -> io::Result<Option<&SpoolConfig>> {
    if config.policy != Policy::Spool {
        return Ok(None);
    }
    if config.encoding.is_columns() {
        return Err(io::Error::other("columns cannot be spooled"));
    }
    let spool = config.spool.as_ref();
    let no_folder = || io::Error::other("the policy spool needs a folder");
    spool.map(Some).ok_or_else(no_folder)
}

/// The spool, if the policy asks for one, with the rows that an earlier run left in it.
fn open_spool(config: &OutputConfig, ledger: &Ledger) -> io::Result<Option<Spool>> {
    let Some(spool) = spool_of(config)? else {
        return Ok(None);
    };
    let (spool, rows) = Spool::open(spool)?;
    ledger.update(|statistics| {
        statistics.recovered = rows;
        statistics.spooled = rows;
    });
    Ok(Some(spool))
}
