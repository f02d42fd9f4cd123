//! A document as a map of MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>).

use core::ops::Range;

use super::{DocumentMembers, Parsed};

/// Maximum members of a document.
const MAX_MEMBERS: u64 = 256;

/// Whether a map begins with this octet: `fixmap`, `map 16` or `map 32`.
pub(super) const fn is_map(first: u8) -> bool {
    matches!(first, 0x80..=0x8f | 0xde | 0xdf)
}

/// Reads the document at the start of these octets.
pub(super) fn parse(octets: &[u8]) -> Parsed {
    let Some(first) = octets.first() else {
        return Parsed::Cut;
    };
    if !is_map(*first) {
        return Parsed::Malformed("is not a map of MessagePack");
    }
    let mut members = DocumentMembers::default();
    let mut cursor = PackedCursor { octets, at: 0 };
    let Some(PackedValue::Map(count)) = cursor.value() else {
        return Parsed::Cut;
    };
    if count > MAX_MEMBERS {
        return Parsed::Malformed("has more than 256 members");
    }
    for _ in 0..count {
        let Some(key) = cursor.value() else {
            return Parsed::Cut;
        };
        let key = match key {
            PackedValue::Text(range) => octets.get(range).unwrap_or_default(),
            _ => return Parsed::Malformed("has a key that is not text"),
        };
        let Some(value) = cursor.value() else {
            return Parsed::Cut;
        };
        match (key, value) {
            (b"exporter", PackedValue::Text(range)) => members.exporter = Some(range),
            (b"received", PackedValue::Text(range)) => members.received = Some(range),
            (b"payload", PackedValue::Octets(range)) => members.payload = Some(range),
            (b"port", PackedValue::Number(port)) => members.port = Some(port),
            (_, value) => {
                if cursor.skip_nested(&value).is_none() {
                    return Parsed::Cut;
                }
            }
        }
    }
    Parsed::Whole(members, cursor.at)
}

/// A value, of which only the start is read where others are nested in it.
enum PackedValue {
    Text(Range<usize>),
    Octets(Range<usize>),
    Number(u64),
    /// This number of values follows.
    Array(u64),
    /// This number of pairs of values follows.
    Map(u64),
    Other,
}

/// A place among octets. Each method returns `None` where they end too early.
struct PackedCursor<'o> {
    octets: &'o [u8],
    at: usize,
}

impl PackedCursor<'_> {
    fn value(&mut self) -> Option<PackedValue> {
        let [tag] = self.array()?;
        Some(match tag {
            0x00..=0x7f => PackedValue::Number(tag.into()),
            0x80..=0x8f => PackedValue::Map((tag & 0x0f).into()),
            0x90..=0x9f => PackedValue::Array((tag & 0x0f).into()),
            0xa0..=0xbf => PackedValue::Text(self.range((tag & 0x1f).into())?),
            0xc4 => PackedValue::Octets(self.counted(1)?),
            0xc5 => PackedValue::Octets(self.counted(2)?),
            0xc6 => PackedValue::Octets(self.counted(4)?),
            0xc7 => self.extension(1)?,
            0xc8 => self.extension(2)?,
            0xc9 => self.extension(4)?,
            0xca | 0xd2 => self.other(4)?,
            0xcb | 0xd3 => self.other(8)?,
            0xcc => PackedValue::Number(self.number(1)?),
            0xcd => PackedValue::Number(self.number(2)?),
            0xce => PackedValue::Number(self.number(4)?),
            0xcf => PackedValue::Number(self.number(8)?),
            0xd0 => self.other(1)?,
            0xd1 | 0xd4 => self.other(2)?,
            0xd5 => self.other(3)?,
            0xd6 => self.other(5)?,
            0xd7 => self.other(9)?,
            0xd8 => self.other(17)?,
            0xd9 => PackedValue::Text(self.counted(1)?),
            0xda => PackedValue::Text(self.counted(2)?),
            0xdb => PackedValue::Text(self.counted(4)?),
            0xdc => PackedValue::Array(self.number(2)?),
            0xdd => PackedValue::Array(self.number(4)?),
            0xde => PackedValue::Map(self.number(2)?),
            0xdf => PackedValue::Map(self.number(4)?),
            // nil, false, true, negative numbers.
            _ => PackedValue::Other,
        })
    }

    /// Passes over what is nested in a value.
    fn skip_nested(&mut self, value: &PackedValue) -> Option<()> {
        let nested = |value: &PackedValue| match value {
            PackedValue::Array(count) => *count,
            PackedValue::Map(count) => count.saturating_mul(2),
            _ => 0,
        };
        let mut left = nested(value);
        while left > 0 {
            let value = self.value()?;
            left = left.saturating_sub(1).saturating_add(nested(&value));
        }
        Some(())
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let octets = *self.octets.get(self.at..)?.first_chunk()?;
        self.at = self.at.saturating_add(N);
        Some(octets)
    }

    /// A number of this many octets.
    fn number(&mut self, width: usize) -> Option<u64> {
        let range = self.range(u64::try_from(width).ok()?)?;
        let octets = self.octets.get(range)?.iter();
        Some(octets.fold(0, |number, octet| number << 8 | u64::from(*octet)))
    }

    /// This many octets.
    fn range(&mut self, len: u64) -> Option<Range<usize>> {
        let end = self.at.checked_add(usize::try_from(len).ok()?)?;
        let range = self.at..end;
        self.octets.get(range.clone())?;
        self.at = end;
        Some(range)
    }

    /// Octets after their number, which has this width.
    fn counted(&mut self, width: usize) -> Option<Range<usize>> {
        let len = self.number(width)?;
        self.range(len)
    }

    /// An extension: after the number of its octets comes its type.
    fn extension(&mut self, width: usize) -> Option<PackedValue> {
        let len = self.number(width)?;
        self.other(len.checked_add(1)?)
    }

    fn other(&mut self, len: u64) -> Option<PackedValue> {
        self.range(len).map(|_| PackedValue::Other)
    }
}
