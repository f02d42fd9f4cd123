//! Definitions of information elements from files, as other collectors have them, and names of interfaces.
//!
//! # Overview
//!
//! [`parse`] recognises a file by its content:
//!
//! - YAML: `netflow_definitions` and `ipfix_definitions` of Logstash, `custom_definitions` of Elastic's
//!   netflow input, `definitions` of fluent-plugin-netflow, and the mapping of goflow2.
//! - CSV: the registry of IANA, and our own with the columns `pen`, `id`, `name`, `type` and, if wanted,
//!   `semantics`, `units` and `same_as`: the name or number of an element that means the same, or the
//!   normalised field that it supplies.
//! - XML: the registry of IANA.
//!
//! # Example
//!
//! ```
//! use netflow_core::element::Definitions;
//!
//! let text = "99999:\n  1:\n    - :uint32\n    - :queueDepth\n";
//! let found = netflow_definitions::parse(text, "queues.yaml")?;
//! assert_eq!(&*found[0].element.name, "queueDepth");
//! let definitions: Definitions = found.into_iter().map(|found| found.element).collect();
//! # let _ = definitions;
//! # Ok::<(), netflow_definitions::DefinitionError>(())
//! ```
//!
//! If an element has several definitions, the last one counts, as it does when they are collected into
//! [`Definitions`](netflow_core::element::Definitions).
//!
//! [`read_interfaces`] reads the names of exporters' interfaces from CSV.
#![forbid(unsafe_code)]

mod csv;
mod interfaces;
mod tools;
mod xml;
mod yaml;

use core::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use netflow_core::element::{DataType, DefinedElement};

pub use self::interfaces::{parse_interfaces, read_interfaces};

/// A definition and its line in the file.
///
/// ```
/// let text = "pen,id,name,type\n99999,1,queueDepth,unsigned32\n";
/// let found = netflow_definitions::parse(text, "queues.csv")?;
/// assert_eq!((&*found[0].element.name, found[0].line), ("queueDepth", 2));
/// assert_eq!(found[0].element.origin.as_deref(), Some("queues.csv:2"));
/// # Ok::<(), netflow_definitions::DefinitionError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LocatedElement {
    /// The definition; its `origin` is the file and the line.
    pub element: DefinedElement,
    /// The line of the definition in the file, from 1.
    pub line: usize,
}

/// What is wrong with a file of definitions.
///
/// ```
/// let text = "pen,id,name,type\n99999,1,queueDepth,number\n";
/// let error = netflow_definitions::parse(text, "queues.csv").unwrap_err();
/// assert_eq!((error.file.as_str(), error.line), ("queues.csv", 2));
/// println!("{error}"); // queues.csv:2: what was expected, and what is there
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionError {
    /// The name of the file.
    pub file: String,
    /// The line, from 1; 0 if the file cannot be read at all.
    pub line: usize,
    /// What was expected, and what is there.
    pub reason: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}: {}", self.file, self.reason),
        }
    }
}

impl core::error::Error for DefinitionError {}

/// The line of a fault, and what is wrong.
type LineFault = (usize, String);

/// Octets of the largest file that is read.
const MAX_OCTETS: u64 = 64 << 20;

/// Reads the definitions in a file.
///
/// # Errors
///
/// The file cannot be read, or has none of the known formats; the error names the line and what was
/// expected there.
pub fn read(path: &Path) -> Result<Vec<LocatedElement>, DefinitionError> {
    parse(&read_text(path)?, &path.display().to_string())
}

/// The text of a file, if it is not too large.
fn read_text(path: &Path) -> Result<String, DefinitionError> {
    let file = path.display().to_string();
    let unreadable = |reason: String| DefinitionError {
        file: file.clone(),
        line: 0,
        reason,
    };
    let source = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    // The length of a device or a pipe is known only once it has been read.
    let read = source.take(MAX_OCTETS + 1).read_to_string(&mut text);
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_OCTETS) {
        return Err(unreadable(format!("has more than {MAX_OCTETS} octets")));
    }
    read.map_err(|error| unreadable(error.to_string()))?;
    Ok(text)
}

/// Reads the definitions in a text; `file` is its name in errors.
///
/// # Errors
///
/// See [`read`].
pub fn parse(text: &str, file: &str) -> Result<Vec<LocatedElement>, DefinitionError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let found = if text.trim_start().starts_with('<') {
        xml::parse(text)
    } else if csv::is_header(text.lines().next().unwrap_or_default()) {
        csv::parse(text)
    } else {
        yaml::parse(text).and_then(|root| tools::definitions(&root))
    };
    let mut found = found.map_err(|(line, reason)| DefinitionError {
        file: file.to_owned(),
        line,
        reason,
    })?;
    for LocatedElement { element, line } in &mut found {
        element.origin = Some(format!("{file}:{line}").into());
    }
    Ok(found)
}

/// The data type of this name (RFC 7012).
fn data_type(name: &str) -> Option<DataType> {
    (0..=u8::MAX)
        .filter_map(DataType::from_number)
        .find(|data_type| data_type.name().eq_ignore_ascii_case(name))
}
