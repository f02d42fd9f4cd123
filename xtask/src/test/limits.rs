//! The table of limits in SECURITY.md: each limit is there, and the tests it names are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::repository::{Result, root};

/// Structs whose members are limits, and the members that are none.
const STRUCTS: [(&str, &str); 3] = [
    ("netflow-core/src/decoder/limits.rs", "Limits"),
    ("netflow-core/src/encode/relay.rs", "RelayLimits"),
    ("netflow-io/src/limits.rs", "CaptureLimits"),
];
const NO_LIMITS: [&str; 2] = ["hash_seed", "origin"];

pub(super) fn run() -> Result {
    let text = fs::read_to_string(root().join("SECURITY.md"))?;
    let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    let mut limits = 0;
    for (path, name) in STRUCTS {
        let source = fs::read_to_string(root().join(path))?;
        for member in members(&source, name) {
            limits += 1;
            let quoted = format!("`{member}`");
            if !table.iter().any(|row| row.contains(&quoted)) {
                return Err(format!("{path}: {member} is not in SECURITY.md").into());
            }
        }
    }
    let mut sources = String::new();
    for name in [
        "netflow-core",
        "netflow-io",
        "netflow-arrow",
        "netflow-scan",
        "netflow-output",
        "netflow-cli",
    ] {
        read(&root().join(name), &mut sources)?;
    }
    let mut tests = 0;
    for row in table {
        for test in row.split('`').filter_map(named) {
            tests += 1;
            if !sources.contains(&format!("fn {test}()")) {
                return Err(format!("SECURITY.md names {test}, which is not a test").into());
            }
        }
    }
    println!("{limits} limits, {tests} tests");
    if limits < 20 || tests < 20 {
        return Err("the table is not read".into());
    }
    Ok(())
}

/// The public members of a struct.
fn members<'s>(source: &'s str, name: &str) -> impl Iterator<Item = &'s str> {
    let begin = format!("pub struct {name} {{");
    let lines = source.lines().skip_while(move |line| *line != begin);
    let lines = lines.take_while(|line| *line != "}");
    let members = lines.filter_map(|line| line.strip_prefix("    pub ")?.split(':').next());
    members.filter(|member| !NO_LIMITS.contains(member))
}

/// The test that a piece of code in the table names: a sentence, perhaps after its file.
fn named(code: &str) -> Option<&str> {
    let name = code.rsplit(": ").next()?;
    let is_name = name
        .bytes()
        .all(|octet| octet == b'_' || octet.is_ascii_lowercase());
    (is_name && name.matches('_').count() >= 3).then_some(name)
}

/// All Rust below a folder.
pub(super) fn read(folder: &Path, sources: &mut String) -> Result {
    let entries = fs::read_dir(folder)?;
    for path in entries.map(|entry| entry.map(|entry| entry.path())) {
        let path: PathBuf = path?;
        if path.is_dir() {
            read(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}
