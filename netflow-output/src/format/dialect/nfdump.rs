//! What nfdump prints of flows: JSON, CSV and the lines for people.

mod csv;
mod fields;
mod flow;
mod groups;
mod json;
mod line;
mod protocols;

use core::net::IpAddr;
use std::collections::HashMap;

use netflow_core::{Decoded, Flow, Projected, Projection, Set, SetKind};

use self::flow::{DumpPlan, DumpedFlow, FlowReader, SetFacts};
use self::groups::FieldGroups;
use super::Faults;
use super::encode::{Encode, JsonDocument, RoomWriter};
use super::record::{ElementPlaces, Plans};
use crate::format::{Biflows, Format, FormatError, Selection};

/// How flows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NfdumpForm {
    /// One JSON object per line, as of `-o ndjson`.
    #[default]
    Json,
    /// CSV with the columns of `-o csv`.
    Csv,
    /// CSV with the columns of `-o csv-fast`.
    CsvFast,
    /// Lines as of `-o line`.
    Line,
    /// Lines as of `-o long`.
    Long,
    /// Lines as of `-o extended`.
    Extended,
}

/// Options of the output of nfdump.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct NfdumpOptions {
    /// How flows are printed.
    pub form: NfdumpForm,
    /// Whether known faults of the original are copied.
    pub faults: Faults,
}

/// What nfdump 1.7.8 prints of flows; times are in UTC.
#[derive(Debug)]
pub struct Nfdump {
    options: NfdumpOptions,
    reader: DumpReader,
}

/// Reads flows as nfdump keeps them.
#[derive(Debug)]
struct DumpReader {
    faults: Faults,
    selection: Selection,
    projection: Projection,
    plans: Plans<DumpPlan>,
    samples: DumpPlan,
    exporters: Exporters,
    /// Flows so far.
    count: u64,
}

impl Default for Nfdump {
    fn default() -> Self {
        Self::new(NfdumpOptions::default())
    }
}

impl Nfdump {
    /// Output with these options.
    #[must_use]
    pub fn new(options: NfdumpOptions) -> Self {
        Self {
            options,
            reader: DumpReader {
                faults: options.faults,
                selection: Biflows::Whole.into(),
                projection: Projection::new(fields::ALL.iter().copied()),
                plans: Plans::default(),
                samples: DumpPlan {
                    groups: FieldGroups::of_samples(),
                    places: None,
                },
                exporters: Exporters::default(),
                count: 0,
            },
        }
    }

    /// Output of these flows only. A record of two directions remains one flow.
    #[must_use]
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.reader.selection = selection.of_whole_records();
        self
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let Self { options, reader } = self;
        match options.form {
            NfdumpForm::Json => JsonDocument::documents(out, |out| {
                reader.flows(set, |dumped, reader, count| {
                    json::write(dumped, reader, count, out);
                });
            }),
            form => RoomWriter::append_to(out, |out| {
                reader.flows(set, |dumped, reader, count| {
                    form.write(dumped, reader, count, out);
                });
            }),
        }
    }
}

impl DumpReader {
    /// Calls `each` with every flow of a set and its number.
    fn flows(
        &mut self,
        set: &Set<'_>,
        mut each: impl FnMut(&DumpedFlow, &FlowReader<'_, '_, '_, '_>, u64),
    ) {
        let is_of_flows = matches!(set.kind(), SetKind::Data | SetKind::Samples);
        if !is_of_flows || !self.selection.prepare(set) {
            return;
        }
        let header = set.header();
        let key = (
            header.exporter.ip(),
            header.protocol.name(),
            header.observation_domain,
        );
        let exporter = self.exporters.number(key);
        let Self {
            faults,
            selection,
            projection,
            plans,
            samples,
            count,
            ..
        } = self;
        let mut facts = None;
        let mut write = |projected: &Projected<'_, '_>, plan: &DumpPlan, flow: &Flow<'_>| {
            let row = projected.row(flow);
            let set = facts.get_or_insert_with(|| SetFacts::new(exporter, projected, &row));
            *count += 1;
            let reader = FlowReader { row, plan, set };
            each(&DumpedFlow::new(&reader, *faults), &reader, *count);
        };
        let Some(template) = set.shared_template() else {
            return selection.for_each(set, |flow| {
                if let Some(projected) = projection.of_sample(flow) {
                    write(&projected, samples, flow);
                }
            });
        };
        let plan = plans.of(template, |template| DumpPlan {
            groups: FieldGroups::of_template(template),
            places: Some(ElementPlaces::new(template, flow::kind)),
        });
        let projected = projection.of(set);
        selection.for_each(set, |flow| write(&projected, plan, flow));
    }
}

impl NfdumpForm {
    /// Writes the row or line of a flow; `count` is its number.
    fn write(
        self,
        dumped: &DumpedFlow,
        reader: &FlowReader<'_, '_, '_, '_>,
        count: u64,
        out: &mut RoomWriter<'_>,
    ) {
        match self {
            Self::Csv => csv::write(dumped, out),
            Self::CsvFast => csv::write_fast(dumped, reader, count, out),
            Self::Line => line::write(dumped, reader, line::Width::Line, out),
            Self::Long => line::write(dumped, reader, line::Width::Long, out),
            Self::Extended => line::write(dumped, reader, line::Width::Extended, out),
            // Written as documents.
            Self::Json => {}
        }
    }
}

/// Problems are not printed: nfdump has none either.
impl Format for Nfdump {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self.options.form {
            NfdumpForm::Json => b"",
            NfdumpForm::Csv => csv::HEADER.as_bytes(),
            NfdumpForm::CsvFast => csv::FAST_HEADER.as_bytes(),
            NfdumpForm::Line => line::Width::Line.header().as_bytes(),
            NfdumpForm::Long => line::Width::Long.header().as_bytes(),
            NfdumpForm::Extended => line::Width::Extended.header().as_bytes(),
        });
    }

    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in decoded.sets() {
            self.set(&set, out);
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.reader.selection.is_exhausted()
    }
}

/// What nfdump numbers as an exporter.
type ExporterKey = (IpAddr, &'static str, u32);

/// Numbers of exporters, in the order in which they came; the first ones are kept.
#[derive(Debug, Default)]
struct Exporters {
    numbers: HashMap<ExporterKey, u64>,
    /// The one of the last set, which most often is that of the next.
    last: Option<(ExporterKey, u64)>,
}

/// Exporters that get numbers of their own; further ones share the last.
const MOST_EXPORTERS: u64 = 65_535;

impl Exporters {
    fn number(&mut self, key: ExporterKey) -> u64 {
        match self.last {
            Some((last, number)) if last == key => number,
            _ => {
                let number = self.find(key);
                self.last = Some((key, number));
                number
            }
        }
    }

    fn find(&mut self, key: ExporterKey) -> u64 {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.numbers.len() as u64 + 1;
        if number > MOST_EXPORTERS {
            return MOST_EXPORTERS;
        }
        self.numbers.insert(key, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::{Exporters, MOST_EXPORTERS};

    #[test]
    fn exporters_are_numbered_in_order_and_the_last_number_is_shared() {
        let mut exporters = Exporters::default();
        let key = |address: u32| (IpAddr::from(Ipv4Addr::from(address)), "ipfix", 0);
        for round in 0..2 {
            for address in 0..70_000 {
                let number = (u64::from(address) + 1).min(MOST_EXPORTERS);
                assert_eq!(exporters.number(key(address)), number, "round {round}");
            }
        }
        assert_eq!(exporters.numbers.len() as u64, MOST_EXPORTERS);
    }
}
