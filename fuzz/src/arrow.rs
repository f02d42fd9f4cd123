//! A sequence of datagrams as Arrow record batches: the columns hold what
//! flows, records and counters say.

use std::collections::{HashMap, VecDeque};

use arrow_schema::ArrowError;
use netflow_arrow::{
    Addresses, CounterBatchBuilder, CounterOptions, FlowBatchBuilder, FlowOptions, RecordBatch,
    RecordBatchBuilder, TemplateBatch, TemplateKey, Types,
};
use netflow_core::field::FlowField;
use netflow_core::wire::sflow::SampleKind;
use netflow_core::wire::sflow::structure::MemberValue;
use netflow_core::{Decoded, FlowValue, Set, SetKind};

use crate::cell::Cell;
use crate::framing::Datagrams;

/// Octets that choose options, then a bit for each column.
pub const HEAD: usize = 3 + FlowField::ALL.len().div_ceil(8);

/// Decodes them one after the other into batches of few rows.
pub fn run(octets: &[u8]) {
    let Some((head, octets)) = octets.split_at_checked(HEAD) else {
        return;
    };
    let options = options(head);
    let mut flows = Flows::new(options.clone());
    let mut records = Records::new(options.addresses, options.rows);
    let mut counters = Counters::new(&options);
    let mut decoder = crate::decoder();
    for datagram in Datagrams::new(octets) {
        if let Ok(message) = decoder.decode(datagram) {
            flows.message(&message);
            records.message(&message);
            counters.message(&message);
        }
    }
    flows.end();
    records.end();
    counters.end();
}

/// Without octets they are the defaults.
fn options(head: &[u8]) -> FlowOptions {
    let addresses = [
        Addresses::Octets,
        Addresses::View,
        Addresses::Text,
        Addresses::Key,
    ];
    let types = [Types::Native, Types::Plain, Types::Spark, Types::Spark];
    let chosen: Vec<FlowField> = FlowField::ALL
        .iter()
        .enumerate()
        .filter(|(index, _)| head[3 + index / 8] >> (index % 8) & 1 == 0)
        .map(|(_, field)| *field)
        .collect();
    let mut options = FlowOptions::new(chosen);
    options.addresses = addresses[usize::from(head[0] & 3)];
    options.types = types[usize::from(head[0] >> 2 & 3)];
    options.split_biflows = head[0] & 16 != 0;
    options.discarded = head[0] & 32 != 0;
    if head[1] != 0 {
        options.rows = head[1].into();
    }
    if head[2] != 0 {
        options.octets = usize::from(head[2]) * 16;
    }
    options
}

/// Gathers what is full.
fn into<T>(full: &mut Vec<T>) -> impl FnMut(T) -> Result<(), ArrowError> {
    |batch| {
        full.push(batch);
        Ok(())
    }
}

/// Flows, and the rows that they have to become.
struct Flows {
    options: FlowOptions,
    builder: FlowBatchBuilder,
    wanted: VecDeque<Vec<Cell>>,
}

impl Flows {
    fn new(options: FlowOptions) -> Self {
        Self {
            builder: FlowBatchBuilder::new(options.clone()),
            options,
            wanted: VecDeque::new(),
        }
    }

    fn message(&mut self, message: &Decoded<'_>) {
        let flows = message.flows();
        let flows = match self.options.discarded {
            true => flows.with_discarded(),
            false => flows,
        };
        for flow in flows {
            self.want(&flow);
            if let Some(reverse) = flow.reverse().filter(|_| self.options.split_biflows) {
                self.want(&reverse);
            }
        }
        let mut full = Vec::new();
        self.builder.append(message, into(&mut full)).unwrap();
        for batch in full {
            assert!((1..=self.options.rows).contains(&batch.num_rows()));
            self.check(&batch);
        }
        assert!(self.builder.rows() < self.options.rows);
        assert_eq!(self.wanted.len(), self.builder.rows());
    }

    fn want(&mut self, flow: &netflow_core::Flow<'_>) {
        let FlowOptions {
            addresses, types, ..
        } = self.options;
        let fields = self.options.fields.iter();
        let row = fields.map(|field| Cell::of_flow(flow.get(*field), addresses, types));
        self.wanted.push_back(row.collect());
    }

    fn check(&mut self, batch: &RecordBatch) {
        assert_eq!(batch.schema(), self.options.schema());
        for (row, wanted) in self.wanted.drain(..batch.num_rows()).enumerate() {
            for (index, wanted) in wanted.into_iter().enumerate() {
                let found = Cell::read(batch.column(index), row);
                let field = self.options.fields[index];
                assert_eq!(found, Some(wanted), "{field:?} of row {row}");
            }
        }
    }

    fn end(mut self) {
        let batch = self.builder.finish().unwrap();
        self.check(&batch);
        assert!(self.wanted.is_empty());
    }
}

/// A field of a record: its octets and its value.
type Element = (Vec<u8>, Cell);

/// Records by their template.
struct Records {
    addresses: Addresses,
    rows: usize,
    builder: RecordBatchBuilder,
    wanted: HashMap<TemplateKey, VecDeque<Vec<Element>>>,
}

impl Records {
    fn new(addresses: Addresses, rows: usize) -> Self {
        Self {
            addresses,
            rows,
            builder: RecordBatchBuilder::new(addresses, rows),
            wanted: HashMap::new(),
        }
    }

    fn message(&mut self, message: &Decoded<'_>) {
        for set in message.sets() {
            if matches!(set.kind(), SetKind::Data | SetKind::Options) {
                self.want(&set);
            }
        }
        let mut full = Vec::new();
        self.builder.append(message, into(&mut full)).unwrap();
        full.iter().for_each(|table| self.check(table));
    }

    fn want(&mut self, set: &Set<'_>) {
        let key = TemplateKey {
            domain: set.header().domain_key(),
            template_id: set.template().unwrap().id(),
        };
        let rows = self.wanted.entry(key).or_default();
        for record in set.records() {
            let element = |field: netflow_core::record::Field<'_, '_>| {
                let value = Cell::of_element(field.value(), self.addresses);
                (field.octets().to_vec(), value)
            };
            rows.push_back(record.fields().map(element).collect());
        }
    }

    fn check(&mut self, table: &TemplateBatch) {
        let batch = &table.batch;
        assert!((1..=self.rows).contains(&batch.num_rows()));
        let wanted = self.wanted.get_mut(&table.key).unwrap();
        for (row, elements) in wanted.drain(..batch.num_rows()).enumerate() {
            // An element that repeats is a list.
            if elements.len() + 5 != batch.num_columns() {
                continue;
            }
            for (column, (octets, value)) in batch.columns()[5..].iter().zip(elements) {
                let wanted = match (column.data_type(), value) {
                    (arrow_schema::DataType::Binary, _) => Cell::Octets(octets),
                    // Neither true nor false.
                    (arrow_schema::DataType::Boolean, Cell::Number(_)) => Cell::Null,
                    (_, value) => value,
                };
                if let Some(found) = Cell::read(column, row) {
                    assert_eq!(found, wanted, "row {row} of {:?}", table.key);
                }
            }
        }
    }

    fn end(mut self) {
        for table in self.builder.finish().unwrap() {
            self.check(&table);
        }
        assert!(self.wanted.values().all(VecDeque::is_empty));
    }
}

/// Counters of sFlow: name, number, float.
struct Counters {
    addresses: Addresses,
    types: Types,
    builder: CounterBatchBuilder,
    /// Name, number and float, and whether the value is text.
    wanted: VecDeque<([Cell; 3], bool)>,
}

impl Counters {
    fn new(flows: &FlowOptions) -> Self {
        let mut options = CounterOptions::default();
        (options.addresses, options.types) = (flows.addresses, flows.types);
        options.rows = flows.rows;
        Self {
            addresses: flows.addresses,
            types: flows.types,
            builder: CounterBatchBuilder::new(options),
            wanted: VecDeque::new(),
        }
    }

    fn message(&mut self, message: &Decoded<'_>) {
        for sample in message.samples() {
            let Ok(SampleKind::Counters(counters)) = sample.kind() else {
                continue;
            };
            for record in counters.records().flatten() {
                for member in record.members() {
                    let (mut number, mut float) = (Cell::Null, Cell::Null);
                    // Of all ones a counter is not known: it has neither number nor text.
                    let is_unknown = matches!(member.value, Some(MemberValue::Unsigned(_)))
                        && member.octets.iter().all(|octet| *octet == 0xff);
                    match member.value.filter(|_| !is_unknown) {
                        Some(MemberValue::Unsigned(value)) => {
                            let value = Some(FlowValue::Unsigned(value));
                            number = Cell::of_flow(value, self.addresses, self.types);
                        }
                        Some(MemberValue::Signed(value)) => {
                            float = Cell::Float((value as f64).to_bits());
                        }
                        Some(MemberValue::Float(value)) => float = Cell::Float(value.to_bits()),
                        _ => {}
                    }
                    let name = Cell::Text(member.name.to_string());
                    let is_text = !is_unknown && [&number, &float] == [&Cell::Null; 2];
                    self.wanted.push_back(([name, number, float], is_text));
                }
            }
        }
        let mut full = Vec::new();
        self.builder.append(message, into(&mut full)).unwrap();
        full.iter().for_each(|batch| self.check(batch));
    }

    fn check(&mut self, batch: &RecordBatch) {
        let columns = ["counter", "value", "value_float"];
        let columns = columns.map(|name| batch.column_by_name(name).unwrap());
        let texts = batch.column_by_name("value_text").unwrap();
        let rows = self.wanted.drain(..batch.num_rows());
        for (row, (wanted, is_text)) in rows.enumerate() {
            let found = columns.map(|column| Cell::read(column, row).unwrap());
            assert_eq!(Cell::read(texts, row) != Some(Cell::Null), is_text);
            assert_eq!(found, wanted);
        }
    }

    fn end(mut self) {
        let batch = self.builder.finish().unwrap();
        self.check(&batch);
        assert!(self.wanted.is_empty());
    }
}
