//! Every combination of features that a user may choose.

use std::fs;

use crate::command::cargo;
use crate::repository::{Result, root};

/// Of netflow-core, which others choose from.
pub(super) fn of_core() -> Result {
    check("netflow-core")
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
    crates.iter().try_for_each(|name| check(name))
}

fn check(name: &str) -> Result {
    let features = features(name)?;
    if features.is_empty() {
        return Err(format!("{name} has no features").into());
    }
    for set in 0..1_u32 << features.len() {
        let chosen = (0..).zip(&features).filter(|(bit, _)| set >> bit & 1 == 1);
        let chosen: Vec<&str> = chosen.map(|(_, feature)| feature.as_str()).collect();
        let mut clippy = cargo("clippy --locked --no-default-features -p").arguments(name);
        if !chosen.is_empty() {
            clippy = clippy.arguments("--features").arguments(&chosen.join(","));
        }
        clippy.arguments("-- -D warnings").run()?;
    }
    Ok(())
}

/// The features that a crate's manifest names, but for the default.
fn features(name: &str) -> Result<Vec<String>> {
    let manifest = fs::read_to_string(root().join(name).join("Cargo.toml"))?;
    let section = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = section.skip(1).take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once(" = "));
    Ok(names
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "default" && !name.starts_with('#'))
        .collect())
}
