//! Documents as JSON lines.

use core::cell::RefCell;
use core::net::IpAddr;

use netflow_core::text::UnixTime;
use netflow_core::value::{LargeUnsigned, MacAddress, Text};

use super::{CommonMembers, Encode, PlannedKey, TimeDigits};
use crate::format::Framing;
use crate::format::json;
use crate::format::room::{LONGEST_VALUE, Room};
use crate::format::text;

thread_local! {
    /// Where documents are written before they are appended to a buffer.
    static ROOM: RefCell<Room> = RefCell::default();
}

/// One JSON object a line.
///
/// Each member and each item begins with a comma. Where the first one of an object or array has its comma, the bracket
/// is written when the object or array ends, so that nothing has to be looked at before a key.
#[derive(Debug)]
pub struct JsonDocument<'o> {
    room: &'o mut Room,
    /// Octets in the room.
    at: usize,
    out: &'o mut Vec<u8>,
    /// Whether the next value is an item of an array.
    is_item: bool,
}

impl JsonDocument<'_> {
    /// Writes members, each after a comma, and appends them to a buffer.
    #[inline]
    pub(in crate::format::dialect) fn members_into(
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut JsonDocument<'_>),
    ) {
        Self::write(out, write);
    }

    /// Writes something, and appends it to a buffer.
    #[inline]
    fn write(out: &mut Vec<u8>, write: impl FnOnce(&mut JsonDocument<'_>)) {
        ROOM.with_borrow_mut(|room| {
            let mut document = JsonDocument {
                room,
                at: 0,
                out,
                is_item: false,
            };
            write(&mut document);
            document.empty_room();
        });
    }

    /// Makes room for a key and a value of the usual length.
    #[inline(always)]
    fn make_room(&mut self) {
        if Room::is_full(self.at) {
            self.empty_full_room();
        }
    }

    #[cold]
    #[inline(never)]
    fn empty_full_room(&mut self) {
        self.empty_room();
    }

    #[inline]
    fn empty_room(&mut self) {
        self.out.extend_from_slice(self.room.text(0, self.at));
        self.at = 0;
    }

    /// Makes room for a value, and writes the comma of an item.
    #[inline(always)]
    fn begin_value(&mut self) {
        self.make_room();
        if self.is_item {
            self.octet(b',');
        }
    }

    #[inline(always)]
    fn octet(&mut self, octet: u8) {
        self.at = self.room.octet(self.at, octet);
    }

    /// A value of at most [`LONGEST_VALUE`] octets: `write` writes it at a place in the room, and returns the place
    /// after it.
    #[inline(always)]
    fn value(&mut self, write: impl FnOnce(&mut Room, usize) -> usize) {
        self.begin_value();
        self.at = write(self.room, self.at);
    }

    /// The same in quotes.
    #[inline(always)]
    fn quoted(&mut self, write: impl FnOnce(&mut Room, usize) -> usize) {
        self.value(|room, at| {
            let at = room.octet(at, b'"');
            let at = write(room, at);
            room.octet(at, b'"')
        });
    }

    /// A value of any length, which is appended to the buffer.
    #[inline(never)]
    fn value_of_any_length(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.begin_value();
        self.empty_room();
        write(self.out);
    }

    /// Texts without a value, such as members that were written before.
    #[inline]
    fn written(&mut self, octets: &[u8]) {
        match self.room.text_of_any_length(self.at, octets) {
            Some(at) => self.at = at,
            None => {
                self.empty_room();
                self.out.extend_from_slice(octets);
            }
        }
    }

    /// An object or array.
    #[inline(always)]
    fn brackets(&mut self, [open, close]: [u8; 2], write: impl FnOnce(&mut Self)) {
        self.begin_value();
        let start = self.out.len() + self.at;
        let outer = core::mem::replace(&mut self.is_item, open == b'[');
        write(self);
        self.is_item = outer;
        self.make_room();
        match start.checked_sub(self.out.len()) {
            Some(start) if start == self.at => self.octet(open),
            Some(start) => {
                self.room.octet(start, open);
            }
            None => {
                if let Some(comma) = self.out.get_mut(start) {
                    *comma = open;
                }
            }
        }
        self.octet(close);
    }
}

impl Encode for JsonDocument<'_> {
    const FRAMING: Framing = Framing::Lines;

    type Document<'o> = JsonDocument<'o>;

    #[inline]
    fn document(out: &mut Vec<u8>, write: impl FnOnce(&mut JsonDocument<'_>)) {
        Self::write(out, |document| {
            document.object(write);
            document.octet(b'\n');
        });
    }

    fn plan_key(key: &str) -> PlannedKey {
        let mut octets = vec![b','];
        json::quote(key, &mut octets);
        octets.push(b':');
        PlannedKey::new(&octets)
    }

    fn common(common: &mut CommonMembers, write: impl FnOnce(&mut JsonDocument<'_>)) {
        common.octets.clear();
        Self::write(&mut common.octets, write);
    }

    #[inline]
    fn members(&mut self, common: &CommonMembers) {
        self.written(&common.octets);
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
    fn planned_key(&mut self, key: &PlannedKey) {
        self.make_room();
        self.at = self.room.block(self.at, &key.block, key.len.into());
        if !key.rest.is_empty() {
            self.written(&key.rest);
        }
    }

    #[inline(always)]
    fn key(&mut self, key: &'static str) {
        self.make_room();
        let at = self.room.block(self.at, b",\"", 2);
        let at = self.room.octets(at, key.as_bytes());
        self.at = self.room.block(at, b"\":", 2);
    }

    fn named_key(&mut self, key: &str) {
        self.empty_room();
        self.out.push(b',');
        json::quote(key, self.out);
        self.out.push(b':');
    }

    #[inline]
    fn null(&mut self) {
        self.value(|room, at| room.block(at, b"null", 4));
    }

    #[inline]
    fn boolean(&mut self, value: bool) {
        self.value(|room, at| room.flag(at, value));
    }

    #[inline]
    fn unsigned(&mut self, number: u64) {
        self.value(|room, at| room.outlined_number(at, number));
    }

    #[inline]
    fn time(&mut self, time: UnixTime, digits: TimeDigits) {
        self.begin_value();
        let start = self.room.octet(self.at, b'"');
        match self.room.unix_time(start, time, digits.fraction()) {
            Some(end) => self.at = self.room.octet(end, b'"'),
            None => {
                self.empty_room();
                let start = self.out.len();
                self.out.push(b'"');
                if text::time_with(self.out, time, digits.fraction()) {
                    self.out.push(b'"');
                } else {
                    self.out.truncate(start);
                    self.out.extend_from_slice(b"null");
                }
            }
        }
    }

    #[inline]
    fn address(&mut self, address: IpAddr) {
        self.quoted(|room, at| room.address(at, address));
    }

    fn mac(&mut self, address: [u8; 6]) {
        self.quoted(|room, at| room.mac(at, MacAddress(address)));
    }

    fn number_word(&mut self, number: u64) {
        self.quoted(|room, at| room.outlined_number(at, number));
    }

    fn hex(&mut self, start: &str, octets: &[u8]) {
        self.value_of_any_length(|out| {
            out.push(b'"');
            out.extend_from_slice(start.as_bytes());
            text::hex(out, octets);
            out.push(b'"');
        });
    }

    fn large(&mut self, number: &LargeUnsigned<'_>) {
        self.value_of_any_length(|out| text::display(out, number));
    }

    fn signed(&mut self, number: i64) {
        self.value(|room, at| {
            let at = if number < 0 { room.octet(at, b'-') } else { at };
            room.outlined_number(at, number.unsigned_abs())
        });
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.value_of_any_length(|out| json::float(number, out));
        } else {
            self.null();
        }
    }

    #[inline(always)]
    fn word(&mut self, word: &str) {
        if word.len() <= LONGEST_VALUE {
            self.quoted(|room, at| room.octets(at, word.as_bytes()));
        } else {
            self.string(word);
        }
    }

    fn string(&mut self, string: &str) {
        if string.len() <= LONGEST_VALUE && !json::may_have_special(string.as_bytes()) {
            self.quoted(|room, at| room.octets(at, string.as_bytes()));
        } else {
            self.value_of_any_length(|out| json::quote(string, out));
        }
    }

    fn text(&mut self, text: Text<'_>) {
        match text.as_str() {
            Some(text) => self.string(text),
            None => self.value_of_any_length(|out| json::quote_text(text, out)),
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
    fn word(&mut self, key: &'static str, word: &str) {
        let object = self.object();
        object.key(key);
        object.word(word);
    }
}
