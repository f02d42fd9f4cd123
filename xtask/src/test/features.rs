//! Every combination of features that a user may choose.

use crate::command::cargo;
use crate::features::{self, Feature};
use crate::repository::Result;

/// Of netflow-core, which others choose from, except all features, which another step checks.
pub(super) fn of_core() -> Result {
    check("netflow-core", 1)
}

/// Of every crate.
pub(super) fn of_all() -> Result {
    let crates = features::crates()?;
    println!("crates with features: {}", crates.join(", "));
    crates.iter().try_for_each(|name| check(name, 0))
}

/// Checks every set of features, without this number of the largest.
fn check(name: &str, checked: u32) -> Result {
    let features = features::of(name)?;
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
