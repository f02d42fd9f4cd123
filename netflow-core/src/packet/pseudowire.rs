//! The Ethernet frame of a pseudowire over MPLS.

use super::link::carries_ip;

/// The control word of a pseudowire (RFC 4385, section 3).
const CONTROL_WORD_LEN: usize = 4;

/// The Ethernet frame of a pseudowire, with or without control word (RFC 4448, section 4.6): the
/// place whose frame carries IP that fits, else after a control word if there can be one.
pub(super) fn pseudowire(payload: &[u8]) -> Option<&[u8]> {
    let after_control_word = payload.get(CONTROL_WORD_LEN..);
    // A control word begins with four zero bits.
    let after_control_word = after_control_word.filter(|_| matches!(payload, [..=0x0f, ..]));
    let is_proven = |frame: &&[u8]| carries_ip(frame);
    after_control_word
        .filter(is_proven)
        .or_else(|| Some(payload).filter(is_proven))
        .or(after_control_word)
}
