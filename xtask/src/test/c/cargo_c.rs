//! The C library, as packagers install it by cargo-c.

use alloc::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::examples::examples_with;
use super::exports::exports;
use super::shared::folder;
use crate::command::cargo;
use crate::install::{self, InstallPaths};
use crate::repository::Result;

/// Installs by cargo-c and by `install-c`. Both install the same files, and programs are built with either.
pub(in crate::test) fn installed() -> Result {
    let version = cargo("cinstall --version").output()?;
    if !version.status.success() {
        return Err("cargo-c is not installed: cargo install --locked cargo-c@0.10.24".into());
    }
    let ours = InstallPaths::new(folder().join("prefix-beside-cargo-c"), "");
    let theirs = InstallPaths::new(folder().join("prefix-cargo-c"), "");
    for place in [&ours, &theirs] {
        if place.prefix.exists() {
            fs::remove_dir_all(&place.prefix)?;
        }
    }
    install::install(&ours)?;
    cargo("cinstall --locked --release -p netflow-ffi --libdir lib --prefix")
        .path(&theirs.prefix)
        .run()?;
    let (our_files, their_files) = (files(&ours.prefix)?, files(&theirs.prefix)?);
    if our_files != their_files {
        let differ: Vec<_> = our_files.symmetric_difference(&their_files).collect();
        return Err(format!("installed by one and not the other: {differ:?}").into());
    }
    println!("{} files by either", our_files.len());
    exports(&theirs)?;
    examples_with(&theirs)
}

/// The files below a folder. cargo-c knows no folder for CMake but that of data, where CMake looks too.
fn files(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let path = path.strip_prefix(root)?.to_owned();
            files.insert(match path.strip_prefix("share/cmake") {
                Ok(path) => Path::new("lib/cmake").join(path),
                Err(_) => path,
            });
        }
    }
    Ok(files)
}
