//! XDR that is being written (RFC 4506).

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::wire::sflow::DataFormat;
use crate::wire::sflow::structure::Member;

/// The octets of a structure, member by member.
///
/// ```
/// use netflow_core::encode::sflow::Xdr;
///
/// let text = Xdr::new().u32(7).opaque(b"eth0.7");
/// assert_eq!(text.octets(), b"\0\0\0\x07\0\0\0\x06eth0.7\0\0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Xdr {
    pub(super) octets: Vec<u8>,
}

impl Xdr {
    /// No members yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// Adds a number of 32 bits.
    #[must_use]
    pub fn u32(self, number: u32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a number of 64 bits.
    #[must_use]
    pub fn u64(self, number: u64) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a signed number of 32 bits.
    #[must_use]
    pub fn i32(self, number: i32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a floating-point number.
    #[must_use]
    pub fn f32(self, number: f32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a known number of octets, padded to whole words: a MAC address,
    /// a fixed array.
    #[must_use]
    pub fn fixed(self, octets: &[u8]) -> Self {
        self.raw(octets).padded()
    }

    /// Adds a length, octets, and their padding: a string, opaque octets.
    #[must_use]
    pub fn opaque(self, octets: &[u8]) -> Self {
        let length = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        self.u32(length).fixed(octets)
    }

    /// Adds a type of address and an address of that type.
    #[must_use]
    pub fn address(self, address: Option<IpAddr>) -> Self {
        match address {
            None => self.u32(0),
            Some(IpAddr::V4(address)) => self.u32(1).raw(&address.octets()),
            Some(IpAddr::V6(address)) => self.u32(2).raw(&address.octets()),
        }
    }

    /// Adds octets as they are.
    #[must_use]
    pub fn raw(mut self, octets: &[u8]) -> Self {
        self.octets.extend_from_slice(octets);
        self
    }

    /// The members of a structure that was read: the way back of
    /// [`Record::members`](crate::wire::sflow::Record::members).
    pub fn members<'a>(members: impl IntoIterator<Item = Member<'a>>) -> Self {
        members.into_iter().fold(Self::new(), |xdr, member| {
            if member.value.is_some() {
                xdr.fixed(member.octets)
            } else {
                xdr.raw(member.octets)
            }
        })
    }

    /// The octets so far.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.octets.len()
    }

    /// No members yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    fn padded(mut self) -> Self {
        let padded = self.octets.len().next_multiple_of(4);
        self.octets.resize(padded, 0);
        self
    }

    /// Appends a data format and counted octets.
    pub(super) fn block(&mut self, format: DataFormat, octets: &[u8]) {
        self.octets.extend_from_slice(&format.tag().to_be_bytes());
        let xdr = core::mem::take(self);
        *self = xdr.opaque(octets);
    }

    pub(super) fn into_octets(self) -> Vec<u8> {
        self.octets
    }
}
