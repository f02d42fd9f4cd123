//! What a datagram changed among the templates in force.

use alloc::sync::Arc;

use super::Decoder;
use super::session::SessionId;
use crate::domain::DomainKey;
use crate::template::Template;

/// A change of the templates in force, for programs that keep templates elsewhere too, log changes, or
/// measure how often exporters send them.
///
/// There is none for a template that is sent again without a change, and none for those of an exporter that is
/// forgotten as a whole: because memory is short, or by
/// [`end_session`](Decoder::end_session).
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, TemplateEventKind, Timestamp, Transport};
///
/// // IPFIX: template 256 of a source address.
/// let payload = [
///     0, 10, 0, 28, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, 0, 2, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4,
/// ];
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::from_secs(9), &payload);
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(datagram)?;
/// let event = &decoded.template_events()[0];
/// assert_eq!((event.kind, event.template.id()), (TemplateEventKind::Learned, 256));
/// assert!(decoder.decode(datagram)?.template_events().is_empty());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TemplateEvent {
    /// What happened.
    pub kind: TemplateEventKind,
    /// The observation domain that the template is of.
    pub domain: DomainKey,
    /// The template: the new one if it changed, else the one that is or was in force.
    pub template: Arc<Template>,
}

/// What happened to a template.
///
/// ```
/// use netflow_core::{Decoder, Limits, TemplateEventKind, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// assert!(decoded.template_events().iter().all(|event| event.kind == TemplateEventKind::Learned));
///
/// // IPFIX: a withdrawal of template 256.
/// let payload = [
///     0, 10, 0, 24, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 4, 0, 0, 0, 7, 0, 2, 0, 8, 1, 0, 0, 0,
/// ];
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let event = &decoded.template_events()[0];
/// assert_eq!((event.kind, event.template.id()), (TemplateEventKind::Withdrawn, 256));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TemplateEventKind {
    /// It is new: none of its id was in force.
    Learned,
    /// It replaced another definition of its id.
    Changed,
    /// The exporter withdrew it (RFC 7011, section 8.1), or replaced it by a definition that cannot be
    /// kept.
    Withdrawn,
    /// It was received over UDP and not sent again within
    /// [`template_lifetime`](crate::Limits::template_lifetime). Reported when data refers to it.
    Expired,
}

impl Decoder {
    /// Notes a change of a template.
    pub(super) fn template_event(
        &mut self,
        session: SessionId,
        kind: TemplateEventKind,
        template: Arc<Template>,
    ) {
        let Some(session) = self.sessions.get(session) else {
            return;
        };
        self.scratch.template_events.push(TemplateEvent {
            kind,
            domain: *session.key(),
            template,
        });
    }

    /// Withdraws the template of this id and notes it, if there is one.
    pub(super) fn discard_template(
        &mut self,
        session: SessionId,
        kind: TemplateEventKind,
        id: u16,
    ) {
        self.withdrawal_event(session, kind, id);
        self.sessions
            .change(session, |session| session.templates.withdraw(id));
    }

    /// Notes that the template of this id is about to be withdrawn, if there is one.
    pub(super) fn withdrawal_event(
        &mut self,
        session: SessionId,
        kind: TemplateEventKind,
        id: u16,
    ) {
        let known = self.sessions.get(session);
        if let Some(known) = known.and_then(|session| session.templates.get(id)) {
            let template = Arc::clone(&known.template);
            self.template_event(session, kind, template);
        }
    }

    /// Notes that all templates of data, or all of options, are about to be withdrawn.
    pub(super) fn withdrawal_events(&mut self, session: SessionId, options: bool) {
        let Some(known) = self.sessions.get(session) else {
            return;
        };
        let domain = *known.key();
        let templates = known.templates.iter().map(|known| &known.template);
        let templates = templates.filter(|template| template.is_options() == options);
        let events = templates.map(|template| TemplateEvent {
            kind: TemplateEventKind::Withdrawn,
            domain,
            template: Arc::clone(template),
        });
        self.scratch.template_events.extend(events);
    }
}
