//! The log on standard error: lines with a level and fields, for people at a terminal and for programs
//! that collect logs.

use core::fmt::{self, Display, Write as _};
use std::io::{self, IsTerminal, Write as _};
use std::time::SystemTime;

use indicatif::ProgressBar;
use netflow_core::Timestamp;

/// Writes lines to standard error.
#[derive(Debug)]
pub(super) struct Log {
    is_terminal: bool,
    is_quiet: bool,
    /// The line of state below the log, at a terminal.
    bar: Option<ProgressBar>,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Info,
    Warning,
    Error,
}

/// Names and values.
pub(super) type LogFields<'f> = &'f [(&'f str, &'f dyn Display)];

impl Log {
    /// A log with only warnings and errors if it is quiet, and with a line of state below it if rows do
    /// not go to the same terminal.
    pub(super) fn new(is_quiet: bool, rows_on_terminal: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let bar = (is_terminal && !is_quiet && !rows_on_terminal).then(ProgressBar::new_spinner);
        Self {
            is_terminal,
            is_quiet,
            bar,
        }
    }

    pub(super) fn info(&self, message: &str, fields: LogFields<'_>) {
        if !self.is_quiet {
            self.line(Level::Info, message, fields);
        }
    }

    pub(super) fn warn(&self, message: &str, fields: LogFields<'_>) {
        self.line(Level::Warning, message, fields);
    }

    pub(super) fn error(&self, message: &str, fields: LogFields<'_>) {
        self.line(Level::Error, message, fields);
    }

    /// Replaces the line of state.
    pub(super) fn state(&self, state: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(state());
            bar.tick();
        }
    }

    /// Removes the line of state.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, level: Level, message: &str, fields: LogFields<'_>) {
        let text = if self.is_terminal {
            for_people(level, message, fields)
        } else {
            structured(level, message, fields)
        };
        let write = || {
            // A failure to write is ignored.
            let _ = io::stderr().lock().write_all(text.as_bytes());
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

fn for_people(level: Level, message: &str, fields: LogFields<'_>) -> String {
    let mut text = "netflow: ".to_owned();
    text += match level {
        Level::Info => "",
        Level::Warning => "warning: ",
        Level::Error => "error: ",
    };
    text += message;
    let mut before = ": ";
    for (name, value) in fields {
        let _ = write!(text, "{before}{} {value}", name.replace('_', " "));
        before = ", ";
    }
    text.push('\n');
    text
}

/// `time=… level=… msg="…" name=value`, which log collectors read as logfmt.
fn structured(level: Level, message: &str, fields: LogFields<'_>) -> String {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    let now = Timestamp::from_millis(millis).unwrap_or_default();
    let level = match level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let mut text = format!("time={now} level={level} msg={}", Quoted(&message));
    for (name, value) in fields {
        let _ = write!(text, " {name}={}", Quoted(value));
    }
    text.push('\n');
    text
}

/// A value in quotes if it needs them.
struct Quoted<'v>(&'v dyn Display);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0.to_string();
        let is_plain = |letter: char| letter.is_ascii_graphic() && !"\"=\\".contains(letter);
        if !value.is_empty() && value.chars().all(is_plain) {
            f.write_str(&value)
        } else {
            write!(f, "{value:?}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, for_people, structured};

    #[test]
    fn a_value_is_quoted_if_it_needs_it() {
        let line = structured(
            Level::Info,
            "it is so",
            &[("plain", &7), ("text", &"a \"b\"\n")],
        );
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.starts_with("time=20"), "{time}");
        assert_eq!(
            rest,
            "level=info msg=\"it is so\" plain=7 text=\"a \\\"b\\\"\\n\"\n"
        );
    }

    #[test]
    fn people_read_a_sentence() {
        let line = for_people(Level::Warning, "slow", &[("read_buffer", &7), ("to", &"x")]);
        assert_eq!(line, "netflow: warning: slow: read buffer 7, to x\n");
    }
}
