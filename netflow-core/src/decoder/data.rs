//! Data sets: their records are measured, and options are learned from. Data
//! without a template waits for it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Range;

use super::sets::Course;
use super::waiting::{GivenUp, WaitingSet};
use super::{Content, Decoder, SetSlot, Stats};
use crate::error::{Error, ErrorKind};
use crate::exporter::OptionsRecord;
use crate::record::{DataRecord, ListCheck, measure};
use crate::template::Template;
use crate::wire::set::Set;

/// The body of a set and where it stands: in the payload, or if it is late
/// among the late octets.
pub(super) struct Piece<'s> {
    id: u16,
    /// Where the set began in its payload.
    offset: usize,
    body: &'s [u8],
    /// Where the body begins.
    start: usize,
    /// Where the body began in its payload.
    body_offset: usize,
    late: Option<usize>,
}

impl<'s> Piece<'s> {
    pub(super) const fn live(set: &Set<'s>) -> Self {
        Self {
            id: set.id(),
            offset: set.offset(),
            body: set.body(),
            start: set.body_offset(),
            body_offset: set.body_offset(),
            late: None,
        }
    }

    /// A slot that holds no records.
    pub(super) fn slot(&self, origin: usize, content: Content) -> SetSlot {
        SetSlot {
            origin,
            id: self.id,
            content,
            offset: self.offset,
            body: self.start..self.start.saturating_add(self.body.len()),
            late: self.late,
            padding: 0,
            count: 0,
            lists: 0..0,
        }
    }
}

/// What the records of a data set were found to be.
struct Measured {
    count: usize,
    padding: usize,
    fault: Option<ErrorKind>,
}

/// Limits that the options of one set met.
#[derive(Default)]
struct MetLimits {
    domain_octets: bool,
    name_octets: bool,
    rate_scopes: bool,
    sequence_selectors: bool,
}

impl MetLimits {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let limits = [
            (self.domain_octets, "domain_octets"),
            (self.name_octets, "name_octets"),
            (self.rate_scopes, "rate_scopes"),
            (self.sequence_selectors, "sequence_selectors"),
        ];
        let met = limits.into_iter().filter(|(is_met, _)| *is_met);
        met.map(|(_, name)| name)
    }
}

impl Decoder {
    /// Proves a data set by its template.
    pub(super) fn data(
        &mut self,
        course: &Course<'_>,
        piece: &Piece<'_>,
        template: Arc<Template>,
    ) -> SetSlot {
        let body = piece.body;
        let measured = match template.record_len() {
            Some(len) => fixed_len(&template, body.len(), len),
            None => variable_len(&template, body),
        };
        let template = self.observe_counters(course, template, body, measured.count);
        let lists = if template.has_lists() {
            self.lists(course, piece, &template, measured.count)
        } else {
            0..0
        };
        if let Some(kind) = measured.fault {
            let left = measured.padding;
            let offset = piece.body_offset.saturating_add(body.len());
            let error = Error::new(kind, offset.saturating_sub(left));
            self.problem(error, Some(piece.id), left);
        }
        if template.is_options() {
            Stats::add(&mut self.stats.options_records, measured.count);
            self.options(course, piece, &template, measured.count);
        } else {
            Stats::add(&mut self.stats.records, measured.count);
            self.observe(course.session, &template, body, measured.count);
        }
        SetSlot {
            padding: measured.padding,
            count: measured.count,
            lists,
            ..piece.slot(self.scratch.current, Content::Records(template))
        }
    }

    /// Proves the lists in the records of a set and keeps the templates they name.
    fn lists(
        &mut self,
        course: &Course<'_>,
        piece: &Piece<'_>,
        template: &Template,
        count: usize,
    ) -> Range<usize> {
        let start = self.scratch.lists.len();
        let mut found = core::mem::take(&mut self.scratch.found);
        let mut faults = core::mem::take(&mut self.scratch.faults);
        if let Some(session) = self.sessions.get(course.session) {
            let mut check = ListCheck {
                lookup: |id| Some(Arc::clone(&session.templates.get(id)?.template)),
                problem: |kind| faults.push(kind),
                found: &mut found,
                max_depth: self.limits.list_depth,
                max_templates: self.limits.list_templates,
            };
            for record in bodies(piece.body, template, count) {
                check.record(record.octets(), template, 0);
            }
        }
        for kind in faults.drain(..) {
            self.problem(Error::new(kind, piece.offset), Some(piece.id), 0);
        }
        self.scratch.lists.append(&mut found);
        self.scratch.found = found;
        self.scratch.faults = faults;
        start..self.scratch.lists.len()
    }

    /// Lets the exporter's own state learn from options records.
    fn options(
        &mut self,
        course: &Course<'_>,
        piece: &Piece<'_>,
        template: &Template,
        count: usize,
    ) {
        let mut met = MetLimits::default();
        let domain = self.scratch.header();
        let domain = domain.map_or(0, |header| header.observation_domain);
        for record in bodies(piece.body, template, count) {
            let options = OptionsRecord::new(&record, piece.late.is_some(), domain);
            met.name_octets |= options.has_long_name();
            met.sequence_selectors |= options.has_long_sequence();
            met.rate_scopes |= self.refuses_scope(course, &options);
            if self.is_news(course, &options) {
                let needed = self.needed(course, &options);
                let room = self.sessions.reserve(course.session, needed);
                met.domain_octets |= room.is_none();
                if let Some(evicted) = room {
                    Stats::add(&mut self.stats.evicted, evicted);
                    self.learn_options(course, &options);
                }
            }
        }
        for limit in met.names() {
            let error = Error::new(ErrorKind::Limit { limit }, piece.offset);
            self.problem(error, Some(piece.id), 0);
        }
    }

    fn refuses_scope(&self, course: &Course<'_>, options: &OptionsRecord<'_>) -> bool {
        let session = self.sessions.get(course.session);
        session.is_some_and(|session| session.exporter.refuses_scope(options))
    }

    fn is_news(&self, course: &Course<'_>, options: &OptionsRecord<'_>) -> bool {
        self.sessions.get(course.session).is_some_and(|session| {
            let taught = options.type_record();
            session.exporter.is_news(options)
                || taught.is_some_and(|element| session.taught.is_news(&element))
        })
    }

    /// Octets that must be free to learn a record.
    fn needed(&self, course: &Course<'_>, options: &OptionsRecord<'_>) -> usize {
        let Some(session) = self.sessions.get(course.session) else {
            return 0;
        };
        let taught = options
            .type_record()
            .map_or(0, |element| session.taught.room_for(&element));
        session
            .exporter
            .room_for_options(options)
            .saturating_add(taught)
    }

    fn learn_options(&mut self, course: &Course<'_>, options: &OptionsRecord<'_>) {
        let datagram = course.datagram.id();
        self.sessions.change(course.session, |session| {
            if session.exporter.is_news(options) {
                Arc::make_mut(&mut session.exporter).learn(options, datagram);
            }
            let news = options
                .type_record()
                .filter(|element| session.taught.is_news(element));
            if let Some(element) = news {
                session.taught.insert(&element);
            }
        });
    }

    /// Keeps a set until its template comes.
    pub(super) fn wait(&mut self, course: &Course<'_>, set: &Set<'_>) {
        let Some(header) = self.scratch.header() else {
            return;
        };
        let set = WaitingSet {
            id: set.id(),
            header: *header,
            offset: set.offset(),
            body: Box::from(set.body()),
        };
        let needed = self
            .sessions
            .get(course.session)
            .map_or(0, |session| session.waiting.room_for(&set));
        let room = self.sessions.reserve(course.session, needed);
        let limits = &self.limits;
        let now = course.datagram.received;
        let given_up = match room {
            None => {
                self.refuse(course);
                GivenUp::of(&set)
            }
            Some(evicted) => {
                Stats::add(&mut self.stats.evicted, evicted);
                self.sessions
                    .change(course.session, |session| {
                        let waiting = &mut session.waiting;
                        let old = waiting.expire(now, limits.waiting_lifetime);
                        old.and(waiting.push(set, limits.waiting_octets))
                    })
                    .unwrap_or_default()
            }
        };
        self.give_up(given_up);
    }

    /// Notes that data cannot wait.
    pub(super) fn refuse(&mut self, course: &Course<'_>) {
        self.sessions
            .touch(course.session, |session| session.waiting.refuse());
    }

    /// Decodes the data that waited for this template, which is in force now.
    pub(super) fn deliver(&mut self, course: &Course<'_>, id: u16) {
        let now = course.datagram.received;
        let waits = |waiting: &super::waiting::Waiting| !waiting.is_empty();
        if !self
            .sessions
            .get(course.session)
            .is_some_and(|session| waits(&session.waiting))
        {
            return;
        }
        let lifetime = self.limits.waiting_lifetime;
        let taken = self.sessions.change(course.session, |session| {
            let old = session.waiting.expire(now, lifetime);
            (old, session.waiting.take(id))
        });
        let (old, sets) = taken.unwrap_or_default();
        self.give_up(old);
        for set in sets {
            self.deliver_set(course, &set);
        }
        self.scratch.current = course.origin;
    }

    fn deliver_set(&mut self, course: &Course<'_>, set: &WaitingSet) {
        let Some(template) = self.sessions.get(course.session).and_then(|session| {
            let known = session.templates.get(set.id)?;
            Some(Arc::clone(&known.template))
        }) else {
            return;
        };
        let origin = self.origin(course.datagram, set.header, true);
        self.scratch.begin(origin, Some(course.session));
        let start = self.scratch.late.len();
        self.scratch.late.extend_from_slice(&set.body);
        let piece = Piece {
            id: set.id,
            offset: set.offset,
            body: &set.body,
            start,
            body_offset: set.offset.saturating_add(crate::wire::set::HEADER_LEN),
            late: Some(course.origin),
        };
        let slot = self.data(course, &piece, template);
        self.scratch.late_slots.push(slot);
        Stats::add(&mut self.stats.late_sets, 1);
    }

    fn give_up(&mut self, given_up: GivenUp) {
        Stats::add(&mut self.stats.given_up_sets, given_up.sets);
        Stats::add(&mut self.stats.given_up_octets, given_up.octets);
    }
}

/// Records of one length: a division. What is left is padding.
fn fixed_len(template: &Template, all: usize, len: usize) -> Measured {
    match (all.checked_div(len), all.checked_rem(len)) {
        (Some(count), Some(padding)) => Measured {
            count,
            padding,
            fault: None,
        },
        _ => {
            let id = template.id();
            Measured {
                count: 0,
                padding: all,
                fault: Some(ErrorKind::RecordOfNoOctets { id }),
            }
        }
    }
}

/// Records that tell their own length: one walk over the lengths.
fn variable_len(template: &Template, body: &[u8]) -> Measured {
    let mut rest = body;
    let mut count = 0_usize;
    while let Some((len, _)) = measure(rest, template) {
        rest = rest.get(len..).unwrap_or_default();
        count = count.saturating_add(1);
    }
    let left = rest.len();
    let id = template.id();
    // Fewer octets than the shortest record has are padding.
    let cut = left >= template.min_record_len() && left > 0;
    Measured {
        count,
        padding: left,
        fault: cut.then_some(ErrorKind::RecordCut { id, left }),
    }
}

/// The records of a body that was measured.
pub(super) fn bodies<'b, 't>(
    body: &'b [u8],
    template: &'t Template,
    count: usize,
) -> impl Iterator<Item = DataRecord<'b, 't>> {
    let mut rest = body;
    (0..count).map_while(move |_| {
        let (len, segments) = measure(rest, template)?;
        let (octets, behind) = rest.split_at_checked(len)?;
        rest = behind;
        Some(DataRecord::new(octets, template, &[], segments))
    })
}
