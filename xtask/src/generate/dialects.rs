//! What the tools of others call elements, from `registry/dialect_names.csv`.

use core::fmt::Write as _;

use super::spelling::{pascal, variant};
use crate::registry;
use crate::repository::Result;

/// The dialects, and what their table is called in Rust.
const DIALECTS: [(&str, &str, &str); 5] = [
    ("elastic", "ELASTIC", "Elastic's netflow input"),
    ("fluentd", "FLUENTD", "fluent-plugin-netflow"),
    ("logstash", "LOGSTASH", "the netflow codec of Logstash"),
    ("telegraf", "TELEGRAF", "the netflow input of Telegraf"),
    ("vflow", "VFLOW", "vFlow, in records of v5,"),
];

/// `format/dialect/names/table.rs`: a row for each element that a dialect calls otherwise than the
/// registries do.
pub(super) fn table() -> Result<String> {
    let mut out = String::from(
        "// Made by `cargo xtask generate` from registry/dialect_names.csv.\n\
         use netflow_core::element::DataType;\n\n\
         use super::NameRow;\n\n",
    );
    let rows = registry::read("dialect_names.csv")?;
    for (dialect, constant, tool) in DIALECTS {
        writeln!(
            out,
            "/// What {tool} calls elements, by enterprise and number.\n\
             pub(super) static {constant}: &[NameRow] = &["
        )?;
        let mut last = None;
        for row in &rows {
            if row.text("dialect")? != dialect {
                continue;
            }
            let key = (row.number::<u32>("pen")?, row.number::<u16>("id")?);
            if last.is_some_and(|last| last >= key) {
                return Err(format!("dialect_names.csv: {dialect} {key:?} is out of order").into());
            }
            last = Some(key);
            let (pen, id) = key;
            let name = row.text("name")?;
            let data_type = match row.text("type")? {
                "" => "None".to_owned(),
                name => format!("Some(DataType::{})", variant(name)),
            };
            writeln!(out, "    ({pen}, {id}, {name:?}, {data_type}),")?;
        }
        out.push_str("];\n\n");
    }
    Ok(out)
}

/// The dialects whose members are normalised fields, and what their table is called in Rust.
const MEMBERS: [(&str, &str, &str); 5] = [
    ("akvorado", "AKVORADO", "columns of akvorado's table"),
    ("datadog", "DATADOG", "members of Datadog's NetFlow events"),
    (
        "elastiflow",
        "ELASTIFLOW",
        "members of ElastiFlow's documents, version 3",
    ),
    ("pmacct", "PMACCT", "members of nfacctd's JSON"),
    (
        "sflowtool",
        "SFLOWTOOL",
        "columns of the lines of `sflowtool -l`",
    ),
];

/// `format/dialect/renamed/table.rs`: the members of these dialects, in their order.
pub(super) fn members() -> Result<String> {
    let mut out = String::from(
        "// Made by `cargo xtask generate` from registry/dialect_fields.csv.\n\
         use netflow_core::field::FlowField as F;\n\n\
         use super::form::Form;\n\
         use super::RenamedMember;\n\n",
    );
    let rows = registry::read("dialect_fields.csv")?;
    for (dialect, constant, what) in MEMBERS {
        writeln!(
            out,
            "/// The {what}.\npub(super) static {constant}: &[RenamedMember] = &["
        )?;
        for row in &rows {
            if row.text("dialect")? != dialect {
                continue;
            }
            let fields = row.text("fields")?.split_whitespace();
            let fields: Vec<_> = fields
                .map(|field| format!("F::{}", pascal(field)))
                .collect();
            let form = pascal(row.text("form")?);
            writeln!(
                out,
                "    RenamedMember {{ name: {:?}, fields: &[{}], form: Form::{form}, copied: {:?} }},",
                row.text("name")?,
                fields.join(", "),
                row.text("copied")?,
            )?;
        }
        out.push_str("];\n\n");
    }
    Ok(out)
}
