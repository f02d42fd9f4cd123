//! The workspace as its tests are built: once, with one choice of features. Steps that need the
//! command or an example take what is there, since another choice would compile every crate again.

use core::sync::atomic::{AtomicBool, Ordering};
use std::path::PathBuf;

use crate::command::{Command, cargo};
use crate::repository::{Result, target};

/// Features that tests need and that are not among the defaults.
const FEATURES: &str = "netflow-core/encode,netflow-cli/full";

/// `cargo test` on the whole workspace with these further arguments.
pub(crate) fn test(arguments: &str) -> Command {
    cargo("test --locked --workspace --features")
        .arguments(FEATURES)
        .arguments(arguments)
}

/// Builds every test, every example and the command, the first time.
pub(crate) fn build() -> Result {
    static IS_BUILT: AtomicBool = AtomicBool::new(false);
    if !IS_BUILT.load(Ordering::Relaxed) {
        test("--no-run --quiet").run()?;
        IS_BUILT.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// The command.
pub(crate) fn netflow() -> Result<PathBuf> {
    build()?;
    Ok(target().join("debug/netflow"))
}

/// An example of some crate.
pub(crate) fn example(name: &str) -> Result<PathBuf> {
    build()?;
    Ok(target().join("debug/examples").join(name))
}
