//! Every file that is made from the CSV in `registry/`: tables of netflow-core, their docs, pages of the
//! book, and the C library's struct, numbers, header and manual pages.

mod c;
mod codes;
mod dialects;
mod elements;
mod errors;
mod fields;
mod fixed;
mod header;
mod ingredients;
mod manual;
mod properties;
mod sflow;
mod spelling;
mod synonyms;
mod views;

use std::fs;
use std::io::{self, Write as _};
use std::process::{Command, ExitCode, Stdio};

use crate::repository::{Result, root};

/// Writes every generated file, or with `check` compares it with the one that is checked in.
pub(crate) fn run(check: bool) -> ExitCode {
    let mut output = Output {
        check,
        stale: Vec::new(),
    };
    if let Err(error) = generate(&mut output) {
        eprintln!("generate: {error}");
        return ExitCode::FAILURE;
    }
    if output.stale.is_empty() {
        return ExitCode::SUCCESS;
    }
    for path in &output.stale {
        eprintln!("{path} differs from what `cargo xtask generate` writes");
    }
    ExitCode::FAILURE
}

fn generate(output: &mut Output) -> Result<()> {
    output.write("netflow-core/src/element/table.rs", &elements::table()?)?;
    output.write("netflow-core/src/element/iana.rs", &elements::iana()?)?;
    output.write(
        "netflow-core/src/element/property/table.rs",
        &properties::table()?,
    )?;
    output.write("netflow-core/src/element/codes/table.rs", &codes::table()?)?;
    output.write("netflow-core/src/wire/fixed/table.rs", &fixed::table()?)?;
    output.write("netflow-core/src/wire/layout/table.rs", &views::table()?)?;
    output.write(
        "netflow-core/src/wire/sflow/structure/table.rs",
        &sflow::table()?,
    )?;
    output.write("netflow-core/src/field/table.rs", &fields::table()?)?;
    output.write(
        "netflow-core/src/field/ingredient/table.rs",
        &ingredients::table()?,
    )?;
    output.write_as_is("netflow-core/src/field/table.md", &fields::documentation()?)?;
    output.write("netflow-core/src/error/table.rs", &errors::table()?)?;
    output.write_as_is("netflow-core/src/error/table.md", &errors::documentation()?)?;
    output.write_as_is("docs/src/fields.md", &fields::page()?)?;
    output.write_as_is("docs/src/problems.md", &errors::page()?)?;
    output.write(
        "netflow-output/src/format/dialect/names/table.rs",
        &dialects::table()?,
    )?;
    output.write(
        "netflow-query/src/filter/words/synonyms.rs",
        &synonyms::table()?,
    )?;
    output.write(
        "netflow-output/src/format/dialect/renamed/table.rs",
        &dialects::members()?,
    )?;
    output.write("netflow-ffi/src/flow/table.rs", &c::flow()?)?;
    output.write("netflow-ffi/src/flow/members.rs", &c::members()?)?;
    output.write("netflow-ffi/src/reason.rs", &c::reasons()?)?;
    output.write("netflow-ffi/src/property.rs", &c::properties()?)?;
    output.write_as_is("netflow-ffi/tests/c/layout_flow.h", &c::layout()?)?;
    output.write("netflow-ffi/benches/batch/fields.rs", &c::bench()?)?;
    // Made from the files above.
    let header = header::header()?;
    output.write_as_is("include/netflow.h", &header)?;
    for page in manual::pages(&header)? {
        output.write_as_is(&page.path, &page.text)?;
    }
    Ok(())
}

struct Output {
    check: bool,
    /// Files that are not what would be written.
    stale: Vec<String>,
}

impl Output {
    /// Formats `text` and writes it to `path` below the root of the repository.
    fn write(&mut self, path: &str, text: &str) -> Result<()> {
        let text = rustfmt(text).map_err(|error| format!("{path}: {error}"))?;
        self.write_as_is(path, &text)
    }

    /// Writes `text` to `path` below the root of the repository.
    fn write_as_is(&mut self, path: &str, text: &str) -> Result<()> {
        let file = root().join(path);
        if self.check {
            if fs::read_to_string(&file).unwrap_or_default() != text {
                self.stale.push(path.to_owned());
            }
            return Ok(());
        }
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&file, text).map_err(|error| format!("{path}: {error}").into())
    }
}

fn rustfmt(text: &str) -> io::Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root().join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // The pipe closes at the end of the statement; rustfmt reads all before it writes.
    child
        .stdin
        .take()
        .ok_or_else(|| io::Error::other("rustfmt has no standard input"))?
        .write_all(text.as_bytes())?;
    let result = child.wait_with_output()?;
    if !result.status.success() {
        return Err(io::Error::other("rustfmt does not accept the text"));
    }
    String::from_utf8(result.stdout).map_err(io::Error::other)
}
