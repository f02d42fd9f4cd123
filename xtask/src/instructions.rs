//! What a flow costs on each path from a datagram to its reader: instructions, counted by
//! callgrind, beside the figures checked in.

mod limit;
mod programs;
mod route;

use core::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use self::programs::{COUNTS, Programs};
pub(crate) use self::programs::{Figures, callgrind};
pub(crate) use self::route::{FIELDS, KINDS};
use self::route::{ROUTES, Route, What};
use crate::command::cargo;
use crate::repository::{Result, root};

/// The figures, one line a path and workload.
const FIGURES: &str = "benches/instructions.csv";

/// A figure may rise by this fraction before it is an error. A flow costs the same in each run
/// but for the seeds of hash tables.
const TOLERANCE: f64 = 0.03;

/// Counts, prints a table, and either writes the figures or fails where one rose. Routes are
/// all, or those that are named. With `--limit`, nothing is counted: what dialects cost is set beside JSON.
pub(crate) fn run(options: &[&str]) -> ExitCode {
    if options == ["--limit"] {
        return match print_limit() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("== {error}");
                ExitCode::FAILURE
            }
        };
    }
    let names: Vec<&str> = options
        .iter()
        .copied()
        .filter(|name| *name != "--update")
        .collect();
    let known = |name: &&str| ROUTES.iter().any(|route| route.name == *name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let routes = ROUTES.map(|route| route.name).join(", ");
        println!("no path is called {name}; there are {routes}");
        return ExitCode::from(2);
    }
    let wanted = |route: &Route| names.is_empty() || names.contains(&route.name);
    match counted(wanted).and_then(|counted| {
        if names.len() == options.len() {
            return compare(&counted);
        }
        let mut figures = known_figures().unwrap_or_default();
        figures.extend(counted);
        Ok(fs::write(root().join(FIGURES), lines(&figures))?)
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("== {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same as a step of the tests: the paths whose program is built in a minute.
pub(crate) fn step() -> Result {
    compare(&counted(|route| matches!(route.what, What::Library(_)))?)
}

/// The other paths, with release builds of Arrow and the command.
pub(crate) fn step_of_rest() -> Result {
    compare(&counted(|route| !matches!(route.what, What::Library(_)))?)
}

fn print_limit() -> Result {
    build("")?;
    let programs = Programs::new()?;
    limit::print(&programs, &programs.capture_all()?, &known_figures()?)
}

/// Builds the program of the benches.
fn build(features: &str) -> Result {
    cargo("build --locked --quiet --release -p netflow-benches --no-default-features")
        .arguments("--bin instructions")
        .joined("--features=", Path::new(features))
        .run()
}

/// Counts the routes that are wanted, over every workload.
fn counted(wanted: impl Fn(&Route) -> bool) -> Result<Figures> {
    let routes: Vec<&Route> = ROUTES.iter().filter(|route| wanted(route)).collect();
    let with_arrow = |route: &&Route| matches!(route.what, What::Arrow(_));
    let features = if routes.iter().any(with_arrow) {
        "arrow"
    } else {
        ""
    };
    build(features)?;
    if routes.iter().any(|route| route.is_command()) {
        cargo("build --locked --quiet --release -p netflow-cli").run()?;
    }
    let programs = Programs::new()?;
    let flows = programs.capture_all()?;
    let mut jobs = Vec::new();
    for route in routes {
        jobs.extend(KINDS.map(|kind| (route, kind)));
    }
    let (jobs, figures) = (Mutex::new(jobs.into_iter()), Mutex::new(Figures::new()));
    let work = || -> core::result::Result<(), String> {
        loop {
            let job = jobs.lock().map_err(|error| error.to_string())?.next();
            let Some((route, kind)) = job else {
                return Ok(());
            };
            let [few, many] = COUNTS.map(|count| programs.instructions(route, kind, count));
            let more = flows[&(kind, COUNTS[1])] - flows[&(kind, COUNTS[0])];
            let each = (many? - few?) / more;
            let mut figures = figures.lock().map_err(|error| error.to_string())?;
            figures.insert((route.name.to_owned(), kind.to_owned()), each.round());
        }
    };
    // Two cores; the count of callgrind does not depend on what else runs.
    thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a count panicked".to_owned())?)
    })?;
    Ok(figures.into_inner()?)
}

fn lines(figures: &Figures) -> String {
    let mut text = String::from("path,workload,instructions\n");
    for route in &ROUTES {
        for kind in KINDS {
            if let Some(each) = figures.get(&(route.name.to_owned(), kind.to_owned())) {
                let _ = writeln!(text, "{},{kind},{each}", route.name);
            }
        }
    }
    text
}

/// The figures checked in.
pub(crate) fn known_figures() -> Result<Figures> {
    let mut figures = Figures::new();
    for line in fs::read_to_string(root().join(FIGURES))?.lines().skip(1) {
        let mut cells = line.split(',');
        let mut next = || cells.next().ok_or("a line of the figures is not whole");
        let key = (next()?.to_owned(), next()?.to_owned());
        figures.insert(key, next()?.parse()?);
    }
    Ok(figures)
}

/// Prints each path's instructions a flow beside those checked in.
fn compare(figures: &Figures) -> Result {
    let known = known_figures()?;
    println!("instructions a flow, and the change since the figures of {FIGURES}");
    println!("| path | {} |", KINDS.join(" | "));
    println!("|---|{}", "---|".repeat(KINDS.len()));
    let mut risen = Vec::new();
    for route in &ROUTES {
        let key = |kind: &str| (route.name.to_owned(), kind.to_owned());
        if !figures.contains_key(&key(KINDS[0])) {
            continue;
        }
        print!("| {} |", route.name);
        for kind in KINDS {
            let key = key(kind);
            let now = figures.get(&key).copied().unwrap_or(f64::NAN);
            let Some(before) = known.get(&key) else {
                return Err(format!("{FIGURES} has no line {},{kind}", route.name).into());
            };
            let change = now / before - 1.0;
            print!(" {now} ({:+.1} %) |", change * 100.0);
            // A figure that is missing is an error too.
            if change.is_nan() || change > TOLERANCE {
                risen.push(format!("{} {kind}", route.name));
            }
        }
        println!();
    }
    if risen.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {} % above {FIGURES}: {}. See it by `cargo xtask instructions PATH`, and where by \
         `valgrind --tool=callgrind target/release/instructions PATH KIND 600` and \
         callgrind_annotate; if it is meant, `cargo xtask instructions --update PATH`",
        TOLERANCE * 100.0,
        risen.join(", ")
    )
    .into())
}
