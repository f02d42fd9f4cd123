//! Writing all observation domains.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::PROTOCOLS;
use super::domain::SavedTemplate;
use crate::datagram::Protocol;
use crate::decoder::common_properties::Properties;
use crate::decoder::session::Session;
use crate::decoder::sessions::Sessions;
use crate::domain::DomainKey;
use crate::element::DefinedElement;
use crate::snapshot::{DOMAIN, EntryInputs, SnapshotWriter, kind};
use crate::template::{Known, SecondCounters, Template};
use crate::time::Timestamp;

/// Writes the domains, the one received last first.
pub(super) fn domains(sessions: &Sessions, waiting: bool, out: &mut SnapshotWriter<'_>) {
    let mut sessions: Vec<&Session> = sessions.iter().collect();
    sessions.sort_unstable_by_key(|session| (Reverse(session.last_received), *session.key()));
    for session in sessions {
        one_domain(session, waiting, out);
    }
}

/// Writes one domain, with the data that waits or without.
pub(super) fn one_domain(session: &Session, waiting: bool, out: &mut SnapshotWriter<'_>) {
    out.section(DOMAIN, |out| domain(session, waiting, out));
}

fn domain(session: &Session, waiting: bool, out: &mut SnapshotWriter<'_>) {
    out.section(kind::KEY, |out| key(session.key(), out));
    out.section(kind::ACCOUNT, |out| account(session, out));
    out.section(kind::SEQUENCE, |out| session.sequence.save(out));
    out.section(kind::SAMPLE_COUNTS, |out| session.sources.save_counts(out));
    out.section(kind::SOURCES, |out| session.sources.save_sources(out));
    out.section(kind::SERIES, |out| {
        session.sources.save_series(out);
    });
    out.section(kind::ELEMENTS, |out| {
        let mut elements: Vec<_> = session.learned_elements.iter().collect();
        elements.sort_unstable_by_key(|element| element.id);
        for element in elements {
            self::element(element, out);
        }
    });
    let mut inputs = EntryInputs::default();
    let mut templates: Vec<_> = session.templates.iter().collect();
    templates.sort_unstable_by_key(|known| known.template.id());
    out.section(kind::TEMPLATES, |out| {
        let protocol = session.key().protocol;
        for (index, known) in (0..).zip(templates) {
            template(known, protocol, out);
            inputs.add(kind::TEMPLATES, index, known.datagram.input);
        }
    });
    session.exporter.save(&mut inputs, out);
    out.section(kind::COMMON_PROPERTIES, |out| {
        let mut all: Vec<_> = session.common_properties.iter().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        for (id, properties) in all {
            self::properties(id, properties, session.key().protocol, out);
        }
    });
    out.section(kind::WAITING, |out| {
        for (index, set) in (0..).zip(session.waiting.iter().filter(|_| waiting)) {
            super::waiting::save(set, out);
            inputs.add(kind::WAITING, index, set.header.input);
        }
    });
    inputs.write(out);
}

fn key(key: &DomainKey, out: &mut SnapshotWriter<'_>) {
    let protocol = PROTOCOLS
        .iter()
        .find(|(_, protocol)| *protocol == key.protocol);
    out.u8(protocol.map_or(0, |(number, _)| *number));
    out.u16(key.exporter.port());
    out.u32(key.observation_domain);
    out.address(Some(key.exporter.ip()));
    out.address(key.agent_address);
}

fn account(session: &Session, out: &mut SnapshotWriter<'_>) {
    out.u64(session.messages);
    out.time(session.first_received);
    out.time(session.last_received);
    out.optional_time(session.clock_skew.map(Timestamp::from_nanos));
}

fn element(element: &DefinedElement, out: &mut SnapshotWriter<'_>) {
    out.u32(element.id.enterprise_number);
    out.u16(element.id.id);
    out.u8(element.data_type.number());
    out.u8(element.semantics.number());
    out.u8(element.units.number());
    out.text(element.name.as_bytes());
}

fn template(known: &Known, protocol: Protocol, out: &mut SnapshotWriter<'_>) {
    let template = &known.template;
    out.time(known.refreshed);
    out.u64(known.datagram.frame);
    let mut flags = 0;
    if template.is_options() {
        flags |= SavedTemplate::OPTIONS;
    }
    if template.second_counters() == Some(SecondCounters::Exceeded) {
        flags |= SavedTemplate::REVERSE_COUNTERS;
    }
    out.u8(flags);
    template_record(template, protocol, out);
}

fn properties(id: u64, properties: &Properties, protocol: Protocol, out: &mut SnapshotWriter<'_>) {
    out.u64(id);
    out.u16(u16::try_from(properties.first).unwrap_or(u16::MAX));
    template_record(&properties.template, protocol, out);
    out.text(&properties.octets);
}

/// A template as v9 or IPFIX send it.
fn template_record(template: &Template, protocol: Protocol, out: &mut SnapshotWriter<'_>) {
    let header = header(template, protocol);
    let header: Vec<u8> = header
        .into_iter()
        .flatten()
        .flat_map(u16::to_be_bytes)
        .collect();
    out.text(&[&header, template.specifiers()].concat());
}

/// The header of a template record: id and count, and for options the scope, which
/// v9 counts in octets.
fn header(template: &Template, protocol: Protocol) -> [Option<u16>; 3] {
    let id = Some(template.id());
    let count = u16::try_from(template.fields().len()).unwrap_or(u16::MAX);
    let scope = template.scope_count();
    if !template.is_options() {
        [id, Some(count), None]
    } else if protocol == Protocol::Ipfix {
        [id, Some(count), Some(scope)]
    } else {
        let octets = |count: u16| Some(count.saturating_mul(4));
        [id, octets(scope), octets(count.saturating_sub(scope))]
    }
}
