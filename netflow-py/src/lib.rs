//! The compiled module of the Python package `netflow-rs`: a thin layer over
//! netflow-scan, netflow-arrow, netflow-core and netflow-io. The modules that Python users see are
//! in `python/netflow_rs`.
#![forbid(unsafe_code)]

extern crate alloc;

mod arguments;
mod cell;
mod collector;
mod documents;
mod error;
mod exporters;
mod guarded;
mod health;
mod index;
mod input;
mod pass;
mod reading;
mod record;
mod report;
#[cfg(target_os = "linux")]
mod sockets;
mod state;
mod table;
mod tables;
mod value;
mod walk;

use pyo3::prelude::*;

/// The module `_netflow`.
#[pymodule(gil_used = false)]
mod _netflow {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::collector::Collector;
    #[pymodule_export]
    use crate::documents::Documents;
    #[pymodule_export]
    use crate::health::health;
    #[pymodule_export]
    use crate::index::{Replay, index};
    #[pymodule_export]
    use crate::pass::{Pass, Reader};
    #[pymodule_export]
    use crate::record::{Record, Records};
    #[cfg(target_os = "linux")]
    #[pymodule_export]
    use crate::sockets::Sockets;
    #[pymodule_export]
    use crate::state::State;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::tables::{Tables, TablesPass};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("FIELDS", crate::fields())
    }

    /// Runs the command `netflow` with these arguments, the first of which is its
    /// name, and returns its exit status.
    #[pyfunction]
    fn run(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| netflow_cli::run(arguments)).code()
    }
}

/// Name, type and unit of every normalised field.
fn fields() -> Vec<(&'static str, String, &'static str)> {
    use netflow_core::field::FlowField;

    let fields = FlowField::ALL.iter();
    fields
        .map(|field| {
            (
                field.name(),
                format!("{:?}", field.field_type()),
                field.unit(),
            )
        })
        .collect()
}
