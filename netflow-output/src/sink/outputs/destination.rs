//! Where an output goes, as users write it.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

/// The destination of an output.
///
/// ```
/// use netflow_output::sink::Destination;
///
/// assert_eq!("-".parse(), Ok(Destination::Stdout));
/// assert_eq!("null".parse(), Ok(Destination::Null));
/// assert_eq!("flows.json".parse(), Ok(Destination::File("flows.json".into())));
/// assert!("gopher://host:70".parse::<Destination>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// Rows are counted and dropped: `null`.
    Null,
    /// Standard output: `-`.
    Stdout,
    /// A file: any other text without `://`.
    File(PathBuf),
}

/// A destination that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.text, self.reason)
    }
}

impl core::error::Error for DestinationError {}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| DestinationError {
            text: text.to_owned(),
            reason,
        };
        match text {
            "" => Err(error("an output needs a destination")),
            "-" => Ok(Self::Stdout),
            "null" => Ok(Self::Null),
            _ if text.contains("://") => Err(error("this kind of destination is not known")),
            path => Ok(Self::File(path.into())),
        }
    }
}

/// The destination as it was written, without credentials.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Stdout => f.write_str("-"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}
