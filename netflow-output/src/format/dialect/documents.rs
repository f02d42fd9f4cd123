//! Documents of a dialect, one after the other.

use core::fmt;
use core::marker::PhantomData;

use netflow_core::{Decoded, Set, SetKind};

use super::{Encode, JsonDocument};
use crate::format::{Biflows, Format, FormatError, Framing, Selection};

/// Turns records into the documents of a dialect. One value writes documents of one form.
pub trait Dialect: fmt::Debug {
    /// Whether the flows of a set become documents. Those of a set for which this is false are counted as
    /// left out.
    fn writes(&self, set: &Set<'_>) -> bool {
        !matches!(set.kind(), SetKind::Samples)
    }

    /// Writes the documents of a set: one for each record that is
    /// [selected](Selection::for_each_record).
    fn set<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>);
}

/// The documents of a dialect in some form.
///
/// ```
/// use netflow_output::format::dialect::{Documents, Ecs, JsonDocument, MessagePackDocument};
///
/// let json = Documents::<Ecs, JsonDocument<'_>>::new(Ecs::default());
/// let message_pack = Documents::<Ecs, MessagePackDocument<'_>>::new(Ecs::default());
/// # let _ = (json, message_pack);
/// ```
#[derive(Debug)]
pub struct Documents<D, E> {
    dialect: D,
    selection: Selection,
    form: PhantomData<fn() -> E>,
}

impl<D, E> Documents<D, E> {
    /// Documents of this dialect.
    #[must_use]
    pub fn new(dialect: D) -> Self {
        Self {
            dialect,
            selection: Biflows::Whole.into(),
            form: PhantomData,
        }
    }

    /// Documents of these flows only. A record of two directions remains one document.
    #[must_use]
    pub fn with_selection(self, selection: Selection) -> Self {
        Self {
            selection: selection.of_whole_records(),
            ..self
        }
    }
}

/// Problems have no document: the original tools have none either.
impl<D: Dialect, E: Encode> Format for Documents<D, E> {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in decoded.sets() {
            let is_chosen = self.selection.prepare(&set);
            if self.dialect.writes(&set) {
                // Of options it may learn, though none is chosen.
                self.dialect.set::<E>(&set, &mut self.selection, out);
            } else if is_chosen {
                self.selection.leave_out(&set);
            }
        }
        Ok(())
    }

    fn independent_selection(&self) -> Option<&Selection> {
        Some(&self.selection)
    }

    fn take_left_out(&mut self) -> u64 {
        self.selection.take_left_out()
    }

    fn framing(&self) -> Framing {
        E::FRAMING
    }
}

/// What a site adds to each document.
#[derive(Debug, Clone, Default)]
pub struct Additions {
    tags: Vec<String>,
    fields: Vec<(String, String)>,
}

impl Additions {
    /// Additions of these words under `tags`, and of these members with their texts.
    #[must_use]
    pub const fn new(tags: Vec<String>, fields: Vec<(String, String)>) -> Self {
        Self { tags, fields }
    }

    /// Adds a word under `tags`.
    pub fn add_tag(&mut self, word: String) {
        self.tags.push(word);
    }

    /// Adds a member with its text.
    pub fn add_field(&mut self, name: String, text: String) {
        self.fields.push((name, text));
    }

    /// The additions as members of a JSON object, each after a comma.
    pub(super) fn members(&self) -> Box<[u8]> {
        let mut text = Vec::new();
        JsonDocument::members_to(&mut text, |out| self.write(out));
        text.into()
    }

    /// Writes the additions as members of an object.
    pub(super) fn write<E: Encode>(&self, out: &mut E) {
        if !self.tags.is_empty() {
            out.key("tags");
            out.array(|out| {
                for tag in &self.tags {
                    out.string(tag);
                }
            });
        }
        for (key, text) in &self.fields {
            out.named_key(key);
            out.string(text);
        }
    }
}
