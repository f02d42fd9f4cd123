//! Sampling rates that the caller sets for exporters.

use core::net::IpAddr;
use core::str::FromStr;

use thiserror::Error;

use super::by_prefix::ByPrefix;
use super::prefix::{ParsePrefixError, Prefix};

/// Sampling rates by exporter or subnet of exporters. The longest prefix wins.
///
/// ```
/// use netflow_core::{ConfiguredRates, Decoder, Limits};
///
/// let mut rates = ConfiguredRates::default();
/// rates.insert("198.51.100.0".parse().unwrap(), 24, 1_000);
/// rates.extend(["198.51.100.7=500".parse()?]);
/// let decoder = Decoder::new(Limits::default()).with_configured_rates(rates);
/// # let _ = decoder;
/// # Ok::<(), netflow_core::ParseRateError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ConfiguredRates {
    rates: ByPrefix<u64>,
}

/// The sampling rate of the exporters of a subnet.
///
/// ```
/// use netflow_core::ConfiguredRate;
///
/// let rate: ConfiguredRate = "198.51.100.0/24=1000".parse()?;
/// assert_eq!((rate.prefix.to_string(), rate.rate), ("198.51.100.0/24".to_owned(), 1000));
/// # Ok::<(), netflow_core::ParseRateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredRate {
    /// The exporters.
    pub prefix: Prefix,
    /// One packet of this many is counted; 0 is not a rate.
    pub rate: u64,
}

impl ConfiguredRate {
    /// A rate for the exporters of this subnet: they count one packet of `rate`.
    #[must_use]
    pub const fn new(prefix: Prefix, rate: u64) -> Self {
        Self { prefix, rate }
    }
}

impl ConfiguredRates {
    /// Sets the rate of the exporters in a subnet: they count one packet of `rate`. A
    /// prefix longer than the address means that address only. An earlier rate of the subnet
    /// is replaced.
    pub fn insert(&mut self, address: IpAddr, prefix_len: u8, rate: u64) {
        self.rates.insert(Prefix::new(address, prefix_len), rate);
    }

    /// Whether there are no rates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// The rate of an exporter.
    #[inline]
    pub(crate) fn get(&self, exporter: IpAddr) -> Option<u64> {
        let rate = self.rates.get(exporter)?;
        Some(*rate).filter(|rate| *rate > 0)
    }
}

/// The last rate of a subnet applies.
impl Extend<ConfiguredRate> for ConfiguredRates {
    fn extend<T: IntoIterator<Item = ConfiguredRate>>(&mut self, rates: T) {
        for rate in rates {
            self.rates.insert(rate.prefix, rate.rate);
        }
    }
}

impl FromIterator<ConfiguredRate> for ConfiguredRates {
    fn from_iter<T: IntoIterator<Item = ConfiguredRate>>(rates: T) -> Self {
        let mut all = Self::default();
        all.extend(rates);
        all
    }
}

/// Why a text is not a sampling rate of a subnet.
///
/// ```
/// use netflow_core::{ConfiguredRate, ParseRateError};
///
/// let parse = |text: &str| text.parse::<ConfiguredRate>();
/// assert_eq!(parse("192.0.2.0/24"), Err(ParseRateError::NoRate));
/// assert_eq!(parse("192.0.2.0/24=0"), Err(ParseRateError::Rate));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseRateError {
    /// There is no `=` in it.
    #[error("no rate; write it as 192.0.2.0/24=1000")]
    NoRate,
    /// The part before the `=` is not a subnet.
    #[error(transparent)]
    Prefix(#[from] ParsePrefixError),
    /// The part after the `=` is not a number of 1 or more.
    #[error("the rate is not a whole number of 1 or more, as 1000 for one packet of 1000")]
    Rate,
}

/// `192.0.2.0/24=1000`: one packet of 1000.
impl FromStr for ConfiguredRate {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let (prefix, rate) = text.split_once('=').ok_or(ParseRateError::NoRate)?;
        let prefix = prefix.trim().parse()?;
        let rate = rate.trim().parse().ok().filter(|rate| *rate > 0);
        let rate = rate.ok_or(ParseRateError::Rate)?;
        Ok(Self { prefix, rate })
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfiguredRate, ConfiguredRates};

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

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in [
            "192.0.2.0/24",
            "=100",
            "192.0.2.1=0",
            "192.0.2.1=x",
            "192.0.2.0/40=5",
            "1=5",
        ] {
            assert!(text.parse::<ConfiguredRate>().is_err(), "{text}");
        }
        let rates: ConfiguredRates = ["192.0.2.0/24=100", "192.0.2.7=20"]
            .map(|text| text.parse().unwrap())
            .into_iter()
            .collect();
        let get = |exporter: &str| rates.get(exporter.parse().unwrap());
        assert_eq!([get("192.0.2.1"), get("192.0.2.7")], [Some(100), Some(20)]);
    }
}
