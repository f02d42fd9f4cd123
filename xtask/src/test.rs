//! Everything that has to hold before a change is merged, quick steps first.

mod big_endian;
mod c;
mod features;
mod freestanding;
mod limits;
mod package;
mod spark;
mod spelling;

use std::process::ExitCode;
use std::time::Instant;

use crate::command::{cargo, python};
use crate::generate;
use crate::repository::Result;

/// One step: its name, and what it does.
struct Step(&'static str, fn() -> Result);

const STEPS: &[Step] = &[
    Step("generated files are up to date", generated),
    Step("formatting", formatting),
    Step("spelling", spelling::run),
    Step("each limit is met by a test", limits::run),
    Step("test data is up to date", test_data),
    Step("clippy, all features", clippy),
    Step("documentation", documentation),
    Step(
        "clippy of netflow-core in every combination of features",
        features::of_core,
    ),
    Step("no std: a program without it", freestanding::run),
    Step("benches compile", benches),
    Step("hostile octets", hostile),
    Step("C library: installed", c::installed),
    Step("C library: tests in C99, C11 and C++17", c::tests),
    Step("C library: Valgrind and sanitizers", c::watched),
    Step("C library: Arrow", c::arrow),
    Step("C library: examples by pkg-config and CMake", c::examples),
    Step("fuzz targets, a short time each", fuzzing),
    Step("genuine captures beside tshark and nfdump", genuine),
    Step("Python: the wheel", package::build),
    Step("Python: the wheel in a clean environment", package::install),
    Step("Python: types and tests", package::test),
    Step("tests", tests),
];

/// What takes longer; the list is open.
const FULL: &[Step] = &[
    Step("tests in release, many random cases", many_cases),
    Step("fuzz targets, a minute each", fuzzing_longer),
    Step("all captures beside tshark and nfdump", all_captures),
    Step("what hostile datagrams cost", crate::worst::table),
    Step("instructions a flow", crate::instructions::step),
    Step("licences, bans and sources of dependencies", deny),
    Step(
        "clippy of all crates in every combination of features",
        features::of_all,
    ),
    Step("lines that tests run", coverage),
    Step("C library: by cargo-c", c::installed_by_cargo_c),
    Step("C library: sanitized itself", c::watched_with_rust),
    Step("Python: a capture of 1 GB", package::large),
    Step("Spark: captures in pieces", spark::test),
    Step("Rust 1.85 builds what users get", big_endian::oldest),
    Step("tests on a big-endian machine", big_endian::run),
];

/// Runs the steps until one fails.
pub(crate) fn run(full: bool) -> ExitCode {
    if std::env::var_os("NETFLOW_CAPTURES").is_none() {
        println!("NETFLOW_CAPTURES is not set: the tests that need its captures are ignored");
    }
    let more = if full { FULL } else { &[] };
    // The tests come last, so that their summary is the end of what is printed.
    run_steps(&more.iter().chain(STEPS).collect::<Vec<_>>())
}

/// Runs the steps whose names contain these words.
pub(crate) fn only(words: &str) -> ExitCode {
    let steps: Vec<_> = STEPS
        .iter()
        .chain(FULL)
        .filter(|step| step.0.contains(words))
        .collect();
    if steps.is_empty() {
        println!("no step is named like that");
        return ExitCode::FAILURE;
    }
    run_steps(&steps)
}

fn run_steps(steps: &[&Step]) -> ExitCode {
    let start = Instant::now();
    for (index, Step(name, step)) in steps.iter().enumerate() {
        println!("\n== {}/{} {name}", index + 1, steps.len());
        let begun = Instant::now();
        if let Err(error) = step() {
            println!("== failed: {name}: {error}");
            return ExitCode::FAILURE;
        }
        println!("== {:.1} s", begun.elapsed().as_secs_f64());
    }
    println!(
        "== all {} steps passed in {:.0} s",
        steps.len(),
        start.elapsed().as_secs_f64()
    );
    ExitCode::SUCCESS
}

fn generated() -> Result {
    if generate::run(true) == ExitCode::SUCCESS {
        Ok(())
    } else {
        Err("run `cargo xtask generate`".into())
    }
}

fn formatting() -> Result {
    cargo("fmt --all --check").run()?;
    cargo("fmt --check").inside("fuzz").run()?;
    freestanding::cargo("fmt --check").run()
}

/// The makers of the test data are not written in Rust: they agree with nobody by accident.
fn test_data() -> Result {
    python("testdata/synthetic/make.py --check").run()?;
    python("testdata/expect.py --check").run()
}

fn clippy() -> Result {
    cargo("clippy --locked --workspace --all-targets --all-features -- -D warnings").run()?;
    freestanding::cargo("clippy --locked -- -D warnings").run()
}

fn documentation() -> Result {
    cargo("doc --locked --workspace --all-features --no-deps")
        .variable("RUSTDOCFLAGS", "-D warnings")
        .run()
}

fn benches() -> Result {
    cargo("bench --locked --no-run -p netflow-benches -p netflow-ffi").run()
}

/// These tests read every message of the test data thousands of times.
fn hostile() -> Result {
    cargo("test --locked --profile checked -p netflow-core --test hostile").run()
}

/// Enough to read every seed, which no test fails on, and a little more.
fn fuzzing() -> Result {
    crate::fuzz::all(5)
}

/// Needs cargo-deny. What is known of weaknesses is asked elsewhere: it needs the network.
fn deny() -> Result {
    cargo("deny --all-features check licenses bans sources").run()
}

/// Needs cargo-llvm-cov and the LLVM tools of the compiler's version, by the variables
/// `LLVM_COV` and `LLVM_PROFDATA` if rustup did not bring them. Tests that count
/// allocations or octets for minutes are left out: they run no lines of their own. Columns
/// are tested by netflow-arrow, beside what each flow says.
fn coverage() -> Result {
    cargo("llvm-cov -p netflow-core -p netflow-arrow --features netflow-core/encode")
        .arguments("--summary-only --fail-under-lines 95")
        .arguments("--lib --test encode --test properties --test decoder --test sflow")
        .arguments("--test snapshot --test flow_widths --test flows")
        .arguments("--ignore-filename-regex (netflow-io|netflow-arrow|netflow-scan|tests)/")
        .variable("PROPTEST_CASES", "64")
        .run()
}

fn fuzzing_longer() -> Result {
    crate::fuzz::all(60)
}

fn genuine() -> Result {
    crate::differential::step("testdata/genuine")
}

fn all_captures() -> Result {
    crate::differential::step("testdata")
}

fn tests() -> Result {
    cargo("test --locked --workspace --features netflow-core/encode").run()
}

fn many_cases() -> Result {
    cargo("test --locked --release --workspace --features netflow-core/encode")
        .variable("PROPTEST_CASES", "20000")
        .run()
}
