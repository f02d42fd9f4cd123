//! Documents as JSON lines.

use core::net::IpAddr;

use netflow_core::text::UnixTime;
use netflow_core::value::{LargeUnsigned, MacAddress, Text};

use super::{CommonMembers, Encode, TimeDigits};
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

    fn common(common: &mut CommonMembers, write: impl FnOnce(&mut JsonDocument<'_>)) {
        common.octets.clear();
        common.octets.push(b'{');
        write(&mut JsonDocument(Json::new(&mut common.octets)));
        if common.octets.len() == 1 {
            common.octets.clear();
        }
        // As it is after another member.
        if let Some(first) = common.octets.first_mut() {
            *first = b',';
        }
    }

    #[inline]
    fn members(&mut self, common: &CommonMembers) {
        if !common.octets.is_empty() {
            self.0.planned_key(&common.octets);
        }
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

    #[inline]
    fn key(&mut self, key: &'static str) {
        self.0.key(key);
    }

    fn named_key(&mut self, key: &str) {
        self.0.string(key);
        self.0.colon();
    }

    fn null(&mut self) {
        self.0.null();
    }

    fn boolean(&mut self, value: bool) {
        self.0.boolean(value);
    }

    #[inline]
    fn unsigned(&mut self, number: u64) {
        self.0.unsigned(number);
    }

    #[inline]
    fn time(&mut self, time: UnixTime, digits: TimeDigits) {
        self.0.time_with(time, digits.fraction());
    }

    #[inline]
    fn address(&mut self, address: IpAddr) {
        self.0.address(address);
    }

    fn mac(&mut self, address: [u8; 6]) {
        self.0.mac(MacAddress(address));
    }

    fn number_word(&mut self, number: u64) {
        self.0.quoted_unsigned(number);
    }

    fn hex(&mut self, start: &str, octets: &[u8]) {
        self.0.hex_after(start, octets);
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

    fn number(&mut self, key: &'static str, number: impl Into<u64>) {
        let object = self.object();
        object.key(key);
        object.unsigned(number.into());
    }

    fn word(&mut self, key: &'static str, word: &str) {
        let object = self.object();
        object.key(key);
        object.word(word);
    }
}
