//! What exporters announced, over a restart.

use std::fs;

use crate::harness::{Collector, Folder, record, run, send, template};

#[test]
fn templates_survive_a_restart_with_any_number_of_workers() {
    let folder = Folder::new();
    let state = folder.file("exporters.nfs");
    let exporters: Vec<String> = (1..=20).map(|host| format!("127.0.0.{host}")).collect();
    let start = |workers: &str| {
        let options = [
            "--udp",
            "127.0.0.1:0",
            "--state",
            &state,
            "--workers",
            workers,
        ];
        Collector::start(&options)
    };
    let collector = start("3");
    for exporter in &exporters {
        send(exporter, collector.addresses[0], &template(1));
    }
    assert_eq!(collector.stop().status, Some(0));
    for workers in ["1", "2", "5"] {
        let collector = start(workers);
        for exporter in &exporters {
            send(exporter, collector.addresses[0], &record(1, 7));
        }
        let ended = collector.stop();
        let found = ended.stdout.matches("\"octets\":7").count();
        assert_eq!(found, exporters.len(), "{workers}: {}", ended.log);
    }
}

#[test]
fn a_template_that_was_redefined_is_the_new_one_for_any_number_of_workers() {
    let folder = Folder::new();
    let state = folder.file("exporters.nfs");
    let start = |workers: &str| {
        Collector::start(&[
            "--udp",
            "127.0.0.1:0",
            "--state",
            &state,
            "--workers",
            workers,
        ])
    };
    let collector = start("2");
    send("127.0.0.1", collector.addresses[0], &template(1));
    collector.stop();
    // Octets (1) become packets (2).
    let mut packets = template(1);
    packets[16 + 8 + 4 + 1] = 2;
    let collector = start("3");
    send("127.0.0.1", collector.addresses[0], &packets);
    collector.stop();
    let collector = start("4");
    send("127.0.0.1", collector.addresses[0], &record(1, 7));
    let ended = collector.stop();
    assert!(ended.stdout.contains("\"packets\":7"), "{}", ended.stdout);
}

#[test]
fn the_state_is_saved_at_times_too() {
    let folder = Folder::new();
    let state = folder.file("exporters.nfs");
    let options = [
        "--udp",
        "127.0.0.1:0",
        "--state",
        &state,
        "--state-interval",
        "1s",
    ];
    let mut collector = Collector::start(&options);
    send("127.0.0.1", collector.addresses[0], &template(1));
    collector.wait(|_| fs::metadata(&state).is_ok_and(|file| file.len() > 100));
    // Killed, it has no chance to save it.
    collector.signal("KILL");
    collector.end();
    let collector = Collector::start(&options);
    send("127.0.0.1", collector.addresses[0], &record(1, 7));
    let found = collector.stop().stdout.matches("\"octets\":7").count();
    assert_eq!(found, 1);
}

#[test]
fn a_file_that_is_no_state_is_an_error_and_stays() {
    let folder = Folder::new();
    let state = folder.write("exporters.nfs", "something else");
    let ended = run(&["--udp", "127.0.0.1:0", "--state", &state]);
    assert_eq!(ended.status, Some(1));
    assert!(ended.log.contains("holds no state"), "{}", ended.log);
    assert_eq!(fs::read_to_string(state).unwrap(), "something else");
}

#[test]
fn a_template_is_in_force_for_as_long_as_it_is_asked_to_be() {
    let folder = Folder::new();
    let state = folder.file("exporters.nfs");
    let start = |timeout: &str| {
        let options = [
            "--udp",
            "127.0.0.1:0",
            "--state",
            &state,
            "--template-timeout",
            timeout,
        ];
        Collector::start(&options)
    };
    let collector = start("1s");
    send("127.0.0.1", collector.addresses[0], &template(1));
    collector.stop();
    std::thread::sleep(core::time::Duration::from_millis(1_100));
    // A copy, because the state forgets the template when it is saved without it.
    let saved = fs::read(&state).unwrap();
    for (timeout, flows) in [("1s", 0), ("0", 1), ("1h", 1)] {
        fs::write(&state, &saved).unwrap();
        let collector = start(timeout);
        send("127.0.0.1", collector.addresses[0], &record(1, 7));
        let found = collector.stop().stdout.matches("\"octets\":7").count();
        assert_eq!(found, flows, "{timeout}");
    }
}

#[test]
fn the_memory_of_the_state_is_limited() {
    let folder = Folder::new();
    let state = folder.file("exporters.nfs");
    let options = [
        "--udp",
        "127.0.0.1:0",
        "--state",
        &state,
        "--state-memory",
        "64KiB",
    ];
    let collector = Collector::start(&options);
    for exporter in 1..=250 {
        send(
            &format!("127.0.3.{exporter}"),
            collector.addresses[0],
            &template(1),
        );
    }
    assert_eq!(collector.stop().status, Some(0));
    assert!(fs::metadata(&state).unwrap().len() < 64 * 1024);
}
