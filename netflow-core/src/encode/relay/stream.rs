//! What a relay has sent of one observation domain.

use alloc::vec::Vec;

use crate::encode::TemplateDefinition;
use crate::time::Timestamp;
use crate::wire::set::FIRST_DATA_SET;

/// One observation domain of the relay.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) domain: u32,
    /// Data records sent, modulo 2^32.
    pub(super) sequence: u32,
    /// When it was last used, in the relay's count of messages.
    pub(super) heard: u64,
    templates: Vec<Sent>,
    /// Counts uses of templates.
    uses: u64,
}

/// A template and when it was sent.
#[derive(Debug)]
struct Sent {
    definition: TemplateDefinition,
    sent: Option<Timestamp>,
    used: u64,
}

/// Templates that one record may need: its own and those that its lists name
/// ([`Limits::list_templates`](crate::Limits::list_templates) of them). With this
/// many kept, no record replaces a template that it needs itself.
const LEAST: u16 = 128;

/// The index of a template in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TemplateIndex(usize);

impl Stream {
    pub(super) const fn new(domain: u32) -> Self {
        Self {
            domain,
            sequence: 0,
            heard: 0,
            templates: Vec::new(),
            uses: 0,
        }
    }

    /// The index of the template with these fields, of any id; a new one is
    /// assigned an id. Also whether another was forgotten for it.
    pub(super) fn index(
        &mut self,
        fields: &TemplateDefinition,
        most: u16,
    ) -> (TemplateIndex, bool) {
        self.uses = self.uses.saturating_add(1);
        let is_same = |sent: &Sent| {
            let known = &sent.definition;
            known.fields() == fields.fields()
                && known.is_options() == fields.is_options()
                && known.scope_count() == fields.scope_count()
        };
        let found = self.templates.iter().position(is_same);
        let (index, forgotten) = match found {
            Some(index) => (index, false),
            None => self.insert(fields, most),
        };
        if let Some(sent) = self.templates.get_mut(index) {
            sent.used = self.uses;
        }
        (TemplateIndex(index), forgotten)
    }

    /// Ids are assigned in order; when they are used up, the id of the template
    /// unused for longest is redefined.
    fn insert(&mut self, fields: &TemplateDefinition, most: u16) -> (usize, bool) {
        let count = self.templates.len();
        let most = most.clamp(LEAST, u16::MAX.saturating_sub(FIRST_DATA_SET));
        let oldest = self.templates.iter().enumerate();
        let oldest = oldest.min_by_key(|(_, sent)| sent.used);
        let (index, forgotten) = match oldest.map(|(index, _)| index) {
            Some(index) if count >= usize::from(most) => (index, true),
            _ => (count, false),
        };
        let id = u16::try_from(index).unwrap_or(0);
        let new = Sent {
            definition: fields.clone().with_id(id.saturating_add(FIRST_DATA_SET)),
            sent: None,
            used: 0,
        };
        match self.templates.get_mut(index) {
            Some(old) => *old = new,
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

    pub(super) fn was_sent(&mut self, index: TemplateIndex, now: Timestamp) {
        if let Some(sent) = self.templates.get_mut(index.0) {
            sent.sent = Some(now);
        }
    }
}
