//! What has to hold before a release, in less than five minutes and without building.

use std::fs;

use crate::command::{Command, cargo};
use crate::install::VERSION;
use crate::repository::{Result, root, text};

/// Most keywords and octets of one, on crates.io.
const KEYWORDS: (usize, usize) = (5, 20);

/// What was found.
#[derive(Default)]
struct Findings {
    /// What has to be fixed.
    faults: Vec<String>,
    /// What only the person who publishes can decide.
    notes: Vec<String>,
}

/// A crate that is published.
struct Package {
    folder: String,
    name: String,
    manifest: String,
}

/// Runs every check and lists what they found.
pub(super) fn run() -> Result {
    let mut found = Findings::default();
    every_check(&mut found)?;
    for note in &found.notes {
        println!("to decide: {note}");
    }
    for fault in &found.faults {
        eprintln!("release: {fault}");
    }
    match found.faults.len() {
        0 => {
            println!("{VERSION} can be released");
            Ok(())
        }
        count => Err(format!("{count} faults").into()),
    }
}

fn every_check(found: &mut Findings) -> Result {
    let packages = packages()?;
    let workspace = text("Cargo.toml")?;
    for package in &packages {
        metadata(package, &workspace, found);
        files(package, found)?;
        dependencies(package, &workspace, found);
    }
    versions(found)?;
    changelog(found)?;
    python_package(found)?;
    if !workspace.contains("\nrepository = ") {
        let note = "where the sources are: `repository` of [workspace.package], `project.urls` in pyproject.toml";
        found.notes.push(note.to_owned());
    }
    packaged()
}

/// Every member of the workspace that is published.
fn packages() -> Result<Vec<Package>> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        let folder = entry.file_name().to_string_lossy().into_owned();
        if !entry.path().join("Cargo.toml").is_file() {
            continue;
        }
        let manifest = text(&format!("{folder}/Cargo.toml"))?;
        if value(&manifest, "publish").as_deref() == Some("false") {
            continue;
        }
        let name = value(&manifest, "name").unwrap_or_default();
        packages.push(Package {
            folder,
            name,
            manifest,
        });
    }
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

/// The value of a key of `[package]`, without quotes.
fn value(manifest: &str, key: &str) -> Option<String> {
    let (_, package) = manifest.split_once("[package]")?;
    let package = package.split("\n[").next()?;
    package.lines().find_map(|line| {
        let (found, value) = line.split_once('=')?;
        (found.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn metadata(package: &Package, workspace: &str, found: &mut Findings) {
    let name = &package.name;
    let mut has = |key: &str| {
        let inherited = format!("{key}.workspace");
        let keys = [key, inherited.as_str()];
        if keys
            .iter()
            .all(|key| value(&package.manifest, key).is_none())
        {
            found.faults.push(format!("{name} has no {key}"));
        }
    };
    for key in [
        "authors",
        "categories",
        "description",
        "keywords",
        "license",
        "rust-version",
        "version",
    ] {
        has(key);
    }
    if !package
        .manifest
        .contains("[package.metadata.docs.rs]\nall-features = true")
    {
        found
            .faults
            .push(format!("docs.rs shows not all features of {name}"));
    }
    let shared = || {
        workspace
            .lines()
            .find_map(|line| line.strip_prefix("keywords = "))
    };
    let keywords = value(&package.manifest, "keywords")
        .or_else(|| shared().map(str::to_owned))
        .unwrap_or_default();
    let (most, octets) = KEYWORDS;
    let keywords: Vec<&str> = keywords
        .split(',')
        .map(|word| word.trim_matches([' ', '[', ']', '"']))
        .collect();
    if keywords.len() > most || keywords.iter().any(|word| word.len() > octets) {
        found
            .faults
            .push(format!("crates.io refuses the keywords of {name}"));
    }
}

fn files(package: &Package, found: &mut Findings) -> Result {
    for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        let path = format!("{}/{file}", package.folder);
        if !root().join(&path).is_file() {
            found.faults.push(format!("{path} is missing"));
        } else if file == "README.md" {
            pictures(&path, found)?;
        } else if text(&path)? != text(file)? {
            found.faults.push(format!("{path} differs from {file}"));
        }
    }
    Ok(())
}

/// Registries show pages without the files beside them.
fn pictures(path: &str, found: &mut Findings) -> Result {
    let page = text(path)?;
    let pictures = page.split("![").skip(1);
    let relative = pictures
        .filter(|picture| !picture.contains("](https://"))
        .count();
    if relative > 0 {
        found.notes.push(format!(
            "{path} shows {relative} pictures by relative addresses"
        ));
    }
    Ok(())
}

/// Crates of the workspace that a published one needs have a version as well as a path.
fn dependencies(package: &Package, workspace: &str, found: &mut Findings) {
    let sections = package.manifest.split("\n[").skip(1);
    let needed = sections.filter(|section| {
        section.starts_with("dependencies]") || section.contains(".dependencies]")
    });
    for line in needed.flat_map(str::lines) {
        let Some(name) = line
            .split(['=', '.', ' '])
            .next()
            .filter(|name| name.starts_with("netflow-"))
        else {
            continue;
        };
        let declared = format!("\n{name} = {{ path = \"{name}\", version = \"{VERSION}\"");
        if !workspace.contains(&declared) {
            found.faults.push(format!(
                "{} needs {name}, which [workspace.dependencies] lacks as version {VERSION}",
                package.name
            ));
        }
    }
}

/// The header and the manual pages are of this version; CMake asks for it by its own file.
fn versions(found: &mut Findings) -> Result {
    let header = text("include/netflow.h")?;
    let numbers: Vec<&str> = VERSION.split('.').collect();
    for (part, number) in ["MAJOR", "MINOR", "PATCH"].iter().zip(&numbers) {
        if !header.contains(&format!("#define NETFLOW_VERSION_{part} {number}\n")) {
            found.faults.push(format!(
                "NETFLOW_VERSION_{part} of netflow.h is not {number}"
            ));
        }
    }
    for path in [
        "netflow-ffi/install/libnetflow.3",
        "netflow-ffi/install/NetflowConfigVersion.cmake",
    ] {
        if !text(path)?.contains(VERSION) {
            found
                .faults
                .push(format!("{path} is of another version than {VERSION}"));
        }
    }
    Ok(())
}

fn changelog(found: &mut Findings) -> Result {
    let changelog = text("CHANGELOG.md")?;
    let mut sections = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "));
    match sections.next() {
        Some("Unreleased") => found.notes.push(format!(
            "the day of the release: \"## Unreleased\" of CHANGELOG.md becomes \"## {VERSION} (YYYY-MM-DD)\""
        )),
        Some(section) if section.split(' ').next() == Some(VERSION) => {}
        _ => found.faults.push(format!("CHANGELOG.md has no section of {VERSION}")),
    }
    Ok(())
}

fn python_package(found: &mut Findings) -> Result {
    let project = text("netflow-py/pyproject.toml")?;
    for (key, what) in [
        ("\nlicense = \"MIT OR Apache-2.0\"", "license"),
        ("\nlicense-files = [", "license-files"),
        ("\nreadme = ", "readme"),
        ("\nrequires-python = ", "requires-python"),
        ("\ndynamic = [\"version\"]", "version from Cargo.toml"),
    ] {
        if !project.contains(key) {
            found.faults.push(format!("pyproject.toml has no {what}"));
        }
    }
    if !root()
        .join("netflow-py/python/netflow_rs/py.typed")
        .is_file()
    {
        found
            .faults
            .push("the Python package is not marked as typed".to_owned());
    }
    pictures("netflow-py/README.md", found)
}

/// Cargo makes the files for crates.io of committed sources, and does not build them.
fn packaged() -> Result {
    let changed = Command::new("git", "git")
        .arguments("status --porcelain")
        .printed()?;
    let state = match changed.is_empty() {
        true => "",
        false => "--allow-dirty",
    };
    cargo("publish --workspace --dry-run --no-verify --locked --quiet")
        .arguments(state)
        .run()
        .map_err(|error| format!("{error}; it needs cargo 1.90 or newer").into())
}
