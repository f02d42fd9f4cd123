//! Places in the sampled octets, and loads from them.
//!
//! A sampled header may end inside any layer and a field that is still there is returned, so
//! fields are loaded one by one where they are asked for, not from a view of a whole header.

/// The first octet of a layer; absent if the layer is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset(u16);

impl Offset {
    /// No such layer. At most 65,535 octets are read, so no field can be loaded from here.
    pub(super) const ABSENT: Self = Self(u16::MAX);

    /// The most octets of a packet that are read; an IP packet without jumbo option has no more.
    pub(super) const MAX_OCTETS: usize = 65_535;

    #[inline]
    pub(super) fn new(at: usize) -> Self {
        Self(u16::try_from(at).unwrap_or(u16::MAX))
    }

    #[inline]
    pub(super) fn is_absent(self) -> bool {
        self == Self::ABSENT
    }

    #[inline]
    pub(super) fn get(self) -> Option<usize> {
        (!self.is_absent()).then_some(usize::from(self.0))
    }

    /// The `N` octets that begin `skip` octets into the layer.
    #[inline]
    pub(super) fn load<const N: usize>(self, octets: &[u8], skip: usize) -> Option<[u8; N]> {
        load(octets, plus(usize::from(self.0), skip))
    }

    #[inline]
    pub(super) fn load_u8(self, octets: &[u8], skip: usize) -> Option<u8> {
        octets.get(plus(usize::from(self.0), skip)).copied()
    }

    #[inline]
    pub(super) fn load_u16(self, octets: &[u8], skip: usize) -> Option<u16> {
        self.load(octets, skip).map(u16::from_be_bytes)
    }

    #[inline]
    pub(super) fn load_u32(self, octets: &[u8], skip: usize) -> Option<u32> {
        self.load(octets, skip).map(u32::from_be_bytes)
    }
}

impl core::fmt::Debug for Offset {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.get().fmt(f)
    }
}

/// The sum of an offset and a length. Both are below 2^20 wherever this is called, because
/// lengths come from fields of 16 bits or fewer, so the sum never wraps.
#[inline]
pub(super) const fn plus(at: usize, len: usize) -> usize {
    at.wrapping_add(len)
}

/// The octets before `end`: those from there on are padding, if they are there at all.
#[inline]
pub(super) fn until(octets: &[u8], end: usize) -> &[u8] {
    octets.get(..end).unwrap_or(octets)
}

/// The `N` octets at `at`.
#[inline]
pub(super) fn load<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    // One comparison where `at` is known to be small; splitting at `at` first would be two.
    octets.get(at..plus(at, N))?.first_chunk().copied()
}

/// The big-endian number of 16 bits at `at`.
#[inline]
pub(super) fn load_u16(octets: &[u8], at: usize) -> Option<u16> {
    load(octets, at).map(u16::from_be_bytes)
}

/// The big-endian number of 24 bits in the first three of four octets.
#[inline]
pub(super) const fn high_24_bits(octets: [u8; 4]) -> u32 {
    u32::from_be_bytes(octets) >> 8
}
