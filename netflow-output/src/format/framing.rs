//! Where a row ends.

/// Octets of the header of a message of IPFIX.
const IPFIX_HEADER: usize = 16;

/// How the rows of a format are delimited.
///
/// ```
/// use netflow_output::format::Framing;
///
/// let octets = b"{\"octets\":1}\n{\"octets\":2}\n{\"oct";
/// assert_eq!(Framing::Lines.count(octets), 2);
/// assert_eq!(Framing::Lines.whole(octets), 26); // a cut third row is left out
/// let rows: Vec<&[u8]> = Framing::Lines.rows(octets).collect();
/// assert_eq!(rows, [&b"{\"octets\":1}\n"[..], b"{\"octets\":2}\n"]);
///
/// // A line feed between quotes is part of a value of CSV (RFC 4180).
/// assert_eq!(Framing::QuotedLines.count(b"\"two\nlines\",1\r\n"), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Framing {
    /// Each row ends with a line feed and contains no other: JSON.
    #[default]
    Lines,
    /// Each row ends with a line feed outside of double quotes: CSV.
    QuotedLines,
    /// Each row follows its length, a varint as in protobuf's delimited form.
    LengthPrefixed,
    /// Each row is a value of MessagePack, one after the other.
    MessagePack,
    /// Each row is a message of IPFIX, which states its length (RFC 7011, section 3.1).
    IpfixMessages,
}

impl Framing {
    /// The whole rows at the start of `octets`, each with its separator or length.
    pub fn rows(self, octets: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = octets;
        core::iter::from_fn(move || {
            let (row, after) = rest.split_at_checked(self.row_len(rest)?)?;
            rest = after;
            Some(row)
        })
    }

    /// Number of whole rows at the start of `octets`.
    #[must_use]
    pub fn count(self, octets: &[u8]) -> u64 {
        match self {
            Self::Lines => {
                let ends = octets.iter().filter(|octet| **octet == b'\n').count();
                u64::try_from(ends).unwrap_or(u64::MAX)
            }
            _ => u64::try_from(self.rows(octets).count()).unwrap_or(u64::MAX),
        }
    }

    /// Octets that the whole rows at the start of `octets` take.
    #[must_use]
    pub fn whole(self, octets: &[u8]) -> usize {
        match self {
            Self::Lines => octets
                .iter()
                .rposition(|octet| *octet == b'\n')
                .map_or(0, |last| last + 1),
            _ => self.rows(octets).map(<[u8]>::len).sum(),
        }
    }

    /// Octets of the first row, if it is whole.
    fn row_len(self, octets: &[u8]) -> Option<usize> {
        match self {
            Self::Lines => Some(octets.iter().position(|octet| *octet == b'\n')? + 1),
            Self::QuotedLines => {
                let mut is_quoted = false;
                let end = octets.iter().position(|octet| {
                    // A literal quote is doubled, which toggles two times.
                    is_quoted ^= *octet == b'"';
                    *octet == b'\n' && !is_quoted
                })?;
                Some(end + 1)
            }
            Self::MessagePack => message_pack_len(octets),
            Self::IpfixMessages => {
                let len = u16::from_be_bytes(*octets.get(2..)?.first_chunk()?);
                // One shorter than its header would never end.
                let len = usize::from(len).max(IPFIX_HEADER);
                (len <= octets.len()).then_some(len)
            }
            Self::LengthPrefixed => {
                let (length, prefix) = varint(octets)?;
                let end = usize::try_from(length).ok()?.checked_add(prefix)?;
                (end <= octets.len()).then_some(end)
            }
        }
    }
}

/// Octets of the first value of MessagePack, with all that is nested in it.
fn message_pack_len(octets: &[u8]) -> Option<usize> {
    let (mut len, mut values) = (0_usize, 1_u64);
    while values > 0 {
        let tag = *octets.get(len)?;
        len += 1;
        // The octets of its length or number, and what that counts.
        let (width, counts) = match tag {
            0xc4 | 0xd9 => (1, Counts::Octets(0)),
            0xc5 | 0xda => (2, Counts::Octets(0)),
            0xc6 | 0xdb => (4, Counts::Octets(0)),
            // Extensions have a type before their octets.
            0xc7 => (1, Counts::Octets(1)),
            0xc8 => (2, Counts::Octets(1)),
            0xc9 => (4, Counts::Octets(1)),
            0xdc => (2, Counts::Values(1)),
            0xdd => (4, Counts::Values(1)),
            0xde => (2, Counts::Values(2)),
            0xdf => (4, Counts::Values(2)),
            _ => (0, Counts::Octets(0)),
        };
        let number = octets.get(len..)?.get(..width)?;
        let number = number
            .iter()
            .fold(0_u64, |all, octet| all << 8 | u64::from(*octet));
        len += width;
        let (more_octets, more_values) = match (tag, counts) {
            (0x80..=0x8f, _) => (0, 2 * u64::from(tag & 0xf)),
            (0x90..=0x9f, _) => (0, u64::from(tag & 0xf)),
            (0xa0..=0xbf, _) => (u64::from(tag & 0x1f), 0),
            (0xcc | 0xd0, _) => (1, 0),
            (0xcd | 0xd1 | 0xd4, _) => (2, 0),
            (0xd5, _) => (3, 0),
            (0xca | 0xce | 0xd2, _) => (4, 0),
            (0xd6, _) => (5, 0),
            (0xcb | 0xcf | 0xd3, _) => (8, 0),
            (0xd7, _) => (9, 0),
            (0xd8, _) => (17, 0),
            (_, Counts::Octets(before)) => (number + before, 0),
            (_, Counts::Values(each)) => (0, number * each),
        };
        len = len.checked_add(usize::try_from(more_octets).ok()?)?;
        values = values - 1 + more_values;
        if len > octets.len() {
            return None;
        }
    }
    Some(len)
}

/// What the length of a value of MessagePack counts.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// Octets, after this number of other octets.
    Octets(u64),
    /// Values, this number for each item.
    Values(u64),
}

/// A number and the octets that it takes.
fn varint(octets: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (index, octet) in octets.iter().take(10).enumerate() {
        number |= u64::from(octet & 0x7f).checked_shl(u32::try_from(7 * index).ok()?)?;
        if octet & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Framing;

    #[test]
    fn rows_cut_at_every_length_are_left_out() {
        let cases: [(Framing, &[&[u8]]); 4] = [
            (
                Framing::MessagePack,
                &[
                    b"\x82\xa1a\x01\xa1b\x92\xcd\x01\x02\xc0",
                    b"\x80",
                    b"\xde\x00\x01\xd9\x01k\xcb\x00\x00\x00\x00\x00\x00\x00\x00",
                    b"\x81\xa1t\xd7\xff\x00\x00\x00\x00\x00\x00\x00\x00",
                    b"\xdc\x00\x02\xc4\x02\n\n\xc7\x01\x05x",
                ],
            ),
            (Framing::Lines, &[b"{}\n", b"{\"a\":\"\\\"\"}\n", b"\n"]),
            (
                Framing::QuotedLines,
                &[b"a,b\r\n", b"\"x\n\"\"\n\",1\r\n", b"1,2\r\n"],
            ),
            (Framing::LengthPrefixed, &[b"\x01a", b"\x00", b"\x02\n\n"]),
        ];
        for (framing, rows) in cases {
            let octets = rows.concat();
            for end in 0..=octets.len() {
                let mut len = 0;
                let whole = rows.iter().take_while(|row| {
                    len += row.len();
                    len <= end
                });
                let whole: Vec<&[u8]> = whole.copied().collect();
                let cut = &octets[..end];
                assert_eq!(
                    framing.rows(cut).collect::<Vec<_>>(),
                    whole,
                    "{framing:?} {end}"
                );
                assert_eq!(framing.count(cut), whole.len() as u64, "{framing:?} {end}");
                assert_eq!(
                    framing.whole(cut),
                    whole.concat().len(),
                    "{framing:?} {end}"
                );
            }
        }
    }

    #[test]
    fn an_impossible_length_is_no_row() {
        let length_prefixed = [
            &[0xff_u8; 12][..],
            &[0xff, 0xff, 0xff, 0xff, 0x0f, 1],
            &[0x80],
        ];
        for octets in length_prefixed {
            assert_eq!(Framing::LengthPrefixed.count(octets), 0);
        }
    }
}
