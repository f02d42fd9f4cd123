//! Lines for people, beside the output.

use core::fmt;
use std::io::{self, Write};

/// One line that begins with the name of the command. A failure to write is ignored.
pub(crate) fn line(text: &dyn fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "netflow: {text}");
}
