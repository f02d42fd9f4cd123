//! Writing a snapshot.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::checksum::crc32;
use super::{CHECKSUM_LEN, LENGTH_LEN, MAGIC, VERSION, kind};
use crate::time::Timestamp;

/// A snapshot that is being written.
#[derive(Debug)]
pub(crate) struct SnapshotWriter<'o> {
    octets: &'o mut Vec<u8>,
}

impl<'o> SnapshotWriter<'o> {
    /// A snapshot that replaces the content of this buffer.
    pub(crate) fn new(octets: &'o mut Vec<u8>) -> Self {
        octets.clear();
        octets.extend(MAGIC);
        octets.extend(VERSION.to_be_bytes());
        octets.extend([0; LENGTH_LEN]);
        Self { octets }
    }

    /// Ends the snapshot.
    pub(crate) fn finish(self) {
        let place = MAGIC.len().saturating_add(size_of_val(&VERSION));
        let whole = self.octets.len().saturating_add(CHECKSUM_LEN);
        put_length(self.octets, place, whole);
        let checksum = crc32(self.octets);
        self.octets.extend(checksum.to_be_bytes());
    }

    /// A section of this kind, if anything is written into it.
    pub(crate) fn section(&mut self, kind: u16, write: impl FnOnce(&mut SnapshotWriter<'_>)) {
        let start = self.octets.len();
        self.u16(kind);
        let place = self.octets.len();
        self.octets.extend([0; LENGTH_LEN]);
        let body = self.octets.len();
        write(self);
        let length = self.octets.len().saturating_sub(body);
        if length == 0 {
            self.octets.truncate(start);
        } else {
            put_length(self.octets, place, length);
        }
    }

    pub(crate) fn u8(&mut self, number: u8) {
        self.octets.push(number);
    }

    pub(crate) fn u16(&mut self, number: u16) {
        self.octets.extend(number.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, number: u32) {
        self.octets.extend(number.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.octets.extend(number.to_be_bytes());
    }

    pub(crate) fn i8(&mut self, number: i8) {
        self.octets.extend(number.to_be_bytes());
    }

    pub(crate) fn i64(&mut self, number: i64) {
        self.octets.extend(number.to_be_bytes());
    }

    pub(crate) fn time(&mut self, time: Timestamp) {
        self.i64(time.as_nanos());
    }

    /// A number that may be absent.
    pub(crate) fn optional(&mut self, number: Option<u32>) {
        self.u8(number.is_some().into());
        self.u32(number.unwrap_or(0));
    }

    /// A time that may be absent.
    pub(crate) fn optional_time(&mut self, time: Option<Timestamp>) {
        self.u8(time.is_some().into());
        self.time(time.unwrap_or_default());
    }

    /// Octets after their length. They arrived in a set, so 16 bits are enough for
    /// it.
    pub(crate) fn text(&mut self, octets: &[u8]) {
        let len = u16::try_from(octets.len()).unwrap_or(u16::MAX);
        self.u16(len);
        self.octets
            .extend(octets.iter().copied().take(usize::from(len)));
    }

    pub(crate) fn address(&mut self, address: Option<IpAddr>) {
        match address {
            None => self.u8(0),
            Some(IpAddr::V4(address)) => {
                self.u8(4);
                self.octets.extend(address.octets());
            }
            Some(IpAddr::V6(address)) => {
                self.u8(6);
                self.octets.extend(address.octets());
            }
        }
    }
}

/// The inputs of entries that have been written, for a section of their own.
#[derive(Debug, Default)]
pub(crate) struct EntryInputs {
    /// Kind of the section, number of the entry in it, and input.
    entries: Vec<(u16, u32, u32)>,
}

impl EntryInputs {
    /// Adds the input of an entry of a section; 0 is the default and is not
    /// written.
    pub(crate) fn add(&mut self, kind: u16, index: u32, input: u32) {
        if input != 0 {
            self.entries.push((kind, index, input));
        }
    }

    /// Writes the section.
    pub(crate) fn write(&self, out: &mut SnapshotWriter<'_>) {
        out.section(kind::INPUTS, |out| {
            for (kind, index, input) in &self.entries {
                out.u8(u8::try_from(*kind).unwrap_or(0));
                out.u32(*index);
                out.u32(*input);
            }
        });
    }
}

/// Writes a length over the zeros reserved for it.
fn put_length(octets: &mut [u8], place: usize, length: usize) {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let kept = octets.get_mut(place..).unwrap_or_default();
    if let Some(kept) = kept.first_chunk_mut::<LENGTH_LEN>() {
        *kept = length.to_be_bytes();
    }
}
