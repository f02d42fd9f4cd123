//! One message of a datagram.

use super::content::{
    Flows, JoinedSets, MessageRecords, MessageSamples, Problems, Sets, iterators,
};
use super::scratch::{ProblemSlot, ScratchRef, SetSlot};
use crate::flow::Origin;
use crate::header::MessageHeader;

/// One message: its header, and what it holds.
///
/// Data that waited for a template is a message of its own, with the header of the
/// message that it arrived in: [`is_late`](Self::is_late).
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// for message in decoded.messages() {
///     let header = message.header();
///     assert_eq!((header.protocol.name(), header.observation_domain), ("ipfix", 7));
///     assert_eq!((message.flows().count(), message.problems().count()), (1, 0));
///     assert!(!message.is_late());
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Message<'m> {
    content: ScratchRef<'m>,
    origin: &'m Origin,
    slots: &'m [SetSlot],
    problems: &'m [ProblemSlot],
}

impl<'m> Message<'m> {
    /// Its header.
    #[must_use]
    pub const fn header(&self) -> &'m MessageHeader {
        &self.origin.header
    }

    /// Whether it holds data that waited for its template: it arrived in an earlier datagram,
    /// or earlier in this one.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.origin.late
    }

    /// Its sets, in the order of the wire. The records of a fixed version and the samples of
    /// sFlow are one set.
    #[must_use]
    pub fn sets(&self) -> Sets<'m> {
        Sets::new(self.content, self.slots)
    }

    /// Its problems, in the order they were found: octets that were skipped, and why.
    #[must_use]
    pub fn problems(&self) -> Problems<'m> {
        Problems::new(self.content, self.problems)
    }
}

iterators!(Message);

/// The messages of a datagram.
#[derive(Debug, Clone)]
pub struct Messages<'m> {
    content: ScratchRef<'m>,
    origins: core::iter::Enumerate<core::slice::Iter<'m, Origin>>,
    /// The sets and problems of the messages that are left, in their order.
    slots: &'m [SetSlot],
    problems: &'m [ProblemSlot],
}

impl<'m> Messages<'m> {
    pub(super) fn new(content: ScratchRef<'m>) -> Self {
        let scratch = content.scratch;
        Self {
            content,
            origins: scratch.origins.iter().enumerate(),
            slots: &scratch.slots,
            problems: &scratch.problems,
        }
    }
}

impl<'m> Iterator for Messages<'m> {
    type Item = Message<'m>;

    fn next(&mut self) -> Option<Message<'m>> {
        let (index, origin) = self.origins.next()?;
        Some(Message {
            content: self.content,
            origin,
            slots: take_while(&mut self.slots, |slot| slot.origin == index),
            problems: take_while(&mut self.problems, |slot| slot.origin == index),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.origins.size_hint()
    }
}

impl ExactSizeIterator for Messages<'_> {}

/// Takes the first items, as long as they are of a kind.
fn take_while<'m, T>(rest: &mut &'m [T], is_of: impl Fn(&T) -> bool) -> &'m [T] {
    let count = rest.iter().take_while(|item| is_of(item)).count();
    let (taken, left) = rest.split_at_checked(count).unwrap_or((*rest, &[]));
    *rest = left;
    taken
}
