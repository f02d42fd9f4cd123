//! What a flow costs on each path from a datagram to its reader: instructions, counted by
//! callgrind, beside the figures checked in.

mod limit;

use alloc::collections::BTreeMap;
use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use crate::command::{Command, cargo};
use crate::repository::{Result, root, target};

/// The figures, one line a path and workload.
const FIGURES: &str = "benches/instructions.csv";

/// A figure may rise by this fraction before it is an error. A flow costs the same in each run
/// but for the seeds of hash tables.
const TOLERANCE: f64 = 0.03;

/// Datagrams of the two runs of each path: what is made once is in both and cancels out. Multiples of
/// 20, since every 20th datagram has templates, and more than 256: until then each set of an exporter is
/// examined, and its list of payloads grows.
const COUNTS: [u32; 2] = [300, 600];

/// Workloads, by the names of `netflow_benches::Kind`.
pub(crate) const KINDS: [&str; 5] = ["v5", "v9", "ipfix", "ipfix_variable", "sflow"];

/// The 11 fields of the benches.
pub(crate) const FIELDS: &str = "source_address,destination_address,octets,packets,start,end,\
    input_interface,output_interface,source_port,destination_port,protocol";

/// A way from datagrams to what reads them.
struct Route {
    name: &'static str,
    what: What,
}

enum What {
    /// In the program `instructions` of the benches.
    Library(&'static str),
    /// The same with Arrow, which takes much longer to build.
    Arrow(&'static str),
    /// The same, for the documents of another tool.
    Dialect(&'static str),
    /// `netflow decode` with these options, reading a capture. `*` stands for [`FIELDS`].
    Command(&'static [&'static str]),
}

const ROUTES: [Route; 40] = [
    Route {
        name: "decode",
        what: What::Library("decode"),
    },
    Route {
        name: "flows_11",
        what: What::Library("flows"),
    },
    Route {
        name: "rows_11",
        what: What::Library("rows"),
    },
    Route {
        name: "columns_11",
        what: What::Library("columns"),
    },
    Route {
        name: "arrow_11",
        what: What::Arrow("arrow"),
    },
    Route {
        name: "arrow_11_filtered",
        what: What::Arrow("arrow_filtered"),
    },
    Route {
        name: "filter_none",
        what: What::Library("filter_none"),
    },
    Route {
        name: "filter_integer",
        what: What::Library("filter_integer"),
    },
    Route {
        name: "filter_integers",
        what: What::Library("filter_integers"),
    },
    Route {
        name: "filter_address",
        what: What::Library("filter_address"),
    },
    Route {
        name: "filter_addresses",
        what: What::Library("filter_addresses"),
    },
    Route {
        name: "filter_prefix",
        what: What::Library("filter_prefix"),
    },
    Route {
        name: "filter_prefixes",
        what: What::Library("filter_prefixes"),
    },
    Route {
        name: "top_ports",
        what: What::Library("top_ports"),
    },
    Route {
        name: "top_hosts",
        what: What::Library("top_hosts"),
    },
    Route {
        name: "text_json_11",
        what: What::Library("text_json_11"),
    },
    Route {
        name: "text_json_all",
        what: What::Library("text_json_all"),
    },
    Route {
        name: "text_csv_11",
        what: What::Library("text_csv_11"),
    },
    Route {
        name: "text_table",
        what: What::Library("text_table"),
    },
    Route {
        name: "json_11",
        what: What::Command(&["-f", "json", "--fields", "*"]),
    },
    Route {
        name: "json_all",
        what: What::Command(&["-f", "json"]),
    },
    Route {
        name: "csv_11",
        what: What::Command(&["-f", "csv", "--fields", "*"]),
    },
    Route {
        name: "table",
        what: What::Command(&["-f", "table"]),
    },
    Route {
        name: "text_ecs_json",
        what: What::Dialect("text_ecs_json"),
    },
    Route {
        name: "text_ecs-integration_json",
        what: What::Dialect("text_ecs-integration_json"),
    },
    Route {
        name: "text_logstash_json",
        what: What::Dialect("text_logstash_json"),
    },
    Route {
        name: "text_fluentd_json",
        what: What::Dialect("text_fluentd_json"),
    },
    Route {
        name: "text_goflow2_json",
        what: What::Dialect("text_goflow2_json"),
    },
    Route {
        name: "text_goflow2_protobuf",
        what: What::Dialect("text_goflow2_protobuf"),
    },
    Route {
        name: "text_nfdump_json",
        what: What::Dialect("text_nfdump_json"),
    },
    Route {
        name: "text_nfdump_csv",
        what: What::Dialect("text_nfdump_csv"),
    },
    Route {
        name: "text_nfdump_line",
        what: What::Dialect("text_nfdump_line"),
    },
    Route {
        name: "text_elastiflow_json",
        what: What::Dialect("text_elastiflow_json"),
    },
    Route {
        name: "text_datadog_json",
        what: What::Dialect("text_datadog_json"),
    },
    Route {
        name: "text_akvorado_json",
        what: What::Dialect("text_akvorado_json"),
    },
    Route {
        name: "text_pmacct_json",
        what: What::Dialect("text_pmacct_json"),
    },
    Route {
        name: "text_sflowtool_line",
        what: What::Dialect("text_sflowtool_line"),
    },
    Route {
        name: "text_ipfixcol2_json",
        what: What::Dialect("text_ipfixcol2_json"),
    },
    Route {
        name: "text_vflow_json",
        what: What::Dialect("text_vflow_json"),
    },
    Route {
        name: "text_telegraf_json",
        what: What::Dialect("text_telegraf_json"),
    },
];

/// Instructions a flow, by path and workload.
pub(crate) type Figures = BTreeMap<(String, String), f64>;

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

impl Route {
    const fn is_command(&self) -> bool {
        matches!(self.what, What::Command(_))
    }
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

struct Programs {
    benches: PathBuf,
    netflow: PathBuf,
    captures: PathBuf,
}

impl Programs {
    fn new() -> Result<Self> {
        let captures = target().join("instructions");
        fs::create_dir_all(&captures)?;
        Ok(Self {
            benches: target().join("release/instructions"),
            netflow: target().join("release/netflow"),
            captures,
        })
    }

    /// Writes every workload as captures; returns the number of flows in each.
    fn capture_all(&self) -> Result<BTreeMap<(&'static str, u32), f64>> {
        let mut flows = BTreeMap::new();
        for kind in KINDS {
            for count in COUNTS {
                flows.insert((kind, count), self.capture(kind, count)?);
            }
        }
        Ok(flows)
    }

    fn file(&self, kind: &str, count: u32) -> PathBuf {
        self.captures.join(format!("{kind}_{count}.pcap"))
    }

    /// Writes a workload as a capture; returns the number of its flows.
    fn capture(&self, kind: &str, count: u32) -> Result<f64> {
        let output = Command::new(&self.benches, "instructions")
            .arguments(&format!("capture {kind} {count}"))
            .path(&self.file(kind, count))
            .output()?;
        let flows = String::from_utf8(output.stdout)?;
        Ok(flows
            .trim()
            .parse()
            .map_err(|_| "the workload cannot be written")?)
    }

    /// Instructions of one run.
    fn instructions(
        &self,
        route: &Route,
        kind: &str,
        count: u32,
    ) -> core::result::Result<f64, String> {
        let mut arguments: Vec<PathBuf> = Vec::new();
        match route.what {
            What::Library(path) | What::Arrow(path) | What::Dialect(path) => {
                arguments.push(self.benches.clone());
                arguments.extend([path.into(), kind.into(), count.to_string().into()]);
            }
            What::Command(options) => {
                arguments.extend([self.netflow.clone(), "decode".into(), "--quiet".into()]);
                arguments.extend(options.iter().map(|option| match *option {
                    "*" => FIELDS.into(),
                    option => option.into(),
                }));
                arguments.push(self.file(kind, count));
            }
        }
        callgrind(&arguments)
    }
}

/// Instructions of a program that must succeed.
pub(crate) fn callgrind(
    arguments: &[impl AsRef<std::ffi::OsStr>],
) -> core::result::Result<f64, String> {
    let output = std::process::Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines();
    let counted = lines.find_map(|line| line.split("Collected : ").nth(1));
    let counted = counted.and_then(|number| number.trim().parse().ok());
    counted
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("callgrind counted nothing: {text}"))
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
