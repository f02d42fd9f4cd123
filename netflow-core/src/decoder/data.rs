//! Data sets: records are delimited, and options records are learned from. Data
//! without a template waits for it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Range;

use super::common_properties::AnnouncedProperties;
use super::sets::MessageContext;
use super::waiting::{GivenUp, WaitingSet};
use super::{Content, Decoder, SetSlot, Stats};
use crate::error::{Error, ErrorKind};
use crate::exporter::OptionsRecord;
use crate::record::{DataRecord, ListCheck, measure};
use crate::template::Template;
use crate::wire::set::Set;

/// The body of a set and its position: in the payload or, if the set is late,
/// in the buffer of late octets.
pub(super) struct SetBody<'s> {
    id: u16,
    /// Where the set began in its payload.
    offset: usize,
    octets: &'s [u8],
    /// Where the body begins in its buffer.
    start: usize,
    /// Where the body began in its payload.
    body_offset: usize,
    late: Option<usize>,
}

impl<'s> SetBody<'s> {
    pub(super) const fn live(set: &Set<'s>) -> Self {
        Self {
            id: set.id(),
            offset: set.offset(),
            octets: set.body(),
            start: set.body_offset(),
            body_offset: set.body_offset(),
            late: None,
        }
    }

    /// A slot without records.
    pub(super) fn slot(&self, origin: usize, content: Content) -> SetSlot {
        SetSlot {
            origin,
            id: self.id,
            content,
            offset: self.offset,
            body: self.start..self.start.saturating_add(self.octets.len()),
            late: self.late,
            padding: 0,
            count: 0,
            lists: 0..0,
            is_joined: false,
            joined: 0..0,
        }
    }
}

/// The number of records in a data set, and what is left after them.
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
    common_properties: bool,
    rate_scopes: bool,
    sequence_selectors: bool,
}

impl MetLimits {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let limits = [
            (self.domain_octets, "domain_octets"),
            (self.name_octets, "name_octets"),
            (self.common_properties, "common_properties"),
            (self.rate_scopes, "rate_scopes"),
            (self.sequence_selectors, "sequence_selectors"),
        ];
        let met = limits.into_iter().filter(|(is_met, _)| *is_met);
        met.map(|(_, name)| name)
    }
}

impl Decoder {
    /// Checks a data set against its template.
    pub(super) fn data(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: Arc<Template>,
    ) -> SetSlot {
        let body = set_body.octets;
        let measured = match template.record_len() {
            Some(len) => fixed_len(&template, body.len(), len),
            None => variable_len(&template, body),
        };
        let template = self.observe_counters(context, template, body, measured.count);
        let lists = if template.has_lists() {
            self.lists(context, set_body, &template, measured.count)
        } else {
            0..0
        };
        if let Some(kind) = measured.fault {
            let left = measured.padding;
            let offset = set_body.body_offset.saturating_add(body.len());
            let error = Error::new(kind, offset.saturating_sub(left));
            self.problem(error, Some(set_body.id), left);
        }
        if template.is_options() {
            Stats::add(&mut self.stats.options_records, measured.count);
            self.options(context, set_body, &template, measured.count);
        } else {
            Stats::add(&mut self.stats.records, measured.count);
            self.observe(context.session, &template, body, measured.count);
        }
        SetSlot {
            padding: measured.padding,
            count: measured.count,
            lists,
            ..set_body.slot(self.scratch.current, Content::Records(template))
        }
    }

    /// Checks the lists in the records of a set and keeps the templates they refer to.
    fn lists(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: &Template,
        count: usize,
    ) -> Range<usize> {
        let start = self.scratch.lists.len();
        let mut found = core::mem::take(&mut self.scratch.found);
        let mut faults = core::mem::take(&mut self.scratch.faults);
        if let Some(session) = self.sessions.get(context.session) {
            let mut check = ListCheck {
                lookup: |id| Some(Arc::clone(&session.templates.get(id)?.template)),
                problem: |kind| faults.push(kind),
                found: &mut found,
                max_depth: self.limits.list_depth,
                max_templates: self.limits.list_templates,
            };
            for record in bodies(set_body.octets, template, count) {
                check.record(record.octets(), template, 0);
            }
        }
        for kind in faults.drain(..) {
            self.problem(Error::new(kind, set_body.offset), Some(set_body.id), 0);
        }
        self.scratch.lists.append(&mut found);
        self.scratch.found = found;
        self.scratch.faults = faults;
        start..self.scratch.lists.len()
    }

    /// Updates the exporter's state from options records.
    fn options(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: &Arc<Template>,
        count: usize,
    ) {
        let mut met = MetLimits::default();
        let domain = self.scratch.header();
        let domain = domain.map_or(0, |header| header.observation_domain);
        for record in bodies(set_body.octets, template, count) {
            if let Some(properties) = AnnouncedProperties::of(&record) {
                self.learn_properties(context, &properties, template, &mut met);
            }
            let options = OptionsRecord::new(&record, set_body.late.is_some(), domain);
            met.name_octets |= options.has_long_name();
            met.sequence_selectors |= options.has_long_sequence();
            met.rate_scopes |= self.refuses_scope(context, &options);
            if self.is_news(context, &options) {
                let needed = self.needed(context, &options);
                let room = self.sessions.reserve(context.session, needed);
                met.domain_octets |= room.is_none();
                if let Some(evicted) = room {
                    Stats::add(&mut self.stats.evicted, evicted);
                    self.learn_options(context, &options);
                }
            }
        }
        for limit in met.names() {
            let error = Error::new(ErrorKind::Limit { limit }, set_body.offset);
            self.problem(error, Some(set_body.id), 0);
        }
    }

    /// Keeps common properties, which replace those of the same id.
    fn learn_properties(
        &mut self,
        context: &MessageContext<'_>,
        properties: &AnnouncedProperties<'_>,
        template: &Arc<Template>,
        met: &mut MetLimits,
    ) {
        let Some(session) = self.sessions.get(context.session) else {
            return;
        };
        let known = &session.common_properties;
        if !known.is_news(properties, template) {
            return;
        }
        if known.len() >= self.limits.common_properties && !known.contains(properties.id) {
            met.common_properties = true;
            return;
        }
        let room = known.room_for(properties, template);
        let Some(evicted) = self.sessions.reserve(context.session, room) else {
            met.domain_octets = true;
            return;
        };
        Stats::add(&mut self.stats.evicted, evicted);
        self.sessions.change(context.session, |session| {
            session.common_properties.insert(properties, template);
        });
    }

    fn refuses_scope(&self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) -> bool {
        let session = self.sessions.get(context.session);
        session.is_some_and(|session| session.exporter.refuses_scope(options))
    }

    fn is_news(&self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) -> bool {
        self.sessions.get(context.session).is_some_and(|session| {
            let type_record = options.type_record();
            session.exporter.is_news(options)
                || type_record.is_some_and(|element| session.learned_elements.is_news(&element))
        })
    }

    /// Octets that must be free to learn a record.
    fn needed(&self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) -> usize {
        let Some(session) = self.sessions.get(context.session) else {
            return 0;
        };
        let for_type = options
            .type_record()
            .map_or(0, |element| session.learned_elements.room_for(&element));
        session
            .exporter
            .room_for_options(options)
            .saturating_add(for_type)
    }

    fn learn_options(&mut self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) {
        let datagram = context.datagram.id();
        self.sessions.change(context.session, |session| {
            if session.exporter.is_news(options) {
                Arc::make_mut(&mut session.exporter).learn(options, datagram);
            }
            let news = options
                .type_record()
                .filter(|element| session.learned_elements.is_news(element));
            if let Some(element) = news {
                session.learned_elements.insert(&element);
            }
        });
    }

    /// Keeps a set until its template arrives.
    pub(super) fn wait(&mut self, context: &MessageContext<'_>, set: &Set<'_>) {
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
            .get(context.session)
            .map_or(0, |session| session.waiting.room_for(&set));
        let room = self.sessions.reserve(context.session, needed);
        let limits = &self.limits;
        let now = context.datagram.received;
        let given_up = match room {
            None => {
                self.refuse(context);
                GivenUp::of(&set)
            }
            Some(evicted) => {
                Stats::add(&mut self.stats.evicted, evicted);
                self.sessions
                    .change(context.session, |session| {
                        let waiting = &mut session.waiting;
                        let old = waiting.expire(now, limits.waiting_lifetime);
                        old.and(waiting.push(set, limits.waiting_octets))
                    })
                    .unwrap_or_default()
            }
        };
        self.give_up(given_up);
    }

    /// Records that data could not be kept.
    pub(super) fn refuse(&mut self, context: &MessageContext<'_>) {
        self.sessions
            .touch(context.session, |session| session.waiting.refuse());
    }

    /// Decodes the data that waited for this template, which is now in force.
    pub(super) fn deliver(&mut self, context: &MessageContext<'_>, id: u16) {
        let now = context.datagram.received;
        let waits = |waiting: &super::waiting::Waiting| !waiting.is_empty();
        if !self
            .sessions
            .get(context.session)
            .is_some_and(|session| waits(&session.waiting))
        {
            return;
        }
        let lifetime = self.limits.waiting_lifetime;
        let taken = self.sessions.change(context.session, |session| {
            let old = session.waiting.expire(now, lifetime);
            (old, session.waiting.take(id))
        });
        let (old, sets) = taken.unwrap_or_default();
        self.give_up(old);
        for set in sets {
            self.deliver_set(context, &set);
        }
        self.scratch.current = context.origin;
    }

    fn deliver_set(&mut self, context: &MessageContext<'_>, set: &WaitingSet) {
        let Some(template) = self.sessions.get(context.session).and_then(|session| {
            let known = session.templates.get(set.id)?;
            Some(Arc::clone(&known.template))
        }) else {
            return;
        };
        let origin = self.origin(context.datagram, set.header, true);
        self.scratch.begin(origin, Some(context.session));
        let start = self.scratch.late.len();
        self.scratch.late.extend_from_slice(&set.body);
        let set_body = SetBody {
            id: set.id,
            offset: set.offset,
            octets: &set.body,
            start,
            body_offset: set.offset.saturating_add(crate::wire::set::HEADER_LEN),
            late: Some(context.origin),
        };
        let slot = self.data(context, &set_body, template);
        self.scratch.late_slots.push(slot);
        Stats::add(&mut self.stats.late_sets, 1);
    }

    fn give_up(&mut self, given_up: GivenUp) {
        Stats::add(&mut self.stats.given_up_sets, given_up.sets);
        Stats::add(&mut self.stats.given_up_octets, given_up.octets);
    }
}

/// Records of fixed length: their number is a division, and the remainder is padding.
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

/// Records of variable length: one pass over their length fields.
fn variable_len(template: &Template, body: &[u8]) -> Measured {
    let mut rest = body;
    let mut count = 0_usize;
    while let Some((len, _)) = measure(rest, template) {
        rest = rest.get(len..).unwrap_or_default();
        count = count.saturating_add(1);
    }
    let left = rest.len();
    let id = template.id();
    // Fewer octets than the shortest record are padding.
    let cut = left >= template.min_record_len() && left > 0;
    Measured {
        count,
        padding: left,
        fault: cut.then_some(ErrorKind::RecordCut { id, left }),
    }
}

/// The records of a body whose number of records is known.
pub(super) fn bodies<'b, 't>(
    body: &'b [u8],
    template: &'t Template,
    count: usize,
) -> impl Iterator<Item = DataRecord<'b, 't>> {
    let mut rest = body;
    (0..count).map_while(move |_| {
        let (len, segments) = measure(rest, template)?;
        let (octets, remaining) = rest.split_at_checked(len)?;
        rest = remaining;
        Some(DataRecord::new(octets, template, &[], segments))
    })
}
