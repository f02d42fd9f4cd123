//! The numbers and words of a finding.

/// One number or word of a finding.
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
