//! The content of one datagram.

use super::content::{
    Flows, JoinedSets, MessageRecords, MessageSamples, Problems, Sets, iterators,
};
use super::message::Messages;
use super::scratch::{Scratch, ScratchRef};
use super::template_event::TemplateEvent;
use crate::header::MessageHeader;

/// The content of one datagram: small, and iterable any number of times.
///
/// A datagram may hold several messages, and data that waited for a template in it is
/// delivered with it: [`messages`](Self::messages) iterates over them, each with its header,
/// sets and problems. The other iterators go through all of them.
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// // Two IPFIX messages without a set, of the domains 7 and 8, in one datagram.
/// let mut payload = [0; 32];
/// payload[..4].copy_from_slice(&[0, 10, 0, 16]);
/// payload[15] = 7;
/// payload[16..20].copy_from_slice(&[0, 10, 0, 16]);
/// payload[31] = 8;
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let domains = decoded.messages().map(|message| message.header().observation_domain);
/// assert_eq!(domains.collect::<Vec<_>>(), [7, 8]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decoded<'m> {
    content: ScratchRef<'m>,
}

impl<'m> Decoded<'m> {
    pub(super) const fn new(scratch: &'m Scratch, payload: &'m [u8]) -> Self {
        let content = ScratchRef { scratch, payload };
        Self { content }
    }

    /// The payload of the datagram.
    #[must_use]
    pub const fn payload(&self) -> &'m [u8] {
        self.content.payload
    }

    /// Its messages, at least one, in the order of the wire. Each is followed by the data
    /// that its templates released, as a message of its own that
    /// [is late](super::Message::is_late).
    #[must_use]
    pub fn messages(&self) -> Messages<'m> {
        Messages::new(self.content)
    }

    /// The headers of [`messages`](Self::messages).
    #[must_use]
    pub fn headers(&self) -> impl ExactSizeIterator<Item = &'m MessageHeader> + use<'m> {
        let origins = self.content.scratch.origins.iter();
        origins.map(|origin| &origin.header)
    }

    /// The sets of all messages. The records of a fixed version and the samples of sFlow are
    /// one set.
    #[must_use]
    pub fn sets(&self) -> Sets<'m> {
        Sets::new(self.content, &self.content.scratch.slots)
    }

    /// The templates that were learned, changed or withdrawn, or have expired, in this order.
    #[must_use]
    pub fn template_events(&self) -> &'m [TemplateEvent] {
        &self.content.scratch.template_events
    }

    /// The problems, message by message: octets that were skipped, and why.
    #[must_use]
    pub fn problems(&self) -> Problems<'m> {
        Problems::new(self.content, &self.content.scratch.problems)
    }
}

iterators!(Decoded);
