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

    /// Writes the first `len` octets of a block.
    #[inline]
    pub(super) fn block<const N: usize>(&mut self, block: &[u8; N], len: usize) {
        self.len = self.room.block(self.len, block, len);
    }

    /// Writes blanks.
    #[inline]
    pub(super) fn blanks(&mut self, count: usize) {
        let mut rest = count;
        while rest > BLOCK {
            self.len = self.room.block(self.len, &BLANKS, BLOCK);
            rest -= BLOCK;
        }
        self.len = self.room.block(self.len, &BLANKS, rest);
    }

    /// Moves the text from `start` on to the right, and fills the place with blanks.
    #[inline]
    pub(super) fn shift(&mut self, start: usize, by: usize) {
        let end = self.len;
        match self.room.block_at(start) {
            Some(block) if end - start <= BLOCK => {
                let block = *block;
                self.len = start;
                self.blanks(by);
                self.len = self.room.block(self.len, &block, end - start);
            }
            _ => {
                let text = self.room.text(start, end).to_vec();
                self.len = start;
                self.blanks(by);
                self.octets(&text);
            }
        }
    }

    /// Appends the text without the blanks at its end, as a line.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        let text = self.room.text(0, self.len);
        let last = text.iter().rposition(|octet| *octet != b' ');
        self.len = last.map_or(0, |last| last + 1);
        self.octet(b'\n');
        out.extend_from_slice(self.room.text(0, self.len));
    }

    /// Writes eight octets.
    #[inline]
    pub(super) fn eight(&mut self, octets: &[u8; 8]) {
        self.len = self.room.block(self.len, octets, octets.len());
    }

    /// Octets written so far.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn octet(&mut self, octet: u8) {
        self.len = self.room.octet(self.len, octet);
    }

    /// A word of at most [`LONGEST_VALUE`](super::room::LONGEST_VALUE) octets.
    pub(super) fn word(&mut self, word: &str) {
        self.len = self.room.word(self.len, word);
    }

    /// Octets, at most [`LONGEST_VALUE`](super::room::LONGEST_VALUE) of them.
    #[inline]
    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.len = self.room.octets(self.len, octets);
    }

    /// A number in decimal.
    pub(super) fn number(&mut self, number: u64) {
        self.len = self.room.number(self.len, number);
    }

    /// A number below 100 with a leading zero.
    pub(super) fn two_digits(&mut self, number: u32) {
        self.len = self.room.two_digits(self.len, number);
    }

    /// Four digits of hex.
    pub(super) fn hex(&mut self, number: u16) {
        self.len = self.room.hex(self.len, number);
    }

    pub(super) fn mac(&mut self, address: MacAddress) {
        self.len = self.room.mac(self.len, address);
    }

    pub(super) fn address(&mut self, address: IpAddr) {
        self.len = self.room.address(self.len, address);
    }

    /// Date and time for people, always with milliseconds: `2021-04-11 10:20:00.250`.
    pub(super) fn plain_time(&mut self, time: Timestamp) {
        self.len = self.room.plain_time(self.len, time);
    }

    /// A value. Nothing is written of one that may be of any length.
    pub(super) fn value(&mut self, value: &FlowValue<'_>) -> Result<(), LongValue> {
        self.len = self.room.value(self.len, None, value).ok_or(LongValue)?;
        Ok(())
    }
}

/// A value may be of any length.
#[derive(Debug)]
pub(super) struct LongValue;
