//! Octets that are replaced before anything reads them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use super::scratch::{Content, ScratchRef};
use super::{Decoded, Decoder, Set};
use crate::header::MessageHeader;

/// Replaces what datagrams hold once their structure is known, for example to anonymise addresses:
/// everything read from a [`Decoded`] afterwards returns the replacement.
///
/// The state of exporters, templates and options, is learned from the original datagrams.
///
/// ```
/// use core::net::SocketAddr;
///
/// use netflow_core::{Datagram, Decoder, Limits, MessageHeader, Rewrite, Set, Timestamp, Transport};
///
/// /// Zeros in place of every record.
/// #[derive(Debug)]
/// struct Nothing;
///
/// impl Rewrite for Nothing {
///     fn exporter(&self, exporter: SocketAddr) -> SocketAddr {
///         SocketAddr::new(exporter.ip(), 0)
///     }
///
///     fn header(&mut self, _: &mut MessageHeader) {}
///
///     fn set(&mut self, _: &Set<'_>, _: &mut [u8]) {}
/// }
///
/// // NetFlow v5: a header that counts one record, and the record.
/// let mut payload = [0; 24 + 48];
/// payload[1] = 5;
/// payload[3] = 1;
/// payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let mut decoder = Decoder::new(Limits::default()).with_rewrite(Nothing);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!(flow.source_address(), Some([0, 0, 0, 0].into()));
/// # Ok::<(), netflow_core::Error>(())
/// ```
pub trait Rewrite: fmt::Debug + Send + Sync {
    /// The exporter that is shown in place of this one.
    fn exporter(&self, exporter: SocketAddr) -> SocketAddr;

    /// Changes the header of a message. Its exporter is replaced already.
    fn header(&mut self, header: &mut MessageHeader);

    /// Fills the body of a set. `body` is as long as [`Set::body`], and zero. Records are read from it
    /// with the lengths that the original had.
    fn set(&mut self, set: &Set<'_>, body: &mut [u8]);
}

/// The rewriting of a decoder, and the memory for what it writes.
#[derive(Debug)]
pub(super) struct Rewriting {
    rewrite: Box<dyn Rewrite>,
    /// The payload of the last datagram: the bodies of its sets, and zeros.
    payload: Vec<u8>,
    late: Vec<u8>,
    joined: Vec<u8>,
}

/// Makes a buffer of zeros as long as this.
fn zero(buffer: &mut Vec<u8>, len: usize) {
    buffer.clear();
    buffer.resize(len, 0);
}

impl Decoder {
    /// Replaces what datagrams hold before it is read. [`Decoded::payload`] then has zeros outside sets.
    /// See [`Rewrite`] for an example.
    #[must_use]
    pub fn with_rewrite(mut self, rewrite: impl Rewrite + 'static) -> Self {
        self.rewriting = Some(Box::new(Rewriting {
            rewrite: Box::new(rewrite),
            payload: Vec::new(),
            late: Vec::new(),
            joined: Vec::new(),
        }));
        self
    }

    /// The exporter that is shown in place of this one, such as that of a datagram that cannot be read.
    #[inline]
    #[must_use]
    pub fn rewritten_exporter(&self, exporter: SocketAddr) -> SocketAddr {
        let rewriting = self.rewriting.as_ref();
        rewriting.map_or(exporter, |rewriting| rewriting.rewrite.exporter(exporter))
    }

    /// The content of the datagram; rewritten, if it has to be.
    #[inline]
    pub(super) fn decoded<'m>(&'m mut self, payload: &'m [u8]) -> Decoded<'m> {
        if self.rewriting.is_some() {
            self.rewrite(payload);
        }
        let rewritten = self.rewriting.as_ref().map(|rewriting| &*rewriting.payload);
        Decoded::new(&self.scratch, rewritten.unwrap_or(payload))
    }

    #[cold]
    #[inline(never)]
    fn rewrite(&mut self, payload: &[u8]) {
        let Some(rewriting) = &mut self.rewriting else {
            return;
        };
        let scratch = &mut self.scratch;
        zero(&mut rewriting.payload, payload.len());
        zero(&mut rewriting.late, scratch.late.len());
        zero(&mut rewriting.joined, scratch.joined.len());
        let content = ScratchRef { scratch, payload };
        // Joined sets have records of their own, or refer to those of the set in whose place they are.
        let joined = scratch.joined_slots.iter().filter(|slot| slot.is_joined);
        for slot in scratch.slots.iter().chain(joined) {
            let octets = if slot.is_joined {
                &mut rewriting.joined
            } else if slot.late.is_some() {
                &mut rewriting.late
            } else {
                &mut rewriting.payload
            };
            let body = octets.get_mut(slot.body.clone());
            if let Some((body, origin)) = body.zip(content.origin(slot.origin)) {
                let set = Set::new(content, slot, origin);
                rewriting.rewrite.set(&set, body);
            }
        }
        // Samples are searched again: the structures may be elsewhere now.
        for slot in &mut scratch.slots {
            if matches!(slot.content, Content::Samples) {
                slot.is_measured = false;
            }
        }
        core::mem::swap(&mut rewriting.late, &mut scratch.late);
        core::mem::swap(&mut rewriting.joined, &mut scratch.joined);
        for origin in &mut scratch.origins {
            let header = &mut origin.header;
            header.exporter = rewriting.rewrite.exporter(header.exporter);
            rewriting.rewrite.header(header);
        }
    }
}
