//! A structure of fixed layout at the start of octets.

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::{Error, ErrorKind};

/// The structure at the start of `octets`, and what follows it.
pub(super) fn read<'a, T>(
    octets: &'a [u8],
    offset: usize,
    structure: &'static str,
) -> Result<(&'a T, &'a [u8]), Error>
where
    T: FromBytes + Immutable + KnownLayout + Unaligned,
{
    T::ref_from_prefix(octets).map_err(|_| {
        let kind = ErrorKind::Cut {
            structure,
            needed: size_of::<T>(),
            left: octets.len(),
        };
        Error::new(kind, offset)
    })
}
