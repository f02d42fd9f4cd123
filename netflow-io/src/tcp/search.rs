//! Where a message begins among octets of a stream whose framing is lost.
//!
//! A header is believed if its sets fill the message and another header follows the message, or
//! the stream ends with it. Each octet is looked at once as the start of a message, for any octets,
//! and no more than one message is held until it is believed.

use crate::octets::u16_at;
use crate::select::begins_ipfix;

/// The headers of a message and of its first set (RFC 7011, sections 3.1 and 3.3.2).
const HEADERS: usize = 20;
const MESSAGE_HEADER: usize = 16;
/// Sets of a message that are looked at.
const SETS: usize = 8;

/// What a search found, by the number of octets before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchResult {
    /// A message.
    Proved(usize),
    /// What may be a message, and needs more octets to be believed.
    Open(usize),
}

/// Searches the next octets of a stream; `is_end` if it ends after them.
pub(super) fn search(octets: &[u8], is_end: bool) -> SearchResult {
    let mut at = 0_usize;
    while let Some(rest @ [_, ..]) = octets.get(at..) {
        match judge(rest, is_end) {
            Verdict::Message => return SearchResult::Proved(at),
            Verdict::Open => return SearchResult::Open(at),
            Verdict::Other => at = at.saturating_add(1),
        }
    }
    SearchResult::Open(octets.len())
}

/// What octets begin with.
enum Verdict {
    Message,
    Other,
    /// It depends on octets that have not come.
    Open,
}

fn judge(octets: &[u8], is_end: bool) -> Verdict {
    if octets.len() < HEADERS && !is_end {
        return Verdict::Open;
    }
    let length = u16_at(octets, 2).map_or(0, usize::from);
    if !begins_ipfix(octets) || !sets_fit(octets, length) {
        return Verdict::Other;
    }
    match octets.get(length..) {
        None if is_end => Verdict::Other,
        None => Verdict::Open,
        Some(next) => judge_next(next, is_end),
    }
}

/// Judges a possible message by the octets that follow it.
fn judge_next(next: &[u8], is_end: bool) -> Verdict {
    match (u16_at(next, 0), u16_at(next, 2)) {
        (Some(10), Some(length)) if usize::from(length) >= MESSAGE_HEADER => Verdict::Message,
        (_, Some(_)) => Verdict::Other,
        _ if !is_end => Verdict::Open,
        // The end of the stream, or the start of a header that it cuts.
        _ if [0, 10].starts_with(next) || next.starts_with(&[0, 10]) => Verdict::Message,
        _ => Verdict::Other,
    }
}

/// Whether the first sets of a message of this length lie in it one after the other, as far as
/// they are there.
fn sets_fit(octets: &[u8], length: usize) -> bool {
    let mut at = MESSAGE_HEADER;
    for _ in 0..SETS {
        match u16_at(octets, at.saturating_add(2)).map(usize::from) {
            Some(set) if at < length => {
                at = at.saturating_add(set);
                if set < 4 || at > length {
                    return false;
                }
            }
            _ => break,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{SearchResult, search};

    /// A message of one data set with this many octets in it.
    fn message(octets: u8) -> Vec<u8> {
        let mut message = vec![0, 10, 0, 20 + octets];
        message.extend([
            0x60,
            0x72,
            0xcc,
            0x40,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            7,
            1,
            0,
            0,
            4 + octets,
        ]);
        message.resize(20 + usize::from(octets), 0xaa);
        message
    }

    #[test]
    fn a_message_is_proved_by_the_header_after_it() {
        let stream = [&[9; 7][..], &message(30), &message(10)].concat();
        for end in 0..stream.len() {
            let found = search(&stream[..end], false);
            match end {
                0..7 => assert_eq!(found, SearchResult::Open(0), "{end}"),
                61.. => assert_eq!(found, SearchResult::Proved(7), "{end}"),
                _ => assert!(
                    matches!(found, SearchResult::Open(..=7)),
                    "{end}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn the_last_message_is_proved_by_the_end() {
        let stream = [&[9; 7][..], &message(30)].concat();
        assert_eq!(search(&stream, false), SearchResult::Open(7));
        assert_eq!(search(&stream, true), SearchResult::Proved(7));
        // The header after it was cut by the end.
        for octets in [&[0][..], &[0, 10], &[0, 10, 1]] {
            let stream = [&stream, octets].concat();
            assert_eq!(search(&stream, true), SearchResult::Proved(7));
        }
        // It is longer, or something else follows.
        assert_eq!(search(&stream[..56], true), SearchResult::Open(56));
        let stream = [&stream[..], &[7]].concat();
        assert_eq!(search(&stream, true), SearchResult::Open(58));
    }

    #[test]
    fn a_header_that_leads_nowhere_does_not_hide_those_in_it() {
        // What looks like a message of 500 octets, and a stream inside it.
        let mut stream = vec![
            0, 10, 1, 244, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 228,
        ];
        stream.extend([message(30), message(30), message(30)].concat());
        assert_eq!(search(&stream, false), SearchResult::Open(0));
        assert_eq!(search(&stream, true), SearchResult::Proved(20));
        stream.resize(504, 7);
        assert_eq!(search(&stream, false), SearchResult::Proved(20));
    }
}
