//! Text that is composed for the caller.

use crate::plain::netflow_text;

/// NUL-terminated text, valid until the next replaces it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    // Not a `CString`, whose octets may not be looked at by others when it is moved.
    octets: Vec<u8>,
}

impl Kept {
    /// Takes the place of what was kept.
    pub(crate) fn keep(&mut self, text: &str) -> netflow_text {
        self.octets.clear();
        // A NUL in the text would end it early.
        self.octets.extend(text.bytes().filter(|octet| *octet != 0));
        self.octets.push(0);
        let text = self.octets.split_last().map_or(&[][..], |(_, text)| text);
        netflow_text::new(text)
    }
}
