//! What samples and records have in common: a data format and counted octets.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::{Error, ErrorKind};
use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::xdr::{padding, size};

/// Octets before the contents of a block.
pub(super) const HEAD_LEN: usize = size_of::<OpaqueBlockHeader>();

/// `sample_record`, `flow_record` and `counter_record` (sFlow version 5, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpaqueBlock<'a> {
    /// What the octets are.
    pub(super) format: DataFormat,
    /// The length that was sent.
    pub(super) length: u32,
    /// Where the block begins in the datagram.
    pub(super) offset: usize,
    /// The contents: `length` octets, fewer if there are not as many.
    pub(super) octets: &'a [u8],
}

#[cfg(feature = "alloc")]
impl<'a> OpaqueBlock<'a> {
    /// A block without octets.
    pub(super) const EMPTY: Self = Self {
        format: DataFormat::from_tag(0),
        length: 0,
        offset: 0,
        octets: &[],
    };

    /// The block at this offset of a datagram; `None` if it is not all there.
    #[inline]
    pub(super) fn at(datagram: &'a [u8], offset: usize) -> Option<Self> {
        let head = OpaqueBlockHeader::ref_from_prefix(datagram.get(offset..)?);
        let (head, contents) = head.ok()?;
        let length = head.length.get();
        Some(Self {
            format: DataFormat::from_tag(head.format.get()),
            length,
            offset,
            octets: contents.get(..size(length))?,
        })
    }
}

impl OpaqueBlock<'_> {
    /// Whether octets are missing.
    pub(super) fn is_cut(&self) -> bool {
        self.octets.len() < size(self.length)
    }

    /// Where the contents begin in the datagram.
    pub(super) const fn contents_offset(&self) -> usize {
        self.offset.saturating_add(HEAD_LEN)
    }
}

/// The head of a block.
#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct OpaqueBlockHeader {
    pub(super) format: U32,
    pub(super) length: U32,
}

/// `block_methods!(Sample: "sample", "datagram")`: what a type says of the member `block`, which is part of
/// a datagram or a sample.
macro_rules! block_methods {
    ($type:ident: $name:literal, $around:literal) => {
        impl<'a> $type<'a> {
            #[doc = concat!("The format of the ", $name, ": what it is.")]
            #[inline]
            #[must_use]
            pub const fn format(&self) -> DataFormat {
                self.block.format
            }

            /// The length that was sent.
            #[must_use]
            pub const fn length(&self) -> u32 {
                self.block.length
            }

            /// Its octets after the length; fewer than [`length`](Self::length) if the
            #[doc = concat!($around, " ends before.")]
            #[inline]
            #[must_use]
            pub const fn octets(&self) -> &'a [u8] {
                self.block.octets
            }

            #[doc = concat!("Where the ", $name, " begins in the datagram: its data format.")]
            /// Its [`octets`](Self::octets) follow 8 octets later.
            #[must_use]
            pub const fn offset(&self) -> usize {
                self.block.offset
            }

            /// Where its [`octets`](Self::octets) begin in the datagram.
            #[cfg(feature = "alloc")]
            pub(crate) const fn contents_offset(&self) -> usize {
                self.block.contents_offset()
            }

            #[doc = concat!("Whether the ", $name, " runs past its ", $around, ".")]
            #[must_use]
            pub fn is_cut(&self) -> bool {
                self.block.is_cut()
            }
        }
    };
}
pub(super) use block_methods;

/// Walks blocks by their lengths, at most as many as were counted.
///
/// A block that runs past the octets is returned shortened, then the error; blocks
/// that are not there are an error. Nothing follows an error.
#[derive(Debug, Clone)]
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    /// Where the octets end in the datagram.
    end: usize,
    left: u32,
    count: u32,
    kind: Kind,
    fault: Option<Error>,
}

impl<'a> Blocks<'a> {
    /// The `count` blocks in these octets, which begin at `offset` in the datagram.
    #[inline]
    pub(super) const fn new(kind: Kind, octets: &'a [u8], offset: usize, count: u32) -> Self {
        Self {
            rest: octets,
            end: offset.saturating_add(octets.len()),
            left: count,
            count,
            kind,
            fault: None,
        }
    }

    /// Octets that were not walked.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Where they begin in the datagram.
    pub(super) const fn offset(&self) -> usize {
        self.end.saturating_sub(self.rest.len())
    }

    /// The next block; `None` also where there is a [`fault`](Self::fault).
    #[inline]
    pub(super) fn block(&mut self) -> Option<OpaqueBlock<'a>> {
        if self.left == 0 {
            return None;
        }
        let Ok((head, contents)) = OpaqueBlockHeader::ref_from_prefix(self.rest) else {
            self.missing();
            return None;
        };
        let (offset, length) = (self.offset(), head.length.get());
        self.left = self.left.wrapping_sub(1);
        let octets = match contents.split_at_checked(size(length)) {
            Some((octets, rest)) => {
                self.rest = rest.get(padding(octets.len())..).unwrap_or_default();
                octets
            }
            None => {
                self.too_long(length, contents);
                contents
            }
        };
        Some(OpaqueBlock {
            format: DataFormat::from_tag(head.format.get()),
            length,
            offset,
            octets,
        })
    }

    /// Why there are no more blocks, if there should be more.
    #[inline]
    pub(super) const fn fault(&mut self) -> Option<Error> {
        self.fault.take()
    }

    #[cold]
    fn missing(&mut self) {
        let found = self.count.wrapping_sub(self.left);
        self.left = 0;
        let kind = ErrorKind::SampleCount {
            structure: self.kind.plural(),
            count: self.count,
            found,
        };
        self.fault = Some(Error::new(kind, self.offset()));
    }

    #[cold]
    fn too_long(&mut self, length: u32, octets: &'a [u8]) {
        self.left = 0;
        let kind = ErrorKind::SampleTooLong {
            structure: self.kind.singular(),
            length,
            left: octets.len(),
        };
        self.fault = Some(Error::new(kind, self.offset()));
        self.rest = &[];
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<OpaqueBlock<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.block() {
            Some(block) => Some(Ok(block)),
            None => self.fault().map(Err),
        }
    }
}

/// `iterator_methods!(Samples, "those that belong to none")`: what an iterator says of the member `blocks`;
/// the text says what is left after the last one.
macro_rules! iterator_methods {
    ($type:ident, $left:literal) => {
        impl<'a> $type<'a> {
            #[doc = concat!("The octets not walked yet; at the end ", $left, ".")]
            #[must_use]
            pub const fn rest(&self) -> &'a [u8] {
                self.blocks.rest()
            }

            /// Where these begin in the datagram.
            #[must_use]
            pub const fn offset(&self) -> usize {
                self.blocks.offset()
            }

            /// Why there is nothing more, if there should be.
            #[inline]
            pub(super) const fn fault(&mut self) -> Option<Error> {
                self.blocks.fault()
            }
        }

        impl core::iter::FusedIterator for $type<'_> {}
    };
}
pub(super) use iterator_methods;

/// What follows the header of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail<'a> {
    pub(super) octets: &'a [u8],
    pub(super) offset: usize,
}
