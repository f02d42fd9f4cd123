//! Loading the observation domains of a snapshot into a decoder.

use alloc::sync::Arc;

use super::domain::{SavedDomain, SavedProperties, SavedTemplate};
use crate::decoder::Decoder;
use crate::decoder::session::{Session, SessionId};
use crate::decoder::sessions::ReservedTicks;
use crate::decoder::templates::has_too_many_empty_fields;
use crate::domain::DomainKey;
use crate::element::TypeRecord;
use crate::exporter::{Learned, SavedSource};
use crate::snapshot::LoadReport;
use crate::template::{Known, SecondCounters, Template};
use crate::wire::reader::OctetReader;
use crate::wire::set::Dialect;
use crate::wire::template::{TemplateRecord, TemplateRecords};

/// A snapshot that is being loaded; its sections have been checked.
#[derive(Debug)]
pub(super) struct Load<'d> {
    decoder: &'d mut Decoder,
    ticks: ReservedTicks,
    report: LoadReport,
}

/// The domain whose state is being loaded.
#[derive(Debug, Clone, Copy)]
struct DomainTarget {
    id: SessionId,
    /// The snapshot's state of it is newer than the decoder's.
    newer: bool,
}

impl<'d> Load<'d> {
    pub(super) fn new(decoder: &'d mut Decoder, ticks: ReservedTicks) -> Self {
        Self {
            decoder,
            ticks,
            report: LoadReport::default(),
        }
    }

    pub(super) const fn report(&self) -> LoadReport {
        self.report
    }

    /// Loads a domain, if it belongs here.
    pub(super) fn domain(
        &mut self,
        body: OctetReader<'_>,
        belongs: &mut impl FnMut(&DomainKey) -> bool,
    ) {
        let key = SavedDomain::read(body).ok().and_then(|saved| saved.key);
        if key.is_some_and(|key| !belongs(&key)) {
            return;
        }
        let Some((saved, id, dialect)) = self.admit(body) else {
            self.refuse();
            return;
        };
        self.report.domains = self.report.domains.saturating_add(1);
        let target = DomainTarget {
            id,
            newer: self.account(id, &saved),
        };
        if target.newer {
            self.sequences(id, &saved);
        }
        // Templates are compiled by what the domain defines.
        for element in saved.elements() {
            match element {
                Some(element) => self.element(target, &element),
                None => self.refuse(),
            }
        }
        for template in saved.templates() {
            self.template(id, dialect, &template);
        }
        for learned in saved.learned() {
            self.learned(target, &learned);
        }
        for properties in saved.common_properties() {
            if let Some(dialect) = dialect {
                self.properties(target, dialect, &properties);
            }
        }
        self.waiting(id, &saved);
    }

    /// Keeps common properties, unless those known are newer.
    fn properties(&mut self, target: DomainTarget, dialect: Dialect, saved: &SavedProperties<'_>) {
        let announced = &saved.announced;
        let decoder = &*self.decoder;
        let Some(session) = decoder.sessions.get(target.id) else {
            return;
        };
        let known = &session.common_properties;
        let is_known = known.contains(announced.id);
        if is_known && !target.newer {
            return;
        }
        let template = parse(saved.record, dialect, true)
            .filter(|record| decoder.may_keep(record))
            .and_then(|record| {
                let same = known.template_of(&record);
                same.or_else(|| decoder.compile(session, &record))
            })
            .filter(|template| announced.fits(template));
        let is_full = known.len() >= decoder.limits.common_properties && !is_known;
        match template.filter(|_| !is_full) {
            Some(template) => {
                let room = known.room_for(announced, &template);
                self.change(target.id, room, |session| {
                    session.common_properties.insert(announced, &template);
                });
            }
            None => self.refuse(),
        }
    }

    /// Adds waiting data, unless it waits already, as after an earlier load.
    fn waiting(&mut self, id: SessionId, saved: &SavedDomain<'_>) {
        let Some(key) = saved.key else {
            return;
        };
        let limit = self.decoder.limits.waiting_octets;
        for one in saved.waiting() {
            let set = one.set(&key);
            let Some(session) = self.decoder.sessions.get(id) else {
                return;
            };
            if session.waiting.holds(&set) {
                continue;
            }
            let room = session.waiting.room_for(&set);
            let pushed = self.change(id, room, |session| session.waiting.push(set, limit));
            // Without room, it was refused already.
            let given_up = pushed.unwrap_or_default().sets;
            self.report.refused = self.report.refused.saturating_add(given_up);
            if pushed.is_none() || given_up > 0 {
                self.decoder
                    .sessions
                    .touch(id, |session| session.waiting.refuse());
            }
        }
        self.decoder.sessions.touch(id, |session| {
            // Data that was saved as waiting but is not waiting any more will not
            // be read.
            if session.waiting.is_empty() {
                session.sequence.resolve(true);
            }
        });
    }

    fn admit<'a>(
        &mut self,
        body: OctetReader<'a>,
    ) -> Option<(SavedDomain<'a>, SessionId, Option<Dialect>)> {
        let saved = SavedDomain::read(body).ok()?;
        let key = saved.key?;
        let id = self.decoder.sessions.admit(key, &mut self.ticks)?;
        Some((saved, id, Dialect::of(key.protocol)))
    }

    /// Replaces the account if that of the snapshot is newer, and returns whether
    /// it is.
    fn account(&mut self, id: SessionId, saved: &SavedDomain<'_>) -> bool {
        let account = &saved.account;
        let change = |session: &mut Session| {
            let known = session.messages > 0;
            let newer = !known || account.last_received > session.last_received;
            if !known || account.first_received < session.first_received {
                session.first_received = account.first_received;
            }
            if newer {
                session.messages = account.messages;
                session.last_received = account.last_received;
                session.clock_skew = account.clock_skew;
                session.sequence.replace(&saved.sequence);
            }
            newer
        };
        self.decoder.sessions.touch(id, change) == Some(true)
    }

    /// Replaces the known sources by those of the snapshot.
    fn sequences(&mut self, id: SessionId, saved: &SavedDomain<'_>) {
        self.decoder
            .sessions
            .change(id, |session| session.sources.reset(&saved.sample_counts));
        for source in saved.sources() {
            self.source(id, &source);
        }
        self.decoder.sessions.touch(id, |session| {
            for series in saved.series() {
                session.sources.restore_series(&series);
            }
        });
    }

    fn source(&mut self, id: SessionId, source: &SavedSource) {
        let Some(session) = self.decoder.sessions.get(id) else {
            return;
        };
        let known = session.sources.knows(source.key);
        let room = if known { 0 } else { session.sources.growth() };
        self.change(id, room, |session| {
            session.sources.restore(source);
        });
    }

    /// Templates in force are recompiled when they are next used.
    fn element(&mut self, target: DomainTarget, element: &TypeRecord<'_>) {
        let Some(session) = self.decoder.sessions.get(target.id) else {
            return;
        };
        let learned = &session.learned_elements;
        let known = learned.get(element.id).is_some();
        if known && !target.newer || !learned.is_news(element) {
            return;
        }
        let room = learned.room_for(element);
        self.change(target.id, room, |session| {
            session.learned_elements.insert(element);
        });
    }

    fn template(&mut self, id: SessionId, dialect: Option<Dialect>, saved: &SavedTemplate<'_>) {
        let record = dialect.and_then(|dialect| parse(saved.record, dialect, saved.options));
        match record.and_then(|record| self.take(id, saved, &record)) {
            Some(true) => self.report.templates = self.report.templates.saturating_add(1),
            Some(false) => {}
            None => self.refuse(),
        }
    }

    /// Inserts a template unless one sent later is known; `None` if it cannot be
    /// kept.
    fn take(
        &mut self,
        id: SessionId,
        saved: &SavedTemplate<'_>,
        record: &TemplateRecord<'_>,
    ) -> Option<bool> {
        let decoder = &mut *self.decoder;
        if !decoder.may_keep(record) {
            return None;
        }
        let session = decoder.sessions.get(id)?;
        match session.templates.get(record.id()) {
            Some(known) if known.refreshed >= saved.refreshed => return Some(false),
            None if session.templates.len() >= decoder.limits.templates => return None,
            _ => {}
        }
        let (definitions, learned) = (&decoder.definitions, &session.learned_elements);
        let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
        let configured = decoder.configured_counters.get(session.key().exporter.ip());
        let found = saved.reverse_counters.then_some(SecondCounters::Exceeded);
        let template = Template::new(record, defined, configured.or(found))?;
        let room = session.templates.room_for(&template);
        if !decoder.sessions.has_room(id, room) {
            return None;
        }
        let known = Known {
            template,
            refreshed: saved.refreshed,
            datagram: saved.datagram,
            types: learned.version(),
            awaited: !session.waiting.is_empty(),
        };
        decoder
            .sessions
            .change(id, |session| session.templates.insert(known))?;
        Some(true)
    }

    fn learned(&mut self, target: DomainTarget, learned: &Learned<'_>) {
        if learned.is_refused() {
            self.refuse();
            return;
        }
        let session = self.decoder.sessions.get(target.id);
        let room = session.and_then(|session| session.exporter.room_for(learned, target.newer));
        if let Some(room) = room {
            let is_kept = self.change(target.id, room, |session| {
                Arc::make_mut(&mut session.exporter).restore(learned)
            });
            if is_kept == Some(false) {
                self.refuse();
            }
        }
    }

    /// Changes a domain if there is room for this many more octets, otherwise
    /// counts a refusal.
    fn change<T>(
        &mut self,
        id: SessionId,
        room: usize,
        change: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let sessions = &mut self.decoder.sessions;
        if sessions.has_room(id, room) {
            return sessions.change(id, change);
        }
        self.refuse();
        None
    }

    const fn refuse(&mut self) {
        self.report.refused = self.report.refused.saturating_add(1);
    }
}

impl Decoder {
    /// Whether a template of a snapshot keeps to the limits.
    fn may_keep(&self, record: &TemplateRecord<'_>) -> bool {
        let count = record.field_count();
        count > 0 && count <= self.limits.template_fields && !has_too_many_empty_fields(record)
    }

    fn compile(&self, session: &Session, record: &TemplateRecord<'_>) -> Option<Arc<Template>> {
        let (definitions, learned) = (&self.definitions, &session.learned_elements);
        let defined = |id| definitions.get(id).or_else(|| learned.get(id)).cloned();
        Template::new(record, defined, None)
    }
}

/// The template record in these octets, which hold nothing else.
fn parse(octets: &[u8], dialect: Dialect, options: bool) -> Option<TemplateRecord<'_>> {
    let mut records = TemplateRecords::new(octets, 0, dialect, options);
    let record = records.next()?.ok()?;
    (records.left() == 0).then_some(record)
}
