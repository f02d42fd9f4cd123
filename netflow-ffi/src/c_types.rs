//! The small structs that larger ones contain, and how the decoder's values become C's.

use core::ffi::c_char;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ptr;

use netflow_core::value::{MacAddress, Text};
use netflow_core::{ApplicationId, Timestamp};

/// An IPv4 or IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct netflow_address {
    /// The octets in the order of the wire; of IPv4 the first four, and 0 after them.
    pub octets: [u8; 16],
    /// 4 or 6; 0 if there is no address.
    pub family: u32,
}

/// A MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct netflow_mac {
    /// The octets in the order of the wire.
    pub octets: [u8; 6],
}

/// Text that something else owns. Names that the library defines (of fields, elements, rules, reasons) are
/// NUL-terminated; text that an exporter sent is not.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_text {
    /// UTF-8 by the specifications, but exporters may send any octets. NULL if there is no text; not
    /// NULL if it is present and empty.
    pub data: *const c_char,
    /// The number of octets.
    pub len: usize,
}

/// Octets that something else owns.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_octets {
    /// The first; NULL if there are none, not NULL if they are present and their number is 0.
    pub data: *const u8,
    /// The number of octets.
    pub len: usize,
}

/// Numbers that something else owns.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_numbers {
    /// The first; NULL if there is none.
    pub data: *const u32,
    /// The number of numbers.
    pub count: usize,
}

/// An applicationId (RFC 6759, section 4.1).
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct netflow_application {
    /// The number of the application; 0 if it takes more than 8 octets.
    pub selector: u64,
    /// The octets after the engine, as they were sent.
    pub octets: netflow_octets,
    /// The enterprise that assigned the selector, with engine 20; else 0.
    pub enterprise_number: u32,
    /// The classification engine.
    pub engine: u8,
    /// 0.
    pub reserved: [u8; 3],
}

impl netflow_text {
    pub(crate) const NONE: Self = Self {
        data: ptr::null(),
        len: 0,
    };

    pub(crate) const fn new(text: &[u8]) -> Self {
        Self {
            data: text.as_ptr().cast(),
            len: text.len(),
        }
    }
}

impl Default for netflow_text {
    fn default() -> Self {
        Self::NONE
    }
}

impl netflow_octets {
    pub(crate) const NONE: Self = Self {
        data: ptr::null(),
        len: 0,
    };

    pub(crate) const fn new(octets: &[u8]) -> Self {
        Self {
            data: octets.as_ptr(),
            len: octets.len(),
        }
    }
}

impl Default for netflow_octets {
    fn default() -> Self {
        Self::NONE
    }
}

impl Default for netflow_numbers {
    fn default() -> Self {
        Self {
            data: ptr::null(),
            count: 0,
        }
    }
}

impl netflow_numbers {
    pub(crate) const fn new(numbers: &[u32]) -> Self {
        Self {
            data: numbers.as_ptr(),
            count: numbers.len(),
        }
    }
}

impl netflow_address {
    /// The address; `None` if its family is neither 4 nor 6.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.family {
            4 => {
                let [a, b, c, d, ..] = self.octets;
                Some(Ipv4Addr::new(a, b, c, d).into())
            }
            6 => Some(Ipv6Addr::from(self.octets).into()),
            _ => None,
        }
    }

    /// The address of an exporter; family 0 stands for an unknown one, as in a file.
    pub(crate) fn source(&self) -> Option<IpAddr> {
        match self.family {
            0 => Some(Ipv4Addr::UNSPECIFIED.into()),
            _ => self.address(),
        }
    }
}

impl From<IpAddr> for netflow_address {
    #[inline]
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => {
                let mut octets = [0; 16];
                let [a, b, c, d] = address.octets();
                [octets[0], octets[1], octets[2], octets[3]] = [a, b, c, d];
                Self { octets, family: 4 }
            }
            IpAddr::V6(address) => Self {
                octets: address.octets(),
                family: 6,
            },
        }
    }
}

/// A value of the decoder that has a form in C.
pub(crate) trait ToC {
    /// The type of the member.
    type Member: Copy + Default;

    /// The value as C sees it.
    fn to_c(&self) -> Self::Member;
}

/// Types that are the same in C: `same_in_c!(u8)` makes `impl ToC for u8 { type Member = u8; … }`.
macro_rules! same_in_c {
    ($($type:ty)+) => {
        $(impl ToC for $type {
            type Member = Self;

            #[inline]
            fn to_c(&self) -> Self {
                *self
            }
        })+
    };
}
same_in_c!(u8 u16 u32 u64 i64 bool);

impl ToC for IpAddr {
    type Member = netflow_address;

    #[inline]
    fn to_c(&self) -> netflow_address {
        (*self).into()
    }
}

impl ToC for MacAddress {
    type Member = netflow_mac;

    #[inline]
    fn to_c(&self) -> netflow_mac {
        netflow_mac { octets: self.0 }
    }
}

impl ToC for Timestamp {
    type Member = i64;

    #[inline]
    fn to_c(&self) -> i64 {
        self.as_nanos()
    }
}

impl ToC for Text<'_> {
    type Member = netflow_text;

    #[inline]
    fn to_c(&self) -> netflow_text {
        netflow_text::new(self.octets())
    }
}

impl ToC for &[u8] {
    type Member = netflow_octets;

    #[inline]
    fn to_c(&self) -> netflow_octets {
        netflow_octets::new(self)
    }
}

impl ToC for ApplicationId<'_> {
    type Member = netflow_application;

    fn to_c(&self) -> netflow_application {
        netflow_application {
            selector: self.selector().unwrap_or(0),
            octets: netflow_octets::new(self.selector_octets()),
            enterprise_number: self.enterprise_number().unwrap_or(0),
            engine: self.engine(),
            reserved: [0; 3],
        }
    }
}
