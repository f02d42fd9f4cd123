//! The manual pages of the C library: an overview, and a page for each group of functions. Functions, structs
//! and what is said of them are those of the header.

mod group;

use std::fs;

use self::group::{GROUPS, Group};
use crate::repository::{Result, root};

/// The overview but for what the header says.
const FRAME: &str = "netflow-ffi/header/libnetflow.3";

/// One page.
pub(super) struct Page {
    /// Its file in the repository.
    pub(super) path: String,
    pub(super) text: String,
}

/// A function of the header, or the type of one.
struct Declaration<'h> {
    name: &'h str,
    lines: Vec<&'h str>,
    comment: Vec<&'h str>,
}

/// Every page.
pub(super) fn pages(header: &str) -> Result<Vec<Page>> {
    let functions = functions(header)?;
    for function in &functions {
        if Group::of(function.name).is_none() {
            return Err(format!("{} belongs to no manual page", function.name).into());
        }
    }
    let frame = fs::read_to_string(root().join(FRAME))?;
    let mut pages = vec![Page::new("libnetflow", &overview(&frame, &functions))];
    for group in GROUPS {
        pages.push(Page::new(
            group.page,
            &page(group, header, &functions, &frame)?,
        ));
    }
    Ok(pages)
}

impl Page {
    fn new(name: &str, text: &str) -> Self {
        Self {
            path: format!("netflow-ffi/install/{name}.3"),
            text: format!(".\\\" Made by `cargo xtask generate`; do not edit.\n{text}"),
        }
    }
}

/// The overview, which names every page and its functions.
fn overview(frame: &str, functions: &[Declaration<'_>]) -> String {
    let mut text = String::new();
    for line in frame.lines() {
        if line != ".\\\" FUNCTIONS" {
            text += &format!("{line}\n");
            continue;
        }
        for group in GROUPS {
            let names: Vec<String> = of_group(group, functions)
                .map(|function| format!("\\fB{}\\fP()", function.name))
                .collect();
            text += &format!(
                ".TP\n.BR {} (3)\n{}:\n{}\n",
                group.page,
                escaped(group.purpose),
                names.join(",\n")
            );
        }
    }
    text
}

fn of_group<'f, 'h>(
    group: &'f Group,
    functions: &'f [Declaration<'h>],
) -> impl Iterator<Item = &'f Declaration<'h>> {
    let is_of = |function: &&Declaration<'_>| {
        Group::of(function.name).is_some_and(|other| other.page == group.page)
    };
    functions.iter().filter(is_of)
}

/// The page of one group.
fn page(group: &Group, header: &str, functions: &[Declaration<'_>], frame: &str) -> Result<String> {
    let title = frame.lines().next().unwrap_or_default();
    let mut text = title.replace("LIBNETFLOW", &group.page.to_uppercase()) + "\n.SH NAME\n";
    let names: Vec<&str> = of_group(group, functions)
        .map(|function| function.name)
        .collect();
    if names.is_empty() {
        return Err(format!("{} has no function", group.page).into());
    }
    text += &format!("{} \\- {}\n", names.join(", "), escaped(group.purpose));
    text += ".SH SYNOPSIS\n.nf\n.B #include <netflow.h>\n.fi\n";
    for function in of_group(group, functions) {
        text += ".PP\n";
        text += &declared(&function.lines);
    }
    text += ".SH DESCRIPTION\n";
    for function in of_group(group, functions) {
        text += &format!(".SS {}\n", function.name);
        text += &prose(&function.comment);
    }
    if !group.types.is_empty() {
        text += ".SH TYPES\n";
        for name in group.types {
            text += &described_type(header, name)?;
        }
    }
    text += ".SH RETURN VALUE\nFunctions that return a\n.B netflow_result\nreturn a negative number if they \
             failed;\n.BR netflow_strerror ()\nand\n.BR netflow_last_error ()\ndescribe it, see\n\
             .BR netflow_problem (3).\n.SH SEE ALSO\n.BR libnetflow (3)\n";
    if !group.examples.is_empty() {
        let examples = group.examples.join(", ");
        text += &format!(".PP\nIn the folder\n.I examples/c\nof the sources: {examples}.\n");
    }
    Ok(text)
}

/// A struct with its members, or the type of a function, each with what the header says of it.
fn described_type(header: &str, name: &str) -> Result<String> {
    let lines: Vec<&str> = header.lines().collect();
    let begins_struct = format!("typedef struct {name} {{");
    let begins_function = format!("(*{name})(");
    let at = lines.iter().position(|line| {
        *line == begins_struct || (line.starts_with("typedef") && line.contains(&begins_function))
    });
    let (before, rest) = lines
        .split_at_checked(at.ok_or(format!("no type {name}"))?)
        .unwrap_or_default();
    let first = before.iter().rposition(|line| !line.starts_with("//"));
    let (_, comment) = before.split_at(first.map_or(0, |line| line + 1));
    let mut text = format!(".SS {name}\n") + &prose(&without_slashes(comment));
    if rest.first() != Some(&begins_struct.as_str()) {
        let end = rest.iter().position(|line| line.ends_with(';'));
        return Ok(text + ".PP\n" + &declared(rest.get(..=end.unwrap_or(0)).unwrap_or_default()));
    }
    let mut comment = Vec::new();
    for line in rest
        .iter()
        .skip(1)
        .take_while(|line| !line.starts_with('}'))
    {
        let line = line.trim();
        if line.starts_with("//") {
            comment.push(line);
        } else {
            text += &format!(".TP\n.B \"{}\"\n", escaped(line));
            text += &prose(&without_slashes(&comment)).replace(".PP\n", ".IP\n");
            comment.clear();
        }
    }
    Ok(text)
}

fn without_slashes<'h>(comment: &[&'h str]) -> Vec<&'h str> {
    let lines = comment.iter();
    lines
        .map(|line| line.trim_start_matches("//").trim())
        .collect()
}

/// The functions, each with what the header says of it and of what pointers have to be.
fn functions(header: &str) -> Result<Vec<Declaration<'_>>> {
    let mut functions = Vec::new();
    let mut comment = Vec::new();
    let mut declaration: Vec<&str> = Vec::new();
    for line in header.lines() {
        if let Some(text) = line.strip_prefix("//") {
            comment.push(text.trim());
        } else if !declaration.is_empty() || begins_function(line) {
            declaration.push(line.trim());
            if line.ends_with(';') {
                let lines = core::mem::take(&mut declaration);
                let (before, _) = lines
                    .first()
                    .and_then(|line| line.split_once('('))
                    .unwrap_or_default();
                functions.push(Declaration {
                    name: before.rsplit([' ', '*']).next().unwrap_or_default(),
                    lines,
                    comment: core::mem::take(&mut comment),
                });
            }
        } else {
            comment.clear();
        }
    }
    match functions.len() {
        0..50 => Err(format!("{} functions were found in the header", functions.len()).into()),
        _ => Ok(functions),
    }
}

/// A declaration begins with a type, a macro with `#`, and nothing is indented.
fn begins_function(line: &str) -> bool {
    !line.starts_with([' ', '#', '}', '/']) && !line.starts_with("typedef") && line.contains('(')
}

/// A declaration as it is in the header.
fn declared(lines: &[&str]) -> String {
    let mut text = String::from(".nf\n");
    for (number, line) in lines.iter().enumerate() {
        let indent = if number > 0 { "    " } else { "" };
        text += &format!(".B \"{indent}{}\"\n", escaped(line.trim()));
    }
    text + ".fi\n"
}

/// The paragraphs of a comment.
fn prose(comment: &[&str]) -> String {
    let mut text = String::new();
    for (number, paragraph) in comment.join("\n").trim().split("\n\n").enumerate() {
        if number > 0 {
            text += ".PP\n";
        }
        for line in paragraph.lines() {
            text += &format!("{}\n", sentence(line));
        }
    }
    text
}

/// A line of prose: what is in backticks is bold.
fn sentence(line: &str) -> String {
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
