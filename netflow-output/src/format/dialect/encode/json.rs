//! Documents as JSON lines.

use netflow_core::value::{LargeUnsigned, Text};

use super::Encode;
use crate::format::Framing;
use crate::format::json::Json;

/// One JSON object a line.
#[derive(Debug)]
pub struct JsonDocument<'o>(Json<'o>);

impl Encode for JsonDocument<'_> {
    const FRAMING: Framing = Framing::Lines;

    type Document<'o> = JsonDocument<'o>;

    fn document(out: &mut Vec<u8>) -> JsonDocument<'_> {
        JsonDocument(Json::new(out))
    }

    fn end(out: &mut Vec<u8>) {
        out.push(b'\n');
    }

    fn plan_key(key: &str, out: &mut Vec<u8>) {
        out.push(b',');
        let mut json = Vec::new();
        Json::new(&mut json).string(key);
        out.extend_from_slice(&json);
        out.push(b':');
    }

    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.0.open(b'{');
        write(self);
        self.0.close(b'}');
    }

    fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.0.open(b'[');
        write(self);
        self.0.close(b']');
    }

    fn planned_key(&mut self, key: &[u8]) {
        self.0.planned_key(key);
    }

    fn key(&mut self, key: &str) {
        self.0.string(key);
        self.0.colon();
    }

    fn null(&mut self) {
        self.0.null();
    }

    fn boolean(&mut self, value: bool) {
        self.0.boolean(value);
    }

    fn unsigned(&mut self, number: u64) {
        self.0.number(number);
    }

    fn large(&mut self, number: &LargeUnsigned<'_>) {
        self.0.large(number);
    }

    fn signed(&mut self, number: i64) {
        self.0.number(number);
    }

    fn float(&mut self, number: f64) {
        self.0.float(number);
    }

    fn word(&mut self, word: &str) {
        self.0.word(word);
    }

    fn string(&mut self, string: &str) {
        self.0.string(string);
    }

    fn text(&mut self, text: Text<'_>) {
        self.0.text(text);
    }
}

/// Something that writes members of a JSON object.
pub(in crate::format::dialect) trait JsonMembers<'o> {
    /// The object.
    fn object(&mut self) -> &mut JsonDocument<'o>;

    fn number(&mut self, key: &str, number: impl Into<u64>) {
        let object = self.object();
        object.key(key);
        object.unsigned(number.into());
    }

    fn word(&mut self, key: &str, word: &str) {
        let object = self.object();
        object.key(key);
        object.word(word);
    }
}
