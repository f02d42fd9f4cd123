//! Keywords of IP protocols, as the registry of IANA has them (Assigned Internet Protocol Numbers), and
//! letters of flags.

use std::sync::LazyLock;

use netflow_core::element::{self, iana};

use super::Encode;
use crate::format::room::BLOCK;

/// The keyword of an IP protocol; empty if it has none.
pub(super) fn keyword(protocol: u8) -> &'static str {
    KEYWORDS[usize::from(protocol)]
}

/// The keywords of all protocols, looked up once.
static KEYWORDS: LazyLock<[&str; 256]> = LazyLock::new(|| {
    core::array::from_fn(|protocol| match protocol {
        // RFC 3692.
        253 | 254 => "experimental",
        number => element::code(iana::PROTOCOL_IDENTIFIER.id, number as u64).unwrap_or(""),
    })
});

/// The same in lower case.
static LOWER_KEYWORDS: LazyLock<[String; 256]> =
    LazyLock::new(|| KEYWORDS.map(str::to_ascii_lowercase));

/// The keyword of an IP protocol in lower case; empty if it has none.
pub(super) fn lower_keyword(protocol: u8) -> &'static str {
    &LOWER_KEYWORDS[usize::from(protocol)]
}

/// Writes the keyword of an IP protocol in lower case; its number as text, if it has none.
pub(super) fn write_lower_keyword<E: Encode>(protocol: u8, out: &mut E) {
    match lower_keyword(protocol) {
        "" => out.number_word(protocol.into()),
        keyword => out.word(keyword),
    }
}

/// Letters of the flags of TCP, from the highest bit.
pub(super) const TCP_FLAGS: [u8; 8] = *b"CEUAPRSF";

/// The letters of the bits that are set, from the highest, with dots for the others.
pub(super) const fn letters(bits: u8, letters: [u8; 8]) -> [u8; 8] {
    const EACH: u64 = u64::MAX / 0xff;
    const BITS: u64 = u64::from_le_bytes([0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1]);
    // Each octet keeps one bit of its own. Added to the lower seven bits, 0x7f carries into the highest bit unless they
    // are 0; that bit, moved down and multiplied by 0xff, fills the octet.
    let set = (EACH * bits as u64) & BITS;
    let carried = (set & !(EACH * 0x80)) + EACH * 0x7f;
    let set = (((carried | set) >> 7) & EACH) * 0xff;
    let dots = EACH * b'.' as u64;
    ((u64::from_le_bytes(letters) & set) | (dots & !set)).to_le_bytes()
}

/// Writes letters of flags as a string.
pub(super) fn write_letters<const N: usize, E: Encode>(letters: [u8; N], out: &mut E) {
    let mut block = [0; BLOCK];
    if let Some(start) = block.first_chunk_mut() {
        *start = letters;
    }
    out.ascii(&block, N);
}

#[cfg(test)]
mod tests {
    use super::{TCP_FLAGS, letters};

    #[test]
    fn each_bit_that_is_set_has_its_letter_and_the_others_a_dot() {
        for bits in 0..=u8::MAX {
            let expected: Vec<u8> = (0..8)
                .map(|place| match bits & 0x80 >> place {
                    0 => b'.',
                    _ => TCP_FLAGS[place],
                })
                .collect();
            assert_eq!(letters(bits, TCP_FLAGS).as_slice(), expected, "{bits:#x}");
        }
    }
}
