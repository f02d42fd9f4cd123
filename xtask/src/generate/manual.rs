//! The manual page of the C library: its functions and options are those of the header.

use std::fs;

use crate::repository::{Result, root};

/// The page but for what the header says.
const FRAME: &str = "netflow-ffi/header/libnetflow.3";

/// The page, with every function and every option of the header.
pub(super) fn page(header: &str) -> Result<String> {
    let frame = fs::read_to_string(root().join(FRAME))?;
    let mut page = String::from(".\\\" Made by `cargo xtask generate`; do not edit.\n");
    for line in frame.lines() {
        match line {
            ".\\\" OPTIONS" => page += &options(header)?,
            ".\\\" FUNCTIONS" => page += &functions(header)?,
            _ => page += &format!("{line}\n"),
        }
    }
    Ok(page)
}

/// The members of `netflow_options`, each with what the header says of it.
fn options(header: &str) -> Result<String> {
    let (_, members) = header
        .split_once("typedef struct netflow_options {\n")
        .ok_or("the header has no netflow_options")?;
    let (members, _) = members
        .split_once("\n} netflow_options;")
        .ok_or("netflow_options has no end")?;
    let mut comment = Vec::new();
    let mut page = String::new();
    for line in members.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("//") {
            comment.push(text.trim());
        } else {
            page += &entry(&[line], &comment);
            comment.clear();
        }
    }
    Ok(page)
}

/// The functions, each with what the header says of it but for what pointers have to be.
fn functions(header: &str) -> Result<String> {
    let mut comment = Vec::new();
    let mut declaration = Vec::new();
    let mut page = String::new();
    let mut count = 0_usize;
    for line in header.lines() {
        if let Some(text) = line.strip_prefix("//") {
            comment.push(text.trim());
        } else if !declaration.is_empty() || begins_function(line) {
            declaration.push(line.trim());
            if line.ends_with(';') {
                let said = comment.split(|line| *line == "Pointers:").next();
                page += &entry(&declaration, said.unwrap_or_default());
                count += 1;
                declaration.clear();
                comment.clear();
            }
        } else {
            comment.clear();
        }
    }
    if count < 50 {
        return Err(format!("{count} functions were found in the header").into());
    }
    Ok(page)
}

/// A declaration begins with a type, a macro with `#`, and nothing is indented.
fn begins_function(line: &str) -> bool {
    !line.starts_with([' ', '#', '}', '/']) && !line.starts_with("typedef") && line.contains('(')
}

/// A declaration, and the comment before it.
fn entry(declaration: &[&str], comment: &[&str]) -> String {
    let mut page = String::from(".PP\n.nf\n");
    for (number, line) in declaration.iter().enumerate() {
        let indent = if number > 0 { "    " } else { "" };
        page += &format!(".B \"{indent}{}\"\n", escaped(line));
    }
    page += ".fi\n.RS 4\n";
    let comment = comment.join("\n");
    for (number, paragraph) in comment.trim().split("\n\n").enumerate() {
        if number > 0 {
            page += ".PP\n";
        }
        for line in paragraph.lines() {
            page += &format!("{}\n", text(line));
        }
    }
    page + ".RE\n"
}

/// A line of prose: what is in backticks is bold.
fn text(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let line: String = parts
        .map(|(number, part)| match number % 2 {
            1 => format!("\\fB{}\\fP", escaped(part)),
            _ => escaped(part),
        })
        .collect();
    // A line must not begin as a request of roff does.
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('"', "\\(dq")
}
