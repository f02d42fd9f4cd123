//! Definitions of elements, read from files.

use std::ffi::CString;
use std::path::Path;

use crate::options::netflow_definition;
use crate::result::Failure;

/// Definitions of elements, read from files.
#[derive(Debug, Default)]
pub struct netflow_definitions {
    list: Vec<netflow_definition>,
    /// The names that the list points to; where the octets of a `CString` are does not change.
    names: Vec<CString>,
}

impl netflow_definitions {
    /// Adds the definitions of a file, or says what is wrong with it.
    pub(crate) fn read(&mut self, path: &Path) -> Result<(), (Failure, String)> {
        let failed = |error: ::netflow_definitions::DefinitionError| {
            (Failure::argument("file of definitions"), error.to_string())
        };
        for found in ::netflow_definitions::read(path).map_err(failed)? {
            let octets = found.element.name.bytes().filter(|octet| *octet != 0);
            // There is no NUL in it.
            let name = CString::new(octets.collect::<Vec<_>>()).unwrap_or_default();
            self.list
                .push(netflow_definition::new(&found.element, &name));
            self.names.push(name);
        }
        Ok(())
    }

    pub(crate) fn list(&self) -> &[netflow_definition] {
        &self.list
    }
}
