//! What a relay has sent of one observation domain.

use alloc::vec::Vec;

use crate::encode::TemplateDefinition;
use crate::time::Timestamp;
use crate::wire::set::FIRST_DATA_SET;

/// One observation domain of the relay.
#[derive(Debug)]
pub(super) struct RelayDomain {
    pub(super) domain: u32,
    /// Data records sent, modulo 2^32.
    pub(super) sequence: u32,
    /// When it was last used, in the relay's count of messages.
    pub(super) heard: u64,
    templates: Vec<RelayTemplate>,
    /// Counts uses of templates.
    uses: u64,
}

/// A template and when it was sent.
#[derive(Debug)]
struct RelayTemplate {
    /// Without fields as long as options named the exporter's template and no record needed it.
    definition: TemplateDefinition,
    /// The id of the exporter's template that it stands for, if options are about that one.
    source: Option<u16>,
    sent: Option<Timestamp>,
    /// An older definition of the id was sent; whether that was of options.
    replaced: Option<bool>,
    used: u64,
}

/// Templates that one record may need: its own and those that its lists name
/// ([`Limits::list_templates`](crate::Limits::list_templates) of them). With this
/// many kept, no record replaces a template that it needs itself.
const LEAST: u16 = 128;

/// The index of a template in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TemplateIndex(usize);

impl RelayDomain {
    pub(super) const fn new(domain: u32) -> Self {
        Self {
            domain,
            sequence: 0,
            heard: 0,
            templates: Vec::new(),
            uses: 0,
        }
    }

    /// The index of the template with these fields for records of the exporter's template
    /// `source`, if it has an id; a new one is assigned an id. Also whether another was forgotten
    /// for it.
    pub(super) fn index(
        &mut self,
        fields: &TemplateDefinition,
        source: Option<u16>,
        most: u16,
    ) -> (TemplateIndex, bool) {
        let found = source.and_then(|source| self.named(source));
        let found = found.or_else(|| {
            let mut templates = self.templates.iter();
            templates.position(|sent| sent.source.is_none() && sent.has_fields(fields))
        });
        let (index, forgotten) = match found {
            Some(index) => (index, false),
            None => self.insert(None, most),
        };
        self.uses = self.uses.saturating_add(1);
        if let Some(sent) = self.templates.get_mut(index) {
            if !sent.has_fields(fields) {
                sent.define(fields);
            }
            sent.used = self.uses;
        }
        (TemplateIndex(index), forgotten)
    }

    /// The id of the relay's template that stands for the exporter's template `source`, because
    /// options are about it. From now on its records have this id and no others have it, even with
    /// the same fields. Also whether another was forgotten for it.
    pub(super) fn name(&mut self, source: u16, most: u16) -> (u16, bool) {
        let (index, forgotten) = match self.named(source) {
            Some(index) => (index, false),
            None => self.insert(Some(source), most),
        };
        (id(index), forgotten)
    }

    fn named(&self, source: u16) -> Option<usize> {
        let mut templates = self.templates.iter();
        templates.position(|sent| sent.source == Some(source))
    }

    /// Ids are assigned in order; when they are used up, the id of the template
    /// unused for longest is redefined.
    fn insert(&mut self, source: Option<u16>, most: u16) -> (usize, bool) {
        let count = self.templates.len();
        let most = most.clamp(LEAST, u16::MAX.saturating_sub(FIRST_DATA_SET));
        let oldest = self.templates.iter().enumerate();
        let oldest = oldest.min_by_key(|(_, sent)| sent.used);
        let (index, forgotten) = match oldest.map(|(index, _)| index) {
            Some(index) if count >= usize::from(most) => (index, true),
            _ => (count, false),
        };
        self.uses = self.uses.saturating_add(1);
        let new = RelayTemplate {
            definition: TemplateDefinition::new(id(index)),
            source,
            sent: None,
            replaced: None,
            used: self.uses,
        };
        match self.templates.get_mut(index) {
            Some(old) => {
                let replaced = old.replaced_by_next();
                *old = RelayTemplate { replaced, ..new };
            }
            None => self.templates.push(new),
        }
        (index, forgotten)
    }

    pub(super) fn definition(&self, index: TemplateIndex) -> Option<&TemplateDefinition> {
        Some(&self.templates.get(index.0)?.definition)
    }

    /// The template has to be sent before a record by it.
    pub(super) fn is_due(
        &self,
        index: TemplateIndex,
        now: Timestamp,
        refresh: Option<i64>,
    ) -> bool {
        let Some(sent) = self.templates.get(index.0) else {
            return false;
        };
        sent.sent
            .is_none_or(|sent| refresh.is_some_and(|refresh| now.nanos_since(sent) >= refresh))
    }

    /// The id was sent with another definition, which was of options or not: over TCP and SCTP it
    /// has to be withdrawn before it is used again (RFC 7011, section 8.1). Returned once.
    pub(super) fn take_replaced(&mut self, index: TemplateIndex) -> Option<(u16, bool)> {
        let sent = self.templates.get_mut(index.0)?;
        let options = sent.replaced.take()?;
        Some((sent.definition.id(), options))
    }

    /// Nothing that was sent has to be known to the receiver: all templates are due.
    pub(super) fn forget_sent(&mut self) {
        for template in &mut self.templates {
            template.sent = None;
        }
    }

    pub(super) fn was_sent(&mut self, index: TemplateIndex, now: Timestamp) {
        if let Some(sent) = self.templates.get_mut(index.0) {
            sent.sent = Some(now);
        }
    }
}

impl RelayTemplate {
    fn has_fields(&self, fields: &TemplateDefinition) -> bool {
        let known = &self.definition;
        known.fields() == fields.fields()
            && known.is_options() == fields.is_options()
            && known.scope_count() == fields.scope_count()
    }

    /// Assigns these fields to the id.
    fn define(&mut self, fields: &TemplateDefinition) {
        self.replaced = self.replaced_by_next();
        self.definition = fields.clone().with_id(self.definition.id());
        self.sent = None;
    }

    /// What has to be withdrawn before the id is defined anew.
    fn replaced_by_next(&self) -> Option<bool> {
        let options = self.definition.is_options();
        self.replaced.or_else(|| self.sent.map(|_| options))
    }
}

/// The id of the template at this index.
fn id(index: usize) -> u16 {
    u16::try_from(index)
        .unwrap_or(0)
        .saturating_add(FIRST_DATA_SET)
}
