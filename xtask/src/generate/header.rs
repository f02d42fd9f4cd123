//! The header of the C library, made from its crate by cbindgen.

use std::fs;

use cbindgen::{Builder, Config, DocumentationStyle, EnumConfig, ExportConfig, Language, Style};

use super::c;
use crate::repository::{Result, root};

/// Types that functions take as numbers, so that no value of them can be wrong in Rust.
const BY_NUMBER: &[&str] = &[
    "netflow_flow_field",
    "netflow_field_type",
    "netflow_reason",
    "netflow_data_type",
    "netflow_semantics",
    "netflow_units",
    "netflow_transport",
    "netflow_scope",
    "netflow_options_scope",
    "netflow_second_counters",
    "netflow_flag",
    "netflow_protocol",
    "netflow_set_kind",
    "netflow_record_kind",
    "netflow_header_field",
    "netflow_sequence_event",
    "netflow_sequence_unit",
    "netflow_arrow_addresses",
    "netflow_arrow_types",
    "netflow_severity",
    "netflow_detail_type",
    "netflow_listen_transport",
    "netflow_json_schema",
    "netflow_relay_flag",
];

/// Structs that others define too: C knows them by `struct` and from a part that is guarded.
const GUARDED: &[&str] = &["ArrowArray", "ArrowSchema"];

pub(super) fn header() -> Result<String> {
    let folder = root().join("netflow-ffi");
    let preamble = fs::read_to_string(folder.join("header/preamble.h"))?;
    let arrow = fs::read_to_string(folder.join("header/arrow.h"))?;
    let macros = fs::read_to_string(folder.join("header/macros.h"))?;
    let config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        header: Some(format!("{}\n{}", preamble.trim_end(), arrow.trim_end())),
        trailer: Some(format!(
            "{}\n{}\n#endif /* NETFLOW_H */",
            macros.trim_end(),
            c::list()?
        )),
        no_includes: true,
        usize_is_size_t: true,
        tab_width: 2,
        line_length: 90,
        documentation_style: DocumentationStyle::C99,
        sort_by: cbindgen::SortKey::None,
        enumeration: EnumConfig::default(),
        export: ExportConfig {
            include: names(BY_NUMBER).collect(),
            exclude: names(GUARDED).collect(),
            rename: names(GUARDED)
                .map(|name| (name.clone(), format!("struct {name}")))
                .collect(),
            ..ExportConfig::default()
        },
        ..Config::default()
    };
    let bindings = Builder::new()
        .with_config(config)
        .with_src(folder.join("src/lib.rs"))
        .generate()?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text)?;
    // What Rust calls safety is for C what pointers have to be.
    Ok(text.replace("// # Safety\n", "// Pointers:\n"))
}

fn names(names: &[&str]) -> impl Iterator<Item = String> {
    names.iter().map(|name| (*name).to_owned())
}
