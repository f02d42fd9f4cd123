//! What Python passes, as the types of the libraries.

use netflow_arrow::{Addresses, RecordBatchBuilder, Types};
use netflow_core::field::FlowField;
use netflow_core::{InputNames, Limits};
use netflow_query::Filter;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error;

/// How addresses are asked for.
pub(crate) fn addresses(name: &str) -> PyResult<Addresses> {
    match name {
        "octets" => Ok(Addresses::Octets),
        "view" => Ok(Addresses::View),
        "text" => Ok(Addresses::Text),
        "key" => Ok(Addresses::Key),
        _ => Err(PyValueError::new_err(format!(
            "addresses are \"octets\", \"view\", \"text\" or \"key\", not \"{name}\""
        ))),
    }
}

/// How types are asked for.
pub(crate) fn types(name: &str) -> PyResult<Types> {
    match name {
        "native" => Ok(Types::Native),
        "plain" => Ok(Types::Plain),
        "spark" => Ok(Types::Spark),
        _ => Err(PyValueError::new_err(format!(
            "types are \"native\", \"plain\" or \"spark\", not \"{name}\""
        ))),
    }
}

/// The columns of these names; all columns if no names are passed.
pub(crate) fn columns(names: Option<Vec<String>>) -> PyResult<Vec<FlowField>> {
    let Some(names) = names else {
        return Ok(FlowField::COLUMNS.to_vec());
    };
    let field = |name: &String| {
        FlowField::by_name(name)
            .ok_or_else(|| PyValueError::new_err(format!("there is no column \"{name}\"")))
    };
    names.iter().map(field).collect()
}

/// The filter of this expression, if there is one.
pub(crate) fn filter(expression: Option<&str>) -> PyResult<Option<Filter>> {
    let parse = |text| Filter::parse(text).map_err(|error| error::of_filter(&error, text));
    expression.map(parse).transpose()
}

/// In a capture a template holds until it is replaced: the exporter may have sent it only once, hours
/// before.
pub(crate) fn limits() -> Limits {
    Limits::default().with_template_lifetime(None)
}

/// Which flows become rows or records.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ChosenFlows {
    /// An expression.
    #[pyo3(item("where"))]
    filter: Option<String>,
    /// A record of two directions is two flows.
    pub(crate) split_biflows: bool,
    /// Discarded packets of sFlow are flows too.
    pub(crate) discarded: bool,
}

impl ChosenFlows {
    /// # Errors
    ///
    /// `FilterError` if the expression cannot be parsed.
    pub(crate) fn filter(&self) -> PyResult<Option<Filter>> {
        filter(self.filter.as_deref())
    }
}

/// How tables are made.
#[derive(Debug, Clone)]
pub(crate) struct TableOptions {
    pub(crate) addresses: Addresses,
    pub(crate) rows: usize,
    pub(crate) files: InputNames,
}

impl TableOptions {
    pub(crate) fn builder(&self) -> RecordBatchBuilder {
        RecordBatchBuilder::new(self.addresses, self.rows).with_files(self.files.clone())
    }
}
