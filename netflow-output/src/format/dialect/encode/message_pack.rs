//! Documents as MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>), one after the
//! other.

use netflow_core::text::UnixTime;

use super::{CommonMembers, Encode, PlannedText, TimeDigits};
use crate::format::{Framing, text};

/// A MessagePack map a document.
#[derive(Debug)]
pub struct MessagePackDocument<'o> {
    out: &'o mut Vec<u8>,
    /// Items or members of the innermost array or map so far.
    count: u32,
}

const NIL: u8 = 0xc0;
const FALSE: u8 = 0xc2;
const TRUE: u8 = 0xc3;
const FLOAT_64: u8 = 0xcb;
const UINT_8: u8 = 0xcc;
const UINT_16: u8 = 0xcd;
const UINT_32: u8 = 0xce;
const UINT_64: u8 = 0xcf;
const INT_64: u8 = 0xd3;
const STR_8: u8 = 0xd9;
const STR_16: u8 = 0xda;
const STR_32: u8 = 0xdb;
const ARRAY_32: u8 = 0xdd;
const MAP_32: u8 = 0xdf;
const FIX_STR: u8 = 0xa0;

impl MessagePackDocument<'_> {
    /// A map or array, whose count is known at its end.
    fn counted(&mut self, marker: u8, write: impl FnOnce(&mut Self)) {
        self.count += 1;
        let outer = core::mem::take(&mut self.count);
        self.out.push(marker);
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        write(self);
        let count = core::mem::replace(&mut self.count, outer);
        if let Some(place) = self.out.get_mut(start..start + 4) {
            place.copy_from_slice(&count.to_be_bytes());
        }
    }
}

/// Writes a string with its length.
pub(in crate::format::dialect) fn write_str(out: &mut Vec<u8>, string: &str) {
    // Longer strings than 2^32 octets do not come in datagrams.
    let len = u32::try_from(string.len()).unwrap_or(0);
    match len {
        0..=31 => out.push(FIX_STR | len as u8),
        32..=0xff => out.extend_from_slice(&[STR_8, len as u8]),
        0x100..=0xffff => {
            out.push(STR_16);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        _ => {
            out.push(STR_32);
            out.extend_from_slice(&len.to_be_bytes());
        }
    }
    out.extend_from_slice(&string.as_bytes()[..len as usize]);
}

/// Writes a number in the shortest form.
pub(in crate::format::dialect) fn write_unsigned(out: &mut Vec<u8>, number: u64) {
    match number {
        0..=0x7f => out.push(number as u8),
        0x80..=0xff => out.extend_from_slice(&[UINT_8, number as u8]),
        0x100..=0xffff => {
            out.push(UINT_16);
            out.extend_from_slice(&(number as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(UINT_32);
            out.extend_from_slice(&(number as u32).to_be_bytes());
        }
        _ => {
            out.push(UINT_64);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

impl Encode for MessagePackDocument<'_> {
    const FRAMING: Framing = Framing::MessagePack;

    type Document<'o> = MessagePackDocument<'o>;

    fn documents(out: &mut Vec<u8>, write: impl FnOnce(&mut MessagePackDocument<'_>)) {
        write(&mut MessagePackDocument { out, count: 0 });
    }

    fn document(&mut self, write: impl FnOnce(&mut Self)) {
        self.object(write);
    }

    fn plan_key(key: &str) -> PlannedText {
        let mut octets = Vec::new();
        write_str(&mut octets, key);
        PlannedText::new(&octets)
    }

    fn common(common: &mut CommonMembers, write: impl FnOnce(&mut MessagePackDocument<'_>)) {
        common.octets.clear();
        let mut document = MessagePackDocument {
            out: &mut common.octets,
            count: 0,
        };
        write(&mut document);
        common.count = document.count;
    }

    fn members(&mut self, common: &CommonMembers) {
        self.count += common.count;
        self.out.extend_from_slice(&common.octets);
    }

    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.counted(MAP_32, |map| {
            write(map);
            // Keys and values were counted.
            map.count /= 2;
        });
    }

    fn array(&mut self, write: impl FnOnce(&mut Self)) {
        self.counted(ARRAY_32, write);
    }

    fn planned_key(&mut self, key: &PlannedText) {
        self.count += 1;
        text::block(self.out, &key.block, key.len.into());
        for (block, len) in &key.rest {
            text::block(self.out, block, (*len).into());
        }
    }

    fn key(&mut self, key: &'static str) {
        self.string(key);
    }

    fn named_key(&mut self, key: &str) {
        self.string(key);
    }

    fn time(&mut self, time: UnixTime, digits: TimeDigits) {
        self.count += 1;
        let start = self.out.len();
        self.out.push(NIL);
        if text::time_with(self.out, time, digits.fraction()) {
            let len = self.out.len() - start - 1;
            if let Some(head) = self.out.get_mut(start) {
                // No more than 30 octets.
                *head = FIX_STR | (len & 0x1f) as u8;
            }
        }
    }

    fn null(&mut self) {
        self.count += 1;
        self.out.push(NIL);
    }

    fn boolean(&mut self, value: bool) {
        self.count += 1;
        self.out.push(if value { TRUE } else { FALSE });
    }

    fn unsigned(&mut self, number: u64) {
        self.count += 1;
        write_unsigned(self.out, number);
    }

    fn signed(&mut self, number: i64) {
        match u64::try_from(number) {
            Ok(number) => self.unsigned(number),
            Err(_) => {
                self.count += 1;
                self.out.push(INT_64);
                self.out.extend_from_slice(&number.to_be_bytes());
            }
        }
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.count += 1;
            self.out.push(FLOAT_64);
            self.out.extend_from_slice(&number.to_be_bytes());
        } else {
            self.null();
        }
    }

    fn word(&mut self, word: &str) {
        self.string(word);
    }

    fn string(&mut self, string: &str) {
        self.count += 1;
        write_str(self.out, string);
    }
}
