//! Documents as JSON lines.

use core::net::IpAddr;

use netflow_core::Timestamp;
use netflow_core::text::UnixTime;
use netflow_core::value::{LargeUnsigned, Text};

use super::{CommonMembers, Encode, PlannedText, RoomWriter, TimeDigits};
use crate::format::Framing;
use crate::format::json;
use crate::format::room::{BLOCK, LONGEST_VALUE};
use crate::format::text;

/// One JSON object a line.
///
/// Each member and each item begins with a comma. The bracket takes the place of the first one when its object or array
/// ends, so that nothing has to be looked at before a key.
#[derive(Debug)]
pub struct JsonDocument<'o> {
    writer: RoomWriter<'o>,
    /// Whether values are items of an array.
    is_in_array: bool,
}

impl JsonDocument<'_> {
    /// Writes members, each after a comma, to the end of a buffer.
    #[inline]
    pub(in crate::format::dialect) fn members_to(
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut JsonDocument<'_>),
    ) {
        RoomWriter::with(out, |writer| {
            let mut document = JsonDocument {
                writer,
                is_in_array: false,
            };
            write(&mut document);
            document.writer
        });
    }

    /// Letters of flags, of ASCII, as a string.
    #[inline(always)]
    pub(in crate::format::dialect) fn letters(&mut self, letters: [u8; 8]) {
        self.quoted(|writer| writer.block(&letters, letters.len()));
    }

    /// JSON that is written already: members or items, each after a comma.
    #[inline(always)]
    pub(in crate::format::dialect) fn raw(&mut self, json: &[u8]) {
        self.writer.text(json);
    }

    /// A network: its first address and the length of its prefix.
    pub(in crate::format::dialect) fn prefix(&mut self, address: IpAddr, length: u8) {
        self.quoted(|writer| {
            writer.address(address);
            writer.octet(b'/');
            writer.number_16(length.into());
        });
    }

    /// Numbers as a string, with this octet between them.
    pub(in crate::format::dialect) fn numbers_word<const N: usize>(
        &mut self,
        numbers: [u64; N],
        between: u8,
    ) {
        self.quoted(|writer| {
            for (place, number) in numbers.into_iter().enumerate() {
                if place > 0 {
                    writer.octet(between);
                }
                writer.make_room();
                writer.number(number);
            }
        });
    }

    /// A time with milliseconds and no zone; nothing where RFC 3339 has none.
    pub(in crate::format::dialect) fn time_without_zone(&mut self, time: Timestamp) {
        self.time_or_null(|writer| writer.time_without_zone(time, b'T'));
    }

    /// A time in quotes, which `write` writes; null where it returns `false`.
    #[inline(always)]
    fn time_or_null(&mut self, write: impl FnOnce(&mut RoomWriter<'_>) -> bool) {
        self.begin_value();
        let start = self.writer.position();
        self.writer.octet(b'"');
        if write(&mut self.writer) {
            self.writer.octet(b'"');
        } else {
            self.writer.back_to(start);
            self.writer.block(b"null", 4);
        }
    }

    /// Makes room for an item, and writes the comma before it. After a key there is room.
    #[inline(always)]
    fn begin_value(&mut self) {
        if self.is_in_array {
            self.writer.make_room();
            self.writer.octet(b',');
        }
    }

    /// A value in quotes. What may be longer than a few values makes room itself.
    #[inline(always)]
    fn quoted(&mut self, write: impl FnOnce(&mut RoomWriter<'_>)) {
        self.begin_value();
        self.writer.octet(b'"');
        write(&mut self.writer);
        self.writer.octet(b'"');
    }

    /// A value of any length, which is written to the buffer.
    #[inline(never)]
    fn directly(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.begin_value();
        self.writer.directly(write);
    }

    /// An object or array.
    #[inline(always)]
    fn brackets(&mut self, [open, close]: [u8; 2], write: impl FnOnce(&mut Self)) {
        self.begin_value();
        let start = self.writer.position();
        let outer = core::mem::replace(&mut self.is_in_array, open == b'[');
        write(self);
        self.is_in_array = outer;
        self.writer.make_room();
        self.writer.put(start, open);
        self.writer.octet(close);
    }
}

impl Encode for JsonDocument<'_> {
    const FRAMING: Framing = Framing::Lines;

    type Document<'o> = JsonDocument<'o>;

    #[inline]
    fn documents(out: &mut Vec<u8>, write: impl FnOnce(&mut JsonDocument<'_>)) {
        Self::members_to(out, write);
    }

    #[inline]
    fn document(&mut self, write: impl FnOnce(&mut Self)) {
        self.object(write);
        self.writer.octet(b'\n');
    }

    fn plan_key(key: &str) -> PlannedText {
        let mut octets = vec![b','];
        json::quote(key, &mut octets);
        octets.push(b':');
        PlannedText::new(&octets)
    }

    fn common(common: &mut CommonMembers, write: impl FnOnce(&mut JsonDocument<'_>)) {
        common.octets.clear();
        Self::members_to(&mut common.octets, write);
    }

    #[inline]
    fn members(&mut self, common: &CommonMembers) {
        self.writer.text(&common.octets);
    }

    #[inline(always)]
    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.brackets(*b"{}", write);
    }

    #[inline(always)]
    fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.brackets(*b"[]", write);
    }

    #[inline(always)]
    fn planned_key(&mut self, key: &PlannedText) {
        self.writer.make_room();
        self.writer.planned(key);
    }

    #[inline(always)]
    fn key(&mut self, key: &'static str) {
        self.writer.make_room();
        self.writer.json_key(key);
    }

    fn named_key(&mut self, key: &str) {
        self.writer.directly(|out| {
            out.push(b',');
            json::quote(key, out);
            out.push(b':');
        });
    }

    #[inline]
    fn null(&mut self) {
        self.begin_value();
        self.writer.block(b"null", 4);
    }

    #[inline]
    fn boolean(&mut self, value: bool) {
        self.begin_value();
        self.writer.flag(value);
    }

    #[inline]
    fn unsigned(&mut self, number: u64) {
        self.begin_value();
        self.writer.number(number);
    }

    #[inline(always)]
    fn unsigned_16(&mut self, number: u16) {
        self.begin_value();
        self.writer.number_16(number);
    }

    #[inline(always)]
    fn unsigned_32(&mut self, number: u32) {
        self.begin_value();
        self.writer.number_32(number);
    }

    #[inline]
    fn time(&mut self, time: UnixTime, digits: TimeDigits) {
        self.time_or_null(|writer| writer.time(time, digits));
    }

    #[inline]
    fn address(&mut self, address: IpAddr) {
        self.quoted(|writer| writer.address(address));
    }

    #[inline(always)]
    fn ipv4(&mut self, address: [u8; 4]) {
        self.quoted(|writer| writer.ipv4(address));
    }

    fn mac(&mut self, address: [u8; 6]) {
        self.quoted(|writer| writer.mac(address));
    }

    fn number_word(&mut self, number: u64) {
        self.quoted(|writer| writer.number(number));
    }

    fn hex(&mut self, start: &str, octets: &[u8]) {
        self.quoted(|writer| {
            writer.text(start.as_bytes());
            writer.hex(octets);
        });
    }

    fn large(&mut self, number: &LargeUnsigned<'_>) {
        self.directly(|out| text::display(out, number));
    }

    fn signed(&mut self, number: i64) {
        self.begin_value();
        self.writer.signed(number);
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.directly(|out| json::float(number, out));
        } else {
            self.null();
        }
    }

    #[inline(always)]
    fn word(&mut self, word: &str) {
        if word.len() <= LONGEST_VALUE {
            self.quoted(|writer| writer.short(word.as_bytes()));
        } else {
            self.string(word);
        }
    }

    #[inline(always)]
    fn ascii(&mut self, block: &[u8; BLOCK], len: usize) {
        self.quoted(|writer| writer.block(block, len));
    }

    fn string(&mut self, string: &str) {
        if string.len() <= LONGEST_VALUE && !json::may_have_special(string.as_bytes()) {
            self.quoted(|writer| writer.short(string.as_bytes()));
        } else {
            self.directly(|out| json::quote(string, out));
        }
    }

    fn text(&mut self, text: Text<'_>) {
        let octets = text.octets();
        // ASCII is UTF-8, which takes longer to check.
        let is_short = octets.len() <= LONGEST_VALUE && octets.is_ascii();
        if is_short && !json::may_have_special(octets) {
            return self.quoted(|writer| writer.short(octets));
        }
        match text.as_str() {
            Some(text) => self.string(text),
            None => self.directly(|out| json::quote_text(text, out)),
        }
    }
}

/// Something that writes members of a JSON object.
pub(in crate::format::dialect) trait JsonMembers<'o> {
    /// The object.
    fn object(&mut self) -> &mut JsonDocument<'o>;

    #[inline(always)]
    fn number(&mut self, key: &'static str, number: impl Into<u64>) {
        let object = self.object();
        object.key(key);
        object.unsigned(number.into());
    }

    #[inline(always)]
    fn number_16(&mut self, key: &'static str, number: impl Into<u16>) {
        let object = self.object();
        object.key(key);
        object.unsigned_16(number.into());
    }

    #[inline(always)]
    fn word(&mut self, key: &'static str, word: &str) {
        let object = self.object();
        object.key(key);
        object.word(word);
    }

    #[inline(always)]
    fn address(&mut self, key: &'static str, address: IpAddr) {
        let object = self.object();
        object.key(key);
        object.address(address);
    }

    /// A MAC address, the lower 48 bits of a number.
    #[inline(always)]
    fn mac(&mut self, key: &'static str, address: u64) {
        let [_, _, octets @ ..] = address.to_be_bytes();
        let object = self.object();
        object.key(key);
        object.mac(octets);
    }
}
