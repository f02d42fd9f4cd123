//! Comma-separated values (RFC 4180): a header, then one line per flow. A field that the flow
//! lacks is empty.

use netflow_core::field::FlowField;
use netflow_core::{Decoded, FlowValue, InputNames};

use super::fields::{FieldWriter, Syntax};
use crate::format::flow_value;
use crate::format::{Format, FormatError, Framing, Selection, Suspects, Zone};

/// The end of a line in RFC 4180.
const END: [u8; 2] = *b"\r\n";

/// Flows as CSV.
#[derive(Debug)]
pub struct Csv {
    writer: FieldWriter,
}

impl Csv {
    /// CSV of these fields, or of all fields.
    #[must_use]
    pub fn new(
        fields: Option<Vec<FlowField>>,
        selection: impl Into<Selection>,
        files: InputNames,
    ) -> Self {
        Self {
            writer: FieldWriter::new(fields, selection.into(), files),
        }
    }

    /// With times in this zone, not in UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.writer.set_zone(zone);
        self
    }
}

/// Values with commas between them.
#[derive(Debug)]
struct CsvSyntax;

impl Syntax for CsvSyntax {
    const QUOTE: Option<u8> = None;
    const OPEN: Option<u8> = None;
    const CLOSE: [u8; 2] = END;
    const KEEPS_KEYS: bool = true;

    fn file(name: &str, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(name.as_bytes());
        quote(out, start);
    }

    fn key(_: FlowField, is_first: bool, out: &mut Vec<u8>) {
        if !is_first {
            out.push(b',');
        }
    }

    fn value(value: FlowValue<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        let is_free = matches!(value, FlowValue::Text(_));
        flow_value::plain(out, value);
        if is_free {
            quote(out, start);
        }
    }
}

impl Format for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let names = self.writer.fields().iter().map(|field| field.name());
        let file = self.writer.has_file().then_some("file");
        for (index, name) in file.into_iter().chain(names).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(&END);
    }

    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        self.writer.message::<CsvSyntax>(message, out);
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn independent_selection(&self) -> Option<&Selection> {
        Some(self.writer.selection())
    }

    fn suspects(&self) -> Suspects {
        self.writer.suspects()
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
