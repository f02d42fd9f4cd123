//! Decoding on several threads.
//!
//! All datagrams of an exporter's address go to the same thread, which has a decoder and a format of
//! its own: what a decoder knows of one address does not depend on others. The rows are put back
//! into the order of the datagrams, so the output is that of one thread, octet by octet.
//!
//! Datagrams are handed over in portions. A portion is merged when all threads have returned
//! theirs, and only some are on their way, so memory is bounded however slow a thread or the
//! output is.

mod worker;

use alloc::collections::{BTreeSet, VecDeque};
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, SocketAddr};
use std::hash::DefaultHasher;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use netflow_core::{Datagram, Decoder};
use netflow_output::format::{Format as _, Suspects};
use netflow_output::sink::Output;

use self::worker::{Item, Portion, Worker};
use crate::dialect::BoxedFormat;
use crate::state;
use crate::summary::Summary;

/// Datagrams of a portion, over all threads.
const DATAGRAMS: usize = 1_024;
/// Octets after which a portion is handed over though it has fewer datagrams.
const OCTETS: usize = 1 << 20;
/// Portions that are decoded while the next is read.
const AHEAD: usize = 3;

/// Threads that decode.
pub(crate) struct Workers {
    /// Threads that have not been started yet.
    waiting: Vec<Worker>,
    running: Vec<Running>,
    output: Output,
    /// The thread of each item of the portion being filled.
    order: Vec<usize>,
    /// Octets of that portion.
    octets: usize,
    /// The same of the portions that are being decoded, oldest first.
    on_their_way: VecDeque<Vec<usize>>,
    /// Items so far.
    count: u64,
    /// Flows that were decoded so far.
    flows: u64,
}

/// A thread that was started.
struct Running {
    to: SyncSender<Portion>,
    from: Receiver<Portion>,
    thread: JoinHandle<EndedThread>,
    /// The portion being filled.
    portion: Portion,
    /// Portions whose memory is used again.
    spare: Vec<Portion>,
}

/// What a thread has at its end.
struct EndedThread {
    decoder: Decoder,
    summary: Summary,
    suspects: Suspects,
    /// The inputs in which there was flow export.
    exports: BTreeSet<u32>,
}

/// What all threads have at their end.
pub(crate) struct AllEnded {
    pub(crate) decoders: Vec<Decoder>,
    pub(crate) suspects: Suspects,
    /// The inputs in which there was flow export.
    pub(crate) exports: BTreeSet<u32>,
}

impl Workers {
    /// A thread for each of these decoders and formats. Rows are written to the output.
    pub(crate) fn new(threads: Vec<(Decoder, BoxedFormat)>, mut output: Output) -> Self {
        let worker = |(decoder, mut format): (Decoder, BoxedFormat)| {
            // Each format begins once, and what one of them wrote counts.
            output.buffer.clear();
            format.begin(&mut output.buffer);
            Worker::new(decoder, format)
        };
        Self {
            waiting: threads.into_iter().map(worker).collect(),
            running: Vec::new(),
            output,
            order: Vec::new(),
            octets: 0,
            on_their_way: VecDeque::new(),
            count: 0,
            flows: 0,
        }
    }

    /// Loads for each thread what was saved of its exporters, if the file is there. An error is a
    /// line for standard error.
    pub(crate) fn load(&mut self, path: &Path) -> Result<(), String> {
        let count = self.waiting.len();
        for (index, worker) in self.waiting.iter_mut().enumerate() {
            let belongs = |address| thread_of(address, count) == index;
            state::load_where(path, worker.decoder_mut(), belongs)?;
        }
        Ok(())
    }

    /// Flows that were decoded so far, about.
    pub(crate) const fn flows(&self) -> u64 {
        self.flows
    }

    /// Decodes a datagram. An error is one of writing.
    pub(crate) fn datagram(&mut self, datagram: &Datagram<'_>) -> io::Result<()> {
        let payload = datagram.payload;
        self.octets += payload.len();
        let (running, sequence) = self.running(datagram.exporter.ip())?;
        running.portion.datagram(datagram, sequence);
        self.hand_over_if_full()
    }

    /// Ends the session of an exporter.
    pub(crate) fn session_ends(&mut self, exporter: SocketAddr) -> io::Result<()> {
        let (running, sequence) = self.running(exporter.ip())?;
        running
            .portion
            .items
            .push(Item::SessionEnds(exporter, sequence));
        self.hand_over_if_full()
    }

    /// The thread of an address and the number of the item that it gets now.
    fn running(&mut self, address: IpAddr) -> io::Result<(&mut Running, u64)> {
        for worker in self.waiting.drain(..) {
            self.running.push(Running::start(worker)?);
        }
        let index = thread_of(address, self.running.len());
        self.order.push(index);
        self.count += 1;
        let running = self.running.get_mut(index).ok_or_else(failed)?;
        Ok((running, self.count))
    }

    fn hand_over_if_full(&mut self) -> io::Result<()> {
        if self.order.len() < DATAGRAMS && self.octets < OCTETS {
            return Ok(());
        }
        self.hand_over()
    }

    /// Hands the portion over, and merges the oldest if enough are on their way.
    fn hand_over(&mut self) -> io::Result<()> {
        self.octets = 0;
        for running in &mut self.running {
            let next = running.spare.pop().unwrap_or_default();
            let portion = core::mem::replace(&mut running.portion, next);
            running.to.send(portion).map_err(|_| failed())?;
        }
        let order = core::mem::take(&mut self.order);
        self.on_their_way.push_back(order);
        if self.on_their_way.len() > AHEAD {
            self.merge()?;
        }
        Ok(())
    }

    /// Writes the rows of the oldest portion.
    fn merge(&mut self) -> io::Result<()> {
        let Some(mut order) = self.on_their_way.pop_front() else {
            return Ok(());
        };
        let mut portions = Vec::with_capacity(self.running.len());
        for running in &self.running {
            portions.push((running.from.recv().map_err(|_| failed())?, 0, 0));
        }
        let runs = order.chunk_by(|one, other| one == other);
        for run in runs {
            let Some((portion, items, written)) = run.first().and_then(|at| portions.get_mut(*at))
            else {
                continue;
            };
            *items += run.len();
            let end = portion.ends.get(*items - 1).copied().unwrap_or(*written);
            let rows = portion.rows.get(*written..end).unwrap_or_default();
            self.output.buffer.extend_from_slice(rows);
            *written = end;
        }
        for (running, (mut portion, ..)) in self.running.iter_mut().zip(portions) {
            if let Some(failure) = portion.failure.take() {
                return Err(failure);
            }
            self.flows += portion.flows;
            portion.clear();
            running.spare.push(portion);
        }
        order.clear();
        if self.order.is_empty() {
            self.order = order;
        }
        self.output.pass_on()
    }

    /// Decodes and writes what was passed.
    fn drain(&mut self) -> io::Result<()> {
        if !self.order.is_empty() {
            self.hand_over()?;
        }
        while !self.on_their_way.is_empty() {
            self.merge()?;
        }
        Ok(())
    }

    /// Ends the threads when everything is decoded. Their summaries are added to this one.
    pub(crate) fn end(&mut self, summary: &mut Summary) -> io::Result<AllEnded> {
        self.drain()?;
        let mut all = AllEnded {
            decoders: Vec::new(),
            suspects: Suspects::default(),
            exports: BTreeSet::new(),
        };
        let idle = self.waiting.drain(..).map(|worker| Ok(worker.end()));
        let ended = self.running.drain(..).map(|running| {
            drop(running.to);
            running.thread.join().map_err(|_| failed())
        });
        for ended in idle.chain(ended) {
            let ended: EndedThread = ended?;
            summary.add(ended.summary);
            all.suspects.flows += ended.suspects.flows;
            all.suspects.mark = ended.suspects.mark;
            all.exports.extend(ended.exports);
            all.decoders.push(ended.decoder);
        }
        Ok(all)
    }

    /// Completes the output.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

impl Running {
    fn start(worker: Worker) -> io::Result<Self> {
        // Room for all portions that are on their way, so that no thread waits to return one.
        let (to, portions) = sync_channel(AHEAD + 1);
        let (results, from) = sync_channel(AHEAD + 1);
        let thread = thread::Builder::new()
            .name("decode".to_owned())
            .spawn(move || worker.run(&portions, &results))?;
        Ok(Self {
            to,
            from,
            thread,
            portion: Portion::default(),
            spare: Vec::new(),
        })
    }
}

/// The thread of an exporter: the same in the whole run.
fn thread_of(address: IpAddr, threads: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    address.to_canonical().hash(&mut hasher);
    let threads = u64::try_from(threads).unwrap_or(1).max(1);
    usize::try_from(hasher.finish() % threads).unwrap_or(0)
}

fn failed() -> io::Error {
    io::Error::other("a thread that decodes has failed")
}
