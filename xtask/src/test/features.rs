//! Every combination of features that a user may choose.

use std::fs;

use crate::command::cargo;
use crate::repository::{Result, root};

/// Of netflow-core, which others choose from, except all features, which another step checks.
pub(super) fn of_core() -> Result {
    check("netflow-core", 1)
}

/// Of every crate.
pub(super) fn of_all() -> Result {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("netflow-") && !features(&name)?.is_empty() {
            crates.push(name);
        }
    }
    crates.sort();
    println!("crates with features: {}", crates.join(", "));
    crates.iter().try_for_each(|name| check(name, 0))
}

/// Checks every set of features, without this number of the largest.
fn check(name: &str, checked: u32) -> Result {
    let features = features(name)?;
    if features.is_empty() {
        return Err(format!("{name} has no features").into());
    }
    for set in 0..(1_u32 << features.len()) - checked {
        let chosen = (0..).zip(&features).filter(|(bit, _)| set >> bit & 1 == 1);
        let chosen: Vec<&Feature> = chosen.map(|(_, feature)| feature).collect();
        let is_chosen = |name: &String| chosen.iter().any(|feature| feature.name == *name);
        let brings = |feature: &&Feature| feature.brings.iter().all(is_chosen);
        // With what its features bring it is another set, which has its turn.
        if !chosen.iter().all(brings) {
            continue;
        }
        let chosen: Vec<&str> = chosen.iter().map(|feature| feature.name.as_str()).collect();
        let mut clippy = cargo("clippy --locked --no-default-features -p").arguments(name);
        if !chosen.is_empty() {
            clippy = clippy.arguments("--features").arguments(&chosen.join(","));
        }
        clippy.arguments("-- -D warnings").run()?;
    }
    Ok(())
}

/// A feature of a crate, and the features of the same crate that it brings.
struct Feature {
    name: String,
    brings: Vec<String>,
}

/// The features that a crate's manifest names, but for the default.
fn features(name: &str) -> Result<Vec<Feature>> {
    let manifest = fs::read_to_string(root().join(name).join("Cargo.toml"))?;
    let section = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = section.skip(1).take_while(|line| !line.starts_with('['));
    let pairs = lines.filter_map(|line| line.split_once(" = "));
    let pairs = pairs.filter(|(name, _)| *name != "default" && !name.starts_with('#'));
    let names: Vec<&str> = pairs.clone().map(|(name, _)| name).collect();
    let feature = |(name, brings): (&str, &str)| {
        let brings = brings.split('"').filter(|word| names.contains(word));
        Feature {
            name: name.to_owned(),
            brings: brings.map(str::to_owned).collect(),
        }
    };
    Ok(pairs.map(feature).collect())
}
