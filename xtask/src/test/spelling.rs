//! Spelling of code and prose, by the tool typos and `typos.toml`.

use super::package::program;
use crate::command::python;
use crate::repository::{Result, target};

/// Its word lists change with each version, and what passes with one may not with the next.
const TYPOS: &str = "typos==1.52.0";

/// Installed once, in an environment of its own.
pub(super) fn run() -> Result {
    let environment = target().join("spelling");
    if !environment.join("bin/typos").exists() {
        python("-m venv --clear").path(&environment).run()?;
        program(&environment, "python")
            .arguments("-m pip install --quiet --disable-pip-version-check")
            .arguments(TYPOS)
            .run()?;
    }
    program(&environment, "typos").run()
}
