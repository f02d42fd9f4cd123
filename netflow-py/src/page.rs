//! The report on traffic and on the health of exporters, as the page that `netflow report` writes.

use alloc::sync::Arc;

use netflow_cli::KnownAddresses;
use netflow_io::Feed;
use netflow_output::enrich::{Enrichment, GeoDatabase};
use netflow_report::{Report, ReportOptions};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::arguments::{self, limits};
use crate::exporters::{ExporterArguments, Exporters};
use crate::health::{Examination, examine};
use crate::input::{Input, PathOrOpener};

/// What a page shows.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct PageOptions {
    title: String,
    filter: Option<String>,
    groups: usize,
    flows: usize,
    geo: Option<String>,
    asn: Option<String>,
    services: Option<String>,
    internal_networks: String,
}

/// Decodes inputs and returns the page. A file that cannot be read to its end is a warning, or with
/// `strict` an error.
#[pyfunction]
#[pyo3(signature = (inputs, *, options, ports, strict, state, exporters))]
pub(crate) fn page(
    py: Python<'_>,
    inputs: Vec<PathOrOpener>,
    options: PageOptions,
    ports: Vec<u16>,
    strict: bool,
    state: Option<&[u8]>,
    exporters: Option<ExporterArguments>,
) -> PyResult<String> {
    let inputs: Vec<Input> = inputs.into_iter().map(Input::new).collect();
    let limits = limits();
    let report = Report::new(options.checked()?);
    let feed = Feed::new(Exporters::new(exporters)?.decoder(limits, state)?);
    let examined = examine(py, &inputs, ports, strict, Examination::new(feed, report))?;
    let words = |health: &netflow_health::Report| netflow_cli::sentences(health, &examined.names);
    Ok(examined.of.page(examined.feed.decoder(), words))
}

impl PageOptions {
    fn checked(self) -> PyResult<ReportOptions> {
        let invalid = |error: &dyn core::fmt::Display| PyValueError::new_err(error.to_string());
        let open = |path: Option<String>| -> PyResult<Option<GeoDatabase>> {
            let opened = path.map(|path| path.parse()).transpose();
            opened.map_err(|error| invalid(&error))
        };
        let mut known = Enrichment::default();
        known.geo.places = open(self.geo)?;
        known.geo.systems = open(self.asn)?;
        let services = self.services.map(|path| path.parse()).transpose();
        known.services = services.map_err(|error| invalid(&error))?;
        let internal = self.internal_networks.parse();
        let internal = internal.map_err(|error| invalid(&error))?;
        let mut options = ReportOptions::new(self.title);
        options.filter = arguments::filter(self.filter.as_deref())?;
        options.groups = self.groups;
        options.flows = self.flows;
        options.addresses = Some(Arc::new(KnownAddresses::new(known, internal)));
        Ok(options)
    }
}
