//! The caller's settings for the counters of exporters.

use core::net::IpAddr;
use core::str::FromStr;

use thiserror::Error;

use super::by_prefix::ByPrefix;
use super::prefix::{ParsePrefixError, Prefix};
use crate::template::SecondCounters;

/// The meaning of second counters (23, 24), sent beside octets and packets (1, 2), by exporter or
/// subnet of exporters. The longest prefix wins, and takes precedence over what records show.
///
/// ```
/// use netflow_core::{ConfiguredCounters, Decoder, Limits};
///
/// let mut counters = ConfiguredCounters::default();
/// counters.extend(["198.51.100.0/24=biflow".parse()?, "198.51.100.7=post".parse()?]);
/// let decoder = Decoder::new(Limits::default()).with_configured_counters(counters);
/// # let _ = decoder;
/// # Ok::<(), netflow_core::ParseCounterError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ConfiguredCounters {
    /// Whether they count the reverse direction.
    are_biflows: ByPrefix<bool>,
}

/// The meaning of the second counters of the exporters of a subnet.
///
/// ```
/// use netflow_core::ConfiguredCounter;
///
/// let counter: ConfiguredCounter = "198.51.100.0/24=biflow".parse()?;
/// assert!(counter.is_biflow);
/// assert!(counter.prefix.contains("198.51.100.7".parse().unwrap()));
/// # Ok::<(), netflow_core::ParseCounterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredCounter {
    /// The exporters.
    pub prefix: Prefix,
    /// Whether they count the reverse direction; else they count the same packets after the exporter.
    pub is_biflow: bool,
}

impl ConfiguredCounter {
    /// A setting for the second counters of the exporters of this subnet.
    #[must_use]
    pub const fn new(prefix: Prefix, is_biflow: bool) -> Self {
        Self { prefix, is_biflow }
    }
}

impl ConfiguredCounters {
    /// Whether there are no settings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.are_biflows.is_empty()
    }

    pub(crate) fn get(&self, exporter: IpAddr) -> Option<SecondCounters> {
        self.are_biflows
            .get(exporter)
            .map(|is_biflow| match is_biflow {
                true => SecondCounters::Biflow,
                false => SecondCounters::Post,
            })
    }
}

/// The last rule of a subnet applies.
impl Extend<ConfiguredCounter> for ConfiguredCounters {
    fn extend<T: IntoIterator<Item = ConfiguredCounter>>(&mut self, counters: T) {
        for counter in counters {
            self.are_biflows.insert(counter.prefix, counter.is_biflow);
        }
    }
}

impl FromIterator<ConfiguredCounter> for ConfiguredCounters {
    fn from_iter<T: IntoIterator<Item = ConfiguredCounter>>(counters: T) -> Self {
        let mut all = Self::default();
        all.extend(counters);
        all
    }
}

/// Why a text is not a setting for second counters.
///
/// ```
/// use netflow_core::{ConfiguredCounter, ParseCounterError};
///
/// let parse = |text: &str| text.parse::<ConfiguredCounter>();
/// assert_eq!(parse("192.0.2.0/24=both"), Err(ParseCounterError::Meaning));
/// assert!(matches!(parse("router=post"), Err(ParseCounterError::Prefix(_))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseCounterError {
    /// The part before the `=` is not a subnet.
    #[error(transparent)]
    Prefix(#[from] ParsePrefixError),
    /// The part after the `=` is no such word, or there is none.
    #[error("neither biflow nor post; write it as 192.0.2.0/24=biflow")]
    Meaning,
}

/// `192.0.2.0/24=biflow` or `192.0.2.0/24=post`.
impl FromStr for ConfiguredCounter {
    type Err = ParseCounterError;

    fn from_str(text: &str) -> Result<Self, ParseCounterError> {
        let (prefix, meaning) = text.split_once('=').ok_or(ParseCounterError::Meaning)?;
        let is_biflow = match meaning.trim() {
            "biflow" => true,
            "post" => false,
            _ => return Err(ParseCounterError::Meaning),
        };
        let prefix = prefix.trim().parse()?;
        Ok(Self { prefix, is_biflow })
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfiguredCounters, ParseCounterError};
    use crate::exporter::ConfiguredCounter;
    use crate::template::SecondCounters::{Biflow, Post};

    #[test]
    fn the_longest_prefix_wins_and_the_last_word_stands() {
        let texts = ["0.0.0.0/0=post", "192.0.2.0/24=post", "192.0.2.0/24=biflow"];
        let mut counters = ConfiguredCounters::default();
        counters.extend(texts.map(|text| text.parse::<ConfiguredCounter>().unwrap()));
        let get = |exporter: &str| counters.get(exporter.parse().unwrap());
        assert_eq!(get("192.0.2.7"), Some(Biflow));
        assert_eq!(get("198.51.100.1"), Some(Post));
        assert_eq!(get("2001:db8::1"), None);
    }

    #[test]
    fn other_texts_say_what_is_wrong_with_them() {
        for text in ["192.0.2.0/24", "192.0.2.0/24=both", "192.0.2.0/24="] {
            let error = text.parse::<ConfiguredCounter>().unwrap_err();
            assert_eq!(error, ParseCounterError::Meaning);
        }
        let error = "router=post".parse::<ConfiguredCounter>().unwrap_err();
        assert!(matches!(error, ParseCounterError::Prefix(_)));
    }
}
