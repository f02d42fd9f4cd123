//! A walk over the sets, records and fields of a message, one after the other.
//!
//! What can be entered (a list in a field, an sFlow sample) opens a level of its own, whose records
//! and fields are walked the same way.

mod item;
mod level;

use netflow_core::{Decoded, Set, Sets};

pub use self::item::{
    netflow_field, netflow_record, netflow_record_kind, netflow_set, netflow_set_kind,
};
use self::level::{Inside, Level, RemainingRecords};
use crate::text_buffer::TextBuffer;

/// Maximum depth of levels. The decoder bounds nesting itself, so that nothing it has checked reaches
/// this.
const DEPTH: usize = 300;

/// How far a message was walked.
#[derive(Debug)]
pub(crate) struct MessageWalk<'m> {
    sets: Sets<'m>,
    set: Option<Set<'m>>,
    /// The level of the set.
    level: Level<'m>,
    /// Those entered from it.
    deeper: Vec<Level<'m>>,
    found: Option<FoundRecord<'m>>,
}

/// The record that was found last, and how to find it again: a biflow that is two flows is
/// looked up once for each.
#[derive(Debug)]
struct FoundRecord<'m> {
    octet: *const u8,
    sets: Sets<'m>,
    set: Option<Set<'m>>,
    records: RemainingRecords<'m>,
}

impl<'m> MessageWalk<'m> {
    pub(crate) fn new(message: &Decoded<'m>) -> Self {
        Self {
            sets: message.sets(),
            set: None,
            level: Level::empty(),
            deeper: Vec::new(),
            found: None,
        }
    }

    /// The next set of the message.
    pub(crate) fn next_set(&mut self) -> Option<netflow_set> {
        self.deeper.clear();
        self.level = Level::empty();
        self.set = self.sets.next();
        let set = self.set?;
        self.level = Level::of_set(&set);
        Some(item::set(&set))
    }

    /// The next record of the set, or of what was entered.
    pub(crate) fn next_record(&mut self) -> Option<netflow_record> {
        self.deepest().next_record()
    }

    /// The next field of the record; a composed name is stored in `name`.
    pub(crate) fn next_field(&mut self, name: &mut TextBuffer) -> Option<netflow_field> {
        self.deepest().next_field(name)
    }

    /// Enters the item returned last; `false` if it holds nothing to walk.
    pub(crate) fn enter(&mut self) -> bool {
        if self.deeper.len() >= DEPTH {
            return false;
        }
        let level = match self.deepest().take_inside() {
            Inside::Nothing => return false,
            Inside::List(list) => Level::of_list(list),
            Inside::Records(records) => Level::new(RemainingRecords::Structures(records)),
        };
        self.deeper.push(level);
        true
    }

    /// Goes back to where the last level was entered; `false` if it is that of the set.
    pub(crate) fn leave(&mut self) -> bool {
        self.deeper.pop().is_some()
    }

    /// Goes to the record or sample that begins at this octet of the set it is in, so that its
    /// fields come next. Looking up records in the order of the message takes the time of one walk for
    /// all of them; going back starts again from the first.
    pub(crate) fn find(
        &mut self,
        message: &Decoded<'m>,
        octet: *const u8,
    ) -> Option<netflow_record> {
        self.deeper.clear();
        if let Some(found) = self.found.take_if(|found| found.octet == octet) {
            self.sets = found.sets;
            self.set = found.set;
            self.level = Level::new(found.records);
            return self.find_here(octet);
        }
        let holds = |set: &Set<'_>| set.body().as_ptr_range().contains(&octet);
        if !self.set.as_ref().is_some_and(holds) {
            self.set = self.sets.find(holds);
            self.level = self.set.as_ref().map_or_else(Level::empty, Level::of_set);
        }
        if let Some(record) = self.find_here(octet) {
            return Some(record);
        }
        self.sets = message.sets();
        self.set = self.sets.find(holds);
        self.level = Level::of_set(self.set.as_ref()?);
        self.find_here(octet)
    }

    /// Of the records still to come.
    fn find_here(&mut self, octet: *const u8) -> Option<netflow_record> {
        loop {
            let records = self.level.records().clone();
            let record = self.level.next_record()?;
            if record.octets.data == octet {
                self.found = Some(FoundRecord {
                    octet,
                    sets: self.sets.clone(),
                    set: self.set,
                    records,
                });
                return Some(record);
            }
        }
    }

    fn deepest(&mut self) -> &mut Level<'m> {
        self.deeper.last_mut().unwrap_or(&mut self.level)
    }
}
