//! One comparison of a field with values.

use alloc::boxed::Box;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::{Flow, FlowValue};

use super::ranges::Ranges;

/// One comparison. With a field that the flow lacks it is false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// True of every flow.
    Always,
    /// The flow has the field.
    Present(FlowField),
    /// A number in these ranges; for a list, at least one of its numbers.
    Numbers(FlowField, Ranges<u64>),
    /// The number at this place of a list in these ranges.
    Nth(FlowField, usize, Ranges<u64>),
    /// A number with all of these bits.
    Bits(FlowField, u64),
    /// An address of one of these networks.
    Addresses(FlowField, Networks),
    /// A time or duration in these ranges, in nanoseconds.
    Nanos(FlowField, Ranges<i64>),
    /// This MAC address.
    Mac(FlowField, MacAddress),
    /// Yes or no.
    Flag(FlowField, bool),
    /// These octets, this text or this name.
    Octets(FlowField, Box<[u8]>),
    /// This application, by its [`Display`](core::fmt::Display).
    Application(FlowField, Application),
    /// A number computed from several fields, in these ranges.
    Rate(Rate, Ranges<u64>),
}

/// An application id (RFC 6759): engine, enterprise of engine 20, number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Application {
    pub(super) engine: u8,
    pub(super) enterprise_number: Option<u32>,
    pub(super) selector: u64,
}

/// Addresses of both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Networks {
    pub(super) v4: Ranges<u32>,
    pub(super) v6: Ranges<u128>,
}

impl Networks {
    #[inline]
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    /// The networks in place of these.
    pub(super) fn replaced(&self, network: impl Fn(IpAddr, u32) -> IpAddr) -> Self {
        let v4 = self.v4.as_slice().iter().flat_map(|(first, last)| {
            let wide = prefixes(u128::from(*first), u128::from(*last), 32);
            wide.map(|(start, length)| (u32::try_from(start).unwrap_or(0), length))
        });
        let v4 = v4.map(|(start, length)| {
            let host = u32::MAX.checked_shr(length).unwrap_or(0);
            match network(Ipv4Addr::from_bits(start).into(), length) {
                IpAddr::V4(start) => (start.to_bits() & !host, start.to_bits() | host),
                IpAddr::V6(_) => (start, start | host),
            }
        });
        let v6 = self.v6.as_slice().iter();
        let v6 = v6.flat_map(|(first, last)| prefixes(*first, *last, 128));
        let v6 = v6.map(|(start, length)| {
            let host = u128::MAX.checked_shr(length).unwrap_or(0);
            match network(Ipv6Addr::from_bits(start).into(), length) {
                IpAddr::V6(start) => (start.to_bits() & !host, start.to_bits() | host),
                IpAddr::V4(_) => (start, start | host),
            }
        });
        Self {
            v4: Ranges::new(v4.collect()),
            v6: Ranges::new(v6.collect()),
        }
    }
}

/// The networks of which a range of addresses of this number of bits consists: first address and prefix
/// length.
fn prefixes(first: u128, last: u128, bits: u32) -> impl Iterator<Item = (u128, u32)> {
    let mut next = Some(first);
    core::iter::from_fn(move || {
        let start = next?;
        // `None` for all 2^128 addresses.
        let size = last.checked_sub(start)?.checked_add(1);
        // The largest network that begins here and does not end after the range.
        let fits = size.map_or(u128::BITS, u128::ilog2);
        let host = start.trailing_zeros().min(bits).min(fits);
        next = start
            .checked_add(ones(host))
            .and_then(|end| end.checked_add(1));
        Some((start, bits.saturating_sub(host)))
    })
}

/// A number whose last `count` bits are set.
fn ones(count: u32) -> u128 {
    let unused = u128::BITS.saturating_sub(count);
    u128::MAX.checked_shr(unused).unwrap_or(0)
}

/// A number computed from the counters and the duration of a flow, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rate {
    /// Packets a second.
    PacketsPerSecond,
    /// Bits a second.
    BitsPerSecond,
    /// Octets a packet.
    OctetsPerPacket,
}

impl Rate {
    /// The fields it is made of.
    pub(super) const fn fields(self) -> [FlowField; 2] {
        match self {
            Self::PacketsPerSecond => [FlowField::Packets, FlowField::Duration],
            Self::BitsPerSecond => [FlowField::Octets, FlowField::Duration],
            Self::OctetsPerPacket => [FlowField::Octets, FlowField::Packets],
        }
    }

    /// The rate; `None` if a field is absent or the divisor is zero: a flow of zero duration has no
    /// rate.
    fn of(self, flow: &Flow<'_>) -> Option<u64> {
        const NANOS: u128 = 1_000_000_000;
        let (count, factor, per) = match self {
            Self::PacketsPerSecond => (flow.packets()?, NANOS, nanos(flow)?),
            Self::BitsPerSecond => (flow.octets()?, NANOS.saturating_mul(8), nanos(flow)?),
            Self::OctetsPerPacket => (flow.octets()?, 1, flow.packets()?),
        };
        let rate = u128::from(count)
            .saturating_mul(factor)
            .checked_div(per.into())?;
        Some(u64::try_from(rate).unwrap_or(u64::MAX))
    }
}

/// The duration, unless the flow ends before it starts.
fn nanos(flow: &Flow<'_>) -> Option<u64> {
    u64::try_from(flow.duration()?).ok()
}

impl Condition {
    /// The field it is about; `None` if there is none or more than one.
    pub(super) const fn field(&self) -> Option<FlowField> {
        match self {
            Self::Always | Self::Rate(..) => None,
            Self::Present(field)
            | Self::Numbers(field, _)
            | Self::Nth(field, ..)
            | Self::Bits(field, _)
            | Self::Addresses(field, _)
            | Self::Nanos(field, _)
            | Self::Mac(field, _)
            | Self::Flag(field, _)
            | Self::Octets(field, _)
            | Self::Application(field, _) => Some(*field),
        }
    }

    /// Whether it is true of a flow.
    pub(super) fn holds(&self, flow: &Flow<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::Rate(rate, ranges) => rate.of(flow).is_some_and(|rate| ranges.contains(rate)),
            _ => {
                let value = self.field().and_then(|field| flow.get(field));
                value.is_some_and(|value| self.holds_of(&value))
            }
        }
    }

    /// Whether it is true for this value of its field.
    pub(super) fn holds_of(&self, value: &FlowValue<'_>) -> bool {
        match (self, value) {
            (Self::Present(_), _) => true,
            (Self::Numbers(_, ranges), FlowValue::Unsigned(number)) => ranges.contains(*number),
            (Self::Numbers(_, ranges), FlowValue::Numbers(numbers)) => numbers
                .iter()
                .any(|number| ranges.contains(u64::from(number))),
            (Self::Nth(_, index, ranges), FlowValue::Numbers(numbers)) => numbers
                .iter()
                .nth(*index)
                .is_some_and(|number| ranges.contains(u64::from(number))),
            (Self::Bits(_, bits), FlowValue::Unsigned(number)) => number & bits == *bits,
            (Self::Addresses(_, networks), FlowValue::Address(address)) => {
                networks.contains(*address)
            }
            (Self::Nanos(_, ranges), FlowValue::Time(time)) => ranges.contains(time.as_nanos()),
            (Self::Nanos(_, ranges), FlowValue::Duration(nanos)) => ranges.contains(*nanos),
            (Self::Mac(_, wanted), FlowValue::Mac(address)) => wanted == address,
            (Self::Flag(_, wanted), FlowValue::Flag(flag)) => wanted == flag,
            (Self::Octets(_, wanted), value) => match value {
                FlowValue::Text(text) => text.octets() == &**wanted,
                FlowValue::Octets(octets) => *octets == &**wanted,
                FlowValue::Name(name) => name.as_bytes() == &**wanted,
                _ => false,
            },
            (Self::Application(_, wanted), FlowValue::Application(id)) => {
                id.engine() == wanted.engine
                    && id.enterprise_number() == wanted.enterprise_number
                    && id.selector() == Some(wanted.selector)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::prefixes;

    #[test]
    fn a_range_consists_of_networks() {
        let of = |first, last, bits| prefixes(first, last, bits).collect::<Vec<_>>();
        assert_eq!(of(0, u128::MAX, 128), [(0, 0)]);
        assert_eq!(of(0, 0xffff_ffff, 32), [(0, 0)]);
        assert_eq!(of(0x0a00_0000, 0x0aff_ffff, 32), [(0x0a00_0000, 8)]);
        assert_eq!(of(5, 5, 32), [(5, 32)]);
        assert_eq!(of(5, 10, 32), [(5, 32), (6, 31), (8, 31), (10, 32)]);
        assert_eq!(of(u128::MAX - 1, u128::MAX, 128), [(u128::MAX - 1, 127)]);
        assert_eq!(of(1, u128::MAX, 128).len(), 128);
        assert_eq!(of(2, 1, 32), []);
    }
}
