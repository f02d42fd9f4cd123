//! Comma-separated values (RFC 4180): a header, then a line a flow. What a flow does not
//! have is empty.

use netflow_arrow::Files;
use netflow_core::FlowValue;
use netflow_core::field::FlowField;
use netflow_core::{Flow, Message};

use crate::format::flow;
use crate::format::{Biflows, Format, Suspects};

/// RFC 4180 ends lines so.
const END: &[u8] = b"\r\n";

/// Flows as CSV.
#[derive(Debug)]
pub struct Csv {
    biflows: Biflows,
    fields: Vec<FlowField>,
    with_file: bool,
    files: Files,
    /// Flows whose times cannot be right.
    suspects: u64,
}

impl Csv {
    /// Of these fields, or of all.
    #[must_use]
    pub fn new(fields: Option<Vec<FlowField>>, biflows: Biflows, files: Files) -> Self {
        Self {
            biflows,
            with_file: fields.is_none() && files.are_several(),
            fields: fields.unwrap_or_else(|| FlowField::ALL.to_vec()),
            files,
            suspects: 0,
        }
    }

    fn flow(&mut self, flow: &Flow<'_>, out: &mut Vec<u8>) {
        let mut separator = &b""[..];
        if let Some(file) = self
            .files
            .name(flow.header().input)
            .filter(|_| self.with_file)
        {
            let start = out.len();
            out.extend_from_slice(file.as_bytes());
            quote(out, start);
            separator = b",";
        }
        for field in &self.fields {
            out.extend_from_slice(separator);
            separator = b",";
            let Some(value) = flow::value(flow, *field) else {
                continue;
            };
            self.suspects += u64::from(flow::says_suspect(*field, &value));
            let start = out.len();
            let is_free = matches!(value, FlowValue::Text(_));
            flow::plain(out, value);
            if is_free {
                quote(out, start);
            }
        }
        out.extend_from_slice(END);
    }
}

impl Format for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let names = self.fields.iter().map(|field| field.name());
        let file = self.with_file.then_some("file");
        for (index, name) in file.into_iter().chain(names).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(END);
    }

    fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.biflows.for_each(message, |flow| self.flow(flow, out));
    }

    fn suspects(&self) -> Suspects {
        Suspects {
            flows: self.suspects,
            mark: FlowField::ClockSuspect.name(),
        }
    }
}

/// Puts quotes around the value that begins at `start`, if it needs them.
fn quote(out: &mut Vec<u8>, start: usize) {
    let needs_quotes = |octet: &u8| matches!(octet, b'"' | b',' | b'\r' | b'\n');
    if !out[start..].iter().any(needs_quotes) {
        return;
    }
    let value = out.split_off(start);
    out.push(b'"');
    for octet in value {
        if octet == b'"' {
            out.push(b'"');
        }
        out.push(octet);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn only_what_needs_quotes_has_them() {
        for (value, written) in [
            ("", ""),
            ("plain text", "plain text"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            let mut out = Vec::from(value);
            quote(&mut out, 0);
            assert_eq!(String::from_utf8(out).unwrap(), written);
        }
    }
}
