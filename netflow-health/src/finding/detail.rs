//! The numbers and words of a finding.

/// One number or word of a finding.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::{Detail, Health};
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// for (name, detail) in report.findings[0].kind.details() {
///     match detail {
///         Detail::Unsigned(number) => assert_eq!((name, number), ("octets", 41)),
///         Detail::Numbers(numbers) => assert_eq!((name, numbers), ("sets", vec![256])),
///         other => println!("{name}: {other:?}"),
///     }
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A count, an id, a rate.
    Unsigned(u64),
    /// A span of time in nanoseconds, which may be negative.
    Signed(i64),
    /// A stable word, such as the code of a problem.
    Word(String),
    /// Ids.
    Numbers(Vec<u64>),
    /// Stable words.
    Words(Vec<String>),
}

impl From<u64> for Detail {
    fn from(number: u64) -> Self {
        Self::Unsigned(number)
    }
}

impl From<u32> for Detail {
    fn from(number: u32) -> Self {
        Self::Unsigned(number.into())
    }
}

impl From<u16> for Detail {
    fn from(number: u16) -> Self {
        Self::Unsigned(number.into())
    }
}

impl From<i64> for Detail {
    fn from(number: i64) -> Self {
        Self::Signed(number)
    }
}

impl From<&'static str> for Detail {
    fn from(word: &'static str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<String> for Detail {
    fn from(word: String) -> Self {
        Self::Word(word)
    }
}

impl From<Vec<u16>> for Detail {
    fn from(numbers: Vec<u16>) -> Self {
        Self::Numbers(numbers.into_iter().map(u64::from).collect())
    }
}

impl From<Vec<String>> for Detail {
    fn from(words: Vec<String>) -> Self {
        Self::Words(words)
    }
}
