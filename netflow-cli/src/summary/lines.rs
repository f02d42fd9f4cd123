//! Lines with a title and counts.

use core::fmt::Write as _;

/// Lines with aligned titles.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn line(&mut self, title: &str, text: &str) {
        // Writing into memory does not fail.
        let _ = writeln!(self.text, "{title:<12} {text}");
    }

    /// Several lines of one title.
    pub(super) fn lines(&mut self, title: &str, texts: &[String]) {
        let mut title = title;
        for text in texts {
            self.line(title, text);
            title = "";
        }
    }

    /// Counts of things, but for what there is none of.
    pub(super) fn add(&mut self, title: &str, counts: &[(u64, &str)], separator: &str) {
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, thing)| counted(*count, thing))
            .collect();
        if !counts.is_empty() {
            self.line(title, &counts.join(separator));
        }
    }

    /// Counts with names that have no plural.
    pub(super) fn add_named(&mut self, title: &str, counts: &[(u64, &str)]) {
        let counts: Vec<String> = counts
            .iter()
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        if !counts.is_empty() {
            self.line(title, &counts.join(", "));
        }
    }
}

/// `1 packet`, `2 packets`, `2 packets of other protocols`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    let (noun, rest) = match thing.split_once(" of ") {
        Some((noun, rest)) => (noun, format!(" of {rest}")),
        None => (thing, String::new()),
    };
    let (noun, rest) = match noun.split_once(" in ") {
        Some((noun, more)) => (noun, format!(" in {more}{rest}")),
        None => (noun, rest),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}{rest}")
}
