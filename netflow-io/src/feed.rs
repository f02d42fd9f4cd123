//! The one loop around a decoder: from a source of datagrams to what they hold.

use alloc::collections::VecDeque;
use core::net::SocketAddr;
use core::ops::ControlFlow;

use netflow_core::{Datagram, Decoded, Decoder, Error, Problem};

use crate::arrivals::{Arrival, Arrivals, Datagrams};

/// Problems that a [`Feed`] keeps.
const KEPT_PROBLEMS: usize = 1_000;

/// What a [`Feed`] returns for each arrival.
///
/// ```
/// use netflow_core::{Decoder, Limits};
/// use netflow_io::{Event, Feed, Source};
///
/// let mut source = Source::from_reader(netflow_core::example::ipfix().payload, "memory")?;
/// let mut feed = Feed::new(Decoder::new(Limits::default()));
/// while let Some(event) = feed.next(&mut source) {
///     match event? {
///         Event::Decoded(datagram, decoded) => {
///             assert_eq!((datagram.frame, decoded.flows().count()), (1, 1));
///         }
///         Event::Unreadable(datagram, error) => println!("{}: {error}", datagram.exporter),
///         Event::SessionEnds(exporter) => println!("{exporter} has closed its connection"),
///         _ => {} // idle
///     }
/// }
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A datagram and what it holds.
    Decoded(Datagram<'a>, Decoded<'a>),
    /// A datagram that is not flow export, or whose first header cannot be read.
    Unreadable(Datagram<'a>, Error),
    /// The transport session of this exporter has ended. What the decoder knows of it can still
    /// be asked for: it is forgotten by the next call.
    SessionEnds(SocketAddr),
    /// Nothing came for a while.
    Idle,
}

/// Feeds a decoder: numbers datagrams, ends sessions, keeps the first problems.
///
/// A caller that receives datagrams itself calls [`push`](Self::push); [`next`](Self::next) and
/// [`run`](Self::run) read a source.
///
/// ```
/// use netflow_core::{Decoder, Limits};
/// use netflow_io::{Event, Feed};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut feed = Feed::new(Decoder::new(Limits::default()));
/// let mut source = netflow_io::open(path)?;
/// let mut flows = 0;
/// while let Some(event) = feed.next(&mut source) {
///     if let Event::Decoded(_, decoded) = event? {
///         flows += decoded.flows().count();
///     }
/// }
/// assert!(flows > 0);
/// assert_eq!(feed.problems().count(), 0);
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug)]
pub struct Feed {
    decoder: Decoder,
    arrivals: Arrivals,
    /// Number of the datagrams of the present input that are flow export.
    exports: u64,
    problems: VecDeque<KeptProblem>,
    problem_limit: usize,
    keeps_last: bool,
}

/// A problem in the data, kept beyond its datagram.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_io::Feed;
///
/// let mut feed = Feed::new(Decoder::new(Limits::default()));
/// feed.push(example::ipfix().with_payload(b"GET / HTTP/1.1"));
/// let problem = feed.problems().next().unwrap();
/// assert_eq!((problem.error.kind.code(), problem.octets), ("not_flow_export", 14));
/// assert!(problem.is_unreadable);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptProblem {
    /// What it is, and at which octet of the payload.
    pub error: Error,
    /// Id of the set that it is in.
    pub set: Option<u16>,
    /// Octets that were not read because of it.
    pub octets: usize,
    /// Number of the input, from 0.
    pub input: u32,
    /// Number of the datagram in it.
    pub frame: u64,
    /// The exporter.
    pub exporter: SocketAddr,
    /// Nothing of the datagram was read.
    pub is_unreadable: bool,
}

impl Feed {
    /// Feeds this decoder. The first 1,000 problems are kept.
    #[must_use]
    pub const fn new(decoder: Decoder) -> Self {
        Self {
            decoder,
            arrivals: Arrivals::new(),
            exports: 0,
            problems: VecDeque::new(),
            problem_limit: KEPT_PROBLEMS,
            keeps_last: false,
        }
    }

    /// The same, keeping the last problems and not the first: for a feed that has no end.
    #[must_use]
    pub fn keeping_last_problems(self) -> Self {
        Self {
            keeps_last: true,
            ..self
        }
    }

    /// The decoder.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, to load state or to change what it knows.
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// Number of the present input, from 0.
    #[must_use]
    pub const fn input(&self) -> u32 {
        self.arrivals.input
    }

    /// Datagrams of the present input so far.
    #[must_use]
    pub const fn datagrams(&self) -> u64 {
        self.arrivals.datagrams
    }

    /// Whether the present input has held flow export so far, readable or not.
    #[must_use]
    pub const fn has_export(&self) -> bool {
        self.exports > 0
    }

    /// The problems that are kept, in the order of the datagrams.
    #[must_use]
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &KeptProblem> {
        self.problems.iter()
    }

    /// What follows is of the input with this number.
    pub const fn begin_input(&mut self, input: u32) {
        self.arrivals.begin_input(input);
        self.exports = 0;
    }

    /// The datagram with the numbers that [`push`](Self::push) assigns to it: that of the present
    /// input, and its own among the datagrams of the input, from 1. A number that it has already stays.
    #[must_use]
    pub const fn numbered<'d>(&self, datagram: Datagram<'d>) -> Datagram<'d> {
        self.arrivals.numbered(datagram)
    }

    /// Decodes a datagram, which gets a [number](Self::numbered) if it has none.
    ///
    /// # Errors
    ///
    /// As for [`Decoder::decode`].
    pub fn push<'f>(&'f mut self, datagram: Datagram<'f>) -> Result<Decoded<'f>, Error> {
        let datagram = self.arrivals.number(datagram);
        let exporter = self.decoder.rewritten_exporter(datagram.exporter);
        self.decode(datagram, exporter)
    }

    /// Decodes a datagram that has its number; `exporter` is the one that is shown in place of its
    /// own.
    fn decode<'f>(
        &'f mut self,
        datagram: Datagram<'f>,
        exporter: SocketAddr,
    ) -> Result<Decoded<'f>, Error> {
        let mut problems = ProblemKeeper {
            kept: &mut self.problems,
            limit: self.problem_limit,
            keeps_last: self.keeps_last,
        };
        match self.decoder.decode(datagram) {
            Ok(decoded) => {
                self.exports = self.exports.saturating_add(1);
                for problem in decoded.problems() {
                    problems.keep(|| KeptProblem::new(&problem));
                }
                Ok(decoded)
            }
            Err(error) => {
                let is_export =
                    !matches!(error.kind, netflow_core::ErrorKind::NotFlowExport { .. });
                self.exports = self.exports.saturating_add(is_export.into());
                problems.keep(|| KeptProblem {
                    exporter,
                    ..KeptProblem::unreadable(&datagram, error)
                });
                Err(error)
            }
        }
    }

    /// The transport session of an exporter has ended: its templates are void.
    pub fn end_session(&mut self, exporter: SocketAddr) {
        self.decoder.end_session(exporter);
    }

    /// Decodes the next datagram of a source; `None` at its end.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub fn next<'f, S: Datagrams>(
        &'f mut self,
        source: &'f mut S,
    ) -> Option<Result<Event<'f>, S::Error>> {
        let arrival = match self.arrivals.next(source, &mut self.decoder)? {
            Ok(arrival) => arrival,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match arrival {
            Arrival::Datagram(datagram) => {
                let exporter = self.decoder.rewritten_exporter(datagram.exporter);
                match self.decode(datagram, exporter) {
                    Ok(decoded) => Event::Decoded(datagram, decoded),
                    Err(error) => {
                        let mut datagram = datagram;
                        datagram.exporter = exporter;
                        Event::Unreadable(datagram, error)
                    }
                }
            }
            Arrival::SessionEnded(exporter) => Event::SessionEnds(exporter),
            Arrival::Idle => Event::Idle,
        }))
    }

    /// Decodes all of a source, as long as `each` continues.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub fn run<S: Datagrams>(
        &mut self,
        source: &mut S,
        mut each: impl FnMut(Event<'_>) -> ControlFlow<()>,
    ) -> Result<(), S::Error> {
        while let Some(event) = self.next(source) {
            if each(event?).is_break() {
                break;
            }
        }
        self.arrivals.end_pending(&mut self.decoder);
        Ok(())
    }

    /// Ends the feed: the decoder with all that it has learned.
    #[must_use]
    pub fn finish(mut self) -> Decoder {
        self.arrivals.end_pending(&mut self.decoder);
        self.decoder
    }
}

/// The problems that are kept, within their limit.
struct ProblemKeeper<'f> {
    kept: &'f mut VecDeque<KeptProblem>,
    limit: usize,
    keeps_last: bool,
}

impl ProblemKeeper<'_> {
    fn keep(&mut self, problem: impl FnOnce() -> KeptProblem) {
        if self.kept.len() >= self.limit {
            if !self.keeps_last {
                return;
            }
            self.kept.pop_front();
        }
        self.kept.push_back(problem());
    }
}

impl KeptProblem {
    /// A problem of a datagram that was decoded.
    #[must_use]
    pub fn new(problem: &Problem<'_>) -> Self {
        let header = problem.header;
        Self {
            error: problem.error,
            set: problem.set,
            octets: problem.octets,
            input: header.input,
            frame: header.frame,
            exporter: header.exporter,
            is_unreadable: false,
        }
    }

    /// A datagram that cannot be read at all.
    #[must_use]
    pub const fn unreadable(datagram: &Datagram<'_>, error: Error) -> Self {
        Self {
            error,
            set: None,
            octets: datagram.payload.len(),
            input: datagram.input,
            frame: datagram.frame,
            exporter: datagram.exporter,
            is_unreadable: true,
        }
    }
}
