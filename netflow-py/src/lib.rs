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
mod packed;
mod page;
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
    use crate::page::page;
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
    use crate::table::{ParquetFile, Table};
    #[pymodule_export]
    use crate::tables::{Tables, TablesPass};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("FIELDS", crate::fields())
    }

    /// The network of each address, with these lengths for IPv4 and IPv6; nothing for a text that is no
    /// address.
    #[pyfunction]
    fn prefixes(addresses: Vec<Option<String>>, ipv4: u8, ipv6: u8) -> Vec<Option<String>> {
        let network = |text: String| {
            let address = text.parse::<core::net::IpAddr>().ok()?.to_canonical();
            let length = if address.is_ipv4() { ipv4 } else { ipv6 };
            Some(netflow_core::Prefix::new(address, length).to_string())
        };
        let addresses = addresses.into_iter();
        addresses.map(|text| text.and_then(network)).collect()
    }

    /// Name, type, unit and meaning of every normalised field, as a table.
    #[pyfunction]
    fn fields() -> PyResult<Table> {
        Table::of_texts(
            ["name", "type", "unit", "meaning"],
            crate::fields()
                .into_iter()
                .map(|(name, kind, unit, meaning)| {
                    [name.to_owned(), kind, unit.to_owned(), meaning.to_owned()]
                }),
        )
    }

    /// Runs the command `netflow` with these arguments, the first of which is its
    /// name, and returns its exit status.
    #[pyfunction]
    fn run(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| netflow_cli::run(arguments)).code()
    }
}

/// Name, type, unit and meaning of every normalised field, in the order of the columns.
fn fields() -> Vec<(&'static str, String, &'static str, &'static str)> {
    use netflow_core::field::FlowField;

    let fields = FlowField::COLUMNS.iter();
    fields
        .map(|field| {
            (
                field.name(),
                field.field_type().to_string(),
                field.unit(),
                field.meaning(),
            )
        })
        .collect()
}
