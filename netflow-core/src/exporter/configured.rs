//! Sampling rates that the caller knows and the exporter does not tell.

use alloc::vec::Vec;
use core::net::IpAddr;

/// Sampling rates by exporter or subnet of exporters. The longest prefix wins.
///
/// ```
/// use netflow_core::{ConfiguredRates, Decoder, Limits};
///
/// let mut rates = ConfiguredRates::default();
/// rates.insert("198.51.100.0".parse().unwrap(), 24, 1_000);
/// let decoder = Decoder::new(Limits::new(0x5eed)).with_configured_rates(rates);
/// # let _ = decoder;
/// ```
#[derive(Debug, Clone, Default)]
pub struct ConfiguredRates {
    /// Longest prefix first.
    prefixes: Vec<(IpAddr, u8, u64)>,
}

impl ConfiguredRates {
    /// One packet of so many is counted by the exporters in a subnet. A prefix
    /// longer than the address is the address. A rate that the subnet had is
    /// replaced.
    pub fn insert(&mut self, address: IpAddr, prefix_len: u8, rate: u64) {
        let address = address.to_canonical();
        self.prefixes
            .retain(|(known, len, _)| *len != prefix_len || !contains(*known, *len, address));
        self.prefixes.push((address, prefix_len, rate));
        self.prefixes
            .sort_by_key(|(_, prefix_len, _)| core::cmp::Reverse(*prefix_len));
    }

    /// The rate of an exporter.
    #[inline]
    pub(crate) fn get(&self, exporter: IpAddr) -> Option<u64> {
        if self.prefixes.is_empty() {
            return None;
        }
        let exporter = exporter.to_canonical();
        self.prefixes
            .iter()
            .find(|(address, prefix_len, _)| contains(*address, *prefix_len, exporter))
            .map(|(_, _, rate)| *rate)
    }
}

fn contains(prefix: IpAddr, len: u8, address: IpAddr) -> bool {
    let (difference, width) = match (prefix, address) {
        (IpAddr::V4(prefix), IpAddr::V4(address)) => {
            (u128::from(prefix.to_bits() ^ address.to_bits()), 32_u32)
        }
        (IpAddr::V6(prefix), IpAddr::V6(address)) => (prefix.to_bits() ^ address.to_bits(), 128),
        _ => return false,
    };
    let host_bits = width.saturating_sub(u32::from(len));
    difference.checked_shr(host_bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::ConfiguredRates;

    #[test]
    fn the_longest_prefix_wins() {
        let mut rates = ConfiguredRates::default();
        rates.insert("0.0.0.0".parse().unwrap(), 0, 1);
        rates.insert("192.0.2.128".parse().unwrap(), 25, 3);
        rates.insert("192.0.2.0".parse().unwrap(), 24, 2);
        rates.insert("2001:db8::".parse().unwrap(), 32, 4);
        for (exporter, rate) in [
            ("198.51.100.1", Some(1)),
            ("192.0.2.1", Some(2)),
            ("192.0.2.129", Some(3)),
            ("::ffff:192.0.2.129", Some(3)),
            ("2001:db8::1", Some(4)),
            ("2001:db9::1", None),
        ] {
            assert_eq!(rates.get(exporter.parse().unwrap()), rate, "{exporter}");
        }
    }

    #[test]
    fn the_last_rate_of_a_subnet_stands() {
        let mut rates = ConfiguredRates::default();
        for (address, len, rate) in [
            ("192.0.2.0", 24, 1),
            ("192.0.2.0", 25, 2),
            ("192.0.2.77", 24, 3),
            ("198.51.100.0", 24, 4),
        ] {
            rates.insert(address.parse().unwrap(), len, rate);
        }
        let get = |exporter: &str| rates.get(exporter.parse().unwrap());
        assert_eq!(get("192.0.2.200"), Some(3));
        assert_eq!(get("192.0.2.1"), Some(2));
        assert_eq!(get("198.51.100.1"), Some(4));
    }
}
