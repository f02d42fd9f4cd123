//! The features of the crates, as their manifests name them.

use std::fs;

use crate::command::cargo;
use crate::repository::{Result, root};

/// Features that build a library of C for minutes: only what is named for them, in `test --full`, has them.
const SLOW: [&str; 1] = ["kafka"];

/// What would be `--all-features`, without those that take minutes: `CRATE/FEATURE,…`.
pub(crate) fn all() -> Result<String> {
    let mut all = Vec::new();
    for name in crates()? {
        for feature in of(&name)? {
            all.push(format!("{name}/{}", feature.name));
        }
    }
    Ok(all.join(","))
}

/// Clippy for the whole workspace.
pub(crate) fn clippy() -> Result {
    cargo("clippy --locked --workspace --all-targets --features")
        .text(&all()?)
        .arguments("-- -D warnings")
        .run()
}

/// The crates with features, in order.
pub(crate) fn crates() -> Result<Vec<String>> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("netflow-") && !of(&name)?.is_empty() {
            crates.push(name);
        }
    }
    crates.sort();
    Ok(crates)
}

/// A feature of a crate, and the features of the same crate that it brings.
pub(crate) struct Feature {
    pub(crate) name: String,
    pub(crate) brings: Vec<String>,
}

/// The features that a crate's manifest names, but for the default and those that take minutes.
pub(crate) fn of(name: &str) -> Result<Vec<Feature>> {
    let manifest = fs::read_to_string(root().join(name).join("Cargo.toml"))?;
    let section = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = section.skip(1).take_while(|line| !line.starts_with('['));
    let pairs = lines.filter_map(|line| line.split_once(" = "));
    let pairs = pairs
        .filter(|(name, _)| *name != "default" && !name.starts_with('#') && !SLOW.contains(name));
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
