//! The sets of v9 and IPFIX: templates are learned, data is measured.

use alloc::sync::Arc;
use core::ops::Range;

use super::session::SessionKey;
use super::{Content, Decoder, ProblemSlot, Scratch, SetSlot, Stats};
use crate::datagram::{Datagram, Protocol, Transport};
use crate::error::{Error, ErrorKind};
use crate::record::{DataRecord, ListCheck, measure};
use crate::template::{Known, Template};
use crate::wire::set::{Dialect, FIRST_DATA_SET, Set, Sets};
use crate::wire::template::{TemplateKind, TemplateRecord, TemplateRecords};
use crate::wire::{ipfix, v9};

/// What all sets of one message share.
struct Course<'d> {
    datagram: &'d Datagram<'d>,
    dialect: Dialect,
    key: SessionKey,
}

/// What the records of a data set were found to be.
#[derive(Clone, Copy, Default)]
struct Measured {
    count: usize,
    padding: usize,
    fault: Option<ErrorKind>,
}

impl Decoder {
    /// Reads the sets of a message of `length` octets at `offset`, and tells
    /// where it ends.
    pub(super) fn sets(
        &mut self,
        datagram: &Datagram<'_>,
        offset: usize,
        length: usize,
        dialect: Dialect,
    ) -> usize {
        let header_len = if dialect.enterprise {
            ipfix::Header::LEN
        } else {
            v9::Header::LEN
        };
        let end = offset.saturating_add(length);
        let start = offset.saturating_add(header_len);
        let body = datagram.payload.get(start..end).unwrap_or_default();
        let protocol = if dialect.enterprise {
            Protocol::Ipfix
        } else {
            Protocol::NetflowV9
        };
        let domain = self
            .scratch
            .headers
            .last()
            .map_or(0, |header| header.observation_domain);
        let course = Course {
            datagram,
            dialect,
            key: SessionKey::new(datagram, self.scope, protocol, domain),
        };
        let (_, evicted) = self.sessions.enter(course.key);
        Stats::add(&mut self.stats.evicted, evicted);
        for set in Sets::new(body, start) {
            Stats::add(&mut self.stats.sets, 1);
            match set {
                Ok(set) => self.set(&course, &set),
                Err(error) => {
                    let left = end.saturating_sub(error.offset);
                    self.problem(error, None, left);
                }
            }
        }
        self.finish(&course.key);
        end
    }

    fn set(&mut self, course: &Course<'_>, set: &Set<'_>) {
        let id = set.id();
        let known = self.scratch.problems.len();
        if id == course.dialect.template_set {
            self.template_set(course, set, false);
        } else if id == course.dialect.options_template_set {
            self.template_set(course, set, true);
        } else if id < FIRST_DATA_SET {
            let kind = ErrorKind::ReservedSet { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            self.slot(set, Content::Reserved, Measured::default(), 0..0);
        } else if let Some(template) = self.in_force(course, id) {
            self.data(course, set, template);
        } else {
            let kind = ErrorKind::NoTemplate { id };
            self.problem(Error::new(kind, set.offset()), Some(id), set.body().len());
            self.slot(set, Content::NoTemplate, Measured::default(), 0..0);
        }
        // The octets past the message are no loss of their own if the end of
        // the set was told already.
        if let Some(fault) = set.fault() {
            let told = self.scratch.problems.len() > known;
            let slot = self.scratch.slots.last();
            let cut = slot.filter(|_| !told).map_or(0, |slot| slot.padding);
            self.problem(fault, Some(id), cut);
        }
    }

    /// The template in force for a data set; one that came over UDP expires.
    fn in_force(&mut self, course: &Course<'_>, id: u16) -> Option<Arc<Template>> {
        let session = self.sessions.get_mut(&course.key)?;
        let known = session.templates.get(id)?;
        let age = course.datagram.received.nanos_since(known.refreshed);
        let lifetime = self
            .limits
            .template_lifetime
            .filter(|_| course.datagram.transport == Transport::Udp);
        if lifetime.is_some_and(|lifetime| age > lifetime) {
            self.sessions.withdraw(&course.key, id);
            return None;
        }
        Some(Arc::clone(&known.template))
    }

    fn slot(&mut self, set: &Set<'_>, content: Content, measured: Measured, lists: Range<usize>) {
        let start = set.body_offset();
        self.scratch.slots.push(SetSlot {
            header: self.scratch.header(),
            id: set.id(),
            content,
            offset: set.offset(),
            body: start..start.saturating_add(set.body().len()),
            late: false,
            padding: measured.padding,
            count: measured.count,
            lists,
        });
    }

    fn template_set(&mut self, course: &Course<'_>, set: &Set<'_>, options: bool) {
        let dialect = course.dialect;
        let records = TemplateRecords::new(set.body(), set.body_offset(), dialect, options);
        let end = set.body_offset().saturating_add(set.body().len());
        let mut count = 0_usize;
        for record in records {
            match record {
                Ok(record) => {
                    count = count.saturating_add(1);
                    self.template(course, &record);
                }
                Err(error) => {
                    let left = end.saturating_sub(error.offset);
                    self.problem(error, Some(set.id()), left);
                }
            }
        }
        let measured = Measured {
            count,
            ..Measured::default()
        };
        self.slot(set, Content::Templates { dialect, options }, measured, 0..0);
    }

    /// Obeys one template record.
    fn template(&mut self, course: &Course<'_>, record: &TemplateRecord<'_>) {
        let id = record.id();
        let set = match record.kind() {
            TemplateKind::Withdrawal { options } => {
                self.withdraw(course, record, options);
                return;
            }
            TemplateKind::Data => course.dialect.template_set,
            TemplateKind::Options { .. } => course.dialect.options_template_set,
        };
        Stats::add(&mut self.stats.templates, 1);
        let count = record.field_count();
        let refused = if count == 0 {
            Some(ErrorKind::EmptyTemplate { id })
        } else if count > self.limits.template_fields {
            Some(ErrorKind::TooManyFields { id, count })
        } else {
            self.learn(course, record)
        };
        if let Some(kind) = refused {
            let octets = record.specifiers().len();
            self.problem(Error::new(kind, record.offset()), Some(set), octets);
        }
    }

    /// Puts a template in force; one that is known already is refreshed.
    fn learn(&mut self, course: &Course<'_>, record: &TemplateRecord<'_>) -> Option<ErrorKind> {
        let limit = |limit| Some(ErrorKind::Limit { limit });
        let id = record.id();
        let session = self.sessions.get_mut(&course.key)?;
        let refreshed = course.datagram.received;
        let is_new = match session.templates.get_mut(id) {
            Some(known) if known.template.is_same(record) => {
                known.refreshed = refreshed;
                return None;
            }
            Some(_) => false,
            None => true,
        };
        if is_new && session.templates.len() >= self.limits.templates {
            return limit("templates");
        }
        let known = Known {
            template: Arc::new(Template::new(record)?),
            refreshed,
            frame: course.datagram.frame,
        };
        match self.sessions.insert(&course.key, known) {
            Some(evicted) => {
                Stats::add(&mut self.stats.evicted, evicted);
                None
            }
            None => limit("state_octets"),
        }
    }

    /// Withdraws one template, or all of a kind when the id is that of their
    /// set (RFC 7011, section 8.1). Over UDP that is forbidden and told, but
    /// obeyed: the exporter means it.
    fn withdraw(&mut self, course: &Course<'_>, record: &TemplateRecord<'_>, options: bool) {
        let id = record.id();
        let set = if options {
            course.dialect.options_template_set
        } else {
            course.dialect.template_set
        };
        Stats::add(&mut self.stats.withdrawals, 1);
        if course.datagram.transport == Transport::Udp {
            let kind = ErrorKind::WithdrawalOverUdp { id };
            self.problem(Error::new(kind, record.offset()), Some(set), 0);
        }
        if id < FIRST_DATA_SET {
            let options = id == course.dialect.options_template_set;
            self.sessions.withdraw_all(&course.key, options);
        } else if !self.sessions.withdraw(&course.key, id) {
            let kind = ErrorKind::WithdrawalUnknown { id };
            self.problem(Error::new(kind, record.offset()), Some(set), 0);
        }
    }

    fn data(&mut self, course: &Course<'_>, set: &Set<'_>, template: Arc<Template>) {
        let body = set.body();
        let measured = match template.record_len() {
            Some(len) => fixed_len(&template, body.len(), len),
            None => variable_len(&template, body),
        };
        let lists = if template.has_lists() {
            self.lists(course, set, &template, measured.count)
        } else {
            0..0
        };
        if let Some(kind) = measured.fault {
            let left = measured.padding;
            let offset = set.body_offset().saturating_add(body.len());
            let error = Error::new(kind, offset.saturating_sub(left));
            self.problem(error, Some(set.id()), left);
        }
        if template.is_options() {
            Stats::add(&mut self.stats.options_records, measured.count);
            self.options(course, body, &template, measured.count);
        } else {
            Stats::add(&mut self.stats.records, measured.count);
        }
        self.slot(set, Content::Records(template), measured, lists);
    }

    /// Proves the lists in the records of a set and keeps the templates they name.
    fn lists(
        &mut self,
        course: &Course<'_>,
        set: &Set<'_>,
        template: &Template,
        count: usize,
    ) -> Range<usize> {
        let header = self.scratch.header();
        let Some(session) = self.sessions.get_mut(&course.key) else {
            return 0..0;
        };
        let Scratch {
            lists, problems, ..
        } = &mut self.scratch;
        let stats = &mut self.stats;
        let start = lists.len();
        let mut check = ListCheck {
            lookup: |id| {
                session
                    .templates
                    .get(id)
                    .map(|known| Arc::clone(&known.template))
            },
            problem: |kind| {
                stats.count_problem(&kind);
                problems.push(ProblemSlot {
                    header,
                    error: Error::new(kind, set.offset()),
                    set: Some(set.id()),
                    octets: 0,
                });
            },
            found: lists,
            start,
            max_depth: self.limits.list_depth,
            max_templates: self.limits.list_templates,
        };
        let mut rest = set.body();
        for _ in 0..count {
            let Some((len, _)) = measure(rest, template) else {
                break;
            };
            let (record, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            check.record(record, template, 0);
            rest = behind;
        }
        start..self.scratch.lists.len()
    }

    /// Lets the exporter's own state learn from options records.
    fn options(&mut self, course: &Course<'_>, body: &[u8], template: &Template, count: usize) {
        let Some(session) = self.sessions.get_mut(&course.key) else {
            return;
        };
        let mut rest = body;
        for _ in 0..count {
            let Some((len, segments)) = measure(rest, template) else {
                break;
            };
            let (octets, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            let record = DataRecord::new(octets, template, &[], segments);
            session.exporter.learn(&record);
            rest = behind;
        }
    }

    /// Options apply to the whole message they come in.
    fn finish(&mut self, key: &SessionKey) {
        let system_init = self
            .sessions
            .get_mut(key)
            .and_then(|session| session.exporter.system_init());
        if let Some(header) = self.scratch.headers.last_mut() {
            header.system_init = system_init;
        }
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
