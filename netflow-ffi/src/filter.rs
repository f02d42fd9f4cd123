//! Filters over flows.

use core::ffi::c_char;

use netflow_query::{Filter, FilterError};

/// An expression that says which flows match.
#[derive(Debug)]
pub struct netflow_filter {
    pub(crate) filter: Filter,
}

/// Why an expression is not valid.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_filter_error {
    /// Where, in characters from 1; after the last one if something is missing at the end. 0 if the
    /// expression is valid.
    pub column: usize,
    /// The column, what is wrong there, what was expected, and perhaps a suggestion: UTF-8, cut if it is
    /// longer, with a NUL at the end.
    pub message: [c_char; 240],
}

impl Default for netflow_filter_error {
    fn default() -> Self {
        Self {
            column: 0,
            message: [0; 240],
        }
    }
}

impl netflow_filter_error {
    fn new(column: usize, text: &str) -> Self {
        let mut made = Self {
            column,
            ..Self::default()
        };
        // The last one stays NUL.
        let mut end = text.len().min(made.message.len() - 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        for (place, octet) in made.message.iter_mut().zip(text.bytes().take(end)) {
            *place = c_char::from_ne_bytes([octet]);
        }
        made
    }

    /// The octets of the expression are not UTF-8.
    pub(crate) fn not_utf8() -> Self {
        Self::new(1, "column 1: the expression is not UTF-8")
    }
}

impl From<&FilterError> for netflow_filter_error {
    fn from(error: &FilterError) -> Self {
        Self::new(error.column(), &error.to_string())
    }
}
