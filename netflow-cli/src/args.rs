//! The command line.

mod anonymise;
mod color;
mod decode;
mod dialect;
mod elements;
mod enrichment;
mod explain;
mod exporters;
mod fields;
mod filter;
pub(crate) mod format;
pub(crate) mod hints;
mod inputs;
#[cfg(target_os = "linux")]
pub(crate) mod listen;
mod order;
mod output;
#[cfg(feature = "packaging")]
mod packaging;
#[cfg(target_os = "linux")]
pub(crate) mod quantity;
mod replay;
mod report;
mod top;
mod window;

use core::fmt;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use self::anonymise::KeyFile;
pub(crate) use self::color::ColorChoice;
pub(crate) use self::decode::Decode;
pub(crate) use self::dialect::DialectArgs;
pub(crate) use self::elements::Elements;
pub(crate) use self::explain::{Explain, ReportFormat};
pub(crate) use self::exporters::{Definitions, Exporters};
pub(crate) use self::inputs::InputArgs;
#[cfg(target_os = "linux")]
pub(crate) use self::listen::Listen;
#[cfg(feature = "packaging")]
pub(crate) use self::packaging::{Completions, Manual, Shell};
pub(crate) use self::replay::{GeneratedKind, Replay};
pub(crate) use self::report::ReportArgs;
pub(crate) use self::top::{Top, TopFormat};
pub(crate) use self::window::{Bound, Window};

/// Read what routers, switches, firewalls and probes export about traffic: NetFlow v1, v5 to
/// v9, IPFIX and sFlow v5.
#[derive(Debug, Parser)]
#[command(name = "netflow", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Decode(Decode),
    Explain(Explain),
    #[cfg(target_os = "linux")]
    Listen(Box<Listen>),
    Replay(Replay),
    Report(ReportArgs),
    Top(Top),
    Elements(Elements),
    #[cfg(feature = "packaging")]
    #[command(hide = true)]
    Completions(Completions),
    #[cfg(feature = "packaging")]
    #[command(hide = true)]
    Manual(Manual),
}

/// The error of a command line that can be parsed but is invalid.
pub(crate) fn error(subcommand: &str, usage: &dyn fmt::Display) -> clap::Error {
    let mut cli = Cli::command();
    cli.build();
    match cli.find_subcommand_mut(subcommand) {
        Some(command) => command.error(ErrorKind::InvalidValue, usage),
        None => cli.error(ErrorKind::InvalidValue, usage),
    }
}
