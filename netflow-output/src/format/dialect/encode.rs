//! What documents are written as.

mod json;
mod message_pack;
mod writer;

use core::fmt;
use core::net::IpAddr;

use netflow_core::text::{self, UnixTime};
use netflow_core::value::{LargeUnsigned, Text};

pub use self::json::JsonDocument;
pub(super) use self::json::JsonMembers;
pub use self::message_pack::MessagePackDocument;
pub(super) use self::message_pack::write_str;
pub(super) use self::writer::RoomWriter;
use crate::format::Framing;
use crate::format::room::BLOCK;
use crate::format::text::Fraction;

/// The digits of fraction of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeDigits {
    /// Milliseconds.
    Three,
    /// Microseconds.
    Six,
    /// Those up to the last that is not 0.
    Shortest,
}

impl TimeDigits {
    const fn fraction(self) -> Fraction {
        match self {
            Self::Three => Fraction::Digits(3),
            Self::Six => Fraction::Digits(6),
            Self::Shortest => Fraction::Shortest,
        }
    }
}

/// Members that several documents have, as they are written in one form.
#[derive(Debug, Default)]
pub struct CommonMembers {
    octets: Vec<u8>,
    /// Keys and values.
    count: u32,
}

/// A key as it is written in one form, or another text that is made once and written often.
#[derive(Debug, Clone)]
pub struct PlannedText {
    /// Its first octets: a block of a fixed size is copied by a few stores.
    block: [u8; BLOCK],
    /// Octets in the block.
    len: u8,
    /// Blocks after it; few texts have any.
    rest: Box<[([u8; BLOCK], u8)]>,
}

impl PlannedText {
    /// Whether it has no octets.
    pub(in crate::format::dialect) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A text of these octets.
    pub(in crate::format::dialect) fn new(octets: &[u8]) -> Self {
        let mut blocks = octets.chunks(BLOCK).map(|chunk| {
            let mut block = [0; BLOCK];
            for (octet, from) in block.iter_mut().zip(chunk) {
                *octet = *from;
            }
            // No more than a block.
            (block, chunk.len() as u8)
        });
        let (block, len) = blocks.next().unwrap_or(([0; BLOCK], 0));
        Self {
            block,
            len,
            rest: blocks.collect(),
        }
    }
}

/// A form that documents are written in: objects, arrays and values.
pub trait Encode: fmt::Debug {
    /// How documents are separated.
    const FRAMING: Framing;

    /// What writes documents to the end of a buffer.
    type Document<'o>: Encode;

    /// Calls `write` with what writes [documents](Self::document) to the end of a buffer.
    fn documents(out: &mut Vec<u8>, write: impl FnOnce(&mut Self::Document<'_>));

    /// Writes a document, an object of which `write` writes the members.
    fn document(&mut self, write: impl FnOnce(&mut Self));

    /// A key that is written often.
    fn plan_key(key: &str) -> PlannedText;

    /// Members of an object, written to be [added](Self::members) to several.
    fn common(common: &mut CommonMembers, write: impl FnOnce(&mut Self::Document<'_>));

    /// Adds members that were written before.
    fn members(&mut self, common: &CommonMembers);

    /// An object, of which `write` writes the members.
    fn object(&mut self, write: impl FnOnce(&mut Self));

    /// An array, of which `write` writes the items.
    fn array(&mut self, write: impl FnOnce(&mut Self));

    /// The key of the next value, as [`plan_key`](Self::plan_key) made it.
    fn planned_key(&mut self, key: &PlannedText);

    /// The key of the next value, which needs no escapes.
    fn key(&mut self, key: &'static str);

    /// The key of the next value, any string.
    fn named_key(&mut self, key: &str);

    /// Nothing.
    fn null(&mut self);

    /// Yes or no.
    fn boolean(&mut self, value: bool);

    /// A number.
    fn unsigned(&mut self, number: u64);

    /// A number of two octets.
    fn unsigned_16(&mut self, number: u16) {
        self.unsigned(number.into());
    }

    /// A number of four octets.
    fn unsigned_32(&mut self, number: u32) {
        self.unsigned(number.into());
    }

    /// A number of 2^64 or more: its digits as a string, where the form has no such numbers.
    fn large(&mut self, number: &LargeUnsigned<'_>) {
        self.word(&number.to_string());
    }

    /// A number that may be negative.
    fn signed(&mut self, number: i64);

    /// A number with a fraction; nothing if it is none.
    fn float(&mut self, number: f64);

    /// A string that needs no escapes.
    fn word(&mut self, word: &str);

    /// The first `len` octets of a block of 32 as a string, of ASCII without anything that needs escapes.
    fn ascii(&mut self, block: &[u8; BLOCK], len: usize) {
        let word = block.get(..len).map(core::str::from_utf8);
        self.word(word.and_then(Result::ok).unwrap_or_default());
    }

    /// A time as RFC 3339 has it, in UTC; nothing where it has none.
    fn time(&mut self, time: UnixTime, digits: TimeDigits);

    /// An address.
    fn address(&mut self, address: IpAddr) {
        self.word(text::address(address).as_str());
    }

    /// An IPv4 address.
    fn ipv4(&mut self, address: [u8; 4]) {
        self.address(address.into());
    }

    /// A MAC address in lower case, with colons.
    fn mac(&mut self, address: [u8; 6]) {
        self.word(text::mac(address).as_str());
    }

    /// A number as a string.
    fn number_word(&mut self, number: u64) {
        self.word(&number.to_string());
    }

    /// Octets as a string of lower-case hex digits, after this word.
    fn hex(&mut self, start: &str, octets: &[u8]) {
        let mut hex = String::with_capacity(start.len() + octets.len() * 2);
        hex.push_str(start);
        for octet in octets {
            hex.extend(text::hex(*octet).map(char::from));
        }
        self.word(&hex);
    }

    /// Any string.
    fn string(&mut self, string: &str);

    /// Text of an exporter; octets that are not UTF-8 become U+FFFD.
    fn text(&mut self, text: Text<'_>) {
        match text.as_str() {
            Some(text) => self.string(text),
            None => self.string(&text.to_string()),
        }
    }
}
