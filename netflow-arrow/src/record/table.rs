//! The records of one template, as they are gathered.

use alloc::sync::Arc;
use std::collections::HashMap;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use netflow_core::record::DataRecord;
use netflow_core::template::Template;
use netflow_core::wire::template::{FieldKey, FieldSpecifier};
use netflow_core::{FlowValue, MessageHeader};

use super::element::{self, ElementColumn};
use super::names::{ColumnNames, HEAD};
use super::{TemplateBatch, TemplateKey};
use crate::column::{self, Column, Texts};
use crate::schema::Encoding;

/// Octets of the first columns in each row, about.
const HEAD_OCTETS: usize = 32;

/// The records of one template.
#[derive(Debug)]
pub(super) struct TemplateColumns {
    specifiers: Vec<(FieldSpecifier, Option<netflow_core::element::DataType>)>,
    pub(super) is_options: bool,
    schema: SchemaRef,
    pub(super) file: Option<Texts>,
    head: [Box<dyn Column>; 5],
    columns: Vec<ElementColumn>,
    /// The column of each field of the template.
    places: Vec<usize>,
    pub(super) rows: usize,
}

impl TemplateColumns {
    pub(super) fn new(
        template: &Template,
        key: TemplateKey,
        encoding: Encoding,
        file: bool,
    ) -> Self {
        let mut names = ColumnNames::default();
        // Fields of fixed layouts that are not elements have names, and one number.
        let mut by_key: HashMap<(FieldKey, Option<&str>, bool), usize> = HashMap::new();
        let mut kinds: Vec<(DataType, usize, usize)> = Vec::new();
        let mut places = Vec::new();
        let scope = usize::from(template.scope_count());
        for (index, field) in template.fields().iter().enumerate() {
            let is_scope = index < scope;
            let identity = (field.key(), field.name(), is_scope);
            let place = *by_key.entry(identity).or_insert_with(|| {
                names.push(field.name(), field.key(), is_scope);
                kinds.push((element::data_type(field, encoding), index, 0));
                kinds.len().saturating_sub(1)
            });
            if let Some((data_type, _, count)) = kinds.get_mut(place) {
                *count = count.saturating_add(1);
                // The same element in two widths: the type that holds both.
                if *data_type != element::data_type(field, encoding) {
                    *data_type = element::widest(field);
                }
            }
            places.push(place);
        }
        let columns: Vec<ElementColumn> = kinds
            .into_iter()
            .map(|(data_type, _, count)| ElementColumn::new(data_type, count > 1, encoding))
            .collect();
        let head = HEAD.iter().map(|field| encoding.field(*field));
        let elements = (names.in_order.into_iter().zip(&columns))
            .map(|(name, column)| Field::new(name, column.data_type(), true));
        let fields = file
            .then(|| Field::new("file", DataType::Utf8, true))
            .into_iter()
            .chain(head)
            .chain(elements);
        let metadata = metadata(key, template.is_options());
        let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata);
        Self {
            specifiers: specifiers(template),
            is_options: template.is_options(),
            schema: Arc::new(schema),
            file: file.then(Texts::default),
            head: HEAD.map(|field| column::plain(field.field_type(), encoding)),
            columns,
            places,
            rows: 0,
        }
    }

    /// The template is still the one that the table was made for.
    pub(super) fn is_of(&self, template: &Template) -> bool {
        self.is_options == template.is_options() && self.specifiers == specifiers(template)
    }

    /// Adds a row; returns about the number of octets that it takes.
    pub(super) fn push(
        &mut self,
        record: &DataRecord<'_, '_>,
        header: &MessageHeader,
        late: bool,
    ) -> usize {
        let head = [
            Some(FlowValue::Time(header.received)),
            header.export_time.map(FlowValue::Time),
            header.sequence.map(FlowValue::from),
            Some(FlowValue::Flag(late)),
            Some(FlowValue::Unsigned(header.frame)),
        ];
        for (column, value) in self.head.iter_mut().zip(head) {
            column.push(value);
        }
        let mut octets = HEAD_OCTETS;
        for (field, place) in record.fields().zip(&self.places) {
            if let Some(column) = self.columns.get_mut(*place) {
                octets = octets.saturating_add(column.push(&field));
            }
        }
        self.rows = self.rows.saturating_add(1);
        for column in &mut self.columns {
            column.end_row(self.rows);
        }
        octets
    }

    pub(super) fn finish(&mut self, key: TemplateKey) -> Result<TemplateBatch, ArrowError> {
        let file = self.file.iter_mut().map(Column::finish);
        let head = self.head.iter_mut().map(|column| column.finish());
        let elements = self.columns.iter_mut().map(ElementColumn::finish);
        let arrays = file.chain(head).chain(elements);
        let arrays = arrays.collect::<Result<Vec<ArrayRef>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        Ok(TemplateBatch {
            key,
            is_options: self.is_options,
            batch: RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?,
        })
    }
}

/// The metadata of a table's schema: its template.
fn metadata(key: TemplateKey, is_options: bool) -> HashMap<String, String> {
    let kind = if is_options { "options" } else { "data" };
    let exporter = key
        .domain
        .exporter_address()
        .map(|exporter| exporter.to_string());
    [
        ("exporter", exporter),
        (
            "export_protocol",
            Some(key.domain.protocol.name().to_owned()),
        ),
        (
            "observation_domain",
            Some(key.domain.observation_domain.to_string()),
        ),
        ("template_id", Some(key.template_id.to_string())),
        ("kind", Some(kind.to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// The fields of a template with their types; RFC 5610 may announce a type later.
fn specifiers(
    template: &Template,
) -> Vec<(FieldSpecifier, Option<netflow_core::element::DataType>)> {
    let fields = template.fields().iter();
    fields
        .map(|field| (field.specifier(), field.data_type()))
        .collect()
}
