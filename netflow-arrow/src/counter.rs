//! The counters of sFlow as record batches: a row a counter.

mod wide;

use alloc::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use netflow_core::field::{FieldType, FlowField};
use netflow_core::value::{MacAddress, Text, Value};
use netflow_core::wire::sflow::structure::{Member, MemberValue};
use netflow_core::wire::sflow::{CountersSample, Record, SampleKind};
use netflow_core::{Decoded, FlowValue, InputNames, MessageHeader, SetKind};

pub use self::wide::counter_columns;
use crate::column::{self, Column, Dictionary, Texts};
use crate::schema::{Addresses, Encoding, Types, dictionary};

/// Gathers the counters samples of sFlow (version 5, section 5.3) into record batches: a
/// row for each counter, since which there are differs from device to device.
///
/// | column | type | |
/// |---|---|---|
/// | `file` | as of flows, of several inputs | |
/// | `exporter_address` `agent_address` `observation_domain` `received` `frame` | as of flows | |
/// | `sequence` | UInt32 | of the sample |
/// | `source_class` | UInt32 | 0 interface, 1 VLAN, 2 and 3 entity |
/// | `source_index` | UInt32 | of the interface |
/// | `structure` | text, in a dictionary if the types have them | name of the structure, such as `if_counters` |
/// | `format` | the same | its number, `enterprise:format` |
/// | `counter` | the same | name of the member, such as `ifInOctets` |
/// | `value` | UInt64 | of an unsigned number |
/// | `value_float` | Float64 | of a float or a signed number |
/// | `value_text` | Utf8 | of anything else |
///
/// A structure of unknown format has one row, whose counter is `raw` and whose text are its
/// octets in hex.
#[derive(Debug)]
pub struct CounterBatchBuilder {
    schema: SchemaRef,
    files: InputNames,
    file: Option<Box<dyn Column>>,
    head: [Box<dyn Column>; 8],
    words: [Box<dyn Column>; 3],
    value: Box<dyn Column>,
    floats: Float64Builder,
    texts: Texts,
    max_rows: usize,
    rows: usize,
}

/// What the batches look like.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CounterOptions {
    /// How addresses are held.
    pub addresses: Addresses,
    /// Which Arrow types there are.
    pub types: Types,
    /// Maximum rows of a batch; the rows of one sample may exceed it.
    pub rows: usize,
    /// Names of the inputs: if there are several, the first column names the row's input.
    pub files: InputNames,
}

/// Addresses as 16 octets.
impl Default for CounterOptions {
    fn default() -> Self {
        Self {
            addresses: Addresses::default(),
            types: Types::default(),
            rows: 1 << 16,
            files: InputNames::default(),
        }
    }
}

/// The columns that are also those of flows.
const OF_FLOWS: [FlowField; 5] = [
    FlowField::ExporterAddress,
    FlowField::AgentAddress,
    FlowField::ObservationDomain,
    FlowField::Received,
    FlowField::Frame,
];
/// Columns of the sample.
const OF_SAMPLE: [&str; 3] = ["sequence", "source_class", "source_index"];
/// Columns of words that repeat.
const WORDS: [&str; 3] = ["structure", "format", "counter"];

impl CounterBatchBuilder {
    /// A builder without rows.
    #[must_use]
    pub fn new(options: CounterOptions) -> Self {
        let encoding = Encoding {
            addresses: options.addresses,
            types: options.types,
        };
        let of_flow = |field: FlowField| column::column(field, encoding);
        let number = || column::plain(FieldType::U32, encoding);
        let words = || -> Box<dyn Column> {
            match options.types {
                Types::Native => Box::new(Dictionary::new(Box::new(Texts::default()))),
                _ => Box::new(Texts::default()),
            }
        };
        let word = match options.types {
            Types::Native => dictionary(DataType::Utf8),
            _ => DataType::Utf8,
        };
        let [exporter, agent, domain, received, frame] = OF_FLOWS.map(of_flow);
        let plain = |name, field_type| Field::new(name, encoding.data_type(field_type), true);
        let is_several = options.files.are_shown();
        let fields = is_several
            .then(|| Field::new("file", word.clone(), true))
            .into_iter()
            .chain(OF_FLOWS.iter().map(|field| encoding.field(*field)))
            .chain(OF_SAMPLE.map(|name| plain(name, FieldType::U32)))
            .chain(WORDS.map(|name| Field::new(name, word.clone(), true)))
            .chain([
                plain("value", FieldType::U64),
                Field::new("value_float", DataType::Float64, true),
                Field::new("value_text", DataType::Utf8, true),
            ]);
        Self {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            file: is_several.then(words),
            files: options.files,
            head: [
                exporter,
                agent,
                domain,
                received,
                frame,
                number(),
                number(),
                number(),
            ],
            words: [words(), words(), words()],
            value: column::plain(FieldType::U64, encoding),
            floats: Float64Builder::new(),
            texts: Texts::default(),
            max_rows: options.rows,
            rows: 0,
        }
    }

    /// The schema of all batches.
    #[must_use]
    pub const fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Adds the counters of a message. Each full batch is passed to `full`.
    ///
    /// # Errors
    ///
    /// `full` fails, and the rest of the message is lost; or as for
    /// [`finish`](Self::finish).
    pub fn append(
        &mut self,
        message: &Decoded<'_>,
        mut full: impl FnMut(RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<(), ArrowError> {
        for set in message.sets().filter(|set| set.kind() == SetKind::Samples) {
            for sample in set.samples() {
                let Ok(SampleKind::Counters(sample)) = sample.kind() else {
                    continue;
                };
                for record in sample.records().filter_map(Result::ok) {
                    self.record(set.header(), &sample, &record);
                }
                if self.rows >= self.max_rows {
                    full(self.finish()?)?;
                }
            }
        }
        Ok(())
    }

    /// The batch of all rows since the last; it may have none.
    ///
    /// # Errors
    ///
    /// If Arrow refuses the columns, which would be a fault of this library.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns = self.file.iter_mut().chain(&mut self.head);
        let columns = columns.chain(&mut self.words);
        let columns = columns.map(|column| column.finish());
        let mut arrays = columns.collect::<Result<Vec<ArrayRef>, _>>()?;
        arrays.push(self.value.finish()?);
        arrays.push(Arc::new(self.floats.finish()));
        arrays.push(self.texts.finish()?);
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }

    fn record(&mut self, header: &MessageHeader, sample: &CountersSample<'_>, record: &Record<'_>) {
        let format = record.format().to_string();
        for member in record.members() {
            self.head(header, sample);
            let structure = record.structure().map(|structure| structure.name());
            let counter = member.name.to_string();
            let [structures, formats, counters] = &mut self.words;
            structures.push(structure.map(FlowValue::Name));
            formats.push(Some(text(&format)));
            counters.push(Some(text(&counter)));
            self.member(&member);
            self.rows = self.rows.saturating_add(1);
        }
    }

    fn head(&mut self, header: &MessageHeader, sample: &CountersSample<'_>) {
        let exporter = header.exporter.ip();
        let source = sample.source_id();
        if let Some(file) = &mut self.file {
            file.push(self.files.name(header.input).map(text));
        }
        let values = [
            (!exporter.is_unspecified()).then_some(FlowValue::Address(exporter)),
            header.agent_address.map(FlowValue::Address),
            Some(header.observation_domain.into()),
            Some(header.received.into()),
            Some(header.frame.into()),
            Some(sample.sequence_number().into()),
            Some(source.class.into()),
            Some(source.index.into()),
        ];
        for (column, value) in self.head.iter_mut().zip(values) {
            column.push(value);
        }
    }

    fn member(&mut self, member: &Member<'_>) {
        let float = match member.value {
            Some(MemberValue::Float(number)) => Some(number),
            // Those of sFlow have 32 bits.
            Some(MemberValue::Signed(number)) => i32::try_from(number).ok().map(f64::from),
            _ => None,
        };
        let unsigned = match member.value {
            Some(MemberValue::Unsigned(number)) if !member.is_unknown_counter() => Some(number),
            _ => None,
        };
        self.value.push(unsigned.map(FlowValue::Unsigned));
        self.floats.append_option(float);
        match &member.value {
            Some(MemberValue::Unsigned(_) | MemberValue::Signed(_) | MemberValue::Float(_)) => {
                self.texts.add_null();
            }
            Some(MemberValue::Address(address)) => self.texts.display(Value::Address(*address)),
            Some(MemberValue::MacAddress(octets)) => {
                self.texts.display(Value::MacAddress(MacAddress(*octets)));
            }
            Some(MemberValue::Text(text)) => self.texts.display(Text::new(text)),
            Some(MemberValue::Octets(octets)) => self.texts.display(Value::Octets(octets)),
            None => self.texts.display(Value::Octets(member.octets)),
        }
    }
}

fn text(text: &str) -> FlowValue<'_> {
    FlowValue::Text(Text::new(text.as_bytes()))
}
