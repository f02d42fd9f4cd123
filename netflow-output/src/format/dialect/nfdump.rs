//! What nfdump prints of flows: JSON, CSV and the lines for people.

mod csv;
mod flow;
mod groups;
mod json;
mod line;
mod protocols;

use core::net::IpAddr;
use std::collections::HashMap;

use netflow_core::{Decoded, Set, SetKind};

use self::flow::DumpedFlow;
use self::groups::FieldGroups;
use super::Faults;
use super::record::Plans;
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
    selection: Selection,
    plans: Plans<FieldGroups>,
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
            selection: Biflows::Whole.into(),
            plans: Plans::default(),
            exporters: Exporters::default(),
            count: 0,
        }
    }

    /// Output of these flows only. A record of two directions remains one flow.
    #[must_use]
    pub fn with_selection(self, selection: Selection) -> Self {
        Self {
            selection: selection.of_whole_records(),
            ..self
        }
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
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
        let groups = match set.shared_template() {
            Some(template) => *self.plans.of(template, FieldGroups::of_template),
            None => FieldGroups::of_samples(),
        };
        let (options, count) = (self.options, &mut self.count);
        self.selection.for_each(set, |flow| {
            *count += 1;
            let dumped = DumpedFlow::new(flow, groups, options.faults);
            match options.form {
                NfdumpForm::Json => json::write(&dumped, flow, (*count, exporter), out),
                NfdumpForm::Csv => csv::write(&dumped, out),
                NfdumpForm::CsvFast => csv::write_fast(&dumped, *count, out),
                NfdumpForm::Line => line::write(&dumped, line::Width::Line, out),
                NfdumpForm::Long => line::write(&dumped, line::Width::Long, out),
                NfdumpForm::Extended => line::write(&dumped, line::Width::Extended, out),
            }
        });
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
        self.selection.is_exhausted()
    }
}

/// What nfdump numbers as an exporter.
type ExporterKey = (IpAddr, &'static str, u32);

/// Numbers of exporters, in the order in which they came; the first ones are kept.
#[derive(Debug, Default)]
struct Exporters(HashMap<ExporterKey, u64>);

/// Exporters that get numbers of their own; further ones share the last.
const MOST_EXPORTERS: u64 = 65_535;

impl Exporters {
    fn number(&mut self, key: ExporterKey) -> u64 {
        if let Some(number) = self.0.get(&key) {
            return *number;
        }
        let number = self.0.len() as u64 + 1;
        if number > MOST_EXPORTERS {
            return MOST_EXPORTERS;
        }
        self.0.insert(key, number);
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
        assert_eq!(exporters.0.len() as u64, MOST_EXPORTERS);
    }
}
