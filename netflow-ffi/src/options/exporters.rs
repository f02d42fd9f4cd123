//! What the caller knows of exporters: sampling rates, and the meaning of second counters.

use netflow_core::{ConfiguredCounter, ConfiguredCounters, ConfiguredRates, Prefix};

use crate::c_types::netflow_address;
use crate::result::Failure;

/// A sampling rate of exporters, as the caller knows it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_rate {
    /// An exporter, or a subnet of exporters; the longest prefix wins.
    pub address: netflow_address,
    /// Bits of the address that count; 32 or 128 for one exporter.
    pub prefix_len: u32,
    /// One packet of this many is counted.
    pub rate: u64,
}

/// What elements 23 and 24 beside 1 and 2 count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_second_counters {
    /// The reverse direction.
    NETFLOW_SECOND_COUNTERS_BIFLOW = 1,
    /// The same packets after the exporter forwarded them.
    NETFLOW_SECOND_COUNTERS_POST = 2,
}

/// What the second counters of exporters count, as the caller knows it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_counters {
    /// An exporter, or a subnet of exporters; the longest prefix wins.
    pub address: netflow_address,
    /// Bits of the address that count; 32 or 128 for one exporter.
    pub prefix_len: u32,
    /// A `netflow_second_counters`.
    pub meaning: u32,
}

/// The rates by subnet.
pub(super) fn rates(
    items: &[netflow_rate],
    what: &'static str,
) -> Result<ConfiguredRates, Failure> {
    let mut rates = ConfiguredRates::default();
    for item in items {
        let wrong = Failure::argument(what);
        let prefix = prefix(&item.address, item.prefix_len).ok_or(wrong)?;
        if item.rate == 0 {
            return Err(wrong);
        }
        rates.insert(prefix.address(), prefix.length(), item.rate);
    }
    Ok(rates)
}

/// The meanings of second counters by subnet.
pub(super) fn counters(items: &[netflow_counters]) -> Result<ConfiguredCounters, Failure> {
    let counter = |item: &netflow_counters| {
        let prefix = prefix(&item.address, item.prefix_len)?;
        let is_biflow = match item.meaning {
            1 => true,
            2 => false,
            _ => return None,
        };
        Some(ConfiguredCounter::new(prefix, is_biflow))
    };
    let wrong = Failure::argument("counters of the options");
    items
        .iter()
        .map(|item| counter(item).ok_or(wrong))
        .collect()
}

/// A subnet; `None` if it has more bits than its address.
fn prefix(address: &netflow_address, length: u32) -> Option<Prefix> {
    let address = address.address()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let length = u8::try_from(length).ok().filter(|length| *length <= bits)?;
    Some(Prefix::new(address, length))
}
