//! Keywords of IP protocols, as the registry of IANA has them (Assigned Internet Protocol Numbers), and
//! letters of flags.

use netflow_core::element::{self, iana};

use super::Encode;

/// The keyword of an IP protocol; empty if it has none.
pub(super) fn keyword(protocol: u8) -> &'static str {
    match protocol {
        // RFC 3692.
        253 | 254 => "experimental",
        number => element::code(iana::PROTOCOL_IDENTIFIER.id, number.into()).unwrap_or(""),
    }
}

/// Writes the keyword of an IP protocol in lower case; its number as text, if it has none.
pub(super) fn write_lower_keyword<E: Encode>(protocol: u8, out: &mut E) {
    match keyword(protocol) {
        "" => out.number_word(protocol.into()),
        keyword => out.word(&keyword.to_ascii_lowercase()),
    }
}

/// Letters of the flags of TCP, from the highest bit.
pub(super) const TCP_FLAGS: [u8; 8] = *b"CEUAPRSF";

/// The letters of the bits that are set, from the highest, with dots for the others.
pub(super) fn letters(bits: u8, mut letters: [u8; 8]) -> [u8; 8] {
    for (place, letter) in letters.iter_mut().enumerate() {
        if bits & 0x80 >> place == 0 {
            *letter = b'.';
        }
    }
    letters
}
