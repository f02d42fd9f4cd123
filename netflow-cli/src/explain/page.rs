//! Text for a terminal: titles, labels, lines that are wrapped.

use core::fmt::Write as _;

/// How text is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageStyle {
    /// Columns.
    pub(crate) width: usize,
    pub(crate) colour: bool,
}

/// What colours distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Title,
    Dim,
    Bad,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Bad => "\x1b[31m",
        }
    }
}

/// Columns that labels take.
const LABEL: usize = 15;
/// Columns of text that even a narrow terminal gets.
const LEAST: usize = 24;

/// A report being written.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) text: String,
    look: PageStyle,
}

impl Page {
    pub(crate) const fn new(look: PageStyle) -> Self {
        Self {
            text: String::new(),
            look,
        }
    }

    pub(crate) const fn width(&self) -> usize {
        self.look.width
    }

    /// An empty line, unless it is the first.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Wrapped text at an indentation; further lines are indented deeper.
    pub(crate) fn paragraph(&mut self, indent: usize, hanging: usize, text: &str, tone: Tone) {
        let room = self.look.width.saturating_sub(indent + hanging).max(LEAST);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            let indent = if index == 0 { indent } else { indent + hanging };
            self.line(indent, "", &line, tone);
        }
    }

    /// A label and wrapped text beside it.
    pub(crate) fn item(&mut self, label: &str, text: &str, tone: Tone) {
        const INDENT: usize = 2;
        let room = self.look.width.saturating_sub(INDENT + LABEL).max(LEAST);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.line(INDENT, &format!("{label:<LABEL$}"), &line, tone);
        }
    }

    /// One line as it is.
    pub(crate) fn line(&mut self, indent: usize, label: &str, text: &str, tone: Tone) {
        let start = self.text.len();
        // Writing into memory does not fail.
        let _ = write!(self.text, "{:indent$}", "");
        if !label.is_empty() {
            self.toned(label, Tone::Dim);
        }
        self.toned(text, tone);
        if !self.look.colour {
            let len = self.text[start..].trim_end().len();
            self.text.truncate(start + len);
        }
        self.text.push('\n');
    }

    fn toned(&mut self, text: &str, tone: Tone) {
        if !self.look.colour || tone == Tone::Plain || text.trim().is_empty() {
            self.text.push_str(text);
        } else {
            let _ = write!(self.text, "{}{text}\x1b[0m", tone.code());
        }
    }
}

/// Text in lines of at most `room` columns; a longer word is cut.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().map(shown).collect();
        if columns > 0 && columns + 1 + word.len() > room {
            lines.push(core::mem::take(&mut line));
            columns = 0;
        }
        while word.len() > room {
            let rest = word.split_off(room);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        if columns > 0 {
            line.push(' ');
            columns += 1;
        }
        columns += word.len();
        line.extend(word);
    }
    lines.push(line);
    lines
}

/// Marks where no line is to be broken.
pub(crate) const TIED: char = '\u{a0}';

/// Controls in texts of exporters would be obeyed by the terminal.
fn shown(character: char) -> char {
    if character == TIED {
        ' '
    } else if character.is_control() {
        char::REPLACEMENT_CHARACTER
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_as_wide_as_there_is_room() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("a bbbbbbb c", 3), ["a", "bbb", "bbb", "b c"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn what_a_terminal_obeys_is_not_written() {
        assert_eq!(wrap("a\x1b[2Jb", 80), ["a\u{fffd}[2Jb"]);
    }
}
