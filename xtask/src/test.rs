//! Everything that has to hold before a change is merged, quick steps first.

mod big_endian;
mod browser;
mod c;
mod examples;
mod features;
mod freestanding;
mod kafka;
mod limits;
mod package;
mod spark;
mod spelling;

use std::process::ExitCode;
use std::time::Instant;

use crate::command::{cargo, python};
use crate::generate;
use crate::repository::Result;
use crate::tools::{self, Tool};
use crate::workspace;

/// One step: its name, what it does, and what it needs beside cargo, a C compiler and Python.
struct TestStep {
    name: &'static str,
    run: fn() -> Result,
    needs: &'static [&'static Tool],
}

const fn step(name: &'static str, run: fn() -> Result) -> TestStep {
    needing(&[], name, run)
}

const fn needing(
    needs: &'static [&'static Tool],
    name: &'static str,
    run: fn() -> Result,
) -> TestStep {
    TestStep { name, run, needs }
}

const C: &[&Tool] = &[
    &tools::NM,
    &tools::GXX,
    &tools::CLANG,
    &tools::PKG_CONFIG,
    &tools::MAKE,
];
const WATCHED: &[&Tool] = &[
    &tools::GXX,
    &tools::CLANG,
    &tools::SANITIZERS,
    &tools::VALGRIND,
    &tools::PKG_CONFIG,
];
const EXAMPLES: &[&Tool] = &[
    &tools::GROFF,
    &tools::LUAJIT,
    &tools::GXX,
    &tools::CLANG,
    &tools::PKG_CONFIG,
    &tools::CMAKE,
    &tools::MAKE,
    &tools::LIBPCAP,
];
const FUZZING: &[&Tool] = &[&tools::GXX, &tools::CLANG, &tools::SANITIZERS];
const OTHER_READERS: &[&Tool] = &[&tools::TSHARK, &tools::NFDUMP];

const STEPS: &[TestStep] = &[
    step("generated files are up to date", generated),
    step("formatting", formatting),
    needing(&[&tools::VENV], "spelling", spelling::run),
    step("each limit is met by a test", limits::run),
    step("public types have examples", examples::run),
    needing(&[&tools::ZSTD], "test data is up to date", test_data),
    step("clippy, all features", clippy),
    step("documentation", documentation),
    step(
        "clippy of netflow-core in every combination of features",
        features::of_core,
    ),
    step("tests compile", workspace::build),
    needing(
        &[&tools::NM],
        "no std: a program without it",
        freestanding::run,
    ),
    step("hostile octets", hostile),
    needing(C, "C library: installed", c::installed),
    needing(C, "C library: tests in C99, C11 and C++17", c::tests),
    needing(WATCHED, "C library: Valgrind and sanitizers", c::watched),
    needing(C, "C library: Arrow and sockets", c::all_features),
    needing(
        EXAMPLES,
        "C library: examples by pkg-config and CMake",
        c::examples,
    ),
    needing(FUZZING, "fuzz targets, a short time each", fuzzing),
    needing(
        OTHER_READERS,
        "genuine captures beside tshark and nfdump",
        genuine,
    ),
    needing(&[&tools::VENV], "Python: the wheel", package::build),
    needing(
        &[&tools::VENV],
        "Python: the wheel in a clean environment",
        package::install,
    ),
    needing(&[&tools::VENV], "Python: types and tests", package::test),
    step("tests", tests),
    needing(
        &[
            &tools::SOFTFLOWD,
            &tools::RSYSLOG,
            &tools::NFDUMP,
            &tools::PROMTOOL,
        ],
        "the command with real exporters, servers and collectors",
        real_peers,
    ),
];

/// What takes longer; the list is open.
const FULL: &[TestStep] = &[
    step("tests in release, many random cases", many_cases),
    // Clippy has checked that they compile.
    step("benches link", benches),
    needing(
        &[&tools::VALGRIND],
        "instructions a flow",
        crate::instructions::step,
    ),
    needing(
        &[&tools::VALGRIND],
        "instructions a flow, by the command and in documents of other tools",
        crate::instructions::step_of_rest,
    ),
    needing(FUZZING, "fuzz targets, a minute each", fuzzing_longer),
    needing(
        OTHER_READERS,
        "all captures beside tshark and nfdump",
        all_captures,
    ),
    needing(
        &[&tools::NFDUMP],
        "filters, evaluated by Python and by nfdump",
        filters,
    ),
    needing(
        &[&tools::VALGRIND],
        "what hostile datagrams cost",
        crate::worst::table,
    ),
    step("licences, bans and sources of dependencies", deny),
    step("ready for a release", crate::release::checked),
    step(
        "clippy of all crates in every combination of features",
        features::of_all,
    ),
    step("lines that tests run", coverage),
    needing(
        &[
            &tools::SOFTFLOWD,
            &tools::PMACCT,
            &tools::NFDUMP,
            &tools::OPEN_VSWITCH,
        ],
        "the collector with real exporters for minutes",
        long_runs,
    ),
    needing(
        &[&tools::CHROMIUM, &tools::NPM],
        "reports in a browser",
        browser::run,
    ),
    needing(C, "C library: by cargo-c", c::installed_by_cargo_c),
    needing(C, "C library: the binding in Zig", c::zig_binding),
    needing(WATCHED, "C library: sanitized itself", c::watched_with_rust),
    needing(&[&tools::VENV], "outputs to Kafka", kafka::test),
    step("Python: a capture of 1 GB", package::large),
    step("Spark: captures in pieces", spark::test),
    step("Rust 1.85 builds what users get", big_endian::oldest),
    step("tests on a big-endian machine", big_endian::run),
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
        .filter(|step| step.name.contains(words))
        .collect();
    if steps.is_empty() {
        println!("no step is named like that");
        return ExitCode::FAILURE;
    }
    run_steps(&steps)
}

fn run_steps(steps: &[&TestStep]) -> ExitCode {
    let start = Instant::now();
    let mut needed: Vec<&Tool> = Vec::new();
    for tool in steps.iter().flat_map(|step| step.needs) {
        if !needed.contains(tool) {
            needed.push(tool);
        }
    }
    let absent = match tools::provide(&needed) {
        Ok(absent) => absent,
        Err(error) => {
            println!("== failed: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut skipped = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let name = step.name;
        println!("\n== {}/{} {name}", index + 1, steps.len());
        let needs = step.needs.iter().copied();
        let missing: Vec<&Tool> = needs.filter(|tool| absent.contains(tool)).collect();
        if !missing.is_empty() {
            let missing = tools::names(&missing);
            println!("== skipped: {missing} not installed");
            skipped.push((name, missing));
            continue;
        }
        let begun = Instant::now();
        if let Err(error) = (step.run)() {
            println!("== failed: {name}: {error}");
            return ExitCode::FAILURE;
        }
        println!("== {:.1} s", begun.elapsed().as_secs_f64());
    }
    let seconds = start.elapsed().as_secs_f64();
    if skipped.is_empty() {
        println!("== all {} steps passed in {seconds:.0} s", steps.len());
    } else {
        let passed = steps.len() - skipped.len();
        println!(
            "== {passed} of {} steps passed in {seconds:.0} s",
            steps.len()
        );
        for (name, missing) in skipped {
            println!("== SKIPPED: {name} ({missing} not installed)");
        }
    }
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
    python("testdata/cases/by_protocol.py --check").run()?;
    python("testdata/expect.py --check").run()
}

fn clippy() -> Result {
    crate::features::clippy()?;
    freestanding::cargo("clippy --locked -- -D warnings").run()
}

fn documentation() -> Result {
    cargo("doc --locked --workspace --no-deps --features")
        .text(&crate::features::all()?)
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

/// Hundreds of runs over all captures.
fn filters() -> Result {
    let netflow = workspace::netflow()?;
    python("testdata/filters/evaluate.py")
        .path(&netflow)
        .arguments("--nfdump")
        .run()
}

fn real_peers() -> Result {
    workspace::test("--test listen -- --ignored exporters::every_flow promtool")
        .variable_unseen("PATH", tools::path())
        .run()?;
    workspace::test("--test command nfdump -- --ignored").run()?;
    workspace::test("--test outputs rsyslog -- --ignored").run()
}

/// Exporters that watch the loopback interface for a minute each, 100,000 spoofed exporters, and the test of each
/// option without it.
fn long_runs() -> Result {
    workspace::test("--test listen -- --ignored --test-threads 1")
        .arguments("live_exporters open_vswitch faults help")
        .variable_unseen("PATH", tools::path())
        .run()
}

fn tests() -> Result {
    workspace::test("").run()?;
    python("netflow-io/tests/tokio_collector.py")
        .path(&workspace::example("tokio_collector")?)
        .run()
}

fn many_cases() -> Result {
    cargo("test --locked --release --workspace --features netflow-core/encode")
        .variable("PROPTEST_CASES", "20000")
        .run()
}
