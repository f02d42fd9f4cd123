//! What documents of other tools cost beside JSON of the same number of values.
//!
//! JSON of a flow costs a base and an amount for each value: both follow from the paths `text_json_11` and
//! `text_json_all`. The limit of a dialect's document is [`LIMIT`] times what JSON of its number of values costs.

use alloc::collections::BTreeMap;

use super::programs::{Figures, Programs};
use super::route::{KINDS, ROUTES, Route, What};
use crate::command::Command;
use crate::repository::Result;

/// Documents of other tools may cost this much more than JSON.
const LIMIT: f64 = 1.5;

/// The paths of JSON with few values and with many.
const JSON: [&str; 2] = ["text_json_11", "text_json_all"];

/// Prints, by the figures checked in, what the documents of each dialect cost beside JSON.
pub(super) fn print(
    programs: &Programs,
    flows: &BTreeMap<(&str, u32), f64>,
    figures: &Figures,
) -> Result {
    println!(
        "instructions a flow / those of JSON with as many values (the number of values); over {LIMIT}: !"
    );
    println!("| path | {} |", KINDS.join(" | "));
    println!("|---|{}", "---|".repeat(KINDS.len()));
    let figure = |path: &str, kind: &str| {
        let found = figures.get(&(path.to_owned(), kind.to_owned()));
        found
            .copied()
            .ok_or_else(|| format!("there is no figure {path},{kind}"))
    };
    for route in ROUTES
        .iter()
        .filter(|route| matches!(route.what, What::Dialect(_)))
    {
        print!("| {} |", route.name);
        for kind in KINDS {
            let each = |path| programs.values(path, kind, flows);
            let values = each(route.counted())?;
            if values < 1.0 {
                print!(" |");
                continue;
            }
            let [few, many] = [each(JSON[0])?, each(JSON[1])?];
            let [cheap, dear] = [figure(JSON[0], kind)?, figure(JSON[1], kind)?];
            let json = cheap + (values - few) * (dear - cheap) / (many - few);
            let ratio = figure(route.name, kind)? / json;
            let mark = if ratio > LIMIT { "!" } else { "" };
            print!(" {ratio:.2}{mark} ({values:.0}) |");
        }
        println!();
    }
    Ok(())
}

impl Route {
    /// The path whose values are counted: a line for people has those of a row of CSV.
    fn counted(&self) -> &'static str {
        match self.name {
            "text_nfdump_line" => "text_nfdump_csv",
            name => name,
        }
    }
}

impl Programs {
    /// The values that a path writes of a flow.
    fn values(&self, path: &str, kind: &str, flows: &BTreeMap<(&str, u32), f64>) -> Result<f64> {
        let [few, many] = super::COUNTS;
        let written = |count: u32| -> Result<f64> {
            let output = Command::new(&self.benches, "instructions")
                .arguments(&format!("values {path} {kind} {count}"))
                .output()?;
            Ok(String::from_utf8(output.stdout)?.trim().parse()?)
        };
        Ok((written(many)? - written(few)?) / (flows[&(kind, many)] - flows[&(kind, few)]))
    }
}
