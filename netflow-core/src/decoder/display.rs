//! What was decoded, for `{:?}`: what is in it, not the memory of the decoder that it borrows.

use core::fmt;

use super::scratch::ScratchRef;
use super::{Decoded, Message, Set};

/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// assert!(format!("{decoded:?}").starts_with("Decoded { messages: [Message { header: MessageHeader {"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("messages", &Listed(|| self.messages()))
            .field("template_events", &self.template_events())
            .finish()
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("header", self.header())
            .field("is_late", &self.is_late())
            .field("sets", &Listed(|| self.sets()))
            .field("problems", &Listed(|| self.problems()))
            .finish()
    }
}

/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let set = decoded.sets().last().unwrap();
/// assert_eq!(
///     format!("{set:?}"),
///     "Set { id: 256, kind: Data, offset: 128, octets: 41, is_late: false, records: 1 }"
/// );
/// # Ok::<(), netflow_core::Error>(())
/// ```
impl fmt::Debug for Set<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set")
            .field("id", &self.id())
            .field("kind", &self.kind())
            .field("offset", &self.offset())
            .field("octets", &self.body().len())
            .field("is_late", &self.is_late())
            .field("records", &self.record_count())
            .finish()
    }
}

/// Every iterator over what was decoded has one.
impl fmt::Debug for ScratchRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchRef")
            .field("octets", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// The items of an iterator that is made anew.
struct Listed<F>(F);

impl<I: Iterator<Item: fmt::Debug>, F: Fn() -> I> fmt::Debug for Listed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((self.0)()).finish()
    }
}
