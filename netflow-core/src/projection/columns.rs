//! The fields of many flows as plain slices.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter::Copied;
use core::net::IpAddr;
use core::slice::Iter;

use super::{ColumnSink, Projection};
use crate::decoder::Decoded;
use crate::field::{FieldType, FlowField};
use crate::flow::{FlowValue, NumbersIter};
use crate::time::Timestamp;
use crate::value::MacAddress;

/// The fields of a [`Projection`] of any number of flows, a slice for each.
///
/// They grow with each append until [`clear`](Self::clear), which keeps the memory: a caller
/// that empties them after some thousand flows allocates nothing from then on.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{
///     ColumnValues, Datagram, Decoder, FlowColumns, Limits, Projection, Timestamp, Transport,
/// };
///
/// // NetFlow v5: a header that counts two records, and the records.
/// let mut payload = [0; 24 + 2 * 48];
/// payload[1] = 5;
/// payload[3] = 2;
/// payload[24 + 23] = 100;
/// payload[72 + 23] = 200;
///
/// let mut projection = Projection::new([FlowField::Octets, FlowField::Vlan]);
/// let mut columns = FlowColumns::new(&projection);
/// let mut decoder = Decoder::new(Limits::default());
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// columns.append(&mut projection, &decoded);
/// assert_eq!(columns.rows(), 2);
/// let Some(ColumnValues::Numbers { numbers, present }) = columns.values(0) else { panic!() };
/// assert_eq!((numbers, present), (&[100, 200][..], None));
/// // v5 has no VLAN.
/// let Some(ColumnValues::Numbers { present, .. }) = columns.values(1) else { panic!() };
/// assert_eq!(present, Some(&[false, false][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FlowColumns {
    columns: Box<[ColumnBuilder]>,
    rows: usize,
}

/// The values of one field, in the order of the flows.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{ColumnValues, Decoder, FlowColumns, Limits, Projection, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut projection = Projection::new([FlowField::Octets]);
/// let mut columns = FlowColumns::new(&projection);
/// columns.append(&mut projection, &decoded);
/// match columns.values(0).unwrap() {
///     ColumnValues::Numbers { numbers, present } => assert_eq!((numbers, present), (&[1500][..], None)),
///     _ => panic!("octets are numbers"),
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ColumnValues<'c> {
    /// Values of the unsigned types, and of flags, which are 0 or 1.
    Numbers {
        /// The numbers, 0 where there is none.
        numbers: &'c [u64],
        /// Whether there is one; `None` if each flow has one.
        present: Option<&'c [bool]>,
    },
    /// Times, since 1970 UTC, and durations.
    Nanos {
        /// Nanoseconds, 0 where there are none.
        nanos: &'c [i64],
        /// Whether there are any; `None` if each flow has them.
        present: Option<&'c [bool]>,
    },
    /// Addresses.
    Addresses(&'c [Option<IpAddr>]),
    /// MAC addresses.
    Macs(&'c [Option<MacAddress>]),
    /// Fixed words.
    Names(&'c [Option<&'static str>]),
    /// Text, octets and application ids as they were sent.
    Octets(OctetsColumn<'c>),
    /// Lists of numbers.
    Lists(NumbersColumn<'c>),
}

/// Octets of each flow, one after the other.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{ColumnValues, Decoder, FlowColumns, Limits, Projection, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut projection = Projection::new([FlowField::InputInterfaceName]);
/// let mut columns = FlowColumns::new(&projection);
/// columns.append(&mut projection, &decoded);
/// let Some(ColumnValues::Octets(names)) = columns.values(0) else { panic!() };
/// assert_eq!(names.get(0), Some(&b"eth0"[..]));
/// assert_eq!(names.get(1), None); // there is one flow
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OctetsColumn<'c>(&'c Strings<u8>);

/// Numbers of each flow, one after the other.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{ColumnValues, Decoder, FlowColumns, Limits, Projection, example};
///
/// // IPFIX: template 256 of two sections of a label stack, and one record.
/// let payload = [
///     0, 10, 0, 42, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 16, 1, 0, 0, 2, 0, 70, 0, 3, 0, 71, 0, 3, // 70 and 71, three octets each
///     1, 0, 0, 10, 0, 6, 0x40, 0, 0xc, 0x81, // labels 100 and 200, the bottom
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let mut projection = Projection::new([FlowField::MplsLabels]);
/// let mut columns = FlowColumns::new(&projection);
/// columns.append(&mut projection, &decoded);
/// let Some(ColumnValues::Lists(labels)) = columns.values(0) else { panic!() };
/// assert_eq!(labels.get(0), Some(&[100, 200][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct NumbersColumn<'c>(&'c Strings<u32>);

impl FlowColumns {
    /// Empty columns, one for each field of the projection.
    #[must_use]
    pub fn new(projection: &Projection) -> Self {
        let fields = projection.fields().iter();
        Self {
            columns: fields.map(|field| ColumnBuilder::new(*field)).collect(),
            rows: 0,
        }
    }

    /// Appends the flows of a datagram. The projection is the one that the columns were made for,
    /// or one of the same fields.
    pub fn append(&mut self, projection: &mut Projection, decoded: &Decoded<'_>) {
        for set in decoded.joined_sets() {
            let rows = projection.read(&set, 0..usize::MAX, self);
            self.rows = self.rows.saturating_add(rows);
        }
    }

    /// Number of flows that were appended.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The values of the field at this position; `None` if there is no such position.
    #[must_use]
    pub fn values(&self, position: usize) -> Option<ColumnValues<'_>> {
        Some(match self.columns.get(position)? {
            ColumnBuilder::Numbers(column) => ColumnValues::Numbers {
                numbers: &column.values,
                present: column.present(),
            },
            ColumnBuilder::Nanos(column) => ColumnValues::Nanos {
                nanos: &column.values,
                present: column.present(),
            },
            ColumnBuilder::Addresses(values) => ColumnValues::Addresses(values),
            ColumnBuilder::Macs(values) => ColumnValues::Macs(values),
            ColumnBuilder::Names(values) => ColumnValues::Names(values),
            ColumnBuilder::Octets(strings) => ColumnValues::Octets(OctetsColumn(strings)),
            ColumnBuilder::Lists(strings) => ColumnValues::Lists(NumbersColumn(strings)),
        })
    }

    /// Removes all flows. The memory is kept.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(ColumnBuilder::clear);
    }
}

impl<'c> OctetsColumn<'c> {
    /// The octets of a row; `None` if it has none, or there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&'c [u8]> {
        self.0.get(row)
    }
}

impl<'c> NumbersColumn<'c> {
    /// The numbers of a row; `None` if it has none, or there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&'c [u32]> {
        self.0.get(row)
    }
}

/// A column that is being filled.
#[derive(Debug, Clone)]
enum ColumnBuilder {
    Numbers(Plain<u64>),
    Nanos(Plain<i64>),
    Addresses(Vec<Option<IpAddr>>),
    Macs(Vec<Option<MacAddress>>),
    Names(Vec<Option<&'static str>>),
    Octets(Strings<u8>),
    Lists(Strings<u32>),
}

/// Values of one width, and which of them there are.
#[derive(Debug, Clone, Default)]
struct Plain<T> {
    values: Vec<T>,
    /// Empty as long as there are all.
    present: Vec<bool>,
}

/// Values of any length, one after the other.
#[derive(Debug, Clone, Default)]
struct Strings<T> {
    items: Vec<T>,
    /// Where each value ends, and whether there is one.
    ends: Vec<(usize, bool)>,
}

impl<T: Copy + Default> Plain<T> {
    fn present(&self) -> Option<&[bool]> {
        (!self.present.is_empty()).then_some(&self.present)
    }

    /// Adds a value this many times.
    fn repeat(&mut self, value: Option<T>, count: usize) {
        if value.is_none() || !self.present.is_empty() {
            self.present.resize(self.values.len(), true);
            let len = self.values.len().saturating_add(count);
            self.present.resize(len, value.is_some());
        }
        let len = self.values.len().saturating_add(count);
        self.values.resize(len, value.unwrap_or_default());
    }

    #[inline]
    fn push(&mut self, value: T) {
        self.values.push(value);
        if !self.present.is_empty() {
            self.present.push(true);
        }
    }

    /// Adds values none of which is absent.
    #[inline]
    fn extend(&mut self, values: impl Iterator<Item = T>) {
        self.values.extend(values);
        if !self.present.is_empty() {
            self.present.resize(self.values.len(), true);
        }
    }
}

impl<T> Strings<T> {
    fn push(&mut self, items: Option<impl IntoIterator<Item = T>>) {
        let is_present = items.is_some();
        self.items.extend(items.into_iter().flatten());
        self.ends.push((self.items.len(), is_present));
    }

    fn get(&self, row: usize) -> Option<&[T]> {
        let (end, is_present) = *self.ends.get(row)?;
        let before = row.checked_sub(1).and_then(|row| self.ends.get(row));
        let start = before.map_or(0, |(end, _)| *end);
        self.items.get(start..end).filter(|_| is_present)
    }
}

impl ColumnBuilder {
    fn new(field: FlowField) -> Self {
        match field.field_type() {
            FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 | FieldType::Flag => {
                Self::Numbers(Plain::default())
            }
            FieldType::Time | FieldType::Duration => Self::Nanos(Plain::default()),
            FieldType::Address => Self::Addresses(Vec::new()),
            FieldType::Mac => Self::Macs(Vec::new()),
            FieldType::Name => Self::Names(Vec::new()),
            FieldType::Text | FieldType::Octets | FieldType::Application => {
                Self::Octets(Strings::default())
            }
            FieldType::Numbers => Self::Lists(Strings::default()),
        }
    }

    /// Adds a value of the column's type this many times.
    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        match self {
            Self::Numbers(column) => column.repeat(value.and_then(|value| number(&value)), count),
            Self::Nanos(column) => column.repeat(value.and_then(|value| nanos(&value)), count),
            Self::Addresses(values) => fill(values, value.and_then(|value| address(&value)), count),
            Self::Macs(values) => fill(values, value.and_then(|value| mac(&value)), count),
            Self::Names(values) => fill(values, value.and_then(|value| name(&value)), count),
            Self::Octets(strings) => {
                let value = value.as_ref().and_then(octets);
                for _ in 0..count {
                    let value = value.clone();
                    strings.push(value.map(|(first, others)| first.into_iter().chain(others)));
                }
            }
            Self::Lists(strings) => {
                for _ in 0..count {
                    strings.push(value.as_ref().and_then(numbers));
                }
            }
        }
    }

    fn clear(&mut self) {
        match self {
            Self::Numbers(column) => column.clear(),
            Self::Nanos(column) => column.clear(),
            Self::Addresses(values) => values.clear(),
            Self::Macs(values) => values.clear(),
            Self::Names(values) => values.clear(),
            Self::Octets(strings) => strings.clear(),
            Self::Lists(strings) => strings.clear(),
        }
    }
}

impl<T> Plain<T> {
    fn clear(&mut self) {
        self.values.clear();
        self.present.clear();
    }
}

impl<T> Strings<T> {
    fn clear(&mut self) {
        self.items.clear();
        self.ends.clear();
    }
}

fn fill<T: Copy>(values: &mut Vec<Option<T>>, value: Option<T>, count: usize) {
    values.resize(values.len().saturating_add(count), value);
}

fn number(value: &FlowValue<'_>) -> Option<u64> {
    match value {
        FlowValue::Unsigned(number) => Some(*number),
        FlowValue::Flag(flag) => Some(u64::from(*flag)),
        _ => None,
    }
}

fn nanos(value: &FlowValue<'_>) -> Option<i64> {
    match value {
        FlowValue::Time(time) => Some(time.as_nanos()),
        FlowValue::Duration(nanos) => Some(*nanos),
        _ => None,
    }
}

fn address(value: &FlowValue<'_>) -> Option<IpAddr> {
    match value {
        FlowValue::Address(address) => Some(*address),
        _ => None,
    }
}

fn mac(value: &FlowValue<'_>) -> Option<MacAddress> {
    match value {
        FlowValue::Mac(address) => Some(*address),
        _ => None,
    }
}

fn name(value: &FlowValue<'_>) -> Option<&'static str> {
    match value {
        FlowValue::Name(name) => Some(name),
        _ => None,
    }
}

/// The octets of a value; the first of an application id is its engine.
fn octets<'m>(value: &FlowValue<'m>) -> Option<(Option<u8>, Copied<Iter<'m, u8>>)> {
    let (first, others) = match value {
        FlowValue::Text(text) => (None, text.octets()),
        FlowValue::Octets(octets) => (None, *octets),
        FlowValue::Application(id) => (Some(id.engine()), id.selector_octets()),
        _ => return None,
    };
    Some((first, others.iter().copied()))
}

fn numbers<'m>(value: &FlowValue<'m>) -> Option<NumbersIter<'m>> {
    match value {
        FlowValue::Numbers(numbers) => Some(numbers.iter()),
        _ => None,
    }
}

/// Appends the values of a field to its column.
impl ColumnSink for FlowColumns {
    #[inline]
    fn numbers(&mut self, position: usize, values: impl ExactSizeIterator<Item = u64>) {
        if let Some(ColumnBuilder::Numbers(column)) = self.columns.get_mut(position) {
            column.extend(values);
        }
    }

    #[inline]
    fn ipv4(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
        if let Some(ColumnBuilder::Addresses(column)) = self.columns.get_mut(position) {
            column.extend(values.map(|octets| Some(IpAddr::from(octets))));
        }
    }

    #[inline]
    fn ipv6(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 16]>) {
        if let Some(ColumnBuilder::Addresses(column)) = self.columns.get_mut(position) {
            column.extend(values.map(|octets| Some(IpAddr::from(octets))));
        }
    }

    #[inline]
    fn macs(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 6]>) {
        if let Some(ColumnBuilder::Macs(column)) = self.columns.get_mut(position) {
            column.extend(values.map(|octets| Some(MacAddress(octets))));
        }
    }

    #[inline]
    fn times(&mut self, position: usize, values: impl ExactSizeIterator<Item = Timestamp>) {
        if let Some(ColumnBuilder::Nanos(column)) = self.columns.get_mut(position) {
            column.extend(values.map(Timestamp::as_nanos));
        }
    }

    fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize) {
        if let Some(column) = self.columns.get_mut(position) {
            column.repeat(value, count);
        }
    }

    #[inline]
    fn value(&mut self, position: usize, value: Option<FlowValue<'_>>) {
        match (self.columns.get_mut(position), value) {
            (Some(ColumnBuilder::Numbers(column)), Some(FlowValue::Unsigned(number))) => {
                column.push(number);
            }
            (Some(column), value) => column.repeat(value, 1),
            (None, _) => {}
        }
    }
}
