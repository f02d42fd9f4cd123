//! A slice that shrinks as it is read and knows its place in the payload.

use nom::Parser;
#[cfg(feature = "alloc")]
use nom::number::complete::be_u64;
use nom::number::complete::{be_u8, be_u16, be_u32};

/// What a nom parser of ours returns; the error carries nothing, since the
/// caller knows which structure it was reading.
type NomResult<'a, T> = nom::IResult<&'a [u8], T, ()>;

/// The octets still to be read and the offset of the first of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OctetReader<'a> {
    octets: &'a [u8],
    offset: usize,
}

impl<'a> OctetReader<'a> {
    pub(crate) const fn new(octets: &'a [u8], offset: usize) -> Self {
        Self { octets, offset }
    }

    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    pub(crate) const fn len(&self) -> usize {
        self.octets.len()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.step(be_u8)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.step(be_u16)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.step(be_u32)
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.step(be_u64)
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.octets.split_at_checked(len)?;
        self.offset = self.offset.saturating_add(len);
        self.octets = rest;
        Some(taken)
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.take(self.octets.len()).unwrap_or_default()
    }

    /// Runs a nom parser; nothing is consumed when it fails.
    fn step<T>(&mut self, mut parser: impl Parser<&'a [u8], Output = T, Error = ()>) -> Option<T> {
        let result: NomResult<'a, T> = parser.parse(self.octets);
        let (rest, value) = result.ok()?;
        self.offset = self
            .offset
            .saturating_add(self.octets.len().saturating_sub(rest.len()));
        self.octets = rest;
        Some(value)
    }
}
