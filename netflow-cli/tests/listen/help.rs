//! The options in the help, and the tests of them.

use std::fs;
use std::process::Command;

/// The long options in the help of a subcommand.
fn options(subcommand: &str) -> Vec<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args([subcommand, "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let names = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let start = line.strip_prefix("--").or_else(|| {
            let (short, long) = line.split_once(", --")?;
            (short.starts_with('-') && short.len() == 2).then_some(long)
        })?;
        let end = start.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-');
        Some(start[..end.unwrap_or(start.len())].to_owned())
    });
    names.filter(|name| name != "help").collect()
}

#[test]
fn each_option_is_used_by_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/listen");
    let mut sources = String::new();
    for file in fs::read_dir(folder).unwrap() {
        sources += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let (listen, replay) = (options("listen"), options("replay"));
    assert!(
        listen.len() > 40 && replay.len() > 6,
        "{listen:?} {replay:?}"
    );
    for option in listen.iter().chain(&replay) {
        let uses = [format!("\"--{option}\""), format!("\"--{option}=")];
        assert!(
            uses.iter().any(|using| sources.contains(using)),
            "no test uses --{option}"
        );
    }
}
