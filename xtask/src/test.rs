//! Everything that has to hold before a change is merged, quick steps first.

mod command;
mod freestanding;
mod package;
mod spark;

use std::process::ExitCode;
use std::time::Instant;

use self::command::{Result, cargo, python};
use crate::generate;

/// One step: its name, and what it does.
struct Step(&'static str, fn() -> Result);

const STEPS: &[Step] = &[
    Step("generated files are up to date", generated),
    Step("formatting", formatting),
    Step("test data is up to date", test_data),
    Step("clippy, all features", clippy),
    Step("clippy of netflow-core without std", clippy_without_std),
    Step("documentation", documentation),
    Step("netflow-core in every combination of features", features),
    Step("no std: a program without it", freestanding::run),
    Step("benches compile", benches),
    Step("hostile octets", hostile),
    Step("Python: the wheel", package::build),
    Step("Python: the wheel in a clean environment", package::install),
    Step("Python: types and tests", package::test),
    Step("tests", tests),
];

/// What takes longer; the list is open.
const FULL: &[Step] = &[
    Step("Spark: captures in pieces", spark::test),
    Step("tests in release, many random cases", many_cases),
];

/// Runs the steps whose name has this part, until one fails.
pub(crate) fn run(full: bool, part: &str) -> ExitCode {
    if std::env::var_os("NETFLOW_CAPTURES").is_none() {
        println!("NETFLOW_CAPTURES is not set: no captures but those of testdata/ are read");
    }
    let more = if full { FULL } else { &[] };
    // The tests come last, so that their summary is the end of what is printed.
    let steps = more.iter().chain(STEPS);
    let steps: Vec<&Step> = steps.filter(|step| step.0.contains(part)).collect();
    if steps.is_empty() {
        println!("== no step has {part:?} in its name");
        return ExitCode::FAILURE;
    }
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

fn clippy_without_std() -> Result {
    for features in WITHOUT_STD {
        cargo("clippy --locked -p netflow-core --no-default-features")
            .arguments(features)
            .arguments("-- -D warnings")
            .run()?;
    }
    Ok(())
}

fn documentation() -> Result {
    cargo("doc --locked --workspace --all-features --no-deps")
        .variable("RUSTDOCFLAGS", "-D warnings")
        .run()
}

/// The sets of features that leave out std.
const WITHOUT_STD: &[&str] = &["", "--features alloc"];

/// netflow-core is the only crate with features.
fn features() -> Result {
    for features in WITHOUT_STD.iter().chain(&["--features std"]) {
        cargo("build --locked -p netflow-core --no-default-features")
            .arguments(features)
            .run()?;
    }
    Ok(())
}

fn benches() -> Result {
    cargo("bench --locked --no-run -p netflow-benches").run()
}

/// These tests read every message of the test data thousands of times.
fn hostile() -> Result {
    cargo("test --locked --profile checked -p netflow-core --test hostile").run()
}

fn tests() -> Result {
    cargo("test --locked --workspace").run()
}

fn many_cases() -> Result {
    cargo("test --locked --release --workspace")
        .variable("PROPTEST_CASES", "20000")
        .run()
}
