//! `--anonymise`: addresses replaced by others.

#[cfg(target_os = "linux")]
use core::net::Ipv6Addr;
use core::str::FromStr;
use std::io;
use std::path::Path;

use netflow_output::anonymise::Anonymiser;
use netflow_query::Filter;

/// What replaces addresses by the key in a file: the key itself is not an argument,
/// because every user could see it in the process list.
#[derive(Debug, Clone)]
pub(crate) struct KeyFile {
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
            anonymiser: Anonymiser::from_file(Path::new(path))?,
        })
    }
}

/// Whether the keys are the same. Keys are not kept, so the pseudonym of one address is compared: two
/// different keys agree with a probability of 2^-128.
#[cfg(target_os = "linux")]
impl PartialEq for KeyFile {
    fn eq(&self, other: &Self) -> bool {
        let probe = |key: &Self| key.anonymiser.address(Ipv6Addr::UNSPECIFIED.into());
        probe(self) == probe(other)
    }
}
