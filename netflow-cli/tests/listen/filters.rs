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
        "--output",
        "null",
        "--where",
        "octets < 4",
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
    assert_eq!(written("null"), "3");
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
fn documents_of_other_tools_are_those_of_the_flows_that_match() {
    let folder = Folder::new();
    let schemas = [
        ("ecs", "\"bytes\":3"),
        ("ecs-integration", "\"bytes\":3"),
        ("logstash", "\"in_bytes\":3"),
        ("fluentd", "\"in_bytes\":3"),
        ("goflow2", "\"bytes\":3"),
        ("nfdump", "\"in_bytes\":3"),
    ];
    let mut options = UDP.map(str::to_owned).to_vec();
    for (schema, _) in schemas {
        let own = ["--output", &folder.file(schema), "--schema", schema];
        options.extend(own.map(str::to_owned));
        options.extend(["--where", "octets = 3"].map(str::to_owned));
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let collector = Collector::start(&options);
    send_flows(&collector, 4);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    for (schema, octets) in schemas {
        let text = fs::read_to_string(folder.file(schema)).unwrap();
        assert_eq!(text.lines().count(), 1, "{schema}: {text}");
        assert!(text.replace(' ', "").contains(octets), "{schema}: {text}");
    }
}

#[test]
fn options_are_no_documents_of_chosen_flows() {
    // Options 257: the name of interface 1; template 256: octets.
    let message = [
        &[0, 10, 0, 66, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 0, 0, 0, 0, 1][..],
        &[0, 3, 0, 18, 1, 1, 0, 2, 0, 1, 0, 10, 0, 2, 0, 82, 0, 2],
        &[1, 1, 0, 8, 0, 1, b'e', b'0'],
        &[0, 2, 0, 12, 1, 0, 0, 1, 0, 1, 0, 4],
        &[1, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 8],
    ]
    .concat();
    for (filter, documents) in [("any", 3), ("octets > 7", 1)] {
        let options = ["--schema", "ecs", "--where", filter];
        let collector = Collector::start(&[&UDP[..], &options].concat());
        send("127.0.0.1", collector.addresses[0], &message);
        let ended = collector.stop();
        assert_eq!(ended.stdout.lines().count(), documents, "{}", ended.stdout);
    }
}

#[test]
fn another_collector_gets_the_flows_that_match() {
    let other = Collector::start(&UDP);
    let to = format!("ipfix://{}", other.addresses[0]);
    let options = ["--output", &to, "--where", "octets = 3"];
    let collector = Collector::start(&[&UDP[..], &options].concat());
    send_flows(&collector, 4);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(logged(&ended.log, "an output is complete", "written"), "1");
    let received = other.stop();
    assert_eq!(received.stdout.lines().count(), 1, "{}", received.stdout);
    assert!(received.stdout.contains("\"octets\":3"));
}

#[test]
fn only_flows_can_be_chosen() {
    for schema in ["wire", "record"] {
        let ended = run(&["--where", "port 53", "--schema", schema]);
        assert_eq!(ended.status, Some(2), "{schema}: {}", ended.log);
        let reason = format!("--where is for flows, not for all the rows of {schema}");
        assert!(ended.log.contains(&reason), "{}", ended.log);
    }
}

#[test]
fn the_check_shows_the_filters() {
    for (output, shown) in [
        ("a.csv", "write to a.csv (flow, csv) where port 53\n"),
        (
            "ipfix://[::1]",
            "write to ipfix://[::1]:4739 where port 53\n",
        ),
    ] {
        let checked = run(&["--check", "--output", output, "--where", "port 53"]);
        assert!(checked.stdout.ends_with(shown), "{}", checked.stdout);
    }
}
