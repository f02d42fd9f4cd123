//! What could not be read, with the octets around it.

use core::net::SocketAddr;
use core::ops::Range;

use netflow_core::{Datagram, Error, MessageHeader, Protocol};

use super::domain::count;

/// Examples of one kind that are kept.
const EXAMPLES: usize = 5;
/// Octets shown before and from the faulty place on.
const BEFORE: usize = 8;
const FROM: usize = 24;
/// Octets that are marked: the head of most structures.
const MARKED: usize = 4;

/// All problems by kind, in the order of their first.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) kinds: Vec<Kind>,
}

/// Problems of one kind.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) code: &'static str,
    pub(crate) section: Option<&'static str>,
    pub(crate) count: u64,
    /// Octets that were passed over for them.
    pub(crate) octets: u64,
    pub(crate) examples: Vec<Example>,
}

/// One problem.
#[derive(Debug)]
pub(crate) struct Example {
    /// File and frame.
    pub(crate) frame: u64,
    pub(crate) exporter: SocketAddr,
    /// Protocol and observation domain, if the header could be read.
    pub(crate) domain: Option<(Protocol, u32)>,
    pub(crate) error: Error,
    pub(crate) octets: usize,
    /// The octets around it; those of late data are gone.
    pub(crate) around: Option<Around>,
}

/// Octets around a faulty place.
#[derive(Debug)]
pub(crate) struct Around {
    /// Where they stand in the payload.
    pub(crate) offset: usize,
    pub(crate) octets: Vec<u8>,
    /// The faulty place among them.
    pub(crate) marked: Range<usize>,
}

impl Problems {
    pub(super) fn add(
        &mut self,
        error: &Error,
        octets: usize,
        header: &MessageHeader,
        payload: Option<&[u8]>,
    ) {
        let example = |around| Example {
            frame: header.frame,
            exporter: header.exporter,
            domain: Some((header.protocol, header.observation_domain)),
            error: *error,
            octets,
            around,
        };
        self.kind(error, octets, payload, example);
    }

    pub(super) fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        let octets = datagram.payload.len();
        let example = |around| Example {
            frame: datagram.frame,
            exporter: datagram.exporter,
            domain: None,
            error: *error,
            octets,
            around,
        };
        self.kind(error, octets, Some(datagram.payload), example);
    }

    fn kind(
        &mut self,
        error: &Error,
        octets: usize,
        payload: Option<&[u8]>,
        example: impl FnOnce(Option<Around>) -> Example,
    ) {
        let code = error.kind.code();
        let index = self.kinds.iter().position(|kind| kind.code == code);
        let index = index.unwrap_or_else(|| {
            self.kinds.push(Kind {
                code,
                section: error.kind.section(),
                count: 0,
                octets: 0,
                examples: Vec::new(),
            });
            self.kinds.len() - 1
        });
        let kind = &mut self.kinds[index];
        kind.count += 1;
        kind.octets += count(octets);
        if kind.examples.len() < EXAMPLES {
            let around = payload.and_then(|payload| around(payload, error.offset));
            kind.examples.push(example(around));
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.count).sum()
    }
}

fn around(payload: &[u8], offset: usize) -> Option<Around> {
    let start = offset.saturating_sub(BEFORE);
    let end = payload.len().min(offset.saturating_add(FROM));
    let octets = payload.get(start..end)?;
    let marked = offset - start..octets.len().min(offset - start + MARKED);
    Some(Around {
        offset: start,
        octets: octets.to_vec(),
        marked,
    })
}
