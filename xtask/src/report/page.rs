//! The report as Markdown.

use core::fmt::Write as _;
use std::fs;

use super::aims::{Aim, Measure};
use super::commands::{self, Whole};
use super::decoders::Decoder;
use super::figure::number;
use super::kit::{Kit, ROUNDS};
use super::plot::{self, Bar};
use crate::command::{Command, cargo};
use crate::instructions::KINDS;
use crate::measured::precise;
use crate::repository::{Result, root};

/// The report, and the folder of its plots beside it.
const REPORT: &str = "benches/REPORT.md";
const PLOTS: &str = "benches/plots";

/// The decoders of this repository that read fields.
const READING: [&str; 4] = [
    "netflow-flows",
    "netflow-rows",
    "netflow-columns",
    "netflow-arrow",
];

/// Writes the report and its plots.
pub(super) fn write(kit: &Kit, decoders: &[Decoder], commands: &[Whole], aims: &[Aim]) -> Result {
    let command = if kit.builds {
        "bench-report`, which builds,"
    } else {
        "bench-report --built`, which leaves out what had not been built before, and"
    };
    let mut page = format!(
        "# The project beside others\n\n\
         Written by `cargo xtask {command} compares, measures and draws everything here.\n\n"
    );
    machine(kit, &mut page)?;
    wanted(kit, aims, &mut page);
    fs::create_dir_all(root().join(PLOTS))?;
    decoding(decoders, &mut page)?;
    whole(commands, &mut page)?;
    fs::write(root().join(REPORT), page)?;
    println!("written: {REPORT}");
    Ok(())
}

fn machine(kit: &Kit, page: &mut String) -> Result {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = processors
        .lines()
        .filter_map(|line| line.strip_prefix("model name"));
    let models: Vec<&str> = models
        .map(|model| model.trim_start_matches([' ', '\t', ':']))
        .collect();
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let _ = writeln!(
        page,
        "| | |\n|---|---|\n| processor | {}, {} of them |\n| system | {} |\n| load after the builds, and after decoders, commands and threads were measured | {} |",
        models.first().unwrap_or(&"unknown"),
        models.len(),
        system.unwrap_or("unknown").trim_matches('"'),
        kit.load.text(),
    );
    let versions = [
        ("Rust", cargo("--version")),
        ("nfdump", Command::new("nfdump", "nfdump").arguments("-V")),
        (
            "tshark",
            Command::new("tshark", "tshark").arguments("--version"),
        ),
        (
            "valgrind",
            Command::new("valgrind", "valgrind").arguments("--version"),
        ),
    ];
    for (name, version) in versions {
        // What is not there was left out.
        let Ok(printed) = version.printed() else {
            continue;
        };
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let _ = writeln!(
            page,
            "| {name} | {} |",
            printed.lines().next().unwrap_or("unknown")
        );
    }
    page.push_str(
        "\nOther work runs on such a machine: times of the same program differ by a factor between two hours, so only ratios \
         within this run count. Times are those of the processor, user and system. All programs run in turn, round after round, \
         and of each the least time counts; of decoders, that of many passes less that of one. \
         Instructions (callgrind) and allocations do not depend on other work.\n\n",
    );
    Ok(())
}

/// The aims, and whether they hold.
fn wanted(kit: &Kit, aims: &[Aim], page: &mut String) {
    page.push_str(
        "## Aims\n\nRatios are of times in this run; instructions are those of \
         `instructions.csv`, which `cargo xtask instructions` holds true.\n\n",
    );
    if kit.load.is_high() {
        page.push_str(
            "\n**Other work ran beside this run, so ratios of times are not judged**; they can be anything. Run \
             `cargo xtask bench-report` again on a quiet machine.\n\n",
        );
    }
    page.push_str("| | aim | figure | |\n|---|---:|---:|---|\n");
    for aim in aims {
        let (figure, holds) = match aim.figure {
            Some(figure) if aim.measure == Measure::Times && kit.load.is_high() => {
                (number(figure), "not judged")
            }
            Some(figure) if aim.limit.holds(figure) => (number(figure), "holds"),
            Some(figure) => (number(figure), "**does not hold**"),
            None => ("–".to_owned(), "not measured"),
        };
        let _ = writeln!(
            page,
            "| {} | {} | {figure} | {holds} |",
            aim.path,
            aim.limit.text()
        );
    }
    page.push('\n');
}

fn decoding(decoders: &[Decoder], page: &mut String) -> Result {
    let _ = writeln!(
        page,
        "## Decoders\n\nThe datagrams of `benches/src/workload.rs`, in memory, one thread, {ROUNDS} rounds. Of each flow 11 fields are read \
         and summed; the sums equal what was written, or the decoder is not timed. `netflow-flows` reads them by accessors of \
         `Flow`, `netflow-rows` and `netflow-columns` by a `Projection`, `netflow-arrow` into Arrow columns: all also account for \
         loss, find duplicates and compute absolute times, which the others do not. `netflow-decode` reads no field. A floor is a \
         loop written by hand that keeps no state but templates: `floor-compiled` knows the offsets when it is compiled, \
         `floor-compiled-times` computes absolute times too, and `floor-columns` finds offsets in templates.\n"
    );
    for kind in KINDS {
        let all: Vec<&Decoder> = decoders
            .iter()
            .filter(|decoder| decoder.kind == kind)
            .collect();
        let ours = all
            .iter()
            .filter(|decoder| READING.contains(&decoder.name.as_str()));
        let ours = ours
            .filter_map(|decoder| decoder.nanos)
            .fold(f64::NAN, f64::min);
        let _ = writeln!(
            page,
            "### {kind}\n\n![{kind}](plots/{kind}.svg)\n\n\
             | decoder | ns a flow | times ours | instructions a flow | allocations a flow | peak MiB |\n\
             |---|---:|---:|---:|---:|---:|"
        );
        for decoder in &all {
            let name = format!("{} {}", decoder.name, decoder.version);
            if let Some(fault) = &decoder.fault {
                let _ = writeln!(
                    page,
                    "| {} | not timed: {} |||||",
                    name.trim(),
                    short(fault)
                );
                continue;
            }
            let or_dash = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} |",
                name.trim(),
                or_dash(decoder.nanos),
                or_dash(decoder.nanos.map(|nanos| nanos / ours)),
                or_dash(decoder.instructions),
                or_dash(decoder.allocations),
                memory(decoder.memory_kib),
            );
        }
        page.push('\n');
        let bars: Vec<Bar> = all
            .iter()
            .filter_map(|decoder| {
                Some(Bar {
                    label: decoder.name.clone(),
                    value: decoder.nanos?,
                    is_ours: decoder.name.starts_with("netflow-"),
                })
            })
            .collect();
        let title = format!("Decoding {kind} and reading 11 fields");
        let plot = plot::bars(&title, "nanoseconds a flow", &bars);
        fs::write(root().join(PLOTS).join(format!("{kind}.svg")), plot)?;
    }
    let _ = writeln!(
        page,
        "`times ours` compares with the fastest of {}. Instructions are those of a second pass over 600 datagrams with a new \
         decoder, and include the sums: this decoder examines each set of the first 256 datagrams of an exporter, so that `instructions.csv` \
         has fewer. The memory is that of the process, with the datagrams in it; Python reads 100 datagrams, the others 4,000. \
         flowparser-sflow and sflow-parser leave the sampled header to their caller: here it is dissected by a few lines that know \
         Ethernet, VLAN tags and IPv4 alone.\n",
        READING.join(", ")
    );
    Ok(())
}

fn whole(all: &[Whole], page: &mut String) -> Result {
    page.push_str(
        "## Whole commands\n\nTime of the processor, user and system, output to `/dev/null`. netflow and tshark read a capture; nfdump reads \
         the file that nfcapd wrote of the same datagrams, received by UDP, so that decoding is not in its figures. Flows and the sums of \
         addresses, ports, octets, packets and protocol in the output equal what was sent, for JSON, CSV and tshark. Memory of less \
         than the small program has that starts them, some 14 MiB, is not seen: \"few\".\n\n",
    );
    for kind in commands::KINDS {
        let commands: Vec<&Whole> = all.iter().filter(|command| command.kind == kind).collect();
        let ours = commands
            .iter()
            .find(|command| command.name == "netflow JSON");
        let ours = ours.and_then(|command| command.nanos).unwrap_or(f64::NAN);
        let _ = writeln!(
            page,
            "### {kind}, commands\n\n![{kind}](plots/commands_{kind}.svg)\n\n\
             | command | ns a flow | times `netflow decode -f json` | peak MiB |\n|---|---:|---:|---:|"
        );
        let mut bars = Vec::new();
        for command in &commands {
            if let Some(fault) = &command.fault {
                let _ = writeln!(
                    page,
                    "| `{}` | not timed: {} |||",
                    command.shown,
                    short(fault)
                );
                continue;
            }
            let nanos = command.nanos.unwrap_or(f64::NAN);
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} |",
                command.shown,
                number(nanos),
                number(nanos / ours),
                memory(command.memory_kib),
            );
            bars.push(Bar {
                label: command.name.to_owned(),
                value: nanos,
                is_ours: command.name.starts_with("netflow"),
            });
        }
        page.push('\n');
        let title = format!("Whole commands over {kind}");
        let plot = plot::bars(&title, "nanoseconds of the processor a flow", &bars);
        fs::write(
            root().join(PLOTS).join(format!("commands_{kind}.svg")),
            plot,
        )?;
    }
    Ok(())
}

/// MiB, or that they are too few to be seen.
fn memory(kib: u64) -> String {
    if kib == 0 {
        return "few".to_owned();
    }
    number(precise(kib) / 1024.0)
}

/// The first words of a message, which a cell of a table can hold.
fn short(message: &str) -> String {
    // Where the repository is on this machine is nobody's concern.
    let root = root().display().to_string();
    let line = message.lines().next().unwrap_or_default();
    let line = line.replace(&root, "").replace('|', "/");
    line.chars().take(100).collect()
}
