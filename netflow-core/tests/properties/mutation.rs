//! Datagrams that begin as real ones and are then changed.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::Index;

use crate::captured::{self, Captured};

/// The datagrams of every capture, each capture's together.
pub(crate) static CAPTURES: LazyLock<Vec<Vec<Captured>>> = LazyLock::new(|| {
    let paths = netflow_testdata::captures();
    let captures: Vec<_> = paths.iter().map(captured::read).collect();
    let captures: Vec<_> = captures
        .into_iter()
        .filter(|capture| !capture.is_empty())
        .collect();
    assert!(captures.len() > 80, "testdata is not complete");
    captures
});

/// One change of a datagram.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Octet(Index, u8),
    /// Two octets, at an even place: ids, counts, lengths.
    Number(Index, u16),
    Word(Index, u32),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    /// A piece of it once more.
    Repeat(Index, u8),
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let number = prop_oneof![
        any::<u16>(),
        proptest::sample::select(vec![
            0, 1, 2, 3, 4, 5, 255, 256, 257, 0x7fff, 0x8000, 0xffff
        ]),
    ];
    let word = prop_oneof![
        any::<u32>(),
        proptest::sample::select(vec![0, 1, 5, 0x7fff_ffff, u32::MAX])
    ];
    prop_oneof![
        3 => any::<(Index, u8)>().prop_map(|(at, octet)| Change::Octet(at, octet)),
        4 => (any::<Index>(), number).prop_map(|(at, number)| Change::Number(at, number)),
        2 => (any::<Index>(), word).prop_map(|(at, word)| Change::Word(at, word)),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, octets)| Change::Insert(at, octets)),
        1 => any::<(Index, u8)>().prop_map(|(at, len)| Change::Remove(at, len)),
        1 => any::<(Index, u8)>().prop_map(|(at, len)| Change::Repeat(at, len)),
    ]
}

impl Change {
    pub(crate) fn apply(&self, octets: &mut Vec<u8>) {
        let len = octets.len();
        if len < 4 {
            return;
        }
        match self {
            Self::Octet(at, octet) => octets[at.index(len)] = *octet,
            Self::Number(at, number) => {
                let at = at.index(len - 1) & !1;
                octets[at..at + 2].copy_from_slice(&number.to_be_bytes());
            }
            Self::Word(at, word) => {
                let at = at.index(len - 3) & !3;
                octets[at..at + 4].copy_from_slice(&word.to_be_bytes());
            }
            Self::Cut(at) => octets.truncate(at.index(len)),
            Self::Insert(at, more) => {
                let at = at.index(len);
                octets.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(len);
                octets.drain(at..(at + usize::from(*count)).min(len));
            }
            Self::Repeat(at, count) => {
                let at = at.index(len);
                let piece = octets[at..(at + usize::from(*count)).min(len)].to_vec();
                octets.splice(at..at, piece);
            }
        }
    }
}

/// A few datagrams of one capture, and each of them changed: (as it came, changed).
pub(crate) fn datagrams() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let few = vec((any::<Index>(), vec(change(), 0..5)), 1..6);
    (any::<Index>(), few).prop_map(|(capture, few)| {
        let capture = &CAPTURES[capture.index(CAPTURES.len())];
        few.iter()
            .map(|(datagram, changes)| {
                let payload = &capture[datagram.index(capture.len())].payload;
                let mut changed = payload.clone();
                for change in changes {
                    change.apply(&mut changed);
                }
                (payload.clone(), changed)
            })
            .collect()
    })
}
