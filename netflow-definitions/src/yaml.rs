//! The part of YAML that files of definitions use: maps, lists and scalars by indentation, and lists in
//! brackets.

use crate::LineFault;

/// A value and its line.
#[derive(Debug)]
pub(crate) struct YamlNode {
    pub(crate) line: usize,
    pub(crate) value: YamlValue,
}

#[derive(Debug)]
pub(crate) enum YamlValue {
    Scalar(String),
    List(Vec<YamlNode>),
    Map(Vec<(String, YamlNode)>),
}

/// A line that is not empty.
#[derive(Debug, Clone, Copy)]
struct YamlLine<'t> {
    number: usize,
    indent: usize,
    text: &'t str,
}

/// Maps and lists inside each other are read down to this depth.
const MAX_DEPTH: usize = 16;

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<YamlNode, LineFault> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let content = without_comment(line).trim_end();
        let trimmed = content.trim_start();
        if trimmed.is_empty() || trimmed == "---" || trimmed == "..." {
            continue;
        }
        if content.contains('\t') && content.trim_start_matches(' ').starts_with('\t') {
            return Err((number, "expected spaces as indentation, found a tab".into()));
        }
        lines.push(YamlLine {
            number,
            indent: content.len() - trimmed.len(),
            text: trimmed,
        });
    }
    let mut reader = YamlReader { lines, at: 0 };
    let Some(first) = reader.peek() else {
        return Err((1, "expected definitions, found nothing".into()));
    };
    let node = reader.node(first.indent, 0)?;
    match reader.peek() {
        None => Ok(node),
        Some(line) => Err((
            line.number,
            format!("expected less indentation before {:?}", line.text),
        )),
    }
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find(" #")
        .and_then(|at| line.get(..at))
        .unwrap_or(line)
}

struct YamlReader<'t> {
    lines: Vec<YamlLine<'t>>,
    at: usize,
}

impl<'t> YamlReader<'t> {
    fn peek(&self) -> Option<YamlLine<'t>> {
        self.lines.get(self.at).copied()
    }

    /// The map or list at this indentation.
    fn node(&mut self, indent: usize, depth: usize) -> Result<YamlNode, LineFault> {
        let Some(first) = self.peek() else {
            return Err((0, "expected a value, found the end".into()));
        };
        if depth > MAX_DEPTH {
            return Err((first.number, format!("expected at most {MAX_DEPTH} levels")));
        }
        if is_item(first.text) {
            self.list(indent, depth)
        } else {
            self.map(indent, depth)
        }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<YamlNode, LineFault> {
        let mut items = Vec::new();
        let number = self.peek().map_or(0, |line| line.number);
        while let Some(line) = self.peek() {
            if line.indent != indent || !is_item(line.text) {
                break;
            }
            let content = line.text.get(1..).unwrap_or_default();
            let trimmed = content.trim_start();
            if split_key(trimmed).is_some() && !trimmed.starts_with(':') {
                // A map begins after the hyphen.
                let inner = indent + 1 + content.len() - trimmed.len();
                if let Some(place) = self.lines.get_mut(self.at) {
                    *place = YamlLine {
                        indent: inner,
                        text: trimmed,
                        ..line
                    };
                }
                items.push(self.map(inner, depth + 1)?);
            } else {
                self.at += 1;
                items.push(scalar(trimmed, line.number));
            }
        }
        Ok(YamlNode {
            line: number,
            value: YamlValue::List(items),
        })
    }

    fn map(&mut self, indent: usize, depth: usize) -> Result<YamlNode, LineFault> {
        let mut members = Vec::new();
        let number = self.peek().map_or(0, |line| line.number);
        while let Some(line) = self.peek() {
            if line.indent != indent || is_item(line.text) {
                break;
            }
            let Some((key, rest)) = split_key(line.text) else {
                return Err((
                    line.number,
                    format!("expected `key:`, found {:?}", line.text),
                ));
            };
            self.at += 1;
            let value = if rest.is_empty() {
                match self.peek() {
                    Some(next) if next.indent > indent => self.node(next.indent, depth + 1)?,
                    // A list may stand as far left as its key.
                    Some(next) if next.indent == indent && is_item(next.text) => {
                        self.list(indent, depth + 1)?
                    }
                    _ => scalar("", line.number),
                }
            } else {
                scalar(rest, line.number)
            };
            let value = YamlNode {
                line: line.number,
                ..value
            };
            members.push((unquoted(key).to_owned(), value));
        }
        Ok(YamlNode {
            line: number,
            value: YamlValue::Map(members),
        })
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// A key and what follows its colon.
fn split_key(text: &str) -> Option<(&str, &str)> {
    if let Some(key) = text.strip_suffix(':') {
        return (!key.is_empty()).then_some((key, ""));
    }
    let (key, rest) = text.split_once(": ")?;
    Some((key, rest.trim()))
}

/// A scalar, or a list in brackets.
fn scalar(text: &str, line: usize) -> YamlNode {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let value = match inner {
        Some(inner) => {
            let items = inner
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            YamlValue::List(items.map(|item| scalar_of(item, line)).collect())
        }
        None => YamlValue::Scalar(unquoted(text).to_owned()),
    };
    YamlNode { line, value }
}

fn scalar_of(text: &str, line: usize) -> YamlNode {
    YamlNode {
        line,
        value: YamlValue::Scalar(unquoted(text).to_owned()),
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}
