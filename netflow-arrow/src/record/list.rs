//! Columns of lists (RFC 6313).

use alloc::sync::Arc;

use arrow_array::types::{UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field as ArrowField, Fields};
use netflow_core::FlowValue;
use netflow_core::record::{DataRecord, Field, List, SubTemplateList};
use netflow_core::value::{Text, Value};
use netflow_core::wire::template::FieldLength;

use super::names::name;
use crate::column::{Column as _, NumberColumn, Texts};

/// Lists inside lists are followed so deep.
const DEPTH: u8 = 4;
/// Octets of an entry beside its texts: two numbers and where the texts end.
const ENTRY: usize = 16;

/// Lists, each with its semantic and its values, one after the other.
#[derive(Debug)]
pub(super) struct ListColumn {
    semantics: NumberColumn<UInt8Type>,
    nulls: NullBufferBuilder,
    offsets: Vec<i32>,
    entries: Entries,
}

impl Default for ListColumn {
    fn default() -> Self {
        Self {
            semantics: NumberColumn::default(),
            nulls: NullBufferBuilder::new(0),
            offsets: vec![0],
            entries: Entries::default(),
        }
    }
}

/// The values of lists.
#[derive(Debug, Default)]
struct Entries {
    records: NumberColumn<UInt32Type>,
    templates: NumberColumn<UInt16Type>,
    names: Texts,
    values: Texts,
    count: usize,
}

fn entry_fields() -> Fields {
    Fields::from(vec![
        ArrowField::new("record", DataType::UInt32, false),
        ArrowField::new("template", DataType::UInt16, true),
        ArrowField::new("name", DataType::Utf8, false),
        ArrowField::new("value", DataType::Utf8, false),
    ])
}

fn item() -> Arc<ArrowField> {
    Arc::new(ArrowField::new_list_field(
        DataType::Struct(entry_fields()),
        false,
    ))
}

fn fields() -> Fields {
    Fields::from(vec![
        ArrowField::new("semantic", DataType::UInt8, true),
        ArrowField::new("entries", DataType::List(item()), true),
    ])
}

impl ListColumn {
    pub(super) fn data_type() -> DataType {
        DataType::Struct(fields())
    }

    /// Adds a list; returns the number of octets that its values take.
    pub(super) fn push(&mut self, list: Option<&List<'_, '_>>) -> usize {
        let before = self.entries.size();
        let semantic = match list {
            Some(List::Basic(list)) => Some(list.semantic()),
            Some(List::SubTemplate(list)) => Some(list.semantic()),
            Some(List::SubTemplateMulti(list)) => Some(list.semantic()),
            None => None,
        };
        self.semantics.push(semantic.map(FlowValue::from));
        self.nulls.append(list.is_some());
        if let Some(list) = list {
            self.entries.list(list, "", DEPTH);
        }
        let end = i32::try_from(self.entries.count).unwrap_or(i32::MAX);
        self.offsets.push(end);
        self.entries.size().saturating_sub(before)
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let offsets = core::mem::replace(&mut self.offsets, vec![0]);
        // They only grow, from 0 on.
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let entries = self.entries.finish()?;
        let entries = ListArray::try_new(item(), offsets, entries, None)?;
        let columns = vec![self.semantics.finish()?, Arc::new(entries)];
        let lists = StructArray::try_new(fields(), columns, self.nulls.finish())?;
        Ok(Arc::new(lists))
    }
}

impl Entries {
    fn list(&mut self, list: &List<'_, '_>, path: &str, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match list {
            List::Basic(list) => {
                let known = list.element().map(|element| element.name);
                let key = netflow_core::wire::template::FieldKey::Element(list.id());
                let name = joined(path, &name(known, key, false));
                for (record, item) in (0..).zip(list.values()) {
                    match item.list().filter(|_| depth > 0) {
                        Some(list) => self.list(&list, &name, depth),
                        None => self.push(record, None, &name, item.value(), item.octets()),
                    }
                }
            }
            List::SubTemplate(list) => self.part(list, path, depth),
            List::SubTemplateMulti(list) => {
                list.parts().for_each(|part| self.part(&part, path, depth));
            }
        }
    }

    fn part(&mut self, list: &SubTemplateList<'_, '_>, path: &str, depth: u8) {
        for (number, record) in (0..).zip(list.records()) {
            self.record(number, list.template_id(), &record, path, depth);
        }
    }

    fn record(
        &mut self,
        number: u32,
        template: u16,
        record: &DataRecord<'_, '_>,
        path: &str,
        depth: u8,
    ) {
        // Zero-length fields carry nothing, and a few octets may hold thousands of them.
        let has_octets = |field: &Field<'_, '_>| field.template().length() != FieldLength::Fixed(0);
        for field in record.fields().filter(has_octets) {
            let name = name(field.template().name(), field.template().key(), false);
            let name = joined(path, &name);
            match field.list().filter(|_| depth > 0) {
                Some(list) => self.list(&list, &name, depth),
                None => self.push(number, Some(template), &name, field.value(), field.octets()),
            }
        }
    }

    fn push(
        &mut self,
        record: u32,
        template: Option<u16>,
        name: &str,
        value: Option<Value<'_>>,
        octets: &[u8],
    ) {
        self.count = self.count.saturating_add(1);
        self.records.push(Some(record.into()));
        self.templates.push(template.map(FlowValue::from));
        self.names
            .push(Some(FlowValue::Text(Text::new(name.as_bytes()))));
        self.values.display(value.unwrap_or(Value::Octets(octets)));
    }

    /// Octets of memory that they take, about.
    fn size(&self) -> usize {
        let texts = self.names.size().saturating_add(self.values.size());
        self.count.saturating_mul(ENTRY).saturating_add(texts)
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.count = 0;
        let columns = vec![
            self.records.finish()?,
            self.templates.finish()?,
            self.names.finish()?,
            self.values.finish()?,
        ];
        Ok(Arc::new(StructArray::try_new(
            entry_fields(),
            columns,
            None,
        )?))
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}
