//! Writes datagrams.

/// One datagram being written after the earlier ones.
pub(super) struct Octets<'o> {
    octets: &'o mut Vec<u8>,
    start: usize,
}

impl<'o> Octets<'o> {
    pub(super) fn new(octets: &'o mut Vec<u8>) -> Self {
        let start = octets.len();
        Self { octets, start }
    }

    /// Octets of the datagram so far.
    pub(super) fn len(&self) -> usize {
        self.octets.len() - self.start
    }

    pub(super) fn put(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.octets.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u128(&mut self, value: u128) {
        self.put(&value.to_be_bytes());
    }

    /// A string after its length.
    pub(super) fn counted(&mut self, text: &str) {
        self.u8(u8::try_from(text.len()).unwrap());
        self.put(text.as_bytes());
    }

    /// A set whose length is filled in when it is written.
    pub(super) fn set(&mut self, id: u16, write: impl FnOnce(&mut Self)) {
        let start = self.len();
        self.u16(id);
        self.u16(0);
        write(self);
        while (self.len() - start) % 4 != 0 {
            self.u8(0);
        }
        self.patch(start + 2, self.len() - start);
    }

    /// A template set of one template; fields are element and length, with the
    /// enterprise number of the examples if the high bit is set.
    pub(super) fn template(&mut self, set: u16, id: u16, fields: &[(u16, u16)]) {
        self.set(set, |out| {
            out.u16(id);
            out.u16(u16::try_from(fields.len()).unwrap());
            for (element, length) in fields {
                out.u16(*element);
                out.u16(*length);
                if element & 0x8000 != 0 {
                    out.u32(32_473);
                }
            }
        });
    }

    /// Writes a length over the two octets at `at`.
    pub(super) fn patch(&mut self, at: usize, length: usize) {
        let at = self.start + at;
        let length = u16::try_from(length).unwrap();
        self.octets[at..at + 2].copy_from_slice(&length.to_be_bytes());
    }
}
