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
use core::net::IpAddr;
use core::str::FromStr;

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;

use self::condition::Condition;
pub use self::error::FilterError;
use self::program::Program;
pub use self::set::{Chosen, SetFilter, SetMatch};

/// The field of this name, or with this name in the documents of another tool (in any case); `None` if there
/// is none, or if the name stands for different fields.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_query::field;
///
/// assert_eq!(field("octets"), Some(FlowField::Octets));
/// assert_eq!(field("in_bytes"), Some(FlowField::Octets));
/// assert_eq!(field("SrcAddr"), Some(FlowField::SourceAddress));
/// assert_eq!(field("octet"), None);
/// ```
#[must_use]
pub fn field(name: &str) -> Option<FlowField> {
    words::field(&name.to_ascii_lowercase())
}

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

    /// The same filter for flows whose addresses were replaced by others. `network` returns the network in
    /// place of the one that has the first bits of an address in common, as many as its second argument
    /// says; networks that share some bits have to be replaced by networks that share as many. The
    /// expression stays.
    ///
    /// ```
    /// use netflow_query::Filter;
    ///
    /// let filter = Filter::parse("src net 192.0.2.0/24")?;
    /// let replaced = filter.with_addresses(|network, _| network, |mac| mac);
    /// assert_eq!(replaced, filter);
    /// # Ok::<(), netflow_query::FilterError>(())
    /// ```
    #[must_use]
    pub fn with_addresses(
        &self,
        network: impl Fn(IpAddr, u32) -> IpAddr,
        mac: impl Fn(MacAddress) -> MacAddress,
    ) -> Self {
        let mut program = Program::clone(&self.program);
        for step in &mut program.steps {
            match &mut step.condition {
                Condition::Addresses(_, networks) => *networks = networks.replaced(&network),
                Condition::Mac(_, address) => *address = mac(*address),
                _ => {}
            }
        }
        Self {
            text: Arc::clone(&self.text),
            program: Arc::new(program),
        }
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
