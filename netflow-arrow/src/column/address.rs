//! Addresses of IP and of Ethernet, in the forms of [`Addresses`](crate::Addresses).

use alloc::sync::Arc;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use arrow_array::builder::{BinaryViewBuilder, StringBuilder};
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_array::{ArrayRef, FixedSizeBinaryArray};
use arrow_buffer::{Buffer, NullBufferBuilder};
use arrow_schema::ArrowError;
use netflow_core::FlowValue;
use netflow_core::text;

use super::number::NumberColumn;
use super::{Column, extend, from_builder};

/// The octets of an address as they are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SentAddress {
    Four([u8; 4]),
    Six([u8; 6]),
    Sixteen([u8; 16]),
}

impl SentAddress {
    pub(crate) const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::Four(address.octets()),
            IpAddr::V6(address) => Self::Sixteen(address.octets()),
        }
    }

    fn of_value(value: Option<&FlowValue<'_>>) -> Option<Self> {
        match value? {
            FlowValue::Address(address) => Some(Self::of(*address)),
            FlowValue::Mac(mac) => Some(Self::Six(mac.0)),
            _ => None,
        }
    }

    pub(crate) const fn octets(&self) -> &[u8] {
        match self {
            Self::Four(octets) => octets,
            Self::Six(octets) => octets,
            Self::Sixteen(octets) => octets,
        }
    }
}

/// 16 octets; IPv4 as `::ffff:a.b.c.d`.
pub(super) const fn mapped(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => of_ipv4(address.octets()),
        IpAddr::V6(address) => address.octets(),
    }
}

#[inline]
const fn of_ipv4([a, b, c, d]: [u8; 4]) -> [u8; 16] {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
}

/// `N` octets each: 16 of IP, 6 of Ethernet.
#[derive(Debug)]
pub(crate) struct AddressOctets<const N: usize> {
    octets: Vec<[u8; N]>,
    nulls: NullBufferBuilder,
}

impl<const N: usize> Default for AddressOctets<N> {
    fn default() -> Self {
        Self {
            octets: Vec::new(),
            nulls: NullBufferBuilder::new(0),
        }
    }
}

impl<const N: usize> AddressOctets<N> {
    fn value(sent: SentAddress) -> Option<[u8; N]> {
        match sent {
            SentAddress::Four(octets) => of_ipv4(octets).as_slice().try_into().ok(),
            SentAddress::Six(octets) => octets.as_slice().try_into().ok(),
            SentAddress::Sixteen(octets) => octets.as_slice().try_into().ok(),
        }
    }
}

impl AddressOctets<16> {
    /// Addresses of IPv6, none of which is null.
    #[inline]
    pub(crate) fn extend(&mut self, addresses: impl ExactSizeIterator<Item = [u8; 16]>) {
        self.nulls.append_n_non_nulls(addresses.len());
        self.octets.extend(addresses);
    }

    /// Addresses of IPv4, none of which is null.
    #[inline]
    pub(crate) fn extend_ipv4(&mut self, addresses: impl ExactSizeIterator<Item = [u8; 4]>) {
        self.extend(addresses.map(of_ipv4));
    }
}

impl<const N: usize> Column for AddressOctets<N> {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.repeat(value, 1);
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        let octets = SentAddress::of_value(value.as_ref()).and_then(Self::value);
        extend((&mut self.octets, &mut self.nulls), octets, [0; N], count);
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let next = Vec::with_capacity(self.octets.len());
        let octets = core::mem::replace(&mut self.octets, next).into_flattened();
        let width = i32::try_from(N).unwrap_or(i32::MAX);
        let nulls = self.nulls.finish();
        let array = FixedSizeBinaryArray::try_new(width, Buffer::from_vec(octets), nulls)?;
        Ok(Arc::new(array))
    }
}

/// 4, 6 or 16 octets; up to 12 octets are in the view itself.
#[derive(Debug)]
pub(crate) struct AddressViews(BinaryViewBuilder);

impl Default for AddressViews {
    fn default() -> Self {
        Self(BinaryViewBuilder::new())
    }
}

impl Column for AddressViews {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        match SentAddress::of_value(value.as_ref()) {
            Some(sent) => self.0.append_value(sent.octets()),
            None => self.0.append_null(),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// Addresses as people write them.
#[derive(Debug, Default)]
pub(crate) struct AddressText {
    builder: StringBuilder,
}

impl AddressText {
    fn add(&mut self, sent: SentAddress) {
        match sent {
            SentAddress::Four(octets) => {
                let text = text::ipv4(Ipv4Addr::from(octets));
                self.builder.append_value(text.as_str());
            }
            SentAddress::Six(octets) => self.builder.append_value(text::mac(octets).as_str()),
            SentAddress::Sixteen(octets) => {
                let text = text::ipv6(Ipv6Addr::from(octets));
                self.builder.append_value(text.as_str());
            }
        }
    }
}

impl Column for AddressText {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        match SentAddress::of_value(value.as_ref()) {
            Some(sent) => self.add(sent),
            None => self.builder.append_null(),
        }
    }

    from_builder!();
}

/// Numbers that represent addresses.
#[derive(Debug)]
pub(crate) enum AddressKeys {
    Unsigned(NumberColumn<UInt64Type>),
    Signed(NumberColumn<Int64Type>),
}

impl AddressKeys {
    pub(crate) fn new(signed: bool) -> Self {
        if signed {
            Self::Signed(NumberColumn::default())
        } else {
            Self::Unsigned(NumberColumn::default())
        }
    }

    const fn column(&mut self) -> &mut dyn Column {
        match self {
            Self::Unsigned(numbers) => numbers,
            Self::Signed(numbers) => numbers,
        }
    }

    fn key(sent: SentAddress) -> u64 {
        match sent {
            SentAddress::Four(octets) => u32::from_be_bytes(octets).into(),
            SentAddress::Six([a, b, c, d, e, f]) => u64::from_be_bytes([0, 0, a, b, c, d, e, f]),
            SentAddress::Sixteen(octets) => Self::of_ipv6(octets),
        }
    }

    /// The wrapping sum of both halves.
    #[inline]
    pub(crate) fn of_ipv6(octets: [u8; 16]) -> u64 {
        let bits = u128::from_be_bytes(octets);
        let low = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0);
        low(bits >> 64).wrapping_add(low(bits))
    }

    /// Numbers none of which is null.
    #[inline]
    pub(crate) fn extend(&mut self, keys: impl ExactSizeIterator<Item = u64>) {
        match self {
            Self::Unsigned(numbers) => numbers.extend_unsigned(keys),
            Self::Signed(numbers) => numbers.extend_unsigned(keys),
        }
    }
}

impl Column for AddressKeys {
    fn push(&mut self, value: Option<FlowValue<'_>>) {
        self.repeat(value, 1);
    }

    fn repeat(&mut self, value: Option<FlowValue<'_>>, count: usize) {
        let key = match value {
            // Of records, numbers are in columns of this type too.
            Some(FlowValue::Unsigned(number)) => Some(number),
            value => SentAddress::of_value(value.as_ref()).map(Self::key),
        };
        self.column().repeat(key.map(FlowValue::Unsigned), count);
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.column().finish()
    }
}
