//! The content of the last datagram: memory that every call reuses, cleared by the
//! next.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::session::SessionId;
use super::template_event::TemplateEvent;
use crate::error::{Error, ErrorKind};
use crate::exporter::Exporter;
use crate::flow::Origin;
use crate::header::MessageHeader;
use crate::record::MeasuredRecord;
use crate::template::Template;
use crate::wire::set::Dialect;
use crate::wire::sflow::MeasuredSample;

/// Everything that a [`Decoded`](crate::Decoded) borrows.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The messages, and those that late data arrived in.
    pub(super) origins: Vec<Origin>,
    /// The observation domain of each, once it is entered.
    pub(super) sessions: Vec<Option<SessionId>>,
    /// The origin of the message now being read, or of the late data.
    pub(super) current: usize,
    pub(super) slots: Vec<SetSlot>,
    /// Late sets; they follow the others when their message has been read.
    pub(super) late_slots: Vec<SetSlot>,
    /// Problems, ordered by message once the datagram has been read.
    pub(super) problems: Vec<ProblemSlot>,
    /// The templates that lists name, each set's together.
    pub(super) lists: Vec<Arc<Template>>,
    /// What the check of lists works with; empty between sets.
    pub(super) found: Vec<Arc<Template>>,
    pub(super) faults: Vec<ErrorKind>,
    /// The records of variable length, each set's together.
    pub(super) measured: Vec<MeasuredRecord>,
    /// The flow samples of sFlow, each set's together.
    pub(super) samples: Vec<MeasuredSample>,
    /// A template was used that may be recompiled for types learned since.
    pub(super) refined: bool,
    /// Records refer to common properties, so that they may have to be joined with them.
    pub(super) refers_to_properties: bool,
    /// Octets of late sets.
    pub(super) late: Vec<u8>,
    /// Sets of records that are joined with common properties, in place of those that they
    /// came in.
    pub(super) joined_slots: Vec<SetSlot>,
    /// The octets of joined records.
    pub(super) joined: Vec<u8>,
    /// Empty lists of other domains, whose memory is used again.
    pub(super) domain_lists: Vec<Vec<Arc<Exporter>>>,
    /// The keyed hash of all octets of the datagram, once it is needed.
    pub(super) payload_hash: Option<u64>,
    /// Templates that the datagram changed.
    pub(super) template_events: Vec<TemplateEvent>,
}

/// The content of a datagram: the scratch, and the payload that its slots refer to.
#[derive(Clone, Copy)]
pub(super) struct ScratchRef<'m> {
    pub(super) scratch: &'m Scratch,
    pub(super) payload: &'m [u8],
}

impl<'m> ScratchRef<'m> {
    pub(super) fn origin(&self, index: usize) -> Option<&'m Origin> {
        self.scratch.origins.get(index)
    }

    /// Sets of joined records in the place of this one.
    pub(super) fn joined_slots(&self, slot: &SetSlot) -> &'m [SetSlot] {
        let slots = &self.scratch.joined_slots;
        slots.get(slot.joined.clone()).unwrap_or_default()
    }

    /// The records of a set, if they are of variable length and were measured.
    pub(super) fn measured(&self, slot: &SetSlot) -> &'m [MeasuredRecord] {
        let measured = self.scratch.measured.get(slot.first_measured..);
        let measured = measured.and_then(|records| records.get(..slot.count));
        measured.filter(|_| slot.is_measured).unwrap_or_default()
    }

    /// The flow samples of a set, if it has no discarded packets and all were measured.
    #[inline]
    pub(super) fn samples(&self, slot: &SetSlot) -> Option<&'m [MeasuredSample]> {
        let samples = self.scratch.samples.get(slot.first_measured..)?;
        samples.get(..slot.count).filter(|_| slot.is_measured)
    }

    /// The templates that the lists of a set name.
    pub(super) fn lists(&self, slot: &SetSlot) -> &'m [Arc<Template>] {
        let lists = &self.scratch.lists;
        lists.get(slot.lists.clone()).unwrap_or_default()
    }
}

/// One set that has been checked.
#[derive(Debug)]
pub(super) struct SetSlot {
    /// Index of its origin.
    pub(super) origin: usize,
    pub(super) id: u16,
    pub(super) content: Content,
    /// Where it begins in the payload, its own header included.
    pub(super) offset: usize,
    /// Its body, in the payload or among the late octets.
    pub(super) body: Range<usize>,
    /// Index of the origin of the message that brought its template late.
    pub(super) late: Option<usize>,
    /// Octets at the end of the body that are not part of a record.
    pub(super) padding: usize,
    /// Records, template records or measured samples.
    pub(super) count: usize,
    /// Its part of the templates that lists name.
    pub(super) lists: Range<usize>,
    /// Index of the first of its measured records or samples.
    pub(super) first_measured: usize,
    /// Its records are of variable length, or flow samples, and were measured.
    pub(super) is_measured: bool,
    /// Its body is among the joined octets.
    pub(super) is_joined: bool,
    /// The sets of joined records in its place; none if nothing is joined.
    pub(super) joined: Range<usize>,
}

impl SetSlot {
    /// What a message without sets holds, of v1 to v8 or sFlow.
    pub(super) const fn without_set(
        origin: usize,
        content: Content,
        body: Range<usize>,
        count: usize,
    ) -> Self {
        Self {
            origin,
            id: 0,
            content,
            offset: body.start,
            body,
            late: None,
            padding: 0,
            count,
            lists: 0..0,
            first_measured: 0,
            is_measured: false,
            is_joined: false,
            joined: 0..0,
        }
    }

    /// A set of one of its records.
    pub(super) fn of_one(&self, content: Content, body: Range<usize>) -> Self {
        Self {
            content,
            body,
            padding: 0,
            count: 1,
            lists: self.lists.clone(),
            is_measured: false,
            joined: 0..0,
            ..*self
        }
    }
}

/// What a set holds.
#[derive(Debug)]
pub(super) enum Content {
    Records(Arc<Template>),
    Templates { dialect: Dialect, options: bool },
    NoTemplate,
    Reserved,
    Samples,
}

impl Content {
    fn has_template_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Records(one), Self::Records(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// One problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProblemSlot {
    pub(super) origin: usize,
    pub(super) error: Error,
    pub(super) set: Option<u16>,
    pub(super) octets: usize,
}

/// More entries than a datagram usually has: memory beyond them is freed.
const RETAINED_CAPACITY: usize = 1024;

/// The same, of octets.
const RETAINED_OCTETS: usize = 64 * RETAINED_CAPACITY;

/// Messages of one datagram, late ones too, whose lists of other domains are kept.
const DOMAIN_LISTS: usize = 16;

impl Scratch {
    /// Forgets everything. Memory that one unusual datagram needed is not kept.
    #[inline]
    pub(super) fn clear(&mut self) {
        for origin in &mut self.origins {
            if origin.other_domains.capacity() > 0 && self.domain_lists.len() < DOMAIN_LISTS {
                let mut list = core::mem::take(&mut origin.other_domains);
                list.clear();
                self.domain_lists.push(list);
            }
        }
        empty(&mut self.origins, RETAINED_CAPACITY);
        self.current = 0;
        self.payload_hash = None;
        self.refined = false;
        self.refers_to_properties = false;
        empty(&mut self.sessions, RETAINED_CAPACITY);
        empty(&mut self.late_slots, RETAINED_CAPACITY);
        empty(&mut self.slots, RETAINED_CAPACITY);
        empty(&mut self.problems, RETAINED_CAPACITY);
        empty(&mut self.template_events, RETAINED_CAPACITY);
        empty(&mut self.lists, RETAINED_CAPACITY);
        empty(&mut self.measured, RETAINED_CAPACITY);
        empty(&mut self.samples, RETAINED_CAPACITY);
        empty(&mut self.joined_slots, RETAINED_CAPACITY);
        empty(&mut self.joined, RETAINED_OCTETS);
        empty(&mut self.late, RETAINED_OCTETS);
    }

    /// Adds a set of one record to the joined sets from `first` on; it is a part of the last one
    /// if it follows that and has the same template.
    pub(super) fn push_joined(&mut self, first: usize, slot: SetSlot) {
        let last = self.joined_slots.get_mut(first..).unwrap_or_default();
        let last = last.last_mut().filter(|last| {
            last.is_joined == slot.is_joined && last.content.has_template_of(&slot.content)
        });
        match last {
            Some(last) => {
                last.body.end = slot.body.end;
                last.count = last.count.saturating_add(1);
            }
            None => self.joined_slots.push(slot),
        }
    }

    /// Groups the problems by message. They are found in this order, except those of late
    /// data, which is read in the middle of a message.
    pub(super) fn sort_problems(&mut self) {
        let order = |slot: &ProblemSlot| slot.origin;
        if !self.problems.is_sorted_by_key(order) {
            self.problems.sort_by_key(order);
        }
    }

    /// Makes an origin the current one.
    #[inline(always)]
    pub(super) fn begin(&mut self, origin: Origin, session: Option<SessionId>) {
        self.current = self.origins.len();
        self.origins.push(origin);
        self.sessions.push(session);
    }

    /// The header of the message now being read.
    #[inline]
    pub(super) fn header(&self) -> Option<&MessageHeader> {
        self.origins.get(self.current).map(|origin| &origin.header)
    }
}

/// Empties a list, whose memory beyond this many items is freed. Most lists were not used.
#[inline(always)]
fn empty<T>(list: &mut Vec<T>, retained: usize) {
    if !list.is_empty() {
        list.clear();
        if list.capacity() > retained {
            list.shrink_to(retained);
        }
    }
}
