//! Words that stand for the number in an octet.

use std::sync::LazyLock;

use netflow_core::element::{self, iana};

use super::form::Form;
use crate::format::dialect::encode::{PlannedText, RoomWriter};
use crate::format::dialect::protocols;

/// For each octet, the word that stands for it as JSON has it; empty if none does.
pub(super) type Words = [PlannedText; 256];

impl Form {
    /// The words of this form; none if it writes something else.
    pub(super) fn words(self) -> Option<&'static Words> {
        Some(match self {
            Self::Keyword => &KEYWORDS,
            Self::LowerKeyword => &LOWER_KEYWORDS,
            Self::Direction => &DIRECTIONS,
            Self::EtherTypeName | Self::IpVersionName => &IP_VERSIONS,
            Self::FlagNames => &SIX_FLAGS,
            Self::FlagNamesOfTcp => &FLAGS_FROM_HIGHEST,
            Self::FlagNamesOfTcpFromLowest => &FLAGS,
            _ => return None,
        })
    }
}

/// Writes the word of an octet; `false` if it has none.
#[inline]
pub(super) fn write(words: &Words, octet: u8, out: &mut RoomWriter<'_>) -> bool {
    let word = &words[usize::from(octet)];
    out.planned(word);
    !word.is_empty()
}

fn words(word: impl Fn(u8) -> Option<String>) -> Words {
    let mut octets = 0..=u8::MAX;
    core::array::from_fn(|_| {
        let word = octets.next().and_then(&word);
        PlannedText::new(word.unwrap_or_default().as_bytes())
    })
}

/// The keywords of protocols; numbers of those without one.
static KEYWORDS: LazyLock<Words> = LazyLock::new(|| keywords(protocols::keyword));

/// The same in lower case.
static LOWER_KEYWORDS: LazyLock<Words> = LazyLock::new(|| keywords(protocols::lower_keyword));

fn keywords(keyword: impl Fn(u8) -> &'static str) -> Words {
    words(|protocol| match keyword(protocol) {
        "" => Some(format!("\"{protocol}\"")),
        keyword => Some(format!("\"{keyword}\"")),
    })
}

static DIRECTIONS: LazyLock<Words> = LazyLock::new(|| {
    words(|direction| match direction {
        0 => Some("\"ingress\"".to_owned()),
        1 => Some("\"egress\"".to_owned()),
        _ => None,
    })
});

static IP_VERSIONS: LazyLock<Words> = LazyLock::new(|| {
    words(|version| match version {
        4 | 6 => Some(format!("\"IPv{version}\"")),
        _ => None,
    })
});

/// The names of the flags of TCP that are set, from the lowest bit, as an array.
static FLAGS: LazyLock<Words> = LazyLock::new(|| flags(u8::MAX, [0, 1, 2, 3, 4, 5, 6, 7]));

/// The same without the upper two.
static SIX_FLAGS: LazyLock<Words> = LazyLock::new(|| flags(0x3f, [0, 1, 2, 3, 4, 5, 6, 7]));

/// The same of all, from the highest bit.
static FLAGS_FROM_HIGHEST: LazyLock<Words> =
    LazyLock::new(|| flags(u8::MAX, [7, 6, 5, 4, 3, 2, 1, 0]));

fn flags(mask: u8, bits: [u8; 8]) -> Words {
    words(|octet| {
        let set = bits
            .into_iter()
            .filter(|bit| (octet & mask) >> bit & 1 != 0);
        let name = |bit| element::flag(iana::TCP_CONTROL_BITS.id, bit).unwrap_or_default();
        let names: Vec<_> = set.map(|bit| format!("\"{}\"", name(bit))).collect();
        (!names.is_empty()).then(|| format!("[{}]", names.join(",")))
    })
}
