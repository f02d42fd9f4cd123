//! The command line of `netflow elements`.

use clap::Args;

use super::exporters::Definitions;

/// List information elements: number, name, type, semantics and units.
#[derive(Debug, Args)]
pub(crate) struct Elements {
    /// Only this one, as sourceIPv4Address, 8 or 6871/14
    #[arg(value_name = "NAME|PEN/ID")]
    pub(crate) element: Option<String>,

    /// Further elements, in a file of YAML, CSV or XML; may be repeated
    #[arg(long, value_name = "FILE", value_parser = Definitions::read)]
    pub(crate) definitions: Vec<Definitions>,
}
