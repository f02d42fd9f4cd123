//! Runs the fuzz targets: built with the stable compiler, each for some seconds.
//!
//! Fails on any crash, on units that take long, and on memory that grows. The target of
//! the C library is written in C and linked with libFuzzer by clang. What was found stands
//! in `target/fuzz/artifacts/`, what the fuzzers learned in `target/fuzz/corpus/`, so that
//! the next run continues from there.

mod c;

use core::fmt::Write;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use crate::command::cargo;
use crate::repository::{Result, root, target as build_folder};

/// What cargo-fuzz builds with too, but for AddressSanitizer, which needs the nightly
/// compiler. What it finds needs `unsafe`, which the C library alone has: its target
/// watches memory from the side of C.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    --cfg fuzzing";

/// Seconds after which one unit is a finding; as a rule it takes milliseconds.
const SLOW: u32 = 2;

/// Megabytes that a target may take, the fuzzer's own corpus included.
const MEMORY: u32 = 768;

/// Octets of a unit.
const LONGEST: u32 = 16 << 10;

/// Runs every target for this number of seconds.
pub(crate) fn run(seconds: u32) -> ExitCode {
    match all(seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== fuzzing failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same as a step of the tests.
pub(crate) fn all(seconds: u32) -> Result {
    if !cfg!(target_os = "linux") {
        println!("the fuzz targets are for Linux: not run");
        return Ok(());
    }
    let binaries = build()?;
    c::build(&binaries)?;
    let work = target_folder();
    let corpus = work.join("corpus");
    let seeds = crate::command::Command::new(binaries.join("seeds"), "seeds");
    seeds.path(&corpus).run()?;
    let targets = targets()?;
    let next = AtomicUsize::new(0);
    let findings = Mutex::new(Vec::new());
    let executions = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(name) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match target(name, &binaries, &work, seconds) {
                        Ok(count) => {
                            executions.fetch_add(count, Ordering::Relaxed);
                        }
                        Err(error) => {
                            println!("{name}: {error}");
                            findings.lock().map(|mut all| all.push(name.clone())).ok();
                        }
                    }
                }
            });
        }
    });
    let findings = findings.into_inner()?;
    let count = executions.into_inner();
    println!("{} targets, {count} executions", targets.len());
    if findings.is_empty() {
        Ok(())
    } else {
        Err(format!("findings of {}", findings.join(", ")).into())
    }
}

/// The names of the targets: their files.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in ["fuzz/targets", "fuzz/c"] {
        for entry in fs::read_dir(root().join(folder))? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            names.extend(name.map(str::to_owned));
        }
    }
    names.sort();
    if names.is_empty() {
        return Err("there are no targets".into());
    }
    Ok(names)
}

fn target_folder() -> PathBuf {
    build_folder().join("fuzz")
}

/// Builds the targets and returns where they are.
fn build() -> Result<PathBuf> {
    // With a target named, build scripts and macros are left as they are.
    let host = host()?;
    // libnetflow.a too, which the target in C is linked with: built together, dependencies are compiled once.
    cargo("build --locked --release -p netflow-fuzz -p netflow-ffi --lib --bins --target")
        .arguments(&host)
        .variable("CARGO_TARGET_DIR", target_folder())
        .variable("RUSTFLAGS", COVERAGE)
        .inside("fuzz")
        .run()?;
    Ok(target_folder().join(host).join("release"))
}

fn host() -> Result<String> {
    let version = crate::command::Command::new("rustc", "rustc")
        .arguments("-vV")
        .output()?;
    let text = String::from_utf8(version.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not report its host")?.to_owned())
}

/// Runs one target and returns the number of its runs.
fn target(name: &str, binaries: &Path, work: &Path, seconds: u32) -> Result<usize> {
    let corpus = work.join("corpus").join(name);
    let artifacts = work.join("artifacts").join(name);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder)?;
    }
    let before = count(&artifacts)?;
    let mut command = std::process::Command::new(binaries.join(name));
    command
        .arg(&corpus)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-report_slow_units={SLOW}"))
        .arg(format!("-timeout={}", 5 * SLOW))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1")
        .arg("-verbosity=0")
        // The quarantine of memory that C freed, which is not growth.
        .env("ASAN_OPTIONS", "quarantine_size_mb=64")
        .stdin(Stdio::null());
    let dictionary = root().join(format!("fuzz/dictionaries/{name}.dict"));
    if dictionary.exists() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let stat = |name: &str| -> Option<usize> {
        let line = text.lines().find(|line| line.contains(name))?;
        line.split_whitespace().last()?.parse().ok()
    };
    if output.status.success() {
        forgive(&artifacts, &binaries.join(name))?;
    }
    if !output.status.success() || count(&artifacts)? > before {
        let mut tail = String::new();
        for line in text.lines().rev().take(40).collect::<Vec<_>>().iter().rev() {
            let shown: String = line.chars().take(300).collect();
            writeln!(tail, "    {shown}")?;
        }
        return Err(format!("a finding in {}\n{tail}", artifacts.display()).into());
    }
    let runs = stat("number_of_executed_units").ok_or("it reports no number of executions")?;
    let memory = stat("peak_rss_mb").ok_or("it reports no memory")?;
    let slowest = stat("slowest_unit_time_sec").unwrap_or(0);
    println!("{name}: {runs} executions, {memory} MB, slowest {slowest} s");
    Ok(runs)
}

/// The fuzzer's clock runs on while other programs have the processor: a unit that
/// is said to be slow is run again alone, and kept only if it is slow each time.
fn forgive(artifacts: &Path, program: &Path) -> Result {
    for entry in fs::read_dir(artifacts)? {
        let unit = entry?.path();
        let name = unit.file_name().and_then(|name| name.to_str());
        if !name.is_some_and(|name| name.starts_with("slow-unit")) {
            continue;
        }
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            let mut command = std::process::Command::new(program);
            command.arg(&unit).stdin(Stdio::null());
            if command.output()?.status.success() {
                least = least.min(begun.elapsed());
            }
        }
        println!("{}: {least:?} when run alone", unit.display());
        if least < Duration::from_secs(u64::from(SLOW)) {
            fs::remove_file(&unit)?;
        }
    }
    Ok(())
}

fn count(folder: &Path) -> Result<usize> {
    Ok(fs::read_dir(folder)?.count())
}
