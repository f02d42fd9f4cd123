//! The sFlow structures of `registry/sflow.csv` as rows of
//! `netflow_core::wire::sflow::structure`. What the CSV writes is described in
//! `registry/README-sflow.md`.

use core::fmt::Write as _;
use std::collections::HashMap;

use crate::repository::root;

/// Lists in lists that the reader of the table can keep.
const DEPTH: usize = 2;

/// A row of the CSV.
struct StructureRow {
    enterprise: String,
    format: String,
    kind: String,
    name: String,
    members: Vec<(String, String)>,
}

/// A member as the table holds it.
struct MemberRow {
    name: String,
    shape: MemberShape,
}

enum MemberShape {
    /// A word of the table and the octets it takes.
    Fixed(String, usize),
    Address(String),
    Text(String),
    Opaque(String),
    List(String, Vec<MemberRow>),
}

type Types = HashMap<String, Vec<(String, String)>>;

/// The text of `table.rs`.
pub(super) fn table() -> Result<String, String> {
    let path = "registry/sflow.csv";
    let csv = std::fs::read_to_string(root().join(path)).map_err(|e| format!("{path}: {e}"))?;
    text(&csv).map_err(|error| format!("{path}: {error}"))
}

fn text(csv: &str) -> Result<String, String> {
    let lines: Vec<StructureRow> = csv.lines().skip(1).map(line).collect::<Result<_, _>>()?;
    let (types, structures): (Vec<_>, Vec<_>) = lines.into_iter().partition(|l| l.kind == "type");
    // Flow structures are in tunnel structures under their names.
    let flows = structures.iter().filter(|line| line.kind == "flow");
    let flows = flows.map(|line| (line.name.clone(), line.members.clone()));
    let types: Types = flows
        .chain(types.into_iter().map(|line| (line.name, line.members)))
        .collect();
    let mut text = String::from(
        "//! The structures that are known.\n//!\n\
         //! Made by `cargo xtask generate` from `registry/sflow.csv`; not edited by hand.\n\n\
         use super::row::Shape::{\n    Address, Float32, Ipv4, Ipv6, List, \
         MacAddress, Octets, Opaque, Signed32, Text, Unsigned32, Unsigned64,\n};\n\
         use super::row::{Structure, row};\n\
         use crate::wire::sflow::data_format::{DataFormat, Kind};\n",
    );
    for (kind, variant, constant, what) in [
        ("sample", "Sample", "SAMPLES", "Headers of samples"),
        ("flow", "Flow", "FLOWS", "Structures of flow records"),
        (
            "counter",
            "Counter",
            "COUNTERS",
            "Structures of counter records",
        ),
    ] {
        let rows = structures.iter().filter(|line| line.kind == kind);
        // Vendors' samples are not samples of packets or counters, and are not read.
        let rows = rows.filter(|line| kind != "sample" || line.enterprise == "0");
        let mut sorted = Vec::new();
        for line in rows {
            let number = |s: &str| s.parse::<u32>().map_err(|_| format!("{}: {s}", line.name));
            sorted.push((number(&line.enterprise)?, number(&line.format)?, line));
        }
        _ = writeln!(text, "\n/// {what}, by their formats.");
        _ = writeln!(text, "pub(super) static {constant}: &[Structure] = &[");
        sorted.sort_by_key(|(enterprise, format, _)| (*enterprise, *format));
        for (enterprise, format, line) in sorted {
            let rows =
                rows_of(&line.members, "", &types).map_err(|e| format!("{}: {e}", line.name))?;
            if depth(&rows) > DEPTH {
                return Err(format!("{}: lists are nested too deep", line.name));
            }
            _ = writeln!(
                text,
                "Structure {{ format: DataFormat::new({enterprise}, {format}), kind: Kind::{variant}, \
                 name: {:?}, size: {:?}, rows: {} }},",
                line.name,
                size(&rows),
                written(&rows)
            );
        }
        text.push_str("];\n");
    }
    Ok(text)
}

/// The rows of members; `prefix` is the name of what they replace.
fn rows_of(
    members: &[(String, String)],
    prefix: &str,
    types: &Types,
) -> Result<Vec<MemberRow>, String> {
    let mut rows = Vec::new();
    for (name, kind) in members {
        let name = if name.starts_with('_') {
            format!("{prefix}{name}")
        } else {
            name.clone()
        };
        rows.extend(rows_of_one(&name, kind, types)?);
    }
    Ok(rows)
}

fn rows_of_one(name: &str, kind: &str, types: &Types) -> Result<Vec<MemberRow>, String> {
    // A later addition needs no mark: every structure may end early.
    let kind = without_remark(kind.trim_end_matches('?'));
    let one = |shape| {
        Ok(vec![MemberRow {
            name: name.to_owned(),
            shape,
        }])
    };
    let fixed = |word: &str, size| one(MemberShape::Fixed(word.to_owned(), size));
    match kind {
        "uint32" => return fixed("Unsigned32", 4),
        "uint64" => return fixed("Unsigned64", 8),
        "int32" => return fixed("Signed32", 4),
        "float32" => return fixed("Float32", 4),
        "ipv4" => return fixed("Ipv4", 4),
        "ipv6" => return fixed("Ipv6", 16),
        "mac" => return fixed("MacAddress", 8),
        "address" | "next_hop" => return one(MemberShape::Address(format!("{name}_type"))),
        _ => {}
    }
    if let Some((item, bound)) = kind.strip_suffix('>').and_then(|kind| kind.split_once('<')) {
        return match item {
            "string" | "utf8string" => one(MemberShape::Text(format!("{name}_length"))),
            "opaque" => one(MemberShape::Opaque(format!("{name}_length"))),
            // The list of records of a sample is walked separately: only its count is here.
            "flow_record" | "counter_record" if name == "record" => Ok(vec![MemberRow {
                name: "record_count".to_owned(),
                shape: MemberShape::Fixed("Unsigned32".to_owned(), 4),
            }]),
            _ => one(MemberShape::List(
                count_name(name, bound),
                rows_of_one("", item, types)?,
            )),
        };
    }
    if let Some(length) = kind
        .strip_prefix("opaque[")
        .and_then(|kind| kind.strip_suffix(']'))
    {
        let length: usize = length.parse().map_err(|_| format!("{kind} of {name}"))?;
        return fixed(&format!("Octets({length})"), length.next_multiple_of(4));
    }
    let members = types
        .get(kind)
        .ok_or_else(|| format!("type {kind} of {name} is not known"))?;
    match members.as_slice() {
        [(only, kind)] if only == "value" => rows_of_one(name, kind, types),
        _ => rows_of(members, name, types),
    }
}

/// `T<>` and `T<8>` count in `NAME_count`, `T<word>` in `NAME_word`, `T<.word>` in `word`.
fn count_name(name: &str, bound: &str) -> String {
    match bound.strip_prefix('.') {
        Some(word) => word.to_owned(),
        None if bound.chars().all(|c| c.is_ascii_digit()) => format!("{name}_count"),
        None => format!("{name}_{bound}"),
    }
}

fn without_remark(kind: &str) -> &str {
    kind.split(['(', '{']).next().unwrap_or(kind)
}

fn depth(rows: &[MemberRow]) -> usize {
    let below = |row: &MemberRow| match &row.shape {
        MemberShape::List(_, items) => 1 + depth(items),
        _ => 0,
    };
    rows.iter().map(below).max().unwrap_or(0)
}

/// Octets of all members, if none of them varies.
fn size(rows: &[MemberRow]) -> Option<usize> {
    rows.iter()
        .map(|row| {
            if let MemberShape::Fixed(_, size) = row.shape {
                Some(size)
            } else {
                None
            }
        })
        .sum()
}

fn written(rows: &[MemberRow]) -> String {
    let mut text = String::from("&[");
    for row in rows {
        let shape = match &row.shape {
            MemberShape::Fixed(word, _) => word.clone(),
            MemberShape::Address(first) => format!("Address({first:?})"),
            MemberShape::Text(first) => format!("Text({first:?})"),
            MemberShape::Opaque(first) => format!("Opaque({first:?})"),
            MemberShape::List(first, items) => format!("List({first:?}, {})", written(items)),
        };
        _ = write!(text, "row({:?}, {shape}), ", row.name);
    }
    text.push(']');
    text
}

fn line(text: &str) -> Result<StructureRow, String> {
    let cells = cells(text);
    let [enterprise, format, kind, name, members, ..] = cells.as_slice() else {
        return Err(format!("a line of {} cells", cells.len()));
    };
    let members = outside(members, ';')
        .into_iter()
        .map(|member| {
            let (name, kind) = member
                .split_once(':')
                .ok_or(format!("{member} has no type"))?;
            Ok((name.to_owned(), kind.to_owned()))
        })
        .collect::<Result<_, String>>()?;
    Ok(StructureRow {
        enterprise: enterprise.clone(),
        format: format.clone(),
        kind: kind.clone(),
        name: name.clone(),
        members,
    })
}

/// The cells of a line of CSV. No cell has a quotation mark in it.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, quoted, cells.last_mut()) {
            ('"', _, _) => quoted = !quoted,
            (',', false, _) => cells.push(String::new()),
            (_, _, Some(cell)) => cell.push(c),
            (_, _, None) => {}
        }
    }
    cells
}

/// Splits a text where the separator is outside of remarks.
fn outside(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0;
    text.split(move |c| {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            _ => {}
        }
        c == separator && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_member_of_each_notation_becomes_its_row() {
        let csv = "header\n\
            0,7,flow,example,a:uint32?;b:string<9>;c:mac<>;d:part<parts>;e:whole;f:address,,\n\
            ,,type,part,\"x:uint32{1=a,2=b};y:int32<.count>\",,\n\
            ,,type,whole,_class:uint32(a;b);own:opaque[6],,\n";
        let text = text(csv).unwrap();
        for row in [
            "row(\"a\", Unsigned32)",
            "row(\"b\", Text(\"b_length\"))",
            "row(\"c\", List(\"c_count\", &[row(\"\", MacAddress), ]))",
            "row(\"d\", List(\"d_parts\", &[row(\"x\", Unsigned32), \
             row(\"y\", List(\"count\", &[row(\"\", Signed32), ])), ]))",
            "row(\"e_class\", Unsigned32)",
            "row(\"own\", Octets(6))",
            "row(\"f\", Address(\"f_type\"))",
            "size: None",
        ] {
            assert!(text.contains(row), "{row} is not in {text}");
        }
    }
}
