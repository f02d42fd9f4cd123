//! Files of a limited size.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The octets of a file that has no more than `limit`; an error is a sentence.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let expected = file.metadata().map_or(0, |metadata| metadata.len());
    let mut octets = Vec::new();
    // The length of a device or a pipe is known only once it has been read.
    if expected <= limit {
        octets.reserve_exact(usize::try_from(expected).unwrap_or_default());
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut octets);
        read.map_err(|error| error.to_string())?;
    }
    let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    if expected.max(length) > limit {
        return Err(format!("has more than {limit} octets"));
    }
    Ok(octets)
}
