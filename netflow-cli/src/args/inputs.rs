//! What the commands that read captures share: the files, and what is known about exporters.

use std::path::PathBuf;

use clap::Args;

use super::exporters::Exporters;

/// The files to read, and how.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Also decode all datagrams sent to this UDP port, and IPFIX on this TCP port; may be repeated
    #[arg(short, long = "port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) ports: Vec<u16>,

    #[command(flatten)]
    pub(crate) exporters: Exporters,
}
