//! Every public type that the author of a collector meets has an example in its documentation.

use super::limits::read;
use crate::repository::{Result, root};

/// The crates that a collector is made of.
const CRATES: [&str; 6] = [
    "netflow-core",
    "netflow-definitions",
    "netflow-health",
    "netflow-io",
    "netflow-query",
    "netflow-report",
];

pub(super) fn run() -> Result {
    let mut types = 0;
    let mut without = Vec::new();
    for name in CRATES {
        let folder = root().join(name).join("src");
        if !folder.is_dir() {
            return Err(format!("{} is not a folder", folder.display()).into());
        }
        let mut sources = String::new();
        read(&folder, &mut sources)?;
        let lines: Vec<&str> = sources.lines().collect();
        if let Some(line) = lines.iter().find(|line| fixes_key(line)) {
            return Err(
                format!("{name}: an example fixes the key of the hash tables: {line}").into(),
            );
        }
        for (index, line) in lines.iter().enumerate() {
            let Some(found) = public_type(line) else {
                continue;
            };
            types += 1;
            // What an iterator yields is shown by the method that returns it.
            let is_iterator = lines.iter().any(|line| is_iterator_of(line, found));
            if !is_iterator && !has_example(lines.get(..index).unwrap_or_default()) {
                without.push(format!("{name}: {found}"));
            }
        }
    }
    println!("{types} public types");
    if types < 200 {
        return Err("the types are not read".into());
    }
    match without.as_slice() {
        [] => Ok(()),
        _ => Err(format!("without an example: {}", without.join(", ")).into()),
    }
}

/// Whether this line of an example passes a key of hash tables that everybody who copies it would have: senders of
/// datagrams who know the key can make a table slow.
fn fixes_key(line: &str) -> bool {
    let line = line.trim_start();
    let is_doc = line.starts_with("///") || line.starts_with("//!");
    is_doc
        && (line.contains("Limits::new(") || line.contains("0x5eed"))
        && !line.contains("RelayLimits::new(")
}

/// The name of the type that this line declares. One that is public to its crate alone is not: clippy
/// refuses `pub` for what cannot be reached from outside.
fn public_type(line: &str) -> Option<&str> {
    let declared = line.trim_start().strip_prefix("pub ")?;
    let name = ["struct ", "enum ", "trait "]
        .iter()
        .find_map(|kind| declared.strip_prefix(kind))?;
    let end = name.find(|character: char| !character.is_alphanumeric())?;
    // A macro's, whose name comes with a dollar sign, is made from another line.
    name.get(..end).filter(|name| !name.is_empty())
}

fn is_iterator_of(line: &str, name: &str) -> bool {
    let Some((_, implementing)) = line.split_once("Iterator for ") else {
        return false;
    };
    let rest = implementing.strip_prefix(name);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether the documentation that ends these lines, before attributes, has a block of code.
fn has_example(before: &[&str]) -> bool {
    let is_doc = |line: &&&str| line.trim_start().starts_with("///");
    let is_attribute = |line: &&&str| !is_doc(line) && !line.is_empty();
    let attributes = before.iter().rev().take_while(is_attribute).count();
    let docs = before
        .iter()
        .rev()
        .skip(attributes)
        .take_while(|line| is_doc(line) || line.trim_start().starts_with("#[doc"));
    docs.into_iter()
        .any(|line| line.trim_start().starts_with("/// ```"))
}
