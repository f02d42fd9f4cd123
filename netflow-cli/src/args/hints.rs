//! Hints for options that other tools have and this command does not.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Options of tcpdump, tshark, nfdump and jq, and what to write instead.
const OPTIONS: &[(&[&str], &str)] = &[
    (
        &["-r", "-R", "--read-file"],
        "files are named without an option: netflow decode FILE…",
    ),
    (
        &["--filter", "-Y", "--display-filter"],
        "flows are chosen with --where EXPR, such as --where 'dst port 443 and bytes > 1M'",
    ),
    (
        &["-n", "-nn"],
        "addresses and ports are always numbers; netflow top -n N limits the number of groups",
    ),
    (
        &["-A", "-a", "--aggregate"],
        "groups are summed by netflow top --by FIELD,…",
    ),
    (
        &["-T", "-e", "-E"],
        "fields are chosen with --fields NAME,…; --fields help lists them",
    ),
    (&["--json", "-j"], "the format is chosen with --format json"),
    (&["--csv"], "the format is chosen with --format csv"),
    (
        &["-i", "--interface", "-l", "-p", "--port-listen"],
        "netflow listen receives from the network; --port PORT names further ports in captures",
    ),
    (
        &["-x", "-X", "-xx"],
        "netflow explain --frame N FILE shows a packet octet by octet",
    ),
    (
        &["-c", "--count"],
        "rows are limited by another command: netflow decode FILE | head",
    ),
];

/// Adds what to write instead to the error about an unknown option or subcommand.
pub(crate) fn add(mut error: clap::Error, args: &[OsString]) -> clap::Error {
    let hint = match error.kind() {
        ErrorKind::UnknownArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(option)) => option_hint(option),
            _ => None,
        },
        ErrorKind::InvalidSubcommand => args.get(1).and_then(|name| file_hint(name)),
        _ => None,
    };
    if let Some(hint) = hint {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![StyledStr::from(hint)]),
        );
    }
    error
}

fn option_hint(option: &str) -> Option<String> {
    let option = option.split('=').next().unwrap_or(option);
    let found = OPTIONS.iter().find(|(names, _)| names.contains(&option));
    found.map(|(_, hint)| (*hint).to_owned())
}

/// A file in the place of the subcommand.
fn file_hint(name: &OsStr) -> Option<String> {
    let name = Path::new(name);
    name.is_file()
        .then(|| format!("to see its flows: netflow decode {}", name.display()))
}
