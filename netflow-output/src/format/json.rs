//! JSON, appended to a buffer.

use core::fmt;
use core::net::IpAddr;
use std::io::Write as _;

use netflow_core::text::UnixTime;
use netflow_core::value::{MacAddress, Text};

use crate::format::text::{self, Fraction};

/// Writes JSON into a buffer. Commas are written automatically: one before every key and
/// item but the first.
#[derive(Debug)]
pub struct Json<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Json<'o> {
    /// A writer that appends to this buffer.
    pub const fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Octets written so far, to go back to.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written since the mark.
    pub fn back_to(&mut self, mark: usize) {
        self.out.truncate(mark);
    }

    /// JSON that is written already.
    pub fn raw(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// Writes `{` or `[`.
    pub fn open(&mut self, bracket: u8) {
        self.separate();
        self.out.push(bracket);
    }

    /// Writes `}`, `]` or the end of a line.
    pub fn close(&mut self, bracket: u8) {
        self.out.push(bracket);
    }

    /// A key that needs no escapes; its value follows.
    pub fn key(&mut self, key: &str) {
        self.word(key);
        self.colon();
    }

    /// A key as it is written after another member: `,"key":`.
    pub fn key_with_comma(&mut self, key: &str) {
        match self.out.last() {
            Some(b'{') | None => self.raw(key.get(1..).unwrap_or_default().as_bytes()),
            _ => self.raw(key.as_bytes()),
        }
    }

    /// Makes the string just written a key.
    pub fn colon(&mut self) {
        self.out.push(b':');
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.separate();
        self.raw(b"null");
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.separate();
        self.raw(if value { b"true" } else { b"false" });
    }

    /// Writes an integer.
    pub fn number(&mut self, number: impl itoa::Integer) {
        self.separate();
        text::decimal(self.out, number);
    }

    /// A number without a sign.
    #[inline]
    pub(crate) fn unsigned(&mut self, number: u64) {
        self.separate();
        text::unsigned(self.out, number);
    }

    /// A number as a string, such as the key of an element.
    pub fn quoted_number(&mut self, number: impl itoa::Integer) {
        self.quoted(|out| text::decimal(out, number));
    }

    /// The shortest number that reads back as this one; null if JSON has none.
    pub fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.separate();
            float(number, self.out);
        } else {
            self.null();
        }
    }

    /// A string that needs no escapes.
    pub fn word(&mut self, word: &str) {
        self.quoted(|out| out.extend_from_slice(word.as_bytes()));
    }

    /// A string by its `Display`, which needs no escapes.
    pub fn plain(&mut self, value: impl fmt::Display) {
        self.quoted(|out| text::display(out, value));
    }

    /// Writes octets as a string of lower-case hex digits.
    pub fn hex(&mut self, octets: &[u8]) {
        self.quoted(|out| text::hex(out, octets));
    }

    /// Writes an address as a string.
    pub fn address(&mut self, address: IpAddr) {
        self.quoted(|out| text::address(out, address));
    }

    /// Writes a MAC address as a string, with colons.
    pub fn mac(&mut self, address: MacAddress) {
        self.quoted(|out| text::mac(out, address));
    }

    /// A time; null where RFC 3339 has none.
    pub fn time(&mut self, time: UnixTime) {
        self.time_of_digits(time, time.fewest_digits());
    }

    /// A time with this number of digits of fraction; null where RFC 3339 has none.
    pub fn time_of_digits(&mut self, time: UnixTime, digits: u32) {
        self.time_with(time, Fraction::Digits(digits));
    }

    /// A time with this fraction; null where RFC 3339 has none.
    #[inline]
    pub(super) fn time_with(&mut self, time: UnixTime, fraction: Fraction) {
        self.separate();
        let start = self.mark();
        self.out.push(b'"');
        if text::time_with(self.out, time, fraction) {
            self.out.push(b'"');
        } else {
            self.back_to(start);
            self.raw(b"null");
        }
    }

    /// Writes a string, with escapes where it needs them.
    pub fn string(&mut self, string: &str) {
        self.separate();
        quote(string, self.out);
    }

    /// Text of an exporter's; what is not UTF-8 becomes U+FFFD.
    pub fn text(&mut self, text: Text<'_>) {
        self.separate();
        quote_text(text, self.out);
    }

    fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.separate();
        self.out.push(b'"');
        write(self.out);
        self.out.push(b'"');
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':' | b'\n')) {
            self.out.push(b',');
        }
    }
}

/// The shortest number that reads back as this one, which is finite.
pub(crate) fn float(number: f64, out: &mut Vec<u8>) {
    // Debug, unlike Display, changes to an exponent where that is shorter.
    let _ = write!(out, "{number:?}");
}

/// A string in quotes, with escapes where it needs them.
pub(crate) fn quote(string: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(out, string.as_bytes());
    out.push(b'"');
}

/// Text of an exporter's in quotes; what is not UTF-8 becomes U+FFFD.
pub(crate) fn quote_text(text: Text<'_>, out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in text.octets().utf8_chunks() {
        escape(out, chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

/// UTF-8 as it is written inside quotes.
pub(crate) fn escape(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = first_special(rest) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        match special[0] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                out.extend_from_slice(b"\\u00");
                text::hex(out, &[control]);
            }
        }
        rest = &special[1..];
    }
    out.extend_from_slice(rest);
}

/// Where the first octet is that needs an escape.
fn first_special(text: &[u8]) -> Option<usize> {
    if !may_have_special(text) {
        return None;
    }
    text.iter().position(|octet| needs_escape(*octet))
}

/// Whether an octet of a text needs an escape. Most texts have none, so eight octets are looked at together, the last ones
/// once more with those before them.
#[inline]
pub(crate) fn may_have_special(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((word, more)) = rest.split_first_chunk() {
        if has_special(*word) {
            return true;
        }
        rest = more;
    }
    match (text.last_chunk(), rest.first_chunk(), rest.last_chunk()) {
        _ if rest.is_empty() => false,
        (Some(word), ..) => has_special(*word),
        (None, Some([a, b, c, d]), Some([e, f, g, h])) => {
            has_special([*a, *b, *c, *d, *e, *f, *g, *h])
        }
        _ => rest.iter().any(|octet| needs_escape(*octet)),
    }
}

/// Whether any of eight octets [needs an escape](needs_escape).
///
/// `n - 0x01` borrows into the highest bit of an octet that is 0, and `n - 0x20` of one below 0x20; of those
/// above, only octets from 0x80 have that bit, which `!n` takes out. A borrow reaches the next octet only
/// from one that is special itself, so the result for all eight is exact.
#[inline]
const fn has_special(octets: [u8; 8]) -> bool {
    const EACH: u64 = u64::MAX / 0xff;
    const HIGH: u64 = EACH * 0x80;
    const fn has_zero(n: u64) -> u64 {
        n.wrapping_sub(EACH) & !n
    }
    let n = u64::from_le_bytes(octets);
    let control = n.wrapping_sub(EACH * 0x20) & !n;
    let quote = has_zero(n ^ (EACH * b'"' as u64));
    let backslash = has_zero(n ^ (EACH * b'\\' as u64));
    let delete = has_zero(n ^ (EACH * 0x7f));
    (control | quote | backslash | delete) & HIGH != 0
}

/// Quotes, backslashes and controls; DEL too, which terminals obey.
const fn needs_escape(octet: u8) -> bool {
    matches!(octet, 0..=0x1f | b'"' | b'\\' | 0x7f)
}

#[cfg(test)]
mod tests {
    use netflow_core::value::Text;

    use super::{Json, first_special, has_special, needs_escape};

    #[test]
    fn special_octets_are_found_wherever_they_are() {
        for special in 0..=u8::MAX {
            for len in 0..40 {
                for at in 0..len {
                    let mut text = vec![b'a'; len];
                    text[at] = special;
                    let found = needs_escape(special).then_some(at);
                    assert_eq!(first_special(&text), found, "{special:#x} at {at} of {len}");
                }
            }
            for neighbour in [0, 1, 0x1f, 0x20, 0x7f, 0x80, 0x9f, 0xa2, 0xff] {
                let octets = [
                    neighbour, special, b'a', neighbour, b'a', 0x80, special, 0xff,
                ];
                let has_any = octets.iter().any(|octet| needs_escape(*octet));
                assert_eq!(has_special(octets), has_any, "{octets:x?}");
            }
        }
        assert_eq!(first_special(b""), None);
    }

    fn written(write: impl FnOnce(&mut Json<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Json::new(&mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_read_back_as_they_were() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        let json = written(|json| json.string(&all));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), all);
    }

    #[test]
    fn what_is_not_utf_8_is_replaced() {
        let json = written(|json| json.text(Text::new(b"caf\xe9\"\0x\0\0")));
        assert_eq!(json, "\"caf\u{fffd}\\\"\\u0000x\"");
    }

    #[test]
    fn floats_read_back_as_they_were() {
        for float in [0.0, -0.0, 0.1, 1e300, 5e-324, f64::MAX, 1.0, 123_456_789.25] {
            let json = written(|json| json.float(float));
            let back: f64 = serde_json::from_str(&json).unwrap();
            assert_eq!(back.to_bits(), float.to_bits(), "{json}");
            assert!(json.len() < 25, "{json}");
        }
        assert_eq!(written(|json| json.float(f64::NAN)), "null");
        assert_eq!(written(|json| json.float(f64::INFINITY)), "null");
    }

    #[test]
    fn commas_stand_between_items_only() {
        let json = written(|json| {
            json.open(b'{');
            json.key("a");
            json.open(b'[');
            json.number(1);
            json.null();
            json.open(b'[');
            json.close(b']');
            json.close(b']');
            json.key("b");
            json.boolean(true);
            json.close(b'}');
        });
        assert_eq!(json, r#"{"a":[1,null,[]],"b":true}"#);
    }
}
