//! Where an output goes, as users write it.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

use super::pattern::FilePattern;

/// The destination of an output.
///
/// ```
/// use netflow_output::sink::Destination;
///
/// assert_eq!("-".parse(), Ok(Destination::Stdout));
/// assert_eq!("null".parse(), Ok(Destination::Null));
/// assert_eq!("flows.json".parse(), Ok(Destination::File("flows.json".into())));
/// assert!(matches!("flows-%H%M.csv.gz".parse()?, Destination::Files(_)));
/// assert!("gopher://host:70".parse::<Destination>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// Rows are counted and dropped: `null`.
    Null,
    /// Standard output: `-`.
    Stdout,
    /// A file: any other text without `://`. Rows are appended to what it holds, and it may be renamed
    /// meanwhile by another program; columns appear when they are complete.
    File(PathBuf),
    /// Files that rotate by time: such a text with `%`. Each is written under a temporary name,
    /// `.NAME.part`, and has its name when it is complete. Rows are compressed if the name ends with
    /// `.gz` or `.zst` (feature `compression`).
    Files(FilePattern),
}

/// A destination that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationError {
    text: String,
    reason: String,
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
        let error = |reason: &str| DestinationError {
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        match text {
            "" => Err(error("an output needs a destination")),
            "-" => Ok(Self::Stdout),
            "null" => Ok(Self::Null),
            _ if text.contains("://") => Err(error("this kind of destination is not known")),
            _ if text.contains('%') => {
                let pattern = FilePattern::new(text);
                Ok(Self::Files(
                    pattern.map_err(|reason| error(&reason.to_string()))?,
                ))
            }
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
            Self::Files(pattern) => pattern.fmt(f),
        }
    }
}
