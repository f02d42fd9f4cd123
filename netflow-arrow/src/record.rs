//! Data records as record batches: a table for each template.

mod element;
mod list;

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use std::collections::{HashMap, HashSet};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use netflow_core::field::{FieldType, FlowField};
use netflow_core::record::DataRecord;
use netflow_core::template::{FieldLabel, Template};
use netflow_core::value::Text;
use netflow_core::wire::template::{FieldKey, FieldSpecifier};
use netflow_core::{Decoded, FlowValue, MessageHeader, Protocol, Set, SetKind};

use self::element::ElementColumn;
use crate::column::{self, Column, Texts};
use crate::files::Files;
use crate::schema::{Addresses, Encoding, Types};

/// Which template a table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateKey {
    /// The exporter; the port is 0, since exporters change it.
    pub exporter: SocketAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The observation domain.
    pub observation_domain: u32,
    /// The template; 0 in the fixed versions.
    pub template_id: u16,
}

impl TemplateKey {
    /// The exporter's address; `None` for an IPFIX file, which does not carry it.
    #[must_use]
    pub fn exporter_address(&self) -> Option<IpAddr> {
        let address = self.exporter.ip();
        (!address.is_unspecified()).then_some(address)
    }
}

/// As `192.0.2.1-netflow9-0-256`, which can be the name of a file: the colons of IPv6 are
/// underscores. In an IPFIX file it begins with the protocol.
impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(exporter) = self.exporter_address() {
            write!(f, "{}-", exporter.to_string().replace(':', "_"))?;
        }
        let (protocol, domain) = (self.protocol.name(), self.observation_domain);
        write!(f, "{protocol}-{domain}-{}", self.template_id)
    }
}

/// Records of one template.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TemplateBatch {
    /// Which template.
    pub key: TemplateKey,
    /// It describes the exporter, not flows.
    pub is_options: bool,
    /// Its records. The metadata of the schema also names the template.
    pub batch: RecordBatch,
}

/// Gathers data records, options among them, into a table for each template with a
/// column for every element it has, enterprise elements and lists included.
///
/// The columns `received`, `export_time`, `sequence`, `late` and `frame` come first; then the
/// elements by the names of the registries, or by a name of up to 255 octets that the exporter
/// announced, else as `PEN:ID`. Scope fields have the prefix `scope.`; a name that is taken already has
/// the suffix ` (PEN:ID)`. With several inputs, `file` is the first column.
///
/// An element that repeats is a list in the order of the wire; a list of RFC 6313 is a struct of
/// its semantic and its entries, each a record number, a template id, a name (after those of the
/// lists around it) and a value as text; zero-length fields have no entries. A value whose
/// length its type cannot have is null, and so is a boolean that is neither true nor false.
///
/// ```
/// use netflow_arrow::{Addresses, RecordBatchBuilder};
/// use netflow_core::{Decoder, Limits};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut builder = RecordBatchBuilder::new(Addresses::Text, 65_536);
/// let mut decoder = Decoder::new(Limits::new(0x5eed));
/// let mut source = netflow_io::open(path)?;
/// while let Some(packet) = source.next() {
///     let message = decoder.decode(packet?.datagram)?;
///     builder.append(&message, |_full| Ok(()))?;
/// }
/// for table in builder.finish()? {
///     println!("{}: {} rows", table.key.template_id, table.batch.num_rows());
///     assert!(table.is_options || table.batch.column_by_name("octetDeltaCount").is_some());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RecordBatchBuilder {
    encoding: Encoding,
    rows: usize,
    files: Files,
    only: Option<TemplateKey>,
    tables: BTreeMap<TemplateKey, Table>,
    /// Octets of the records that are in no batch yet.
    octets: usize,
}

/// Templates that are gathered at a time.
const TABLES: usize = 256;
/// Octets of columns after which all tables are returned.
const OCTETS: usize = 32 << 20;

impl RecordBatchBuilder {
    /// A builder without records; a batch has at most `rows` rows.
    #[must_use]
    pub fn new(addresses: Addresses, rows: usize) -> Self {
        Self {
            encoding: Encoding {
                addresses,
                types: Types::Plain,
            },
            rows,
            files: Files::default(),
            only: None,
            tables: BTreeMap::new(),
            octets: 0,
        }
    }

    /// Sets the names of the inputs, which are a column if there are several.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = files;
        self
    }

    /// Only the records of this template; others are not decoded.
    #[must_use]
    pub const fn only(mut self, key: TemplateKey) -> Self {
        self.only = Some(key);
        self
    }

    /// Adds the data records of a message. A table that is full or whose template is
    /// redefined is passed to `full`.
    ///
    /// # Errors
    ///
    /// `full` fails, and the rest of the message is lost; or as for
    /// [`finish`](Self::finish).
    pub fn append(
        &mut self,
        message: &Decoded<'_>,
        mut full: impl FnMut(TemplateBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        for set in message.joined_sets() {
            if matches!(set.kind(), SetKind::Data | SetKind::Options) {
                self.set(&set, &mut full)?;
            }
        }
        Ok(())
    }

    /// The tables of all records since the last call, none of them empty.
    ///
    /// # Errors
    ///
    /// If Arrow refuses the columns, which would be a fault of this library.
    pub fn finish(&mut self) -> Result<Vec<TemplateBatch>, ArrowError> {
        self.octets = 0;
        let tables = core::mem::take(&mut self.tables).into_iter();
        let tables = tables.filter(|(_, table)| table.rows > 0);
        tables.map(|(key, mut table)| table.finish(key)).collect()
    }

    fn set(
        &mut self,
        set: &Set<'_>,
        full: &mut impl FnMut(TemplateBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        let Some(template) = set.template() else {
            return Ok(());
        };
        let header = set.header();
        let key = TemplateKey {
            exporter: SocketAddr::new(header.exporter.ip(), 0),
            protocol: header.protocol,
            observation_domain: header.observation_domain,
            template_id: template.id(),
        };
        if self.only.is_some_and(|only| only != key) {
            return Ok(());
        }
        let is_known = self
            .tables
            .get(&key)
            .is_some_and(|table| table.is_of(template));
        if !is_known {
            if let Some(mut redefined) = self.tables.remove(&key).filter(|table| table.rows > 0) {
                full(redefined.finish(key)?)?;
            }
            if self.tables.len() >= TABLES {
                self.finish()?.into_iter().try_for_each(&mut *full)?;
            }
        }
        for record in set.records() {
            let (encoding, files) = (self.encoding, &self.files);
            let table = self.tables.entry(key);
            let table =
                table.or_insert_with(|| Table::new(template, key, encoding, files.are_several()));
            if let Some(file) = &mut table.file {
                let name = files.name(header.input);
                file.push(name.map(|name| FlowValue::Text(Text::new(name.as_bytes()))));
            }
            let octets = table.push(&record, header, set.is_late());
            self.octets = self.octets.saturating_add(octets);
            if table.rows >= self.rows {
                full(table.finish(key)?)?;
            }
            if self.octets >= OCTETS {
                self.finish()?.into_iter().try_for_each(&mut *full)?;
            }
        }
        Ok(())
    }
}

/// Columns that every table begins with.
const HEAD: [FlowField; 5] = [
    FlowField::Received,
    FlowField::ExportTime,
    FlowField::Sequence,
    FlowField::Late,
    FlowField::Frame,
];

/// Octets of them in each row, about.
const HEAD_OCTETS: usize = 32;

/// The records of one template.
#[derive(Debug)]
struct Table {
    specifiers: Vec<(FieldSpecifier, Option<netflow_core::element::DataType>)>,
    is_options: bool,
    schema: SchemaRef,
    file: Option<Texts>,
    head: [Box<dyn Column>; 5],
    columns: Vec<ElementColumn>,
    /// The column of each field of the template.
    places: Vec<usize>,
    rows: usize,
}

impl Table {
    fn new(template: &Template, key: TemplateKey, encoding: Encoding, file: bool) -> Self {
        let mut names = Names::default();
        // Fields of fixed layouts that are no element have names, and one number.
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
    fn is_of(&self, template: &Template) -> bool {
        self.is_options == template.is_options() && self.specifiers == specifiers(template)
    }

    /// Adds a row; returns about the number of octets that it takes.
    fn push(&mut self, record: &DataRecord<'_, '_>, header: &MessageHeader, late: bool) -> usize {
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

    fn finish(&mut self, key: TemplateKey) -> Result<TemplateBatch, ArrowError> {
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
    let exporter = key.exporter_address().map(|exporter| exporter.to_string());
    [
        ("exporter", exporter),
        ("export_protocol", Some(key.protocol.name().to_owned())),
        (
            "observation_domain",
            Some(key.observation_domain.to_string()),
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

/// The names of the columns of elements.
#[derive(Default)]
struct Names {
    in_order: Vec<String>,
    taken: HashSet<String>,
}

impl Names {
    /// Adds one. Exporters announce names too (RFC 5610), so that two elements may have the same name,
    /// or the name of another column: the later one gets its number as a suffix.
    fn push(&mut self, known: Option<&str>, key: FieldKey, is_scope: bool) {
        let mut name = name(known, key, is_scope);
        // An announced name may end like one with a number; then the number is repeated.
        while is_head(&name) || self.taken.contains(&name) {
            name = format!("{name} ({})", number(key));
        }
        self.taken.insert(name.clone());
        self.in_order.push(name);
    }
}

/// A column before the elements; `file` always, for a name not to depend on the number of inputs.
fn is_head(name: &str) -> bool {
    name == "file" || HEAD.iter().any(|field| field.name() == name)
}

/// The name of an element, or its number if it has no usable name.
fn name(known: Option<&str>, key: FieldKey, is_scope: bool) -> String {
    let name = match FieldLabel::new(known, key) {
        FieldLabel::Scope(number) => number.to_string(),
        label => label.to_string(),
    };
    if is_scope {
        format!("scope.{name}")
    } else {
        name
    }
}

/// The number of an element, for one without a name.
fn number(key: FieldKey) -> String {
    match key {
        FieldKey::Element(id) => format!("{}:{}", id.enterprise_number, id.id),
        FieldKey::Scope(number) => format!("{number}"),
    }
}

/// A column of a type of the table of fields, whose values are elements.
fn plain(field_type: FieldType, encoding: Encoding) -> Box<dyn Column> {
    column::plain(field_type, encoding)
}
