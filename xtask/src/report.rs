//! `cargo xtask bench-report`: the project beside other decoders and commands, as `benches/REPORT.md` with plots.
//!
//! Every decoder reads the same datagrams; what it read is compared with what was written before it is timed. Then all
//! run in turn, several times, so that other work on the machine meets all of them: of each the least time of the processor
//! counts, and only ratios are of interest.

mod aims;
mod commands;
mod decoders;
mod figure;
mod kit;
mod page;
mod plot;
mod threads;

use std::process::ExitCode;

use self::kit::Kit;
use crate::repository::Result;
use crate::tools::{self, Tool};

/// What is not in Debian's standard installation.
const TOOLS: &[&Tool] = &[
    &tools::VALGRIND,
    &tools::VENV,
    &tools::TSHARK,
    &tools::NFDUMP,
    &tools::LIBFIXBUF,
    &tools::PKG_CONFIG,
];

/// Measures and writes the report. Unless it builds the programs, what is not built is left out.
pub(crate) fn run(builds: bool) -> ExitCode {
    match measure(builds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(builds: bool) -> Result {
    let absent = tools::provide(TOOLS)?;
    let mut kit = Kit::new(&absent, builds)?;
    let decoders = decoders::measure(&kit)?;
    kit.load.see();
    let commands = commands::measure(&kit)?;
    kit.load.see();
    let threads = threads::measure(&kit).unwrap_or_else(|error| {
        println!("Parquet by two threads: left out, {error}");
        None
    });
    kit.load.see();
    let aims = aims::measure(&kit, &decoders, &commands, threads)?;
    page::write(&kit, &decoders, &commands, &aims)
}
