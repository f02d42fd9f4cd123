//! The project's own tasks.

extern crate alloc;

mod command;
mod differential;
mod features;
mod fuzz;
mod generate;
mod install;
mod instructions;
mod load;
mod measured;
mod package;
mod registry;
mod release;
mod report;
mod repository;
mod test;
mod tools;
mod workspace;
mod worst;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  generate          write the tables made from registry/
  generate --check  compare them with what is checked in
  install-c --prefix DIR [--libdir DIR] [--destdir DIR] [--features arrow,geo,live,tls]
                    build the C library and put it below DIR
  test              everything that has to hold before a change is merged
  test --only TEXT  the steps whose names contain this
  test --full       and what takes longer: more random cases, tests in release
  clippy            clippy for all crates and features, but for those that build librdkafka
  fuzz SECONDS      every fuzz target for this number of seconds
  instructions [--update] [PATH…]
                    what a flow costs on each path, beside benches/instructions.csv; --update
                    writes the figures there
  instructions --limit
                    the figures of dialects beside those of JSON with as many values
  load [DATAGRAMS [RATE]]
                    what a datagram costs the collector, beside nfcapd and nfacctd
  load memory [MINUTES [RATE]]
                    the memory of the collector under load, each minute
  bench-report      other decoders and commands beside these, as benches/REPORT.md with plots; with
                    --built as far as the programs were built before
  package           a package for Debian, by cargo-deb
  release --check   whether everything is ready for a release; builds nothing
  release --build   wheels, the C library and a package for Debian, in target/release-files; publishes nothing
  worst             what hostile datagrams cost beside normal ones, in instructions
  differential FOLDER  captures read by tshark and nfdump too, field by field";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate"] => generate::run(false),
        ["generate", "--check"] => generate::run(true),
        ["test", "--only", words] => test::only(words),
        ["test"] => test::run(false),
        ["test", "--full"] => test::run(true),
        ["clippy"] => match features::clippy() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        ["install-c", options @ ..] => install::run(options),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(seconds),
            Err(_) => usage(),
        },
        ["instructions", options @ ..] => instructions::run(options),
        ["load", options @ ..] => load::run(options),
        ["bench-report"] => report::run(true),
        ["bench-report", "--built"] => report::run(false),
        ["package"] => package::run(),
        ["release", "--check"] => release::check(),
        ["release", "--build"] => release::build(),
        ["worst"] => worst::run(),
        ["differential", folder] => differential::run(Path::new(folder)),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
