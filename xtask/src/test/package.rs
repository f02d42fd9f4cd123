//! The Python package: a wheel is built, installed where there is nothing else, and tested
//! beside its consumers. All of it is in environments of its own under the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Command, python};
use crate::repository::{Result, root, target};

const FOLDER: &str = "netflow-py";

/// Tools and consumers, in an environment that stays.
fn tools() -> PathBuf {
    target().join("python")
}

/// Where the wheel is put.
fn wheels() -> PathBuf {
    target().join("wheels")
}

/// A program of an environment.
pub(super) fn program(environment: &Path, name: &str) -> Command {
    let path = environment.join("bin").join(name);
    Command::new(path, name).variable("PYTHONDONTWRITEBYTECODE", "1")
}

/// Builds the wheel, optimised but without link-time optimisation, which takes minutes, and with
/// arithmetic checked; the tools for that and for the tests are installed on the way.
pub(super) fn build() -> Result {
    build_with("--profile checked")
}

/// Installs these requirements in an environment, unless they are there.
pub(super) fn require(environment: &Path, requirements: &Path) -> Result {
    let wanted = fs::read(requirements)?;
    let installed = environment.join("requirements.txt");
    if fs::read(&installed).ok().as_ref() == Some(&wanted) {
        return Ok(());
    }
    python("-m venv --clear").path(environment).run()?;
    program(environment, "python")
        .arguments("-m pip install --quiet --disable-pip-version-check -r")
        .path(requirements)
        .run()?;
    Ok(fs::write(&installed, wanted)?)
}

fn build_with(profile: &str) -> Result {
    let environment = tools();
    require(&environment, &root().join(FOLDER).join("requirements.txt"))?;
    // Another version would be installed as well as this one.
    if wheels().exists() {
        fs::remove_dir_all(wheels())?;
    }
    program(&environment, "maturin")
        .arguments("build --locked --out")
        .path(&wheels())
        .arguments(profile)
        .inside(FOLDER)
        .run()
}

/// Without Rust, without consumers, without a network.
pub(super) fn install() -> Result {
    let environment = target().join("python-clean");
    python("-m venv --clear").path(&environment).run()?;
    install_in(&environment)?;
    let capture = root().join("testdata/synthetic/nfv5.pcap");
    program(&environment, "python")
        .variable("PATH", "")
        .arguments("-c")
        .text("import sys, netflow_rs as nf; assert len(nf.read(sys.argv[1])) > 0")
        .path(&capture)
        .run()?;
    program(&environment, "netflow")
        .variable("PATH", "")
        .arguments("decode --quiet --format parquet --output")
        .path(&environment.join("flows.parquet"))
        .path(&capture)
        .run()
}

pub(super) fn install_in(environment: &Path) -> Result {
    program(environment, "python")
        .arguments("-m pip install --quiet --disable-pip-version-check --no-index --no-deps")
        .arguments("--force-reinstall --find-links")
        .path(&wheels())
        .arguments("netflow-rs")
        .run()
}

/// Types and tests, with all consumers.
pub(super) fn test() -> Result {
    let environment = tools();
    install_in(&environment)?;
    program(&environment, "python")
        .arguments("-m mypy.stubtest netflow_rs --ignore-disjoint-bases --ignore-unused-allowlist")
        .arguments("--mypy-config-file pyproject.toml --allowlist stubtest.txt")
        .inside(FOLDER)
        .run()?;
    program(&environment, "pyright")
        .arguments("--project . --pythonpath")
        .path(&environment.join("bin/python"))
        .inside(FOLDER)
        .run()?;
    program(&environment, "python")
        .arguments("-m pytest --quiet --ignore tests/large")
        .inside(FOLDER)
        .run()
}

/// Memory, with the wheel that users get.
pub(super) fn large() -> Result {
    build_with("")?;
    let environment = tools();
    install_in(&environment)?;
    program(&environment, "python")
        .arguments("-m pytest --quiet -s tests/large")
        .inside(FOLDER)
        .run()
}
