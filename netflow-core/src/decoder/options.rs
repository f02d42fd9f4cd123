//! Options records: what they announce updates the state of the exporter.

use alloc::sync::Arc;

use super::common_properties::AnnouncedProperties;
use super::context::{MessageContext, SetBody};
use super::{Decoder, Stats};
use crate::error::{Error, ErrorKind};
use crate::exporter::{News, OptionsRecord};
use crate::record::records_in;
use crate::template::Template;

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
    /// Updates the exporter's state from options records.
    pub(super) fn options(
        &mut self,
        context: &MessageContext<'_>,
        set_body: &SetBody<'_>,
        template: &Arc<Template>,
        count: usize,
    ) {
        let mut met = MetLimits::default();
        let domain = self.scratch.header();
        let domain = domain.map_or(0, |header| header.observation_domain);
        for record in records_in(set_body.octets, template, count) {
            if let Some(properties) = AnnouncedProperties::of(&record) {
                self.learn_properties(context, &properties, template, &mut met);
            }
            let mut options = OptionsRecord::default();
            options.read(&record, set_body.late.is_some(), domain);
            met.name_octets |= options.has_long_name();
            met.sequence_selectors |= options.has_long_sequence();
            met.rate_scopes |= self.refuses_scope(context, &options);
            let news = self.news(context, &options);
            if news.is_some() || self.is_new_type(context, &options) {
                let needed = self.needed(context, &options);
                let room = self.sessions.reserve(context.session, needed);
                met.domain_octets |= room.is_none();
                if let Some(evicted) = room {
                    Stats::add(&mut self.stats.evicted, evicted);
                    self.learn_options(context, &options, news.as_ref());
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

    fn news(&self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) -> Option<News> {
        self.sessions.get(context.session)?.exporter.news(options)
    }

    fn is_new_type(&self, context: &MessageContext<'_>, options: &OptionsRecord<'_>) -> bool {
        let session = self.sessions.get(context.session);
        session
            .zip(options.type_record())
            .is_some_and(|(session, element)| session.learned_elements.is_news(&element))
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

    fn learn_options(
        &mut self,
        context: &MessageContext<'_>,
        options: &OptionsRecord<'_>,
        news: Option<&News>,
    ) {
        let datagram = context.datagram.id();
        self.sessions.change(context.session, |session| {
            if let Some(news) = news {
                Arc::make_mut(&mut session.exporter).learn(options, news, datagram);
            }
            let news = options
                .type_record()
                .filter(|element| session.learned_elements.is_news(element));
            if let Some(element) = news {
                session.learned_elements.insert(&element);
            }
        });
    }
}
