//! Captures through Spark, in an environment of its own: Spark is large, and needs Java.

use std::path::PathBuf;

use super::package;
use crate::command::Command;
use crate::repository::{Result, root, target};

/// What Spark 4 runs on, at least.
const JAVA: u32 = 17;

/// Builds the wheel, installs it beside Spark, and reads captures through both.
pub(super) fn test() -> Result {
    java()?;
    package::build()?;
    let environment = target().join("python-spark");
    let requirements = root().join("netflow-py/requirements-spark.txt");
    package::require(&environment, &requirements)?;
    package::install_in(&environment)?;
    package::program(&environment, "python")
        .arguments("-m pytest --quiet tests_spark")
        .inside("netflow-py")
        .run()
}

/// Looks where Spark looks.
fn java() -> Result {
    let path = std::env::var_os("JAVA_HOME").map_or_else(
        || PathBuf::from("java"),
        |home| PathBuf::from(home).join("bin/java"),
    );
    let missing = |found: &str| {
        format!(
            "Spark needs Java {JAVA} or later, and {found}; install it (Debian: apt-get install \
             openjdk-17-jre-headless), or set JAVA_HOME"
        )
    };
    let output = Command::new(&path, &path.display().to_string())
        .arguments("-version")
        .output()
        .map_err(|error| missing(&error.to_string()))?;
    let version_text = String::from_utf8_lossy(&output.stderr).into_owned();
    match version(&version_text) {
        Some(version) if version >= JAVA => Ok(()),
        Some(version) => Err(missing(&format!("this is Java {version}")).into()),
        None => Err(missing(&format!("`java -version` says {version_text:?}")).into()),
    }
}

/// The first number of `openjdk version "17.0.15" 2025-04-15`.
fn version(text: &str) -> Option<u32> {
    let quoted = text.split('"').nth(1)?;
    quoted.split(['.', '-', '+']).next()?.parse().ok()
}
