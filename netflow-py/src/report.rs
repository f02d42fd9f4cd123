//! What a decoder counted and knows, as Python dictionaries.

use alloc::sync::Arc;
use std::sync::Mutex;

use netflow_arrow::BatchBuilder;
use netflow_core::wire::template::FieldLength;
use netflow_core::{DomainReport, KnownTemplate, SequenceUnit, Stats};
use netflow_io::{Feed, KeptProblem};
use netflow_scan::Scan;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::value;

/// Counters, problems, templates and domains of a decoder.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    stats: Stats,
    problems: Vec<KeptProblem>,
    templates: Vec<TemplateReport>,
    domains: Vec<DomainReport>,
    names: Vec<String>,
    faults: Vec<String>,
}

/// The report of the pass that ended last, shared with the pass under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastReport(Arc<Mutex<Option<Report>>>);

impl LastReport {
    /// A pass has ended.
    pub(crate) fn set(&self, report: Report) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(report);
        }
    }

    /// As a dictionary; `None` before a pass has ended.
    pub(crate) fn to_python(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let last = self.0.lock();
        let last = last.map_err(|_| PyRuntimeError::new_err("a pass failed"))?;
        last.as_ref().map(|report| report.to_python(py)).transpose()
    }
}

/// A template in force.
#[derive(Debug, Clone)]
struct TemplateReport {
    exporter: String,
    protocol: &'static str,
    observation_domain: u32,
    id: u16,
    is_options: bool,
    fields: Vec<(String, Option<u16>)>,
}

impl TemplateReport {
    fn new(known: &KnownTemplate<'_>) -> Self {
        let fields = known.template.fields().iter().map(|field| {
            let length = match field.length() {
                FieldLength::Fixed(length) => Some(length),
                FieldLength::Variable => None,
            };
            (field.label().to_string(), length)
        });
        Self {
            exporter: known.domain.exporter.ip().to_string(),
            protocol: known.domain.protocol.name(),
            observation_domain: known.domain.observation_domain,
            id: known.template.id(),
            is_options: known.template.is_options(),
            fields: fields.collect(),
        }
    }

    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dictionary = PyDict::new(py);
        dictionary.set_item("exporter", &self.exporter)?;
        dictionary.set_item("protocol", self.protocol)?;
        dictionary.set_item("observation_domain", self.observation_domain)?;
        dictionary.set_item("id", self.id)?;
        dictionary.set_item("options", self.is_options)?;
        dictionary.set_item("fields", &self.fields)?;
        Ok(dictionary)
    }
}

impl Report {
    /// Of a scan that ended.
    pub(crate) fn new<B: BatchBuilder>(scan: &Scan<B>, names: &[String]) -> Self {
        let progress = scan.progress();
        Self {
            faults: progress.faults.iter().map(ToString::to_string).collect(),
            ..Self::of(scan.feed(), names)
        }
    }

    /// Of a feed and its decoder.
    pub(crate) fn of(feed: &Feed, names: &[String]) -> Self {
        let decoder = feed.decoder();
        Self {
            stats: *decoder.stats(),
            problems: feed.problems().cloned().collect(),
            templates: decoder
                .templates()
                .map(|known| TemplateReport::new(&known))
                .collect(),
            domains: decoder.domains().collect(),
            names: names.to_vec(),
            faults: Vec::new(),
        }
    }

    /// With a fault of a file.
    pub(crate) fn with_fault(mut self, fault: Option<String>) -> Self {
        self.faults.extend(fault);
        self
    }

    pub(crate) fn to_python(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let dictionary = PyDict::new(py);
        dictionary.set_item("stats", stats(py, &self.stats)?)?;
        dictionary.set_item(
            "problems",
            problems_to_python(py, &mut self.problems.iter(), &self.names)?,
        )?;
        let templates = self.templates.iter().map(|known| known.to_python(py));
        let templates = templates.collect::<PyResult<Vec<_>>>()?;
        dictionary.set_item("templates", PyList::new(py, templates)?)?;
        let domains = self.domains.iter().map(|report| domain(py, report));
        let domains = domains.collect::<PyResult<Vec<_>>>()?;
        dictionary.set_item("domains", PyList::new(py, domains)?)?;
        dictionary.set_item("faults", &self.faults)?;
        Ok(dictionary.into_any().unbind())
    }
}

/// The counters by name.
fn stats<'py>(py: Python<'py>, stats: &Stats) -> PyResult<Bound<'py, PyDict>> {
    let dictionary = PyDict::new(py);
    for (name, count) in [
        ("datagrams", stats.datagrams),
        ("octets", stats.octets),
        ("unreadable", stats.unreadable),
        ("messages", stats.messages),
        ("sets", stats.sets),
        ("templates", stats.templates),
        ("withdrawals", stats.withdrawals),
        ("records", stats.records),
        ("options_records", stats.options_records),
        ("flow_samples", stats.flow_samples),
        ("counters_samples", stats.counters_samples),
        ("discarded_packets", stats.discarded_packets),
        ("late_sets", stats.late_sets),
        ("given_up_sets", stats.given_up_sets),
        ("given_up_octets", stats.given_up_octets),
        ("evicted", stats.evicted),
    ] {
        dictionary.set_item(name, count)?;
    }
    let problems = PyDict::new(py);
    for (code, count) in stats.problems() {
        problems.set_item(code, count)?;
    }
    dictionary.set_item("problems", problems)?;
    Ok(dictionary)
}

fn domain<'py>(py: Python<'py>, report: &DomainReport) -> PyResult<Bound<'py, PyDict>> {
    let dictionary = PyDict::new(py);
    let time = |time: netflow_core::Timestamp| value::time(py, time.as_nanos().div_euclid(1_000));
    dictionary.set_item("exporter", report.key.exporter.ip().to_string())?;
    dictionary.set_item("protocol", report.key.protocol.name())?;
    dictionary.set_item("observation_domain", report.key.observation_domain)?;
    let agent = report.key.agent_address.map(|address| address.to_string());
    dictionary.set_item("agent_address", agent)?;
    dictionary.set_item("messages", report.messages)?;
    dictionary.set_item("first_received", time(report.first_received)?)?;
    dictionary.set_item("last_received", time(report.last_received)?)?;
    let unit = report.sequence_unit.map(SequenceUnit::name);
    dictionary.set_item("unit", unit)?;
    let sequence = &report.sequence;
    counts(
        &dictionary,
        &[
            ("received", sequence.received),
            ("lost", sequence.lost),
            ("late", sequence.late),
            ("duplicated", sequence.duplicated),
            ("restarted", sequence.restarted),
            ("unread", sequence.unread),
        ],
    )?;
    let samples = PyDict::new(py);
    counts(
        &samples,
        &[
            ("received", report.samples.received),
            ("lost", report.samples.lost),
            ("late", report.samples.late),
            ("restarted", report.samples.restarted),
            ("drops", report.samples.drops),
            ("parallel_sources", report.samples.parallel_sources),
        ],
    )?;
    dictionary.set_item("samples", samples)?;
    let skew = report.clock_skew.map(|nanos| value::duration(py, nanos));
    dictionary.set_item("clock_skew", skew.transpose()?)?;
    dictionary.set_item("templates", report.templates)?;
    dictionary.set_item("state_octets", report.state_octets)?;
    Ok(dictionary)
}

fn counts(dictionary: &Bound<'_, PyDict>, counts: &[(&str, u64)]) -> PyResult<()> {
    counts
        .iter()
        .try_for_each(|(name, count)| dictionary.set_item(name, count))
}

/// Problems as the arguments of `netflow_rs.Problem`.
pub(crate) fn problems_to_python(
    py: Python<'_>,
    problems: &mut dyn Iterator<Item = &KeptProblem>,
    names: &[String],
) -> PyResult<Py<PyAny>> {
    let class = py.import("netflow_rs._errors")?.getattr("Problem")?;
    let problems = problems.map(|problem| {
        let file = usize::try_from(problem.input)
            .ok()
            .and_then(|file| names.get(file));
        class.call1((
            problem.error.kind.code(),
            problem.error.to_string(),
            problem.error.offset,
            problem.octets,
            problem.set,
            problem.frame,
            problem.exporter.ip().to_string(),
            file,
        ))
    });
    let list = PyList::new(py, problems.collect::<PyResult<Vec<_>>>()?)?;
    Ok(list.into_any().unbind())
}
