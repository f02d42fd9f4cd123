//! Columns of elements.

use alloc::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType as Arrow, Field as ArrowField};
use netflow_core::element::DataType;
use netflow_core::field::FieldType;
use netflow_core::record::Field;
use netflow_core::template::TemplateField;
use netflow_core::value::Value;
use netflow_core::wire::template::FieldLength;
use netflow_core::{FlowValue, Timestamp};

use super::list::ListColumn;
use crate::column::{self, Column, NumberColumn};
use crate::schema::Encoding;

/// The type of a column: numbers are as wide as the template says.
pub(super) fn data_type(field: &TemplateField, encoding: Encoding) -> Arrow {
    let octets = match field.length() {
        FieldLength::Fixed(length) => length,
        FieldLength::Variable => 8,
    };
    let Some(data_type) = field.data_type() else {
        return Arrow::Binary;
    };
    match data_type {
        _ if data_type.is_list() => ListColumn::data_type(),
        DataType::Unsigned8
        | DataType::Unsigned16
        | DataType::Unsigned32
        | DataType::Unsigned64
        | DataType::Unsigned256 => match octets {
            0..=1 => Arrow::UInt8,
            2 => Arrow::UInt16,
            3..=4 => Arrow::UInt32,
            5..=8 => Arrow::UInt64,
            _ => Arrow::Binary,
        },
        DataType::Signed8 | DataType::Signed16 | DataType::Signed32 | DataType::Signed64 => {
            Arrow::Int64
        }
        DataType::Float32 | DataType::Float64 => Arrow::Float64,
        DataType::Boolean => Arrow::Boolean,
        DataType::MacAddress => encoding.data_type(FieldType::Mac),
        DataType::Ipv4Address | DataType::Ipv6Address => encoding.data_type(FieldType::Address),
        DataType::String => Arrow::Utf8,
        DataType::DateTimeSeconds
        | DataType::DateTimeMilliseconds
        | DataType::DateTimeMicroseconds
        | DataType::DateTimeNanoseconds => encoding.data_type(FieldType::Time),
        _ => Arrow::Binary,
    }
}

/// The type that holds every width of an element.
pub(super) fn widest(field: &TemplateField) -> Arrow {
    let is_short = matches!(field.length(), FieldLength::Fixed(0..=8));
    match field.data_type() {
        Some(
            DataType::Unsigned8
            | DataType::Unsigned16
            | DataType::Unsigned32
            | DataType::Unsigned64,
        ) if is_short => Arrow::UInt64,
        _ => Arrow::Binary,
    }
}

/// Octets of a value beside its own: what a number is widened by, or where a text ends.
const VALUE: usize = 8;

/// One element of a template, which may repeat.
#[derive(Debug)]
pub(super) struct ElementColumn {
    values: ElementValues,
    data_type: Arrow,
    /// Where each row's values begin, if there may be several.
    offsets: Option<Vec<i32>>,
    count: usize,
}

#[derive(Debug)]
enum ElementValues {
    Plain(Box<dyn Column>),
    /// The octets as they are.
    Octets(Box<dyn Column>),
    Float(Float64Builder),
    List(Box<ListColumn>),
}

impl ElementColumn {
    pub(super) fn new(data_type: Arrow, repeats: bool, encoding: Encoding) -> Self {
        let of = |field_type| ElementValues::Plain(column::plain(field_type, encoding));
        let is_address = |field_type| data_type == encoding.data_type(field_type);
        let values = match &data_type {
            Arrow::UInt8 => of(FieldType::U8),
            Arrow::UInt16 => of(FieldType::U16),
            Arrow::UInt32 => of(FieldType::U32),
            Arrow::Int64 => ElementValues::Plain(Box::new(NumberColumn::<Int64Type>::default())),
            Arrow::Float64 => ElementValues::Float(Float64Builder::new()),
            Arrow::Boolean => of(FieldType::Flag),
            Arrow::Timestamp(..) => of(FieldType::Time),
            Arrow::Struct(_) => ElementValues::List(Box::default()),
            Arrow::Binary => ElementValues::Octets(column::plain(FieldType::Octets, encoding)),
            // Text and addresses as text, numbers and addresses as numbers are one type.
            Arrow::Utf8 => ElementValues::Plain(Box::new(TextOrAddress {
                text: column::plain(FieldType::Text, encoding),
            })),
            Arrow::UInt64 if !is_address(FieldType::Address) => of(FieldType::U64),
            _ if is_address(FieldType::Mac) && !is_address(FieldType::Address) => {
                of(FieldType::Mac)
            }
            _ => of(FieldType::Address),
        };
        Self {
            values,
            data_type,
            offsets: repeats.then(|| vec![0]),
            count: 0,
        }
    }

    /// The type of the column.
    pub(super) fn data_type(&self) -> Arrow {
        match self.offsets {
            Some(_) => Arrow::List(self.item()),
            None => self.data_type.clone(),
        }
    }

    fn item(&self) -> Arc<ArrowField> {
        Arc::new(ArrowField::new_list_field(self.data_type.clone(), true))
    }

    /// Adds a value; returns about the number of octets that it takes.
    pub(super) fn push(&mut self, field: &Field<'_, '_>) -> usize {
        self.count = self.count.saturating_add(1);
        match &mut self.values {
            ElementValues::Plain(column) => column.push(field.value().and_then(flow_value)),
            ElementValues::Octets(column) => column.push(Some(FlowValue::Octets(field.octets()))),
            ElementValues::Float(builder) => builder.append_option(match field.value() {
                Some(Value::Float(number)) => Some(number),
                _ => None,
            }),
            ElementValues::List(lists) => return lists.push(field.list().as_ref()),
        }
        field.octets().len().saturating_add(VALUE)
    }

    /// The row is complete; a record that is cut lacks its last fields.
    pub(super) fn end_row(&mut self, rows: usize) {
        if let Some(offsets) = &mut self.offsets {
            offsets.push(i32::try_from(self.count).unwrap_or(i32::MAX));
            return;
        }
        while self.count < rows {
            self.count = self.count.saturating_add(1);
            match &mut self.values {
                ElementValues::Plain(column) | ElementValues::Octets(column) => column.push(None),
                ElementValues::Float(builder) => builder.append_null(),
                ElementValues::List(lists) => {
                    lists.push(None);
                }
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.count = 0;
        let item = self.item();
        let values = match &mut self.values {
            ElementValues::Plain(column) | ElementValues::Octets(column) => column.finish()?,
            ElementValues::Float(builder) => Arc::new(builder.finish()),
            ElementValues::List(lists) => lists.finish()?,
        };
        let Some(offsets) = &mut self.offsets else {
            return Ok(values);
        };
        let offsets = core::mem::replace(offsets, vec![0]);
        // They only grow, from 0 on.
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        Ok(Arc::new(ListArray::try_new(item, offsets, values, None)?))
    }
}

/// Text, or addresses as text.
#[derive(Debug)]
struct TextOrAddress {
    text: Box<dyn Column>,
}

impl Column for TextOrAddress {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        match value {
            Some(FlowValue::Address(address)) => self.display(Value::Address(address)),
            Some(FlowValue::Mac(mac)) => self.display(Value::MacAddress(mac)),
            other => self.text.push(other),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.text.finish()
    }
}

impl TextOrAddress {
    fn display(&mut self, value: Value<'_>) {
        let text = value.to_string();
        let text = netflow_core::value::Text::new(text.as_bytes());
        self.text.push(Some(FlowValue::Text(text)));
    }
}

/// The value of an element as that of a field.
fn flow_value(value: Value<'_>) -> Option<FlowValue<'_>> {
    Some(match value {
        Value::Unsigned(number) => FlowValue::Unsigned(number),
        // What the column of signed numbers takes.
        Value::Signed(number) => FlowValue::Duration(number),
        Value::Boolean(flag) => FlowValue::Flag(flag),
        Value::MacAddress(mac) => FlowValue::Mac(mac),
        Value::Address(address) => FlowValue::Address(address),
        Value::Text(text) => FlowValue::Text(text),
        Value::Seconds(seconds) => FlowValue::Time(Timestamp::from_secs(seconds)),
        Value::Milliseconds(millis) => FlowValue::Time(Timestamp::from_millis(millis)?),
        Value::Ntp(time) => {
            let nanos = time.unix_seconds().checked_mul(1_000_000_000)?;
            let nanos = nanos.checked_add(i64::from(time.nanos()))?;
            FlowValue::Time(Timestamp::from_nanos(nanos))
        }
        _ => return None,
    })
}
