//! What is wrong with an expression.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// Why an expression is not valid: the column, what is there, what was expected, and perhaps a
/// suggestion.
///
/// ```
/// use netflow_query::Filter;
///
/// let error = Filter::parse("proto tcp and dport 443").unwrap_err();
/// assert_eq!(error.column(), 15);
/// assert_eq!(
///     error.to_string(),
///     "column 15: \"dport\" is neither a keyword nor a field; did you mean \"dst port\"?"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    pub(super) column: usize,
    pub(super) what: String,
    pub(super) suggestion: Option<Cow<'static, str>>,
}

impl FilterError {
    /// The column, in characters from 1; after the last one if something is missing at the end.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Two lines that point at the column: the part of the expression around it, and a caret.
    ///
    /// ```
    /// use netflow_query::Filter;
    ///
    /// let expression = "proto tcp and dport 443";
    /// let error = Filter::parse(expression).unwrap_err();
    /// assert_eq!(
    ///     error.excerpt(expression),
    ///     "proto tcp and dport 443\n              ^"
    /// );
    /// ```
    #[must_use]
    pub fn excerpt(&self, expression: &str) -> String {
        const BEFORE: usize = 40;
        const SHOWN: usize = 72;
        let at = self.column.saturating_sub(1);
        let start = if at < SHOWN {
            0
        } else {
            at.saturating_sub(BEFORE)
        };
        let mut excerpt = String::new();
        if start > 0 {
            excerpt.push('…');
        }
        let caret = at
            .saturating_sub(start)
            .saturating_add(usize::from(start > 0));
        let mut shown = expression.chars().skip(start);
        excerpt.extend(shown.clone().take(SHOWN).map(printable));
        if shown.nth(SHOWN).is_some() {
            excerpt.push('…');
        }
        excerpt.push('\n');
        excerpt.extend(core::iter::repeat_n(' ', caret));
        excerpt.push('^');
        excerpt
    }

    /// What may have been meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.what)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean \"{suggestion}\"?"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for FilterError {}

/// A part of an expression as messages quote it: at most this many characters, and no control
/// characters.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut quoted = String::from("\"");
    quoted.extend(text.chars().take(SHOWN).map(printable));
    if text.chars().nth(SHOWN).is_some() {
        quoted.push('…');
    }
    quoted.push('"');
    quoted
}

/// A character that moves nothing on a terminal: control characters, and those that change the
/// direction of text (Unicode, "Bidirectional Algorithm", section 2), are replaced.
fn printable(character: char) -> char {
    let is_direction = matches!(
        character,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    if character.is_control() || is_direction {
        char::REPLACEMENT_CHARACTER
    } else {
        character
    }
}
