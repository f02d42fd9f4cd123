//! The XDR that sFlow is written in (RFC 4506): words, counted octets, padding.
//!
//! nom stays in here and in the modules that use this one; what they return are
//! slices and numbers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::bytes::complete::take;
use nom::combinator::map;
use nom::number::complete::be_u32;
use nom::{IResult, Parser};
use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

/// Octets of a word, the unit of XDR.
pub(super) const WORD: usize = 4;

/// What a parser here returns: the octets left and the value. The caller knows the
/// structure and makes the error.
pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// A length or count of the wire as one of memory; what a small machine could not
/// address is more than any slice holds.
pub(super) fn size(word: u32) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

/// Octets that fill `length` up to whole words.
pub(super) const fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}

/// `length` octets, passing over their padding as far as it is there: some agents
/// leave it out at the end of a record (`sflow-goflow2-drop-function`).
pub(super) fn opaque(length: usize, input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, octets) = take(length)(input)?;
    let (rest, _) = take(padding(length).min(rest.len()))(rest)?;
    Ok((rest, octets))
}

/// A length and its octets: `opaque<>` and `string<>`.
pub(super) fn counted(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, length) = be_u32(input)?;
    opaque(size(length), rest)
}

/// A count and its words: `unsigned int<>`.
pub(super) fn words(input: &[u8]) -> Parsed<'_, Words<'_>> {
    let (rest, count) = be_u32(input)?;
    let (words, rest) =
        <[U32]>::ref_from_prefix_with_elems(rest, size(count)).map_err(|_| nom::Err::Error(()))?;
    Ok((
        rest,
        Words {
            words: words.iter(),
        },
    ))
}

/// `address` and `next_hop`: a type and the address of that type, none for type 0.
pub(super) fn address(input: &[u8]) -> Parsed<'_, Option<IpAddr>> {
    let (rest, kind) = be_u32(input)?;
    match kind {
        0 => Ok((rest, None)),
        1 => map(fixed, |ip: &Ipv4| Some(IpAddr::V4(ip.get()))).parse(rest),
        2 => map(fixed, |ip: &Ipv6| Some(IpAddr::V6(ip.get()))).parse(rest),
        _ => Err(nom::Err::Error(())),
    }
}

/// A fixed layout at the beginning of the octets.
pub(super) fn fixed<T>(input: &[u8]) -> Parsed<'_, &T>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    let (value, rest) = T::ref_from_prefix(input).map_err(|_| nom::Err::Error(()))?;
    Ok((rest, value))
}

/// Words of an array, in the order of the wire.
#[derive(Debug, Clone, Default)]
pub struct Words<'a> {
    words: core::slice::Iter<'a, U32>,
}

#[cfg(feature = "alloc")]
impl<'a> Words<'a> {
    /// The words that these octets are; `None` if they are not whole words.
    pub(crate) fn new(octets: &'a [u8]) -> Option<Self> {
        let words = <[U32]>::ref_from_bytes(octets).ok()?;
        Some(Self {
            words: words.iter(),
        })
    }
}

impl Iterator for Words<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.words.next().map(|word| word.get())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }
}

impl DoubleEndedIterator for Words<'_> {
    fn next_back(&mut self) -> Option<u32> {
        self.words.next_back().map(|word| word.get())
    }
}

impl ExactSizeIterator for Words<'_> {}

/// An IPv4 address in a fixed layout.
#[derive(Debug, Clone, Copy, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Ipv4([u8; 4]);

impl Ipv4 {
    pub(super) const fn get(self) -> Ipv4Addr {
        let [a, b, c, d] = self.0;
        Ipv4Addr::new(a, b, c, d)
    }
}

/// An IPv6 address in a fixed layout.
#[derive(Debug, Clone, Copy, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Ipv6([u8; 16]);

impl Ipv6 {
    pub(super) const fn get(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(u128::from_be_bytes(self.0))
    }
}

/// A MAC address in a fixed layout, with its padding.
#[derive(Debug, Clone, Copy, FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Mac {
    octets: [u8; 6],
    padding: [u8; 2],
}

impl Mac {
    pub(super) const fn get(self) -> [u8; 6] {
        self.octets
    }
}

/// A table of fixed layouts. One line becomes a field on the wire and the
/// accessor that reads it:
///
/// ```text
/// src_vlan: U32 => u32,
/// // field: src_vlan: U32
/// // fn:    pub fn src_vlan(&self) -> u32 { self.src_vlan.get() }
/// ```
macro_rules! layout {
    ($($(#[$doc:meta])* $name:ident = $enterprise:literal : $format:literal {
        $($(#[$fdoc:meta])* $field:ident: $wire:ty => $type:ty,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, FromBytes, KnownLayout, Immutable, Unaligned)]
        #[repr(C)]
        pub struct $name {
            $($field: $wire,)+
        }

        impl $name {
            /// The data format of the structure.
            pub const FORMAT: DataFormat = DataFormat::new($enterprise, $format);

            $($(#[$fdoc])*
            #[inline]
            #[must_use]
            pub const fn $field(&self) -> $type {
                self.$field.get()
            })+
        }
    )+};
}
pub(super) use layout;
