//! Text in memory of a fixed size, which is appended to a buffer when the memory is full.

use core::cell::RefCell;
use core::net::IpAddr;

use netflow_core::text::UnixTime;
use netflow_core::value::MacAddress;
use netflow_core::{Timestamp, text as core_text};

use super::{PlannedText, TimeDigits};
use crate::format::room::{BLOCK, LONGEST_VALUE, Room, six_digits};
use crate::format::text;

thread_local! {
    /// Where text is written before it is appended to a buffer.
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Writes text at the end of a buffer.
///
/// Its user [makes room](Self::make_room) before each member or cell: there is room for a block and four values
/// then. Functions for longer text make room themselves.
#[derive(Debug)]
pub(in crate::format::dialect) struct RoomWriter<'o> {
    room: &'o mut Room,
    /// Octets in the room.
    at: usize,
    out: &'o mut Vec<u8>,
}

impl RoomWriter<'_> {
    /// Calls `write` with a writer at the end of this buffer.
    #[inline]
    pub(in crate::format::dialect) fn append_to(
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut RoomWriter<'_>),
    ) {
        Self::with(out, |mut writer| {
            write(&mut writer);
            writer
        });
    }

    /// The same, for a type that owns the writer while it writes.
    #[inline]
    pub(super) fn with(
        out: &mut Vec<u8>,
        write: impl for<'w> FnOnce(RoomWriter<'w>) -> RoomWriter<'w>,
    ) {
        ROOM.with(|shared| {
            let mut borrowed = shared.try_borrow_mut();
            let mut own;
            let room = if let Ok(room) = &mut borrowed {
                &mut **room
            } else {
                // A document is written while another one is.
                own = Room::default();
                &mut own
            };
            write(RoomWriter { room, at: 0, out }).empty();
        });
    }

    /// Makes room for a block and four values of the usual length.
    #[inline(always)]
    pub(in crate::format::dialect) fn make_room(&mut self) {
        if Room::is_full(self.at) {
            self.empty_full();
        }
    }

    #[cold]
    #[inline(never)]
    fn empty_full(&mut self) {
        self.empty();
    }

    #[inline]
    fn empty(&mut self) {
        self.out.extend_from_slice(self.room.text(0, self.at));
        self.at = 0;
    }

    /// Octets in the buffer so far.
    #[inline(always)]
    pub(in crate::format::dialect) fn position(&self) -> usize {
        self.out.len() + self.at
    }

    /// Takes back what was written since a position.
    #[inline]
    pub(in crate::format::dialect) fn back_to(&mut self, position: usize) {
        match position.checked_sub(self.out.len()) {
            Some(at) => self.at = at,
            None => {
                self.out.truncate(position);
                self.at = 0;
            }
        }
    }

    /// Replaces the octet at a position, or appends it there.
    #[inline(always)]
    pub(in crate::format::dialect) fn put(&mut self, position: usize, octet: u8) {
        match position.checked_sub(self.out.len()) {
            Some(at) => {
                let end = self.room.octet(at, octet);
                self.at = self.at.max(end);
            }
            None => {
                if let Some(place) = self.out.get_mut(position) {
                    *place = octet;
                }
            }
        }
    }

    /// Takes out the octet at a position; those after it move there.
    #[inline]
    pub(in crate::format::dialect) fn remove(&mut self, position: usize) {
        match position.checked_sub(self.out.len()) {
            Some(at) => self.at = self.room.remove(at, self.at),
            None if position < self.out.len() => {
                self.out.remove(position);
            }
            None => {}
        }
    }

    #[inline(always)]
    pub(in crate::format::dialect) fn octet(&mut self, octet: u8) {
        self.at = self.room.octet(self.at, octet);
    }

    /// Writes the first `len` octets of a block.
    #[inline(always)]
    pub(in crate::format::dialect) fn block<const N: usize>(
        &mut self,
        block: &[u8; N],
        len: usize,
    ) {
        self.at = self.room.block(self.at, block, len);
    }

    #[inline(always)]
    pub(in crate::format::dialect) fn planned(&mut self, text: &PlannedText) {
        self.block(&text.block, text.len.into());
        match &*text.rest {
            [] => {}
            // There is room for another block.
            [(block, len)] => self.block(block, (*len).into()),
            blocks => {
                for (block, len) in blocks {
                    self.make_room();
                    self.block(block, (*len).into());
                }
            }
        }
    }

    /// Writes a key of JSON after a comma, which needs no escapes.
    #[inline(always)]
    pub(super) fn json_key(&mut self, key: &str) {
        self.at = self.room.json_key(self.at, key);
    }

    /// Writes at most [`LONGEST_VALUE`] octets.
    #[inline(always)]
    pub(in crate::format::dialect) fn short(&mut self, text: &[u8]) {
        self.at = self.room.octets(self.at, text);
    }

    /// Writes a text of any length.
    #[inline]
    pub(in crate::format::dialect) fn text(&mut self, text: &[u8]) {
        match self.room.text_of_any_length(self.at, text) {
            Some(at) => self.at = at,
            None => self.text_of_any_length(text),
        }
    }

    #[inline(never)]
    fn text_of_any_length(&mut self, text: &[u8]) {
        self.empty();
        self.out.extend_from_slice(text);
    }

    /// Calls `write` with the buffer itself.
    #[inline]
    pub(in crate::format::dialect) fn directly<T>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> T,
    ) -> T {
        self.empty();
        write(self.out)
    }

    /// Calls `write` with a writer at the end of another buffer.
    pub(in crate::format::dialect) fn aside(
        &mut self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut RoomWriter<'_>),
    ) {
        self.empty();
        let mut writer = RoomWriter {
            room: self.room,
            at: 0,
            out,
        };
        write(&mut writer);
        writer.empty();
    }

    /// A number in decimal.
    #[inline(always)]
    pub(in crate::format::dialect) fn number(&mut self, number: u64) {
        if number < 10 {
            self.octet(b'0' + number as u8);
        } else {
            self.at = self.room.outlined_number(self.at, number);
        }
    }

    /// A number of four octets in decimal, written where it is called: for the one place of a loop.
    #[inline(always)]
    pub(in crate::format::dialect) fn number_32(&mut self, number: u32) {
        self.at = self.room.number_32(self.at, number);
    }

    /// A number of two octets in decimal.
    #[inline(always)]
    pub(in crate::format::dialect) fn number_16(&mut self, number: u16) {
        self.at = self.room.number_16(self.at, number);
    }

    /// A number that may be negative, in decimal.
    #[inline]
    pub(in crate::format::dialect) fn signed(&mut self, number: i64) {
        if number < 0 {
            self.octet(b'-');
        }
        self.number(number.unsigned_abs());
    }

    /// A number below 100 with a leading zero.
    #[inline(always)]
    pub(in crate::format::dialect) fn two_digits(&mut self, number: u32) {
        self.at = self.room.two_digits(self.at, number);
    }

    /// A number below 1,000 with leading zeros.
    #[inline(always)]
    pub(in crate::format::dialect) fn three_digits(&mut self, number: u32) {
        self.at = self.room.three_digits(self.at, number);
    }

    /// `true` or `false`.
    #[inline]
    pub(in crate::format::dialect) fn flag(&mut self, flag: bool) {
        self.at = self.room.flag(self.at, flag);
    }

    /// An IPv4 address.
    #[inline(always)]
    pub(in crate::format::dialect) fn ipv4(&mut self, address: [u8; 4]) {
        self.at = self.room.ipv4(self.at, address);
    }

    /// An address.
    #[inline]
    pub(in crate::format::dialect) fn address(&mut self, address: IpAddr) {
        self.at = self.room.address(self.at, address);
    }

    /// A MAC address in lower case, with colons.
    #[inline]
    pub(in crate::format::dialect) fn mac(&mut self, address: [u8; 6]) {
        self.at = self.room.mac(self.at, MacAddress(address));
    }

    /// Octets in lower-case hex.
    pub(in crate::format::dialect) fn hex(&mut self, octets: &[u8]) {
        if octets.len() * 2 > LONGEST_VALUE {
            return self.directly(|out| text::hex(out, octets));
        }
        for octet in octets {
            let digits = core_text::hex(*octet);
            self.block(&digits, digits.len());
        }
    }

    /// A time as RFC 3339 has it, in UTC; `false`, and nothing is written, where it has none.
    #[inline]
    pub(in crate::format::dialect) fn time(&mut self, time: UnixTime, digits: TimeDigits) -> bool {
        match self.room.unix_time(self.at, time, digits.fraction()) {
            Some(at) => {
                self.at = at;
                true
            }
            None => self.directly(|out| text::time_with(out, time, digits.fraction())),
        }
    }

    /// Date and time with milliseconds, this octet between them and no zone: `2021-04-11 10:20:00.250`; `false`, and
    /// nothing is written, where RFC 3339 has none.
    #[inline(always)]
    pub(in crate::format::dialect) fn time_without_zone(
        &mut self,
        time: Timestamp,
        between: u8,
    ) -> bool {
        match self.room.millis(self.at, time, between) {
            Some(at) => {
                self.at = at;
                true
            }
            None => self.early_time_without_zone(time, between),
        }
    }

    /// The same of a time before 1970.
    #[cold]
    #[inline(never)]
    fn early_time_without_zone(&mut self, time: Timestamp, between: u8) -> bool {
        let start = self.position();
        if !self.time(UnixTime::from(time), TimeDigits::Three) {
            return false;
        }
        self.back_to(self.position() - 1);
        self.put(start + "2021-04-11".len(), between);
        true
    }

    /// A text, and blanks after it up to this width, of no more than a block.
    #[inline(always)]
    pub(in crate::format::dialect) fn left(&mut self, width: usize, write: impl FnOnce(&mut Self)) {
        let end = self.at.wrapping_add(width);
        write(self);
        let blanks = end.saturating_sub(self.at);
        self.block(&[b' '; BLOCK], blanks.min(BLOCK));
    }

    /// An IPv4 address, aligned to the right of a column of this width, of no more than 16.
    #[inline(always)]
    pub(in crate::format::dialect) fn right_ipv4(&mut self, width: usize, address: [u8; 4]) {
        self.at = self.room.right_ipv4(self.at, width, address);
    }

    /// A number, aligned likewise.
    #[inline(always)]
    pub(in crate::format::dialect) fn right_number(&mut self, width: usize, number: u64) {
        match u32::try_from(number) {
            Ok(number @ 0..1_000_000) => {
                let (text, len) = six_digits(number);
                self.block(&[b' '; BLOCK], width.saturating_sub(len).min(BLOCK));
                self.block(&text, len);
            }
            _ => self.right(width, |out| out.number(number)),
        }
    }

    /// A text of no more than a block, aligned to the right of a column of this width: `write` writes it, blanks go
    /// before it.
    #[inline(always)]
    pub(in crate::format::dialect) fn right(
        &mut self,
        width: usize,
        write: impl FnOnce(&mut Self),
    ) {
        let start = self.at;
        write(self);
        let len = self.at.wrapping_sub(start).min(BLOCK);
        let text = self.room.block_at(start).copied().unwrap_or_default();
        self.at = start;
        let blanks = width.saturating_sub(len);
        self.block(&[b' '; BLOCK], blanks.min(BLOCK));
        self.block(&text, len);
    }
}
