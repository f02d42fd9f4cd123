//! Outputs to Kafka on the command line. netflow-output tests what brokers receive.

use crate::harness::netflow;

const OUTPUT: &str = "kafka://127.0.0.1:9/flows";

/// The exit status of `listen --check` and what it reported.
fn check(options: &[&str]) -> (Option<i32>, String) {
    let all = [&["--check", "--output", OUTPUT], options].concat();
    let output = netflow(&all).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn settings_are_checked_before_anything_starts() {
    for (setting, expected) in [
        ("compression.type=zstd", None),
        ("compresion.type=zstd", Some("compresion.type")),
        ("acks=1", Some("accounting")),
        ("sasl.password=hunter2", Some("may be a secret")),
    ] {
        let (status, log) = check(&["--kafka-setting", setting]);
        assert_eq!(
            status,
            Some(if expected.is_some() { 2 } else { 0 }),
            "{log}"
        );
        assert!(log.contains(expected.unwrap_or_default()), "{log}");
        assert!(!log.contains("hunter2"), "{log}");
    }
}

#[test]
fn columns_and_credentials_on_the_command_line_are_refused() {
    for (options, expected) in [
        (&["--format", "parquet"][..], "columns go to files"),
        (&["--output-credentials", "hunter2"], "file:PATH"),
    ] {
        let (status, log) = check(options);
        assert_eq!(status, Some(2), "{log}");
        assert!(log.contains(expected) && !log.contains("hunter2"), "{log}");
    }
    for format in ["json", "msgpack"] {
        let options = ["--schema", "raw", "--format", format];
        assert_eq!(check(&options).0, Some(0), "{format}");
    }
}
