//! One text in a [`Room`], written part by part.

use core::net::IpAddr;

use netflow_core::value::MacAddress;
use netflow_core::{FlowValue, Timestamp};

use super::Zone;
use super::room::{BLOCK, Room};

/// More than most columns have between their texts.
const BLANKS: [u8; BLOCK] = [b' '; BLOCK];

/// A text of limited length.
#[derive(Debug, Clone, Default)]
pub(super) struct RowText {
    room: Room,
    len: usize,
}

/// Writes a text. It is not the row, so that the compiler can keep its place in a register: a function that
/// is not a part of its caller takes and returns the place ([`outlined`](Self::outlined)).
#[derive(Debug)]
pub(super) struct Pen<'r> {
    room: &'r mut Room,
    at: usize,
}

impl RowText {
    /// Writes times in this zone, not in UTC.
    pub(super) fn set_zone(&mut self, zone: Zone) {
        self.room.set_zone(zone);
    }

    /// The zone of times, if it is not UTC.
    pub(super) const fn zone(&self) -> Option<&Zone> {
        self.room.zone()
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
    }

    /// Whether a cell may not fit any more.
    pub(super) const fn is_full(&self) -> bool {
        Room::is_full(self.len)
    }

    /// A part of the text.
    pub(super) fn text(&self, start: usize, end: usize) -> &[u8] {
        self.room.text(start, end)
    }

    /// The block of the text that starts here.
    #[inline]
    pub(super) fn block_at(&self, start: usize) -> Option<&[u8; BLOCK]> {
        self.room.block_at(start)
    }

    /// Octets written so far.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Appends what `write` writes.
    #[inline(always)]
    pub(super) fn write<T>(&mut self, write: impl FnOnce(&mut Pen<'_>) -> T) -> T {
        let mut pen = Pen {
            room: &mut self.room,
            at: self.len,
        };
        let result = write(&mut pen);
        self.len = pen.at;
        result
    }

    /// The text without the blanks at its end, as a line.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        let text = self.room.text(0, self.len);
        let last = text.iter().rposition(|octet| *octet != b' ');
        self.len = last.map_or(0, |last| last + 1);
        self.write(|pen| pen.octet(b'\n'));
        out.extend_from_slice(self.room.text(0, self.len));
    }
}

impl Pen<'_> {
    /// The place in the text.
    #[inline(always)]
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Whether a cell may not fit any more.
    #[inline(always)]
    pub(super) const fn is_full(&self) -> bool {
        Room::is_full(self.at)
    }

    /// Writes something by a function that is not a part of the caller.
    #[inline(always)]
    pub(super) fn outlined(&mut self, write: impl FnOnce(&mut Pen<'_>)) {
        self.at = outlined(self.room, self.at, write);
    }

    /// Writes the first `len` octets of a block.
    #[inline(always)]
    pub(super) fn block<const N: usize>(&mut self, block: &[u8; N], len: usize) {
        self.at = self.room.block(self.at, block, len);
    }

    /// Writes blanks up to this place.
    #[inline(always)]
    pub(super) fn blanks_to(&mut self, place: usize) {
        while self.at + BLOCK < place {
            self.block(&BLANKS, BLOCK);
        }
        // The blanks are written, but the place does not move by a block: there may be fewer.
        self.block(&BLANKS, 0);
        self.at = place.max(self.at);
    }

    /// Writes a text of which the width decides where it begins: `write` writes it, at `left` for the moment,
    /// and `start` returns the place where a text of this width begins. Blanks are before it.
    #[inline(always)]
    pub(super) fn right(
        &mut self,
        left: usize,
        write: impl FnOnce(&mut Self),
        start: impl FnOnce(usize) -> usize,
    ) {
        let before = self.at;
        self.at = left;
        write(self);
        let width = self.at - left;
        let start = start(width);
        match self.room.block_at(left) {
            Some(block) if width <= BLOCK => {
                let block = *block;
                self.at = before;
                self.blanks_to(start);
                self.block(&block, width);
            }
            _ => self.at = self.wide(before, left, start),
        }
    }

    /// Moves a text that is wider than a block.
    #[cold]
    #[inline(never)]
    fn wide(&mut self, before: usize, first: usize, start: usize) -> usize {
        let text = self.room.text(first, self.at).to_vec();
        self.at = before;
        self.blanks_to(start);
        self.octets(&text);
        self.at
    }

    /// Writes eight octets.
    #[inline(always)]
    pub(super) fn eight(&mut self, octets: &[u8; 8]) {
        self.block(octets, octets.len());
    }

    /// Writes one octet.
    #[inline(always)]
    pub(super) fn octet(&mut self, octet: u8) {
        self.at = self.room.octet(self.at, octet);
    }

    /// A word of at most [`LONGEST_VALUE`](super::room::LONGEST_VALUE) octets.
    #[inline(always)]
    pub(super) fn word(&mut self, word: &str) {
        self.at = self.room.word(self.at, word);
    }

    /// Octets, at most [`LONGEST_VALUE`](super::room::LONGEST_VALUE) of them.
    #[inline(always)]
    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.at = self.room.octets(self.at, octets);
    }

    /// A number in decimal.
    #[inline(always)]
    pub(super) fn number(&mut self, number: u64) {
        self.at = self.room.outlined_number(self.at, number);
    }

    /// A number below 100 with a leading zero.
    #[inline(always)]
    pub(super) fn two_digits(&mut self, number: u32) {
        self.at = self.room.two_digits(self.at, number);
    }

    /// Four digits of hex.
    #[inline(always)]
    pub(super) fn hex(&mut self, number: u16) {
        self.at = self.room.hex(self.at, number);
    }

    #[inline(always)]
    pub(super) fn mac(&mut self, address: MacAddress) {
        self.at = self.room.mac(self.at, address);
    }

    #[inline(always)]
    pub(super) fn address(&mut self, address: IpAddr) {
        self.at = self.room.address(self.at, address);
    }

    /// Date and time for people, always with milliseconds: `2021-04-11 10:20:00.250`.
    #[inline(always)]
    pub(super) fn plain_time(&mut self, time: Timestamp) {
        self.at = self.room.plain_time(self.at, time);
    }

    /// A value. Nothing is written of one that may be of any length.
    pub(super) fn value(&mut self, value: &FlowValue<'_>) -> Result<(), LongValue> {
        self.at = self.room.value(self.at, None, value).ok_or(LongValue)?;
        Ok(())
    }
}

/// As [`Pen::outlined`].
#[inline(never)]
fn outlined(room: &mut Room, at: usize, write: impl FnOnce(&mut Pen<'_>)) -> usize {
    let mut pen = Pen { room, at };
    write(&mut pen);
    pen.at
}

/// A value may be of any length.
#[derive(Debug)]
pub(super) struct LongValue;

#[cfg(test)]
mod tests {
    use super::{Pen, RowText};

    /// The text of a row of 100 columns with a word at the left and one at the right.
    fn with_right(write: impl FnOnce(&mut Pen<'_>)) -> String {
        let mut row = RowText::default();
        row.write(|pen| {
            pen.word("left");
            pen.right(5, write, |width| 100 - width);
        });
        String::from_utf8(row.text(0, row.len()).to_vec()).unwrap()
    }

    #[test]
    fn a_text_at_the_right_ends_where_its_column_ends() {
        let long = [b'x'; 40];
        let long_text = core::str::from_utf8(&long).unwrap();
        assert_eq!(with_right(|_| {}), format!("left{:>96}", ""));
        assert_eq!(
            with_right(|pen| pen.number(1_234)),
            format!("left{:>96}", 1_234)
        );
        assert_eq!(
            with_right(|pen| pen.octets(&long)),
            format!("left{long_text:>96}")
        );
    }

    #[test]
    fn blanks_are_written_up_to_a_place_and_never_back() {
        let mut row = RowText::default();
        row.write(|pen| {
            pen.blanks_to(70);
            pen.word("after");
            pen.blanks_to(3);
            pen.octet(b'!');
        });
        assert_eq!(
            row.text(0, row.len()),
            format!("{:70}after!", "").as_bytes()
        );
    }
}
