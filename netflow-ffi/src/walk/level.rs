//! One level of a walk: records, and the fields of the one returned last.

use netflow_core::record::{self, DataRecord, Field, List, ListParts, ListRecords, ListValues};
use netflow_core::wire::sflow::{self, SampleKind, structure};
use netflow_core::wire::template::{FieldSpecifiers, TemplateRecord};
use netflow_core::{Samples, Set, SetTemplateRecords};

use super::item::{self, netflow_field, netflow_record};
use crate::static_text;
use crate::text_buffer::TextBuffer;

/// Records, and the fields of one of them.
#[derive(Debug)]
pub(super) struct Level<'m> {
    records: RemainingRecords<'m>,
    fields: RemainingFields<'m>,
    inside: Inside<'m>,
}

/// What can be entered from the item returned last.
#[derive(Debug)]
pub(super) enum Inside<'m> {
    Nothing,
    List(List<'m, 'm>),
    Records(sflow::Records<'m>),
}

/// The records of a level that were not returned yet.
#[derive(Debug, Clone)]
pub(super) enum RemainingRecords<'m> {
    None,
    Data(netflow_core::Records<'m>),
    Templates(SetTemplateRecords<'m>),
    Samples(Samples<'m>),
    /// Flow or counter records of a sample.
    Structures(sflow::Records<'m>),
    List(ListRecords<'m, 'm>),
    /// The parts of a subTemplateMultiList, and the records of one.
    Parts(ListParts<'m, 'm>, Option<ListRecords<'m, 'm>>),
}

/// The fields of a record that were not returned yet.
#[derive(Debug)]
enum RemainingFields<'m> {
    None,
    /// Of a data record, and how many of them are still of the scope.
    Data(record::Fields<'m, 'm>, u16),
    /// Of a template, and how many of them are still of the scope.
    Specifiers(FieldSpecifiers<'m>, u16, bool),
    /// Of a basicList.
    Values(ListValues<'m, 'm>, record::BasicList<'m, 'm>),
    /// Of a structure of sFlow.
    Members(structure::Members<'m>),
}

impl<'m> RemainingRecords<'m> {
    fn of_set(set: &Set<'m>) -> Self {
        use netflow_core::SetKind;

        match set.kind() {
            SetKind::Data | SetKind::Options => Self::Data(set.records()),
            SetKind::Templates | SetKind::OptionsTemplates => {
                Self::Templates(set.template_records())
            }
            SetKind::Samples => Self::Samples(set.samples()),
            _ => Self::None,
        }
    }
}

impl<'m> Level<'m> {
    pub(super) const fn empty() -> Self {
        Self {
            records: RemainingRecords::None,
            fields: RemainingFields::None,
            inside: Inside::Nothing,
        }
    }

    pub(super) fn new(records: RemainingRecords<'m>) -> Self {
        Self {
            records,
            ..Self::empty()
        }
    }

    pub(super) fn of_set(set: &Set<'m>) -> Self {
        Self::new(RemainingRecords::of_set(set))
    }

    /// The values of a basicList are fields without a record.
    pub(super) fn of_list(list: List<'m, 'm>) -> Self {
        match list {
            List::Basic(list) => Self {
                fields: RemainingFields::Values(list.values(), list),
                ..Self::empty()
            },
            List::SubTemplate(list) => Self::new(RemainingRecords::List(list.records())),
            List::SubTemplateMulti(list) => Self::new(RemainingRecords::Parts(list.parts(), None)),
        }
    }

    pub(super) const fn records(&self) -> &RemainingRecords<'m> {
        &self.records
    }

    pub(super) fn take_inside(&mut self) -> Inside<'m> {
        core::mem::replace(&mut self.inside, Inside::Nothing)
    }

    pub(super) fn next_record(&mut self) -> Option<netflow_record> {
        if matches!(self.records, RemainingRecords::None) {
            // A basicList has values instead: a caller that asks for records first still gets them.
            return None;
        }
        self.inside = Inside::Nothing;
        self.fields = RemainingFields::None;
        match &mut self.records {
            RemainingRecords::None => None,
            RemainingRecords::Data(records) => {
                let record = records.next()?;
                Some(self.data(&record))
            }
            RemainingRecords::List(records) => {
                let record = records.next()?;
                Some(self.data(&record))
            }
            RemainingRecords::Parts(parts, records) => loop {
                if let Some(record) = records.as_mut().and_then(Iterator::next) {
                    return Some(self.data(&record));
                }
                *records = Some(parts.next()?.records());
            },
            RemainingRecords::Templates(records) => {
                let record = records.next()?;
                Some(self.template(&record))
            }
            RemainingRecords::Samples(samples) => {
                let sample = samples.next()?;
                self.inside = match sample.kind() {
                    Ok(SampleKind::Unknown) | Err(_) => Inside::Nothing,
                    Ok(kind) => Inside::Records(kind.records()),
                };
                self.fields = RemainingFields::Members(sample.members());
                Some(item::sample(&sample))
            }
            RemainingRecords::Structures(records) => {
                let record = records.next()?.ok()?;
                self.fields = RemainingFields::Members(record.members());
                Some(item::structure(&record))
            }
        }
    }

    fn data(&mut self, record: &DataRecord<'m, 'm>) -> netflow_record {
        self.fields = RemainingFields::Data(record.fields(), record.template().scope_count());
        item::data(record)
    }

    fn template(&mut self, record: &TemplateRecord<'m>) -> netflow_record {
        let has_enterprises = record.dialect().enterprise;
        self.fields =
            RemainingFields::Specifiers(record.fields(), record.scope_count(), has_enterprises);
        item::template(record)
    }

    pub(super) fn next_field(&mut self, name: &mut TextBuffer) -> Option<netflow_field> {
        // A sample may be entered until a field of it is asked for.
        if !matches!(self.fields, RemainingFields::Members(_)) {
            self.inside = Inside::Nothing;
        }
        match &mut self.fields {
            RemainingFields::None => None,
            RemainingFields::Data(fields, scope) => {
                let field = fields.next()?;
                let is_scope = take_one(scope);
                let item = item::field(&field, is_scope, name);
                self.inside = list(&field);
                Some(item)
            }
            RemainingFields::Specifiers(fields, scope, has_enterprises) => {
                let specifier = fields.next()?;
                Some(item::specifier(
                    specifier,
                    take_one(scope),
                    *has_enterprises,
                ))
            }
            RemainingFields::Values(values, basic) => {
                let value = values.next()?;
                self.inside = value.list().map_or(Inside::Nothing, Inside::List);
                Some(item::value(&value, basic))
            }
            RemainingFields::Members(members) => {
                let member = members.next()?;
                let name = if member.name.lists().next().is_none() {
                    static_text::text(member.name.name())
                } else {
                    name.store(&member.name.to_string())
                };
                Some(item::member(&member, name))
            }
        }
    }
}

fn list<'m>(field: &Field<'m, 'm>) -> Inside<'m> {
    field.list().map_or(Inside::Nothing, Inside::List)
}

/// Counts down to 0; returns whether there was one.
fn take_one(left: &mut u16) -> bool {
    let is_one = *left > 0;
    *left = left.saturating_sub(1);
    is_one
}
