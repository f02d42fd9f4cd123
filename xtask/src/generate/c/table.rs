//! The tables of netflow-core, read as text.

use std::fs;

use super::super::Result;
use crate::root;

/// One line of the table of normalised fields.
pub(super) struct Field {
    pub(super) doc: Vec<String>,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) unit: String,
}

/// One entry of a registry of numbers.
pub(super) struct Entry {
    pub(super) doc: Vec<String>,
    pub(super) name: String,
    pub(super) number: u16,
}

/// The table of normalised fields.
pub(super) fn fields() -> Result<Vec<Field>> {
    let text = read("netflow-core/src/field.rs")?;
    let table = text
        .split_once("$callback! {")
        .and_then(|(_, rest)| rest.split_once("\n        }"))
        .ok_or("field.rs has no table")?
        .0;
    let mut doc = Vec::new();
    let mut fields = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim().to_owned());
            continue;
        }
        let mut words = line.splitn(4, ' ');
        let (Some(_), Some(name), Some(kind), Some(rest)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(format!("field.rs: no line of the table: {line}").into());
        };
        let unit = rest
            .split('"')
            .nth(1)
            .ok_or("field.rs: a line has no unit")?;
        fields.push(Field {
            doc: core::mem::take(&mut doc),
            name: name.to_owned(),
            kind: kind.to_owned(),
            unit: unit.to_owned(),
        });
    }
    Ok(fields)
}

/// The kinds of errors.
pub(super) fn kinds() -> Result<Vec<Entry>> {
    let text = read("netflow-core/src/error.rs")?;
    let table = text
        .split_once("\nkinds! {")
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .ok_or("error.rs has no table")?
        .0;
    let mut doc = Vec::new();
    let mut kinds = Vec::new();
    for line in table.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(plain(text));
            continue;
        }
        let mut words = line.split(' ');
        let number = words.next().and_then(|word| word.parse().ok());
        if let (Some(number), Some(code)) = (number, words.next()) {
            kinds.push(Entry {
                doc: core::mem::take(&mut doc),
                name: code.to_uppercase(),
                number,
            });
        }
        doc.clear();
    }
    Ok(kinds)
}

/// One of the registries of RFC 5610, by the name of its enumeration.
pub(super) fn registry(name: &str) -> Result<Vec<Entry>> {
    let text = read("netflow-core/src/element/property.rs")?;
    let table = text
        .split_once(&format!("\n    {name} {{\n"))
        .and_then(|(_, rest)| rest.split_once("\n    }"))
        .ok_or("property.rs has no such registry")?
        .0;
    let entry = |line: &str| {
        let (name, rest) = line.split_once(" = ")?;
        let (number, rest) = rest.split_once(", ")?;
        Some(Entry {
            doc: vec![format!("`{}`.", rest.split('"').nth(1)?)],
            name: screaming(name),
            number: number.parse().ok()?,
        })
    };
    table
        .lines()
        .map(|line| entry(line.trim()).ok_or_else(|| format!("property.rs: {line}").into()))
        .collect()
}

/// A comment without the links of rustdoc.
fn plain(text: &str) -> String {
    let mut out = text.trim().to_owned();
    while let Some((before, rest)) = out.split_once("](") {
        let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
        out = format!("{before}{behind}").replacen('[', "", 1);
    }
    out
}

/// `DateTimeSeconds` as `DATE_TIME_SECONDS`.
pub(super) fn screaming(name: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for character in name.chars() {
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
        before = character;
    }
    out
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}").into())
}
