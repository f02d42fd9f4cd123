//! The columns of flows, which a projection fills.

use core::net::IpAddr;

use arrow_array::ArrayRef;
use arrow_array::types::{UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_schema::ArrowError;
use netflow_core::field::{FieldType, FlowField};
use netflow_core::value::MacAddress;
use netflow_core::{ColumnSink, Flow, FlowValue, Timestamp};

use crate::column::{self, AddressKeys, AddressOctets, Column, NumberColumn, Times};
use crate::schema::{Addresses, Encoding, Types};

/// The columns of some fields, in the order of the projection that fills them.
#[derive(Debug)]
pub(super) struct FlowArrays {
    columns: Vec<FlowArray>,
    /// Numbers on the way to a column that is reached through its trait.
    numbers: Vec<u64>,
}

/// The column of one field. The types that most fields have are named here, so that the loop over the
/// records of a set is compiled for each of them; it is a call a value through the trait.
#[derive(Debug)]
enum FlowArray {
    U8(NumberColumn<UInt8Type>),
    U16(NumberColumn<UInt16Type>),
    U32(NumberColumn<UInt32Type>),
    U64(NumberColumn<UInt64Type>),
    Octets(AddressOctets<16>),
    Keys(AddressKeys),
    Times(Times),
    Other(Box<dyn Column>),
}

impl FlowArrays {
    pub(super) fn new(fields: &[FlowField], encoding: Encoding) -> Self {
        let columns = fields.iter().map(|field| FlowArray::new(*field, encoding));
        Self {
            columns: columns.collect(),
            numbers: Vec::new(),
        }
    }

    /// Adds a row with these fields of a flow.
    pub(super) fn push(&mut self, flow: &Flow<'_>, fields: &[FlowField]) {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            column.get_mut().push(flow.get(*field));
        }
    }

    /// Octets of the column at this position.
    pub(super) fn size(&self, position: usize) -> usize {
        self.columns.get(position).map_or(0, FlowArray::size)
    }

    /// The arrays of all columns, of which nothing is left.
    pub(super) fn finish(&mut self) -> impl Iterator<Item = Result<ArrayRef, ArrowError>> {
        let columns = self.columns.iter_mut();
        columns.map(|column| column.get_mut().finish())
    }
}

impl FlowArray {
    fn new(field: FlowField, encoding: Encoding) -> Self {
        let is_spark = encoding.types == Types::Spark;
        if encoding.is_dictionary(field) {
            return Self::Other(column::column(field, encoding));
        }
        match (field.field_type(), encoding.addresses) {
            (FieldType::Time, _) => Self::Times(Times::new(is_spark)),
            (FieldType::Address, Addresses::Key) => Self::Keys(AddressKeys::new(is_spark)),
            (FieldType::U8, _) if !is_spark => Self::U8(NumberColumn::default()),
            (FieldType::U16, _) if !is_spark => Self::U16(NumberColumn::default()),
            (FieldType::U32, _) if !is_spark => Self::U32(NumberColumn::default()),
            (FieldType::U64, _) if !is_spark => Self::U64(NumberColumn::default()),
            (FieldType::Address, Addresses::Octets) if !is_spark => {
                Self::Octets(AddressOctets::default())
            }
            _ => Self::Other(column::column(field, encoding)),
        }
    }

    /// Octets that a column accounts for itself: columns of numbers and addresses have no such size.
    fn size(&self) -> usize {
        match self {
            Self::Other(column) => column.size(),
            _ => 0,
        }
    }

    fn get_mut(&mut self) -> &mut dyn Column {
        match self {
            Self::U8(column) => column,
            Self::U16(column) => column,
            Self::U32(column) => column,
            Self::U64(column) => column,
            Self::Octets(column) => column,
            Self::Keys(column) => column,
            Self::Times(column) => column,
            Self::Other(column) => column.as_mut(),
        }
    }

    /// Adds addresses one by one.
    fn push_each(&mut self, addresses: impl Iterator<Item = FlowValue<'static>>) {
        let column = self.get_mut();
        addresses.for_each(|address| column.push(Some(address)));
    }
}

impl ColumnSink for FlowArrays {
    #[inline]
    fn numbers(&mut self, position: usize, values: impl ExactSizeIterator<Item = u64>) {
        match self.columns.get_mut(position) {
            Some(FlowArray::U8(column)) => column.extend_unsigned(values),
            Some(FlowArray::U16(column)) => column.extend_unsigned(values),
            Some(FlowArray::U32(column)) => column.extend_unsigned(values),
            Some(FlowArray::U64(column)) => column.extend_unsigned(values),
            Some(column) => {
                self.numbers.clear();
                self.numbers.extend(values);
                column.get_mut().numbers(&self.numbers);
            }
            None => {}
        }
    }

    #[inline]
    fn ipv4(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
        match self.columns.get_mut(position) {
            Some(FlowArray::Octets(column)) => column.extend_ipv4(values),
            Some(FlowArray::Keys(column)) => {
                column.extend(values.map(|octets| u64::from(u32::from_be_bytes(octets))));
            }
            Some(column) => {
                column.push_each(values.map(|octets| FlowValue::Address(IpAddr::from(octets))));
            }
            None => {}
        }
    }

    #[inline]
    fn ipv6(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 16]>) {
        match self.columns.get_mut(position) {
            Some(FlowArray::Octets(column)) => column.extend(values),
            Some(FlowArray::Keys(column)) => column.extend(values.map(AddressKeys::of_ipv6)),
            Some(column) => {
                column.push_each(values.map(|octets| FlowValue::Address(IpAddr::from(octets))));
            }
            None => {}
        }
    }

    fn macs(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 6]>) {
        if let Some(column) = self.columns.get_mut(position) {
            column.push_each(values.map(|octets| FlowValue::Mac(MacAddress(octets))));
        }
    }

    #[inline]
    fn times(&mut self, position: usize, values: impl ExactSizeIterator<Item = Timestamp>) {
        if let Some(FlowArray::Times(column)) = self.columns.get_mut(position) {
            column.extend(values);
        }
    }

    fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize) {
        if let Some(column) = self.columns.get_mut(position) {
            column.get_mut().repeat(value, count);
        }
    }

    fn value(&mut self, position: usize, value: Option<FlowValue<'_>>) {
        if let Some(column) = self.columns.get_mut(position) {
            column.get_mut().push(value);
        }
    }
}
