//! The file that a command writes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};

/// Reads the path of a file to write; an address such as `kafka://host` is an output of `netflow listen`, not a path.
pub(super) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(|path: OsString| {
        let text = path.to_string_lossy();
        match text.split_once("://") {
            Some((scheme, _)) if scheme.bytes().all(|octet| octet.is_ascii_alphanumeric()) => Err(
                format!("this command writes files; netflow listen --output sends to {scheme}://"),
            ),
            _ => Ok(PathBuf::from(path)),
        }
    })
}
