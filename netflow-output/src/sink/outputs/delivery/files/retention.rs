//! Which complete files are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::sink::outputs::config::Rotation;
use crate::sink::outputs::pattern::FilePattern;

/// A complete file.
#[derive(Debug)]
struct CompleteFile {
    path: PathBuf,
    octets: u64,
    modified: SystemTime,
}

/// Removes the files of a pattern that are too old, then the oldest until the rest is small enough.
/// Returns how many.
pub(super) fn apply(pattern: &FilePattern, rotation: &Rotation) -> io::Result<u64> {
    if rotation.keep_for.is_none() && rotation.keep_octets.is_none() {
        return Ok(0);
    }
    let mut files = Vec::new();
    each_file(pattern, |path, name| {
        if pattern.is_file(name) {
            let metadata = fs::metadata(&path)?;
            files.push(CompleteFile {
                path,
                octets: metadata.len(),
                modified: metadata.modified()?,
            });
        }
        Ok(())
    })?;
    files.sort_by_key(|file| file.modified);
    let mut octets: u64 = files.iter().map(|file| file.octets).sum();
    let oldest = rotation
        .keep_for
        .and_then(|age| SystemTime::now().checked_sub(age));
    let mut removed = 0;
    for file in files {
        let is_old = oldest.is_some_and(|oldest| file.modified < oldest);
        let is_excess = rotation.keep_octets.is_some_and(|most| octets > most);
        if !is_old && !is_excess {
            break;
        }
        fs::remove_file(&file.path)?;
        removed += 1;
        octets = octets.saturating_sub(file.octets);
        remove_empty_folders(&file.path, pattern);
    }
    Ok(removed)
}

/// Calls `each` with the files in folders of the pattern.
pub(super) fn each_file(
    pattern: &FilePattern,
    mut each: impl FnMut(PathBuf, &str) -> io::Result<()>,
) -> io::Result<()> {
    let mut folders = vec![(pattern.root().to_owned(), 0)];
    while let Some((folder, level)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if level < pattern.depth() {
                if kind.is_dir() && pattern.is_folder(level, &name) {
                    folders.push((entry.path(), level + 1));
                }
            } else if let Some(name) = name.to_str().filter(|_| kind.is_file()) {
                each(entry.path(), name)?;
            }
        }
    }
    Ok(())
}

/// Removes the folders of a removed file, below the root, that hold nothing else.
pub(super) fn remove_empty_folders(file: &Path, pattern: &FilePattern) {
    for folder in file.ancestors().skip(1).take(pattern.depth()) {
        // One that is not empty stays.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}
