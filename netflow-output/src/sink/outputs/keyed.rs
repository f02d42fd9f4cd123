//! Rows with the keys of their messages, as they wait in a queue or a spool: blocks of rows that have the
//! same key.
//!
//! A block is the length of its key (one octet), the key, the length of its rows (four octets), a line feed and the
//! rows: formats of lines see by the last octet that a row begins, and not a member of one.

use core::fmt::Write as _;
#[cfg(feature = "kafka")]
use core::ops::Range;

use netflow_core::{Datagram, Decoded};

use super::kafka::KafkaKey;
use crate::format::Framing;

/// Octets of the length of rows.
const LENGTH: usize = size_of::<u32>();
/// What the rows of a block come after.
const BEGIN: u8 = b'\n';

/// Writes blocks around the rows that a format appends to a buffer.
#[derive(Debug)]
pub(super) struct KeyedRows {
    kind: KafkaKey,
    /// Where the rows of the last block begin in the buffer; its length is right before the line feed, its key before
    /// that.
    rows_at: usize,
    /// The key of the last block; none if it was removed.
    key: Option<Vec<u8>>,
    /// Where the rows of the message begin.
    begun_at: usize,
    /// Whole rows in the buffer.
    rows: u64,
}

impl KeyedRows {
    pub(super) const fn new(kind: KafkaKey) -> Self {
        Self {
            kind,
            rows_at: 0,
            key: None,
            begun_at: 0,
            rows: 0,
        }
    }

    /// The rows of a message follow.
    pub(super) fn begin_message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) {
        let mut key = String::new();
        if let Some(header) = message.headers().next() {
            let exporter = header.exporter.ip();
            // Writing to a string does not fail.
            let _ = match self.kind {
                KafkaKey::Exporter => write!(key, "{exporter}"),
                KafkaKey::ExporterAndDomain => {
                    write!(key, "{exporter}|{}", header.observation_domain)
                }
            };
        }
        self.begin(key.as_bytes(), out);
    }

    /// Rows of a datagram whose domain is not known follow.
    pub(super) fn begin_datagram(&mut self, datagram: &Datagram<'_>, out: &mut Vec<u8>) {
        self.begin(datagram.exporter.ip().to_string().as_bytes(), out);
    }

    /// Rows with this key follow.
    pub(super) fn begin(&mut self, key: &[u8], out: &mut Vec<u8>) {
        if out.is_empty() || self.key.as_deref() != Some(key) {
            append(key, &[], out);
            self.key = Some(key.to_vec());
            self.rows_at = out.len();
        }
        self.begun_at = out.len();
    }

    /// The rows are written. A block without rows is removed.
    pub(super) fn end(&mut self, framing: Framing, out: &mut Vec<u8>) {
        let new = out.get(self.begun_at..).unwrap_or_default();
        self.rows += framing.count(new);
        let len = out.len().saturating_sub(self.rows_at);
        let length_at = self.rows_at.saturating_sub(LENGTH + 1);
        if len == 0 {
            let key = self.key.take().unwrap_or_default();
            out.truncate(length_at.saturating_sub(key.len() + 1));
        } else if let Some(length) = out.get_mut(length_at..length_at + LENGTH) {
            length.copy_from_slice(&u32::try_from(len).unwrap_or(0).to_be_bytes());
        }
    }

    /// The number of rows in the buffer, which is now empty.
    pub(super) fn take_rows(&mut self) -> u64 {
        core::mem::take(&mut self.rows)
    }
}

/// A block: where its key and its rows are.
#[cfg(feature = "kafka")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) key: Range<usize>,
    pub(super) rows: Range<usize>,
}

/// The blocks of a chunk, until its end or a block that is cut.
#[cfg(feature = "kafka")]
pub(super) fn blocks(octets: &[u8]) -> impl Iterator<Item = Block> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let key_at = at + 1;
        let key_end = key_at + usize::from(*octets.get(at)?);
        let begin = key_end + LENGTH;
        let length = octets.get(key_end..begin)?.first_chunk()?;
        let rows_at = begin + 1;
        if *octets.get(begin)? != BEGIN {
            return None;
        }
        let rows_end = rows_at.checked_add(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        octets.get(rows_at..rows_end)?;
        at = rows_end;
        Some(Block {
            key: key_at..key_end,
            rows: rows_at..rows_end,
        })
    })
}

/// Appends a block. A key is an address and a number, and so short.
pub(super) fn append(key: &[u8], rows: &[u8], out: &mut Vec<u8>) {
    out.push(u8::try_from(key.len()).unwrap_or(0));
    out.extend_from_slice(key);
    out.extend_from_slice(&u32::try_from(rows.len()).unwrap_or(0).to_be_bytes());
    out.push(BEGIN);
    out.extend_from_slice(rows);
}

#[cfg(all(test, feature = "kafka"))]
mod tests {
    use super::{KeyedRows, append, blocks};
    use crate::format::Framing;
    use crate::sink::outputs::kafka::KafkaKey;

    /// Key and rows of each block.
    fn read(octets: &[u8]) -> Vec<(&[u8], &[u8])> {
        blocks(octets)
            .map(|block| (&octets[block.key], &octets[block.rows]))
            .collect()
    }

    #[test]
    fn rows_of_one_key_share_a_block_and_a_message_without_rows_leaves_none() {
        let mut keyed = KeyedRows::new(KafkaKey::Exporter);
        let mut out = Vec::new();
        for (key, rows) in [
            (&b"a"[..], &b"1\n2\n"[..]),
            (b"a", b"3\n"),
            (b"b", b""),
            (b"a", b"4\n"),
            (b"", b"5\n"),
            (b"b", b""),
        ] {
            keyed.begin(key, &mut out);
            out.extend_from_slice(rows);
            keyed.end(Framing::Lines, &mut out);
        }
        assert_eq!(keyed.take_rows(), 5);
        let expected: [(&[u8], &[u8]); 3] = [(b"a", b"1\n2\n3\n"), (b"a", b"4\n"), (b"", b"5\n")];
        assert_eq!(read(&out), expected);
        let mut again = Vec::new();
        for (key, rows) in expected {
            append(key, rows, &mut again);
        }
        assert_eq!(again, out);
        // Cut anywhere, only whole blocks are read.
        for len in 0..out.len() {
            assert!(read(&out[..len]).len() < 3);
        }
    }
}
