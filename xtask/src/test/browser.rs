//! Reports in Debian's browser, with the rules of axe-core.

use std::fs;

use crate::command::{Command, python};
use crate::repository::{Result, target};
use crate::workspace;

/// The version of axe-core: its rules change what is a violation.
const AXE: &str = "axe-core@4.14.1";

/// Opens reports in a browser. Its pictures are left in the target folder, to be looked at.
pub(super) fn run() -> Result {
    let netflow = workspace::netflow()?;
    let folder = target().join("browser");
    fs::create_dir_all(&folder)?;
    Command::new("npm", "npm")
        .arguments("install --silent --no-save --ignore-scripts --prefix")
        .path(&folder)
        .arguments(AXE)
        .run()?;
    python("netflow-report/tests/browser.py")
        .path(&netflow)
        .path(&folder.join("node_modules/axe-core/axe.min.js"))
        .arguments("--pictures")
        .path(&folder.join("pictures"))
        .run()
}
