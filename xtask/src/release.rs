//! A release: whether everything is ready for it, and the files of it. Nothing is published.

mod check;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::command::{Command, cargo, python};
use crate::install::{self, InstallPaths};
use crate::package;
use crate::repository::{Result, target};

/// Wheels: the target of rustc, and the systems that maturin says it is for.
const WHEELS: &[(&str, &str)] = &[
    ("x86_64-unknown-linux-gnu", "manylinux2014"),
    ("x86_64-unknown-linux-musl", "musllinux_1_2"),
];

/// Checks, without building anything.
pub(crate) fn check() -> ExitCode {
    status(check::run())
}

/// The same as a step of the tests.
pub(crate) fn checked() -> Result {
    check::run()
}

/// Builds the files of a release.
pub(crate) fn build() -> ExitCode {
    status(files())
}

/// Prints the error of a task.
fn status(done: Result) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("release: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Removes a folder with all that is in it, if it is there.
fn remove(folder: &Path) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Where the files are put.
fn folder() -> PathBuf {
    target().join("release-files")
}

fn files() -> Result {
    let folder = folder();
    remove(&folder)?;
    fs::create_dir_all(&folder)?;
    let mut skipped = wheels(&folder)?;
    c_library(&folder)?;
    // A package of another version would be taken for this one.
    let packages = target().join("debian");
    remove(&packages)?;
    package::package()?;
    copy_packages(&packages, &folder)?;
    skipped.extend(compare_interface()?);
    for entry in fs::read_dir(&folder)? {
        println!("{}", entry?.path().display());
    }
    for skipped in skipped {
        println!("SKIPPED: {skipped}");
    }
    Ok(())
}

/// Wheels for glibc and musl, and the sdist, by maturin in an environment of its own. A wheel is built from the
/// sdist, so that one that lacks a file does not come out. Returns what was skipped, and how to get it.
fn wheels(folder: &Path) -> Result<Vec<String>> {
    let environment = target().join("python-release");
    if !environment.exists() {
        python("-m venv").path(&environment).run()?;
    }
    let programs = environment.join("bin");
    // Maturin looks for zig by the first `python3` of the path.
    let mut path = vec![programs.clone()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let path = env::join_paths(path)?;
    let program =
        |name: &str| Command::new(programs.join(name), name).variable_unseen("PATH", &path);
    program("python")
        .arguments("-m pip install --quiet --disable-pip-version-check maturin[zig]>=1.16,<2")
        .run()?;
    program("maturin")
        .arguments("sdist --out")
        .path(folder)
        .inside("netflow-py")
        .run()?;
    let mut skipped = Vec::new();
    for (rust_target, systems) in WHEELS {
        if !has_target(rust_target)? {
            skipped.push(format!(
                "the wheel for {systems}; `rustup target add {rust_target}` brings what it needs"
            ));
            continue;
        }
        program("maturin")
            .arguments("build --locked --release --zig --target")
            .arguments(rust_target)
            .arguments("--compatibility")
            .arguments(systems)
            .arguments("--out")
            .path(folder)
            .inside("netflow-py")
            .run()?;
    }
    let built = target().join("wheel-of-sdist");
    program("python")
        .arguments("-m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir")
        .path(&built)
        .path(&file_with(folder, ".tar.gz")?)
        .run()?;
    Ok(skipped)
}

/// Whether rustc has the standard library of a target.
fn has_target(target: &str) -> Result<bool> {
    let folder = Command::new("rustc", "rustc")
        .arguments("--print target-libdir --target")
        .arguments(target)
        .printed()?;
    Ok(Path::new(String::from_utf8(folder)?.trim()).is_dir())
}

/// The C library as an archive that is unpacked below `/usr/local`, as its pkg-config file says.
fn c_library(folder: &Path) -> Result {
    let staged = target().join("release-c");
    remove(&staged)?;
    let place = InstallPaths::new("/usr/local".into(), "arrow,geo,live,tls");
    install::install(&place.with_destdir(staged.clone()))?;
    let name = format!("libnetflow-{}.tar.gz", install::VERSION);
    Command::new("tar", "tar")
        .arguments("--create --gzip --file")
        .path(&folder.join(name))
        .arguments("--directory")
        .path(&staged.join("usr/local"))
        .arguments(".")
        .run()
}

fn copy_packages(from: &Path, to: &Path) -> Result {
    let package = file_with(from, ".deb")?;
    let name = package.file_name().unwrap_or_default();
    fs::copy(&package, to.join(name))?;
    Ok(())
}

/// A file of this folder with this end of its name.
fn file_with(folder: &Path, end: &str) -> Result<PathBuf> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            return Ok(path);
        }
    }
    Err(format!("{} has no file {end}", folder.display()).into())
}

/// Compares what the crates offer with the last release, which is the newest tag `v…`. Returns why it was
/// skipped, if it was.
fn compare_interface() -> Result<Option<String>> {
    let tags = Command::new("git", "git")
        .arguments("tag --list v* --sort=-version:refname")
        .printed()?;
    let tags = String::from_utf8(tags)?;
    let Some(last) = tags.lines().next() else {
        let skipped = "the comparison of the public interface: this is the first release";
        return Ok(Some(skipped.to_owned()));
    };
    if cargo("semver-checks --version").printed().is_err() {
        return Ok(Some(format!(
            "the comparison of the public interface with {last}; \
             `cargo install --locked cargo-semver-checks` brings what it needs"
        )));
    }
    cargo("semver-checks --workspace --baseline-rev")
        .text(last)
        .run()?;
    Ok(None)
}
