//! Text that the library composes for the caller.

use crate::c_types::netflow_text;

/// NUL-terminated text, valid until the next replaces it.
#[derive(Debug, Default)]
pub(crate) struct TextBuffer {
    // Not a `CString`: moving one would invalidate the caller's pointer to its octets.
    octets: Vec<u8>,
}

impl TextBuffer {
    /// Replaces the text, and returns the new one.
    pub(crate) fn store(&mut self, text: &str) -> netflow_text {
        self.octets.clear();
        // A NUL in the text would end it early.
        self.octets.extend(text.bytes().filter(|octet| *octet != 0));
        self.octets.push(0);
        self.text()
    }

    /// This text.
    pub(crate) fn of(text: &str) -> Self {
        let mut made = Self::default();
        made.store(text);
        made
    }

    /// The text, without its NUL.
    pub(crate) fn text(&self) -> netflow_text {
        netflow_text::new(self.octets())
    }

    /// The octets of the text, without its NUL.
    pub(crate) fn octets(&self) -> &[u8] {
        self.octets.split_last().map_or(&[], |(_, text)| text)
    }
}
