//! Complete files that wait to be sent: `flows-1205.json.ROWS-ID.staged`.
//!
//! The name holds what the next run has to know of a file: how many rows it has, and an id by which the
//! store is asked whether it has the file already.

use core::hash::{BuildHasher as _, Hasher as _};
use std::ffi::OsString;
use std::fs;
use std::hash::RandomState;
use std::io;
use std::path::{Path, PathBuf};

use super::retention;
use crate::sink::outputs::pattern::FilePattern;

/// How such a name ends.
const STAGED: &str = ".staged";

/// A complete file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sink::outputs::delivery) struct StagedFile {
    pub(in crate::sink::outputs::delivery) path: PathBuf,
    /// The path that the pattern gave it.
    pub(in crate::sink::outputs::delivery) target: PathBuf,
    pub(in crate::sink::outputs::delivery) id: String,
    pub(in crate::sink::outputs::delivery) rows: u64,
    pub(in crate::sink::outputs::delivery) octets: u64,
    /// Whether nothing has tried to send it yet.
    pub(in crate::sink::outputs::delivery) is_new: bool,
}

/// Where a file of this number of rows waits.
pub(super) fn path(target: &Path, rows: u64) -> PathBuf {
    let id = RandomState::new().build_hasher().finish();
    let mut name: OsString = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{rows}-{id:016x}{STAGED}"));
    target.with_file_name(name)
}

impl StagedFile {
    /// The file, unless its name is another.
    pub(super) fn of(path: &Path, pattern: &FilePattern) -> io::Result<Option<Self>> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some((target, rows, id)) = parts(&name).filter(|(target, ..)| pattern.is_file(target))
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            target: path.with_file_name(target),
            id: id.to_owned(),
            rows,
            octets: fs::metadata(path)?.len(),
            path: path.to_owned(),
            is_new: true,
        }))
    }
}

/// The files that an earlier run has left, in the order of their names.
pub(super) fn left(pattern: &FilePattern) -> io::Result<Vec<StagedFile>> {
    let mut files = Vec::new();
    retention::each_file(pattern, |path, _| {
        files.extend(StagedFile::of(&path, pattern)?);
        Ok(())
    })?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The name that the pattern gave, rows and id.
fn parts(name: &str) -> Option<(&str, u64, &str)> {
    let (target, rest) = name.strip_suffix(STAGED)?.rsplit_once('.')?;
    let (rows, id) = rest.split_once('-')?;
    let is_id = id.len() == 16 && id.bytes().all(|octet| octet.is_ascii_hexdigit());
    Some((target, rows.parse().ok()?, id)).filter(|_| is_id)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{parts, path};

    #[test]
    fn the_name_of_a_file_that_waits_has_its_rows_and_an_id() {
        let staged = path(Path::new("a/flows-1205.json.gz"), 42);
        let name = staged.file_name().unwrap().to_str().unwrap();
        let (target, rows, id) = parts(name).unwrap();
        assert_eq!((target, rows, id.len()), ("flows-1205.json.gz", 42, 16));
        for other in [
            "flows-1205.json.gz",
            "flows-1205.json.42-0123456789abcde.staged",
            "flows-1205.json.x-0123456789abcdef.staged",
            ".staged",
            "",
        ] {
            assert_eq!(parts(other), None, "{other}");
        }
    }
}
