//! Manual pages, completions, and the package that has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn netflow(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The long options in the help of a subcommand.
fn options(subcommand: &str) -> Vec<String> {
    let help = netflow(&[subcommand, "--help"]);
    let names = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("-").map(|_| line)?;
        let (_, name) = line.split_once("--")?;
        let end = name.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-');
        Some(name[..end.unwrap_or(name.len())].to_owned())
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() > 3, "{subcommand}: {names:?}");
    names
}

const SUBCOMMANDS: [&str; 5] = ["decode", "explain", "listen", "replay", "top"];

#[test]
fn each_subcommand_has_a_manual_page_with_all_options() {
    let folder = std::env::temp_dir().join(format!("netflow-manual-{}", std::process::id()));
    netflow(&["manual", folder.to_str().unwrap()]);
    let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(page("netflow.1").contains(".TH netflow 1"));
    for subcommand in SUBCOMMANDS {
        let page = page(&format!("netflow-{subcommand}.1"));
        for option in options(subcommand) {
            let option = format!("--{option}").replace('-', "\\-");
            assert!(page.contains(&option), "{subcommand} {option}");
        }
    }
    // What only makers of packages need has no page.
    assert!(!folder.join("netflow-manual.1").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn completions_of_each_shell_know_all_options() {
    for shell in ["bash", "fish", "zsh"] {
        let script = netflow(&["completions", shell]);
        for subcommand in SUBCOMMANDS {
            for option in options(subcommand) {
                assert!(script.contains(&option), "{shell} {subcommand} {option}");
            }
        }
    }
    let script = std::env::temp_dir().join(format!("netflow-{}.bash", std::process::id()));
    fs::write(&script, netflow(&["completions", "bash"])).unwrap();
    // Not every host has a bash.
    let checked = Command::new("bash")
        .arg("-n")
        .arg(&script)
        .stderr(Stdio::null())
        .status();
    assert!(checked.is_ok_and(|status| status.success()) || which("bash").is_none());
    fs::remove_file(script).unwrap();
}

fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

#[test]
fn each_file_of_the_package_is_there_or_is_made() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(manifest.join("Cargo.toml")).unwrap();
    let made = [
        "netflow.bash",
        "netflow.fish",
        "netflow.zsh",
        "man/netflow*.1",
    ];
    let assets = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("[\""));
    let mut count = 0;
    for asset in assets {
        let path = asset.split('"').next().unwrap();
        let is_made = path == "target/release/netflow"
            || path
                .strip_prefix("../target/package/")
                .is_some_and(|name| made.contains(&name));
        assert!(is_made || manifest.join(path).is_file(), "{path}");
        count += 1;
    }
    assert_eq!(count, 10);
}
