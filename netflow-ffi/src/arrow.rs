//! Flows as Arrow arrays.
//!
//! The functions exist in every build of the library, so that it has one interface; without the
//! feature `arrow` no handle can be created.

#[cfg(not(feature = "arrow"))]
mod absent;
#[cfg(feature = "arrow")]
mod builder;

#[cfg(not(feature = "arrow"))]
pub(crate) use self::absent::Builder;
#[cfg(feature = "arrow")]
pub(crate) use self::builder::Builder;
use crate::pointer::FromOctets;
use crate::result::{Failure, netflow_result};

/// `struct ArrowArray` of Arrow's C data interface, as the C header declares it.
#[derive(Debug)]
#[repr(C)]
pub struct ArrowArray {
    private: [i64; 0],
}

/// `struct ArrowSchema` likewise.
#[derive(Debug)]
#[repr(C)]
pub struct ArrowSchema {
    private: [i64; 0],
}

/// How Arrow columns hold addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_arrow_addresses {
    /// 16 octets (`w:16`), IPv4 as `::ffff:a.b.c.d`; MAC addresses 6.
    NETFLOW_ARROW_ADDRESSES_OCTETS = 0,
    /// 4 octets of IPv4 or 16 of IPv6 (`vz`).
    NETFLOW_ARROW_ADDRESSES_VIEW = 1,
    /// Text (`u`), IPv6 as RFC 5952 writes it.
    NETFLOW_ARROW_ADDRESSES_TEXT = 2,
    /// A number to group and join by (`L`): the 32 bits of IPv4; for IPv6 the wrapping sum of both
    /// halves, from which the address cannot be recovered; the 48 bits of MAC addresses.
    NETFLOW_ARROW_ADDRESSES_KEY = 3,
}

/// The types of Arrow columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_arrow_types {
    /// Unsigned numbers, nanoseconds, dictionaries for what repeats.
    NETFLOW_ARROW_TYPES_NATIVE = 0,
    /// The same without dictionaries, for files of Arrow and Parquet.
    NETFLOW_ARROW_TYPES_PLAIN = 1,
    /// Those that Spark knows: signed numbers, microseconds, no dictionaries.
    NETFLOW_ARROW_TYPES_SPARK = 2,
}

/// How flows are converted to Arrow arrays. A number that is 0 stands for its default.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_arrow_options {
    /// `sizeof(netflow_arrow_options)`.
    pub size: usize,
    /// Maximum rows of a batch, below 2^31. Default 65536.
    pub rows: usize,
    /// Octets of text and the like after which a batch is full, at most 2^30. Default 64 MiB.
    pub octets: usize,
    /// A `netflow_arrow_addresses`.
    pub addresses: u32,
    /// A `netflow_arrow_types`.
    pub types: u32,
}

// SAFETY: its members are numbers.
unsafe impl FromOctets for netflow_arrow_options {}

impl Default for netflow_arrow_options {
    fn default() -> Self {
        Self {
            size: size_of::<Self>(),
            rows: 1 << 16,
            octets: 64 << 20,
            addresses: netflow_arrow_addresses::NETFLOW_ARROW_ADDRESSES_OCTETS as u32,
            types: netflow_arrow_types::NETFLOW_ARROW_TYPES_NATIVE as u32,
        }
    }
}

/// Gathers flows of any number of messages into Arrow arrays.
#[derive(Debug)]
pub struct netflow_arrow {
    /// Absent while it is in use, and from then on if that ends in a panic or an error of Arrow.
    builder: Option<Builder>,
}

impl netflow_arrow {
    pub(crate) const fn new(builder: Builder) -> Self {
        Self {
            builder: Some(builder),
        }
    }

    /// Uses the builder, which is lost if the library is at fault.
    pub(crate) fn with<R>(
        &mut self,
        take: impl FnOnce(&mut Builder) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let lost = netflow_result::NETFLOW_ERROR_INTERNAL;
        let mut builder = self
            .builder
            .take()
            .ok_or(Failure::Argument(lost, "the library was at fault before"))?;
        let taken = take(&mut builder);
        if !matches!(&taken, Err(failure) if failure.result() == lost) {
            self.builder = Some(builder);
        }
        taken
    }
}
