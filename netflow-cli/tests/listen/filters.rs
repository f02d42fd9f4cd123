//! Which flows an output writes: `--where`.

use std::fs;

use crate::harness::{Collector, Folder, logged, run, send, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

/// Sends flows of 1, 2, … octets.
fn send_flows(collector: &Collector, count: u32) {
    for number in 1..=count {
        send("127.0.0.1", collector.addresses[0], &v5(number, number));
    }
}

/// A file whose rows are counted but not read.
const COUNTED: &str = if cfg!(feature = "columns") {
    "some.parquet"
} else {
    "some.ndjson"
};

#[test]
fn each_output_has_a_filter_of_its_own_or_that_of_all() {
    let folder = Folder::new();
    let (few, all, csv, counted) = (
        folder.file("few.json"),
        folder.file("all.json"),
        folder.file("some.csv"),
        folder.file(COUNTED),
    );
    let options = [
        "--fields",
        "octets",
        "--where",
        "octets > 2",
        "--output",
        &few,
        "--output",
        &all,
        "--where",
        "any",
        "--output",
        &csv,
        "-w",
        "octets = 1 or octets = 4",
        "--output",
        &counted,
    ];
    let collector = Collector::start(&[&UDP[..], &options].concat());
    send_flows(&collector, 4);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let rows = |path: &str| fs::read_to_string(path).unwrap();
    assert_eq!(rows(&few), "{\"octets\":3}\n{\"octets\":4}\n");
    assert_eq!(rows(&all).lines().count(), 4);
    assert_eq!(rows(&csv), "octets\r\n1\r\n4\r\n");
    let written = |to: &str| {
        let line = ended
            .log
            .lines()
            .find(|line| line.contains("an output is complete") && line.contains(to));
        crate::harness::field(line.unwrap(), "written")
    };
    // Flows that a filter leaves out are neither written nor lost.
    assert_eq!(written("few.json"), "2");
    assert_eq!(written(COUNTED), "2");
    assert_eq!(logged(&ended.log, "received", "flows"), "4");
}

#[test]
fn a_hangup_changes_the_filter() {
    let folder = Folder::new();
    let rows = folder.file("rows.json");
    let content = |filter: &str| {
        format!(
            "udp = \"127.0.0.1:0\"\n[[output]]\nto = \"{rows}\"\nfields = [\"octets\"]\n\
             where = \"{filter}\"\n"
        )
    };
    let config = folder.write("listen.toml", &content("octets > 1"));
    let mut collector = Collector::start_with(&["--config", &config], 1);
    send_flows(&collector, 2);
    let written = |count| {
        let rows = rows.clone();
        move |_: &Collector| {
            fs::read_to_string(&rows).is_ok_and(|text| text.lines().count() == count)
        }
    };
    collector.wait(written(1));
    folder.write("listen.toml", &content("octets = 1"));
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    send_flows(&collector, 2);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(
        fs::read_to_string(&rows).unwrap(),
        "{\"octets\":2}\n{\"octets\":1}\n"
    );
}

#[test]
fn a_wrong_filter_is_reported_with_its_column_and_its_line() {
    let ended = run(&["--where", "octets > 1 and prt 80"]);
    assert_eq!(ended.status, Some(2));
    assert!(
        ended
            .log
            .contains("column 16: \"prt\" is neither a keyword nor a field"),
        "{}",
        ended.log
    );
    let folder = Folder::new();
    let config = folder.write(
        "listen.toml",
        "\n[[output]]\nto = \"x\"\nwhere = \"prt 80\"\n",
    );
    let ended = run(&["--config", &config]);
    assert!(
        ended
            .log
            .contains("listen.toml line 2: invalid value 'prt 80'"),
        "{}",
        ended.log
    );
}

#[test]
fn only_flows_can_be_chosen() {
    for (options, reason) in [
        (
            &["--where", "port 53", "--schema", "wire"][..],
            "--where is for the flows of the schema flow, not for the rows of wire",
        ),
        (
            &["--where", "port 53", "--output", "ipfix://127.0.0.1:1"],
            "ipfix://127.0.0.1:1 sends all records",
        ),
    ] {
        let ended = run(options);
        assert_eq!(ended.status, Some(2), "{options:?}: {}", ended.log);
        assert!(ended.log.contains(reason), "{options:?}: {}", ended.log);
    }
}

#[test]
fn the_check_shows_the_filters() {
    let checked = run(&["--check", "--output", "a.csv", "--where", "port 53"]);
    assert!(
        checked
            .stdout
            .ends_with("write to a.csv (flow, csv) where port 53\n"),
        "{}",
        checked.stdout
    );
}
