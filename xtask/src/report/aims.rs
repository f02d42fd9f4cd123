//! What the project wants to be, and what was measured.

use super::commands::Whole;
use super::decoders::{Decoder, OWN_PACKAGE};
use super::figure::number;
use super::kit::Kit;
use crate::command::cargo;
use crate::instructions::{self, Figures};
use crate::repository::Result;

/// One aim.
pub(super) struct Aim {
    pub(super) path: String,
    pub(super) measure: Measure,
    /// What is measured.
    pub(super) figure: Option<f64>,
    pub(super) limit: Limit,
}

/// What the figure is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// A ratio of times, which other work on the machine changes.
    Times,
    /// Instructions or allocations, which it does not.
    Counts,
}

/// What the figure has to be.
pub(super) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Limit {
    pub(super) fn holds(&self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= *most,
            Self::AtLeast(least) => figure >= *least,
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}", number(*most)),
            Self::AtLeast(least) => format!("≥ {}", number(*least)),
        }
    }
}

const FIXED: [&str; 3] = ["v5", "v9", "ipfix"];

/// Runs the bench of the C library, and compares all with the aims. Instructions are those of
/// `benches/instructions.csv`, which `cargo xtask instructions` holds true.
pub(super) fn measure(
    kit: &Kit,
    decoders: &[Decoder],
    commands: &[Whole],
    threads: Option<f64>,
) -> Result<Vec<Aim>> {
    let figures = instructions::known_figures()?;
    let printed = if kit.builds {
        cargo("bench --locked --quiet -p netflow-ffi -- nothing").printed()?
    } else {
        Vec::new()
    };
    let mut aims = Aims {
        decoders,
        commands,
        all: Vec::new(),
    };
    aims.instructions(&figures);
    aims.decoders();
    aims.c_library(&String::from_utf8_lossy(&printed));
    aims.whole(&figures);
    aims.times(
        "`decode -f parquet`, one thread / two",
        threads,
        Limit::AtLeast(1.7),
    );
    aims.allocations();
    Ok(aims.all)
}

struct Aims<'a> {
    decoders: &'a [Decoder],
    commands: &'a [Whole],
    all: Vec<Aim>,
}

impl Aims<'_> {
    fn times(&mut self, path: &str, figure: Option<f64>, limit: Limit) {
        self.add(Measure::Times, path, figure, limit);
    }

    fn counts(&mut self, path: &str, figure: Option<f64>, limit: Limit) {
        self.add(Measure::Counts, path, figure, limit);
    }

    fn add(&mut self, measure: Measure, path: &str, figure: Option<f64>, limit: Limit) {
        self.all.push(Aim {
            path: path.to_owned(),
            measure,
            figure,
            limit,
        });
    }

    fn decoder(&self, kind: &str, name: &str) -> Option<&Decoder> {
        let is_it = |decoder: &&Decoder| decoder.kind == kind && decoder.name == name;
        self.decoders.iter().find(is_it)
    }

    fn nanos(&self, kind: &str, name: &str) -> Option<f64> {
        self.decoder(kind, name)?.nanos
    }

    /// The time of one decoder by that of another.
    fn ratio(&self, kind: &str, of: &str, to: &str) -> Option<f64> {
        Some(self.nanos(kind, of)? / self.nanos(kind, to)?)
    }

    /// Beyond decoding.
    fn instructions(&mut self, figures: &Figures) {
        let paths = [
            ("columns_11", "projection into columns", 120.0),
            ("rows_11", "projection into rows", 120.0),
            ("flows_11", "accessors of `flows()`", 220.0),
        ];
        for (path, what, most) in paths {
            for kind in FIXED {
                let figure = |path: &str| figures.get(&(path.to_owned(), kind.to_owned()));
                let beyond = figure(path)
                    .zip(figure("decode"))
                    .map(|(all, decode)| all - decode);
                let what = format!("11 fields, {what}, instructions beyond `decode`, {kind}");
                self.counts(&what, beyond, Limit::AtMost(most));
            }
        }
    }

    /// Times of decoders in memory.
    fn decoders(&mut self) {
        let columns = "netflow-columns";
        for kind in FIXED {
            let what = format!("projection into columns / offsets compiled in with times, {kind}");
            let ratio = self.ratio(kind, columns, "floor-compiled-times");
            self.times(&what, ratio, Limit::AtMost(2.0));
        }
        let peers = [
            ("v5", "netflow_parser", 1.3),
            ("v9", "netgauze-flow-pkt", 20.0),
            ("v9", "netflow_parser", 45.0),
            ("ipfix", "netgauze-flow-pkt", 20.0),
            ("ipfix", "netflow_parser", 45.0),
            ("ipfix_variable", "netgauze-flow-pkt", 20.0),
            ("ipfix", "libfixbuf", 5.0),
        ];
        for (kind, peer, least) in peers {
            let ratio = self.ratio(kind, peer, columns);
            let what = format!("{peer} / projection into columns, {kind}");
            self.times(&what, ratio, Limit::AtLeast(least));
        }
        let fixed = self.nanos("ipfix", columns);
        let variable = self.nanos("ipfix_variable", columns);
        let ratio = variable
            .zip(fixed)
            .map(|(variable, fixed)| variable / fixed);
        let what = "projection into columns, IPFIX of variable length / of fixed length";
        self.times(what, ratio, Limit::AtMost(2.0));
        let ratio = self.ratio("sflow", "netflow-flows", "floor-compiled");
        let what = "sFlow, header dissected, `flows()` / offsets compiled in";
        self.times(what, ratio, Limit::AtMost(2.0));
        let ratio = self.ratio("sflow", "flowparser-sflow", "netflow-flows");
        let what = "sFlow, flowparser-sflow / `flows()`";
        self.times(what, ratio, Limit::AtLeast(2.5));
        for kind in FIXED {
            let ratio = self.ratio(kind, "netflow-arrow", "floor-columns");
            let what = format!("Arrow columns / columns by offsets found at run time, {kind}");
            self.times(&what, ratio, Limit::AtMost(1.3));
        }
        for (kind, least) in [("v5", 150.0), ("v9", 700.0)] {
            let ratio = self.ratio(kind, "netflow (Python)", OWN_PACKAGE);
            let what = format!("Python: `netflow` / scan to 11 Arrow columns, {kind}");
            self.times(&what, ratio, Limit::AtLeast(least));
        }
    }

    /// What `cargo bench -p netflow-ffi -- nothing` prints.
    fn c_library(&mut self, printed: &str) {
        for kind in FIXED {
            let line = printed.lines().find_map(|line| {
                let rest = line.strip_prefix(kind)?.trim_start();
                rest.strip_prefix("eleven")
            });
            let ratio = line.and_then(|line| line.split_whitespace().last()?.parse().ok());
            let what = format!("C batch of 11 fields by a mask / the same in Rust, {kind}");
            self.times(&what, ratio, Limit::AtMost(1.2));
        }
    }

    fn whole(&mut self, figures: &Figures) {
        let paths = [
            ("json_11", "`decode -f json`, 11 fields", 1_000.0),
            ("json_all", "`decode -f json`, all fields", 3_500.0),
            ("csv_11", "`decode -f csv`, 11 fields", 900.0),
            ("table", "`decode -f table`", 2_500.0),
        ];
        for (path, what, most) in paths {
            for kind in FIXED {
                let figure = figures.get(&(path.to_owned(), kind.to_owned()));
                let what = format!("{what}, instructions of the command, {kind}");
                self.counts(&what, figure.copied(), Limit::AtMost(most));
            }
        }
        for kind in FIXED {
            let nanos = |name: &str| {
                let is_it = |whole: &&Whole| whole.kind == kind && whole.name == name;
                self.commands.iter().find(is_it)?.nanos
            };
            let ratio = nanos("nfdump JSON").zip(nanos("netflow JSON"));
            let what = format!("`nfdump -o json` / `decode -f json`, all fields, {kind}");
            self.times(
                &what,
                ratio.map(|(theirs, ours)| theirs / ours),
                Limit::AtLeast(6.0),
            );
        }
    }

    fn allocations(&mut self) {
        let ours = [
            "netflow-decode",
            "netflow-flows",
            "netflow-rows",
            "netflow-columns",
        ];
        let ours = self
            .decoders
            .iter()
            .filter(|decoder| ours.contains(&decoder.name.as_str()));
        let most = ours
            .filter_map(|decoder| decoder.allocations)
            .reduce(f64::max);
        let what = "allocations a flow in the steady state, the most of all paths of the core";
        self.counts(what, most, Limit::AtMost(0.0));
    }
}
