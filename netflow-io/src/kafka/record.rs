//! The state of a partition as a message: a version, the offset of the next message, and the snapshot, compressed.

use std::io::Read as _;

/// What each begins with.
const MAGIC: &[u8; 8] = b"netflow\x01";
/// Maximum octets of a snapshot: more than any decoder saves.
const MAX_SNAPSHOT: u64 = 1 << 30;
/// The level of zstd, which makes a snapshot several times smaller.
const LEVEL: i32 = 1;

/// The state, as it is saved.
pub(super) fn encode(offset: i64, snapshot: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut record = MAGIC.to_vec();
    record.extend_from_slice(&offset.to_be_bytes());
    record.extend_from_slice(&zstd::bulk::compress(snapshot, LEVEL)?);
    Ok(record)
}

/// The offset and the snapshot; `None` if it is none of our records.
pub(super) fn decode(record: &[u8]) -> Option<(i64, Vec<u8>)> {
    let rest = record.strip_prefix(MAGIC)?;
    let (offset, compressed) = rest.split_first_chunk()?;
    let offset = i64::from_be_bytes(*offset);
    let mut snapshot = Vec::new();
    let reader = zstd::Decoder::new(compressed).ok()?;
    let mut limited = reader.take(MAX_SNAPSHOT);
    limited.read_to_end(&mut snapshot).ok()?;
    (offset >= 0 && limited.limit() > 0).then_some((offset, snapshot))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn what_was_saved_is_read_and_what_is_cut_is_not() {
        let snapshot = [7; 1_000];
        let record = encode(42, &snapshot).unwrap();
        assert_eq!(decode(&record), Some((42, snapshot.to_vec())));
        for len in 0..record.len() {
            assert_eq!(decode(&record[..len]), None, "{len}");
        }
        assert_eq!(decode(&encode(-1, b"").unwrap()), None);
    }
}
