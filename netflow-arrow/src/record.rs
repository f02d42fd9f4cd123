//! Data records as record batches: a table for each template.

mod element;
mod list;
mod names;
mod table;

use alloc::collections::BTreeMap;
use core::fmt;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use netflow_core::value::Text;
use netflow_core::{Decoded, DomainKey, FlowValue, InputNames, Set, SetKind};

use self::table::TemplateColumns;
use crate::column::Column;
use crate::schema::{Addresses, Encoding, Types};

/// Which template a table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateKey {
    /// The observation domain; the port of its exporter is 0, since exporters change it.
    pub domain: DomainKey,
    /// The template; 0 in the fixed versions.
    pub template_id: u16,
}

/// As `192.0.2.1-netflow9-0-256`, which can be the name of a file: the colons of IPv6 are
/// underscores. In an IPFIX file it begins with the protocol.
impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(exporter) = self.domain.exporter_address() {
            write!(f, "{}-", exporter.to_string().replace(':', "_"))?;
        }
        let (protocol, number) = (self.domain.protocol.name(), self.domain.observation_domain);
        write!(f, "{protocol}-{number}-{}", self.template_id)
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
/// let mut decoder = Decoder::new(Limits::default());
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
    files: InputNames,
    only: Option<TemplateKey>,
    tables: BTreeMap<TemplateKey, TemplateColumns>,
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
            files: InputNames::default(),
            only: None,
            tables: BTreeMap::new(),
            octets: 0,
        }
    }

    /// Sets the names of the inputs, which are a column if there are several.
    #[must_use]
    pub fn with_files(mut self, files: InputNames) -> Self {
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
            domain: header.domain_key(),
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
            let table = table.or_insert_with(|| {
                TemplateColumns::new(template, key, encoding, files.are_shown())
            });
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
