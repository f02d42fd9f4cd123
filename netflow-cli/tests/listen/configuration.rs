//! The configuration file, and reading it again.

use std::fs;

use crate::harness::{Collector, Folder, run, send, v5};

/// What `--check` says of a file.
fn check(content: &str, options: &[&str]) -> crate::harness::Ended {
    let folder = Folder::new();
    let path = folder.write("listen.toml", content);
    run(&[&["--check", "--config", &path], options].concat())
}

#[test]
fn every_option_is_a_key() {
    let checked = check(
        r#"
workers = 2
read-buffer = "1MiB"
allow = ["127.0.0.0/8", "::1"]
by-port = true
no-steering = false
quiet = true
template-timeout = "10m"
sampling = ["192.0.2.0/24=100"]
format = "csv"
udp = ["127.0.0.1:9995", "127.0.0.1:9996"]

[[tcp]]
address = "127.0.0.1:4740"
protocol = ["ipfix"]

[[output]]
to = "a.csv"
fields = ["octets", "packets"]

[[output]]
to = "b.json"
format = "json"
schema = "wire"
when-full = "drop-newest"
split-biflows = false
output-queue = "1MiB"
"#,
        &[],
    );
    assert_eq!(checked.status, Some(0), "{}", checked.log);
    assert_eq!(
        checked.stdout,
        "the options are valid\nlisten on udp 127.0.0.1:9995\nlisten on udp 127.0.0.1:9996\n\
         listen on tcp 127.0.0.1:4740\nwrite to a.csv (flow, csv)\nwrite to b.json (wire, json)\n"
    );
}

#[test]
fn each_option_of_the_help_is_known_to_the_file() {
    let help = run(&["--help"]).stdout;
    let names: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().split("--").nth(1))
        .filter(|_| true)
        .map(|rest| rest.split([' ', '=', '[', ',']).next().unwrap())
        .collect();
    let options = names.iter().filter(|name| {
        help.contains(&format!("--{name} <")) || help.contains(&format!("      --{name}\n"))
    });
    let mut count = 0;
    for name in options.filter(|name| !["config", "check", "help"].contains(name)) {
        // A wrong value, but not a wrong key.
        let checked = check(&format!("{name} = {{}}\n"), &[]);
        assert!(
            !checked.log.contains("there is no key"),
            "{name}: {}",
            checked.log
        );
        count += 1;
    }
    assert!(count > 30, "{count} options");
}

#[test]
fn an_unknown_key_is_an_error_with_its_line() {
    for (content, reason) in [
        (
            "workers = 1\nworker = 2\n",
            "line 2: there is no key \"worker\", did you mean \"workers\"?",
        ),
        (
            "\n\n[[output]]\nto = \"x\"\nfromat = \"csv\"\n",
            "line 5: there is no key \"fromat\" in [[output]], did you mean \"format\"?",
        ),
        (
            "[[udp]]\nformat = \"csv\"\n",
            "line 2: there is no key \"format\" in [[udp]]",
        ),
        ("config = \"x\"\n", "line 1: there is no key \"config\""),
        (
            "[[output]]\nformat = \"csv\"\n",
            "line 1: [[output]] needs the key \"to\"",
        ),
        (
            "workers = 1\nby-port = 7\n",
            "line 2: \"by-port\" is either true or false",
        ),
        (
            "workers = 1.5\n",
            "line 1: \"workers\" takes a text or a whole number",
        ),
        (
            "workers = {}\n",
            "line 1: \"workers\" takes a value, not a table",
        ),
        ("workers = 1\nworkers = 2\n", "line 2: duplicate key"),
        ("workers = \n", "line 1: "),
        ("\nread-timeout = \"1y\"\n", "line 2: invalid value '1y'"),
        ("\n\nformat = \"xml\"\n", "line 3: invalid value 'xml'"),
    ] {
        let checked = check(content, &[]);
        assert_eq!(checked.status, Some(2), "{content}: {}", checked.log);
        let place = format!("listen.toml {reason}");
        assert!(checked.log.contains(&place), "{content}: {}", checked.log);
    }
    let missing = run(&["--config", "/nowhere/listen.toml"]);
    assert_eq!(missing.status, Some(2));
    assert!(
        missing.log.contains("/nowhere/listen.toml: "),
        "{}",
        missing.log
    );
}

#[test]
#[cfg(all(feature = "columns", feature = "http"))]
fn outputs_that_can_never_work_are_found_by_the_check() {
    for (options, reason) in [
        (&["--output", "a.parquet.gz"][..], "leave .gz and .zst out"),
        (
            &["--output", "tcp://127.0.0.1:1", "--format", "parquet"],
            "columns go to files",
        ),
        (
            &["--output", "elasticsearch://host", "--format", "csv"],
            "rows of JSON alone",
        ),
        (
            &["--output", "https://host", "--output-ca", "/nowhere.pem"],
            "No such file",
        ),
    ] {
        let ended = run(&[&["--check"], options].concat());
        assert_eq!(ended.status, Some(2), "{options:?}: {}", ended.stdout);
        assert!(ended.log.contains(reason), "{options:?}: {}", ended.log);
    }
}

#[test]
fn the_command_line_overrides_the_file() {
    let content = "udp = \"127.0.0.1:1\"\ntcp = \"127.0.0.1:2\"\n[[output]]\nto = \"a.csv\"\n";
    let checked = check(content, &["--udp", "127.0.0.1:3", "--output", "b.json"]);
    assert_eq!(
        checked.stdout,
        "the options are valid\nlisten on udp 127.0.0.1:3\nwrite to b.json (flow, json)\n"
    );
    let checked = check("workers = 0\n", &["--workers", "2"]);
    assert_eq!(checked.status, Some(0), "{}", checked.log);
}

#[test]
fn a_hangup_changes_outputs_and_rates_without_losing_a_flow() {
    let folder = Folder::new();
    let (first, second) = (folder.file("first.json"), folder.file("second.json"));
    let content = |output: &str, rate: u32| {
        format!(
            "udp = \"127.0.0.1:0\"\nfields = [\"octets_scaled\"]\noutput = \"{output}\"\n\
             sampling = \"127.0.0.0/8={rate}\"\n"
        )
    };
    let config = folder.write("listen.toml", &content(&first, 10));
    let mut collector = Collector::start_with(&["--config", &config], 1);
    let to = collector.addresses[0];
    send("127.0.0.1", to, &v5(0, 1));
    collector.wait(|_| fs::read_to_string(&first).is_ok_and(|rows| rows.lines().count() == 1));
    folder.write("listen.toml", &content(&second, 20));
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    send("127.0.0.1", to, &v5(1, 1));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(
        fs::read_to_string(first).unwrap(),
        "{\"octets_scaled\":10}\n"
    );
    assert_eq!(
        fs::read_to_string(second).unwrap(),
        "{\"octets_scaled\":20}\n"
    );
}

#[test]
fn a_hangup_reads_the_names_of_interfaces_again_without_a_configuration_file() {
    let folder = Folder::new();
    let names = |name: &str| format!("exporter,index,name\n127.0.0.1,0,{name}\n");
    let file = folder.write("interfaces.csv", &names("first"));
    let mut collector = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--fields",
        "input_interface_name",
        "--interface-names",
        &file,
    ]);
    let to = collector.addresses[0];
    send("127.0.0.1", to, &v5(0, 1));
    collector.wait_for_lines(1);
    folder.write("interfaces.csv", "exporter,index,name\nrouter,0,broken\n");
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("interfaces.csv:2: expected"));
    folder.write("interfaces.csv", &names("second"));
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    // Workers take the names within half a second.
    let row = |name: &str| format!("{{\"input_interface_name\":\"{name}\"}}\n");
    collector.wait(|collector| {
        send("127.0.0.1", to, &v5(1, 1));
        collector.stdout().ends_with(&row("second"))
    });
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert!(ended.stdout.starts_with(&row("first")), "{}", ended.stdout);
}

#[test]
fn a_hangup_with_a_broken_file_changes_nothing() {
    let folder = Folder::new();
    let config = folder.write(
        "listen.toml",
        "udp = \"127.0.0.1:0\"\nfields = [\"octets\"]\n",
    );
    let mut collector = Collector::start_with(&["--config", &config], 1);
    folder.write(
        "listen.toml",
        "udp = \"127.0.0.1:0\"\nfields = [\"oktets\"]\n",
    );
    collector.signal("HUP");
    collector.wait(|collector| {
        collector
            .log()
            .contains("the configuration stays as it was")
    });
    assert!(collector.log().contains("oktets"), "{}", collector.log());
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let ended = collector.stop();
    assert_eq!(ended.stdout, "{\"octets\":1}\n");
    assert_eq!(ended.status, Some(0));
}

#[test]
fn a_hangup_with_another_key_changes_nothing() {
    let folder = Folder::new();
    let (first, second) = (
        folder.write("1", &"1".repeat(64)),
        folder.write("2", &"2".repeat(64)),
    );
    let content = |key: &str, field: &str| {
        format!("udp = \"127.0.0.1:0\"\nfields = [\"{field}\"]\nanonymise = \"{key}\"\n")
    };
    let config = folder.write("listen.toml", &content(&first, "octets"));
    let mut collector = Collector::start_with(&["--config", &config], 1);
    // Another file with another key, and the same file with another key.
    for (number, key) in [
        (1, content(&second, "packets")),
        (2, content(&first, "packets")),
    ] {
        folder.write("1", &number.to_string().repeat(64));
        folder.write("listen.toml", &key);
        collector.signal("HUP");
        let refusals = |collector: &Collector| {
            let log = collector.log();
            log.matches("--anonymise and its key change by a restart only")
                .count()
        };
        collector.wait(|collector| refusals(collector) == number);
    }
    // The same key in another file is no change.
    folder.write("1", &"1".repeat(64));
    folder.write("2", &"1".repeat(64));
    folder.write("listen.toml", &content(&second, "octets"));
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let ended = collector.stop();
    assert_eq!(ended.stdout, "{\"octets\":1}\n", "{}", ended.log);
}

#[test]
fn a_hangup_reports_what_only_a_restart_changes() {
    let folder = Folder::new();
    let config = folder.write("listen.toml", "udp = \"127.0.0.1:0\"\n");
    let mut collector = Collector::start_with(&["--config", &config], 1);
    let changed = [
        "udp = \"127.0.0.2:0\"\n",
        "udp = \"127.0.0.1:0\"\nquiet = true\n",
    ];
    for (count, content) in (1..).zip(changed) {
        folder.write("listen.toml", content);
        collector.signal("HUP");
        collector.wait(|collector| {
            let log = collector.log();
            log.matches("change by a restart only").count() == count
        });
    }
}

#[test]
fn a_hangup_leaves_outputs_that_stay_the_same_alone() {
    let folder = Folder::new();
    let peer = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = peer.local_addr().unwrap();
    let (spool, file) = (folder.file("spool"), folder.file("flows.json"));
    let content = |more: &str| {
        format!(
            "udp = \"127.0.0.1:0\"\nfields = [\"octets\"]\n\
             [[output]]\nto = \"tcp://{to}\"\nwhen-full = \"spool\"\nspool = \"{spool}\"\n{more}"
        )
    };
    let config = folder.write("listen.toml", &content(""));
    let mut collector = Collector::start_with(&["--config", &config], 1);
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let (stream, _) = peer.accept().unwrap();
    // Its spool is locked as long as it runs, so a second one could not start.
    folder.write(
        "listen.toml",
        &content(&format!("[[output]]\nto = \"{file}\"\n")),
    );
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    send("127.0.0.1", collector.addresses[0], &v5(1, 2));
    collector.wait(|_| fs::read_to_string(&file).is_ok_and(|rows| rows.contains('2')));
    let reading = std::thread::spawn(move || std::io::read_to_string(stream).unwrap());
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    // Both rows came over the one connection.
    assert_eq!(reading.join().unwrap(), "{\"octets\":1}\n{\"octets\":2}\n");
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"octets\":2}\n");
}
