//! What an installed library exports.

use alloc::collections::BTreeSet;
use std::fs;

use super::shared::text_of;
use crate::command::Command;
use crate::install::{InstallPaths, SONAME};
use crate::repository::Result;

/// An installed library has its name and the functions of its header, and nothing else.
pub(super) fn exports(place: &InstallPaths) -> Result {
    let library = place.libdir().join("libnetflow.so");
    let symbols = text_of(
        Command::new("nm", "nm")
            .arguments("--dynamic --defined-only --format=just-symbols")
            .path(&library),
    )?;
    let exported: BTreeSet<&str> = symbols.lines().collect();
    let header = fs::read_to_string(place.prefix.join("include/netflow.h"))?;
    let declared = functions(&header);
    if exported != declared {
        let differ: Vec<_> = exported.symmetric_difference(&declared).collect();
        return Err(format!("exported or declared, but not both: {differ:?}").into());
    }
    let dynamic = text_of(
        Command::new("readelf", "readelf")
            .arguments("-d")
            .path(&library),
    )?;
    if !dynamic.contains(&format!("soname: [{SONAME}]")) {
        return Err(format!("the library is not named {SONAME}:\n{dynamic}").into());
    }
    println!("{} functions are exported and nothing else", exported.len());
    Ok(())
}

/// The functions that a header declares.
pub(super) fn functions(header: &str) -> BTreeSet<&str> {
    let lines = header.lines().filter(|line| !line.starts_with("//"));
    lines
        .filter_map(|line| {
            let (before, _) = line.split_once('(')?;
            let name = before.rsplit([' ', '*']).next()?;
            // A declaration begins with a type, a macro with `#`, and nothing is indented.
            let is_function = name.starts_with("netflow_")
                && !line.starts_with(['#', ' '])
                && !line.starts_with("typedef");
            is_function.then_some(name)
        })
        .collect()
}
