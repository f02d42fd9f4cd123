//! Which flows match.

mod condition;
mod error;
mod lexer;
mod literal;
mod parser;
mod program;
mod ranges;
mod set;
mod suggest;
mod time;
mod words;

use alloc::format;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use netflow_core::Flow;

pub use self::error::FilterError;
use self::program::Program;
pub use self::set::{SetFilter, SetMatch};

/// An expression that says which flows match. Cloning it is cheap.
///
/// ```
/// use netflow_query::Filter;
///
/// let filter = Filter::parse("proto tcp and dst port 443")?;
/// assert_eq!(filter.to_string(), "proto tcp and dst port 443");
/// assert!(Filter::parse("dst prot 443").is_err());
/// # Ok::<(), netflow_query::FilterError>(())
/// ```
#[derive(Clone)]
pub struct Filter {
    text: Arc<str>,
    program: Arc<Program>,
}

impl Filter {
    /// Octets that an expression has at most: 1 MiB.
    pub const MAX_LEN: usize = 1 << 20;

    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// The expression is longer than [`MAX_LEN`](Self::MAX_LEN) or not valid; the error has the
    /// column, what was expected there, and often a suggestion.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > Self::MAX_LEN {
            return Err(FilterError {
                column: 1,
                what: format!(
                    "the expression has {} octets, at most {} are allowed",
                    text.len(),
                    Self::MAX_LEN
                ),
                suggestion: None,
            });
        }
        Ok(Self {
            program: Arc::new(parser::parse(text)?),
            text: text.into(),
        })
    }

    /// Whether a flow matches. A comparison with a field that the flow lacks is false.
    #[must_use]
    pub fn matches(&self, flow: &Flow<'_>) -> bool {
        self.program.matches(flow)
    }

    /// The expression.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

/// The expression.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.text).finish()
    }
}

/// Two filters of the same expression are equal.
impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}
