//! `--anonymise`: addresses replaced by others.

use core::str::FromStr;
use std::io;
use std::path::{Path, PathBuf};

use netflow_output::anonymise::Anonymiser;
use netflow_query::Filter;

/// What replaces addresses, and the file that has its key: the key itself is not an argument,
/// because every user could see it in the process list.
#[derive(Debug, Clone)]
pub(crate) struct KeyFile {
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only a collector reads it again")
    )]
    pub(crate) path: PathBuf,
    pub(crate) anonymiser: Anonymiser,
}

impl KeyFile {
    /// The filter for rows whose addresses may be replaced: it uses the original ones.
    pub(crate) fn filter(key: Option<&Self>, filter: Option<Filter>) -> Option<Filter> {
        match key {
            Some(key) => filter.map(|filter| key.anonymiser.filter(&filter)),
            None => filter,
        }
    }
}

impl FromStr for KeyFile {
    type Err = io::Error;

    fn from_str(path: &str) -> io::Result<Self> {
        Ok(Self {
            path: path.into(),
            anonymiser: Anonymiser::from_file(Path::new(path))?,
        })
    }
}
