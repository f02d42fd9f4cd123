//! What could not be read, with the octets around it.

use core::net::SocketAddr;
use core::ops::Range;

use netflow_core::{Datagram, DatagramId, DomainKey, Error, Problem};

use crate::count;
use crate::limits::HealthLimits;

/// Octets shown before and from the faulty place on.
const BEFORE: usize = 8;
const FROM: usize = 24;
/// Octets that are marked: the head of most structures.
const MARKED: usize = 4;

/// All problems by kind, in the order of their first.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// assert_eq!((report.problems.kinds.len(), report.problems.octets()), (1, 41));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ProblemsByKind {
    /// One entry for each reason and section.
    pub kinds: Vec<ProblemKind>,
    /// Problems of kinds beyond [`HealthLimits::problems`].
    pub other: u64,
}

/// Problems of one kind.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let kind = &report.problems.kinds[0];
/// assert_eq!((kind.reason, kind.count, kind.octets), ("no_template", 1, 41));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProblemKind {
    /// The stable code of the reason, such as `set_too_short`.
    pub reason: &'static str,
    /// The section of the specification that is not followed.
    pub section: Option<&'static str>,
    /// How many there were.
    pub count: u64,
    /// Octets that were passed over.
    pub octets: u64,
    /// The first of them.
    pub examples: Vec<ProblemExample>,
}

/// One problem.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let problem = &report.problems.kinds[0].examples[0];
/// assert_eq!((problem.exporter, problem.error.offset), (example::ipfix().exporter, 16));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProblemExample {
    /// The datagram.
    pub place: DatagramId,
    /// Who sent it.
    pub exporter: SocketAddr,
    /// Its observation domain, with port 0, if the header could be read.
    pub domain: Option<DomainKey>,
    /// What is wrong, at which octet of the payload.
    pub error: Error,
    /// Octets that were passed over.
    pub octets: usize,
    /// The octets around it; `None` for late data, whose octets are gone.
    pub around: Option<Around>,
}

/// Octets around a faulty place.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let around = report.problems.kinds[0].examples[0].around.as_ref().unwrap();
/// // Octets before it, and the header of the set.
/// assert_eq!((around.offset, &around.octets[around.marked.clone()]), (8, &[1, 0, 0, 45][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Around {
    /// Where they begin in the payload.
    pub offset: usize,
    /// The octets.
    pub octets: Vec<u8>,
    /// The faulty place among them.
    pub marked: Range<usize>,
}

impl ProblemsByKind {
    /// Adds the problems of another report, with the examples that were here first.
    pub(crate) fn merge(&mut self, other: Self) {
        self.other = self.other.saturating_add(other.other);
        for kind in other.kinds {
            let mut kinds = self.kinds.iter_mut();
            match kinds.find(|same| (same.reason, same.section) == (kind.reason, kind.section)) {
                Some(same) => {
                    same.count = same.count.saturating_add(kind.count);
                    same.octets = same.octets.saturating_add(kind.octets);
                }
                None => self.kinds.push(kind),
            }
        }
    }

    /// Takes a problem; `payload` is that of its datagram.
    pub(crate) fn add(
        &mut self,
        problem: &Problem<'_>,
        payload: Option<&[u8]>,
        limits: &HealthLimits,
    ) {
        let header = problem.header;
        let example = || ProblemExample {
            place: header.datagram_id(),
            exporter: header.exporter,
            domain: Some(header.domain_key()),
            error: problem.error,
            octets: problem.octets,
            around: payload.and_then(|payload| around(payload, problem.error.offset)),
        };
        let section = problem.error.kind.section_in(header.protocol);
        if let Some(kind) = self.kind(&problem.error, section, limits) {
            kind.add(problem.octets, limits, example);
        }
    }

    /// Takes a datagram whose first header could not be read.
    pub(crate) fn unreadable(
        &mut self,
        datagram: &Datagram<'_>,
        error: &Error,
        limits: &HealthLimits,
    ) {
        let octets = datagram.payload.len();
        let example = || ProblemExample {
            place: datagram.id(),
            exporter: datagram.exporter,
            domain: None,
            error: *error,
            octets,
            around: around(datagram.payload, error.offset),
        };
        if let Some(kind) = self.kind(error, error.kind.section(), limits) {
            kind.add(octets, limits, example);
        }
    }

    fn kind(
        &mut self,
        error: &Error,
        section: Option<&'static str>,
        limits: &HealthLimits,
    ) -> Option<&mut ProblemKind> {
        let reason = error.kind.code();
        let is_it = |kind: &ProblemKind| kind.reason == reason && kind.section == section;
        let index = self.kinds.iter().position(is_it);
        let index = index.unwrap_or(self.kinds.len());
        if index == self.kinds.len() {
            if index >= limits.problems {
                self.other = self.other.saturating_add(1);
                return None;
            }
            self.kinds.push(ProblemKind {
                reason,
                section,
                count: 0,
                octets: 0,
                examples: Vec::new(),
            });
        }
        self.kinds.get_mut(index)
    }

    /// How many problems there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        let kinds = self.kinds.iter().map(|kind| kind.count);
        kinds.fold(self.other, u64::saturating_add)
    }

    /// Octets that were passed over for them.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let kinds = self.kinds.iter().map(|kind| kind.octets);
        kinds.fold(0, u64::saturating_add)
    }
}

impl ProblemKind {
    fn add(
        &mut self,
        octets: usize,
        limits: &HealthLimits,
        example: impl FnOnce() -> ProblemExample,
    ) {
        self.count = self.count.saturating_add(1);
        self.octets = self.octets.saturating_add(count(octets));
        if self.examples.len() < limits.problem_examples {
            self.examples.push(example());
        }
    }
}

fn around(payload: &[u8], offset: usize) -> Option<Around> {
    let start = offset.saturating_sub(BEFORE);
    let end = payload.len().min(offset.saturating_add(FROM));
    let octets = payload.get(start..end)?;
    let fault = offset.saturating_sub(start);
    let marked = fault..octets.len().min(fault.saturating_add(MARKED));
    Some(Around {
        offset: start,
        octets: octets.to_vec(),
        marked,
    })
}
