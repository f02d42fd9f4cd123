//! Times, addresses and octets as text, written without the machinery of formatting and without
//! allocating: these are written millions of times. Numbers as people read them, for reports.
//!
//! ```
//! use netflow_core::text::{self, UnixTime};
//!
//! assert_eq!(text::address([192, 0, 2, 1].into()).as_str(), "192.0.2.1");
//! assert_eq!(text::mac([2, 0, 0, 0, 0, 0x1f]).as_str(), "02:00:00:00:00:1f");
//! let time = UnixTime::from_millis(1_618_136_400_250);
//! assert_eq!(time.text().unwrap().as_str(), "2021-04-11T10:20:00.250Z");
//! ```

mod address;
mod quantity;
mod time;

use core::fmt;

pub use self::address::{address, ipv4, ipv6, mac};
pub use self::quantity::{Grouped, Percent, Span};
pub use self::time::UnixTime;

/// A text of at most `N` octets, all of them ASCII.
///
/// ```
/// use core::fmt::Write as _;
///
/// use netflow_core::text::ShortText;
///
/// let mut text = ShortText::<8>::new();
/// write!(text, "port {}", 443).unwrap();
/// assert_eq!(text.as_str(), "port 443");
/// write!(text, "!").unwrap(); // there is no room
/// assert_eq!(text.as_bytes(), b"port 443");
/// ```
#[derive(Clone, Copy)]
pub struct ShortText<const N: usize> {
    octets: [u8; N],
    len: usize,
}

impl<const N: usize> ShortText<N> {
    /// An empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            octets: [0; N],
            len: 0,
        }
    }

    /// The octets.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        // All that is written here is ASCII.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    #[inline]
    fn push(&mut self, octet: u8) {
        if let Some(next) = self.octets.get_mut(self.len) {
            *next = octet;
            self.len = self.len.saturating_add(1);
        }
    }

    #[inline]
    fn extend<const M: usize>(&mut self, octets: [u8; M]) {
        for octet in octets {
            self.push(octet);
        }
    }
}

impl<const N: usize> Default for ShortText<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds the ASCII characters of a text. Those for which there is no room are dropped; it never fails.
impl<const N: usize> fmt::Write for ShortText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let ascii = text.bytes().filter(u8::is_ascii);
        ascii.for_each(|octet| self.push(octet));
        Ok(())
    }
}

impl<const N: usize> fmt::Display for ShortText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for ShortText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// An octet in lower-case hex, two digits.
///
/// ```
/// assert_eq!(netflow_core::text::hex(0x0f), *b"0f");
/// ```
#[inline]
#[must_use]
pub fn hex(octet: u8) -> [u8; 2] {
    [hex_digit(octet >> 4), hex_digit(octet)]
}

/// The low four bits as a digit.
#[inline]
fn hex_digit(nibble: u8) -> u8 {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    DIGITS
        .get(usize::from(nibble & 0xf))
        .copied()
        .unwrap_or_default()
}

/// A number below 100 in decimal, two digits.
#[inline]
fn pair(number: u8) -> [u8; 2] {
    PAIRS.get(usize::from(number)).copied().unwrap_or(*b"00")
}

/// 00 to 99.
static PAIRS: [[u8; 2]; 100] = pairs();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated when the crate is compiled: a fault would be an error there"
)]
const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let (mut index, mut tens) = (0, b'0');
    while index < 100 {
        let mut ones = b'0';
        while ones <= b'9' {
            pairs[index] = [tens, ones];
            ones += 1;
            index += 1;
        }
        tens += 1;
    }
    pairs
}
