//! Several workers, plain files, and destinations that fail.

use core::time::Duration;
use std::fs;
use std::thread;

use netflow_output::format::{Biflows, Selection};
use netflow_output::sink::{Encoding, LossReason, OutputState, Outputs, Policy};
use netflow_query::Filter;

use super::support::{Folder, LONG, ROWS, Worker, check, csv, json, numbers, output, wait_until};

#[test]
fn each_output_has_every_row_of_all_workers_once() {
    const MESSAGES: u64 = 500;
    let folder = Folder::new("every-row");
    let outputs = Outputs::start(vec![
        output("null", json()),
        output(&folder.file("flows.json"), json()),
        output(&folder.file("flows.csv"), csv()),
    ])
    .unwrap();
    let workers: Vec<_> = (0..3)
        .map(|index| Worker::new(outputs.worker(), index * MESSAGES * ROWS))
        .map(|mut worker| {
            thread::spawn(move || {
                worker.send(MESSAGES);
                worker.finish();
            })
        })
        .collect();
    workers
        .into_iter()
        .for_each(|worker| worker.join().unwrap());
    for output in outputs.finish(LONG) {
        check(&output);
        assert_eq!(output.written, 3 * MESSAGES * ROWS);
        assert_eq!(output.state, OutputState::Finished);
    }
    let all: Vec<u64> = (0..3 * MESSAGES * ROWS).collect();
    assert_eq!(numbers(&folder.read("flows.json")), all);
    let csv = folder.read("flows.csv");
    assert!(csv.starts_with("source_address,octets\r\n"));
    assert_eq!(csv.lines().count(), all.len() + 1);
}

#[test]
fn a_worker_that_is_dropped_hands_over_its_rows() {
    let outputs = Outputs::start(vec![output("null", json())]).unwrap();
    Worker::new(outputs.worker(), 0).send(3);
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    assert_eq!(output.written, 3 * ROWS);
}

#[test]
fn flows_that_a_filter_selects_are_counted_without_rows() {
    let filter = Filter::parse("octets >= 5").unwrap();
    let outputs = Outputs::start(vec![
        output("null", Encoding::count(Biflows::Whole)),
        output(
            "null",
            Encoding::count(Selection::new(Biflows::Whole, Some(filter))),
        ),
    ])
    .unwrap();
    // The flows of three messages have 0 to 3 * ROWS - 1 octets.
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(2);
    worker.tick();
    worker.send(1);
    worker.finish();
    for (output, flows) in outputs.finish(LONG).iter().zip([3 * ROWS, 3 * ROWS - 5]) {
        check(output);
        assert_eq!((output.accepted, output.written), (flows, flows));
        assert_eq!(output.written_octets, 0);
        assert_eq!(output.state, OutputState::Finished);
    }
}

#[test]
fn flows_are_only_counted_for_no_destination_at_all() {
    for destination in ["-", "flows.json", "tcp://127.0.0.1:9"] {
        let config = output(destination, Encoding::count(Biflows::Whole));
        let refused = Outputs::start(vec![config]).unwrap_err();
        assert!(
            refused.to_string().contains("go to null and nowhere else"),
            "{refused}"
        );
    }
}

#[test]
fn rows_that_a_full_disk_does_not_take_are_counted() {
    for (policy, reason) in [
        (Policy::DropNewest, LossReason::QueueFull),
        (Policy::Block, LossReason::Shutdown),
    ] {
        let mut config = output("/dev/full", json());
        config.policy = policy;
        config.queue.chunks = 2;
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        let thread = thread::spawn(move || {
            worker.send_repeatedly(8, 1);
            worker.finish();
        });
        wait_until("a failure", || outputs.statistics()[0].errors > 2);
        let now = &outputs.statistics()[0];
        assert_eq!(now.state, OutputState::Retrying);
        assert!(now.last_error.as_deref().unwrap().contains("No space left"));
        outputs.begin_finish(Duration::ZERO);
        thread.join().unwrap();
        let [output] = &outputs.finish(LONG)[..] else {
            panic!()
        };
        check(output);
        assert_eq!(
            (output.accepted, output.written),
            (8 * ROWS, 0),
            "{output:?}"
        );
        assert!(output.lost.get(reason) > 0, "{output:?}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_tried_again() {
    let folder = Folder::new("no-folder");
    let config = output(&folder.file("later/flows.json"), json());
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(2);
    worker.tick();
    wait_until("a failure", || outputs.statistics()[0].errors > 1);
    fs::create_dir(folder.path().join("later")).unwrap();
    wait_until("the rows", || outputs.statistics()[0].written == 2 * ROWS);
    worker.send(1);
    worker.finish();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    assert_eq!((output.written, output.lost.total()), (3 * ROWS, 0));
    assert_eq!(
        numbers(&folder.read("later/flows.json")).len() as u64,
        3 * ROWS
    );
}

#[test]
fn a_shutdown_tries_again_at_once_however_long_the_wait_was() {
    let folder = Folder::new("long-wait");
    let mut config = output(&folder.file("later/flows.json"), json());
    config.backoff.first = 10 * LONG;
    config.backoff.longest = 10 * LONG;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(2);
    worker.finish();
    wait_until("a failure", || outputs.statistics()[0].errors > 0);
    fs::create_dir(folder.path().join("later")).unwrap();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    assert_eq!((output.written, output.lost.total()), (2 * ROWS, 0));
}

#[test]
fn the_end_does_not_wait_for_a_pipe_that_nobody_reads() {
    let folder = Folder::new("pipe");
    let pipe = folder.pipe();
    let mut config = output(&pipe, json());
    config.queue.chunks = 1;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    let thread = thread::spawn(move || {
        worker.send_repeatedly(5, 1);
        worker.finish();
    });
    wait_until("a full queue", || {
        outputs.statistics()[0].queued_chunks == 1
    });
    outputs.begin_finish(Duration::ZERO);
    thread.join().unwrap();
    let [output] = &outputs.finish(Duration::ZERO)[..] else {
        panic!()
    };
    check(output);
    assert_eq!(output.lost.get(LossReason::Shutdown), 5 * ROWS);
    // The writer that waits in the kernel goes on and may write, which is not counted any more.
    let _ = fs::read(&pipe);
}

#[test]
fn a_pipe_whose_reader_has_gone_is_the_end_of_an_output() {
    let folder = Folder::new("closed-pipe");
    let pipe = folder.pipe();
    let outputs = Outputs::start(vec![output(&pipe, json())]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    // Opened for reading and closed.
    drop(fs::File::open(&pipe).unwrap());
    wait_until("the end", || {
        worker.send(1);
        worker.tick();
        outputs.statistics()[0].state == OutputState::Ended
    });
    worker.send(1);
    worker.finish();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    assert!(
        output.lost.get(LossReason::Closed) >= 2 * ROWS,
        "{output:?}"
    );
    assert_eq!(output.state, OutputState::Ended);
}

#[test]
fn a_file_goes_on_after_its_last_whole_row() {
    let folder = Folder::new("goes-on");
    fs::write(
        folder.path().join("flows.csv"),
        "source_address,octets\r\n192.0.2.1,7\r\n192.0",
    )
    .unwrap();
    fs::write(folder.path().join("flows.json"), "{\"source_addr").unwrap();
    let outputs = Outputs::start(vec![
        output(&folder.file("flows.csv"), csv()),
        output(&folder.file("flows.json"), json()),
    ])
    .unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.finish();
    outputs.finish(LONG).iter().for_each(check);
    let csv = folder.read("flows.csv");
    assert!(csv.starts_with("source_address,octets\r\n192.0.2.1,7\r\n192.0.2.1,0\r\n"));
    assert_eq!(csv.lines().count() as u64, 2 + ROWS);
    assert_eq!(numbers(&folder.read("flows.json")).len() as u64, ROWS);
}

#[test]
fn a_file_that_was_renamed_is_begun_anew() {
    let folder = Folder::new("renamed");
    let outputs = Outputs::start(vec![output(&folder.file("flows.csv"), csv())]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    wait_until("the rows", || outputs.statistics()[0].written == ROWS);
    fs::rename(
        folder.path().join("flows.csv"),
        folder.path().join("flows.csv.1"),
    )
    .unwrap();
    worker.tick();
    worker.send(1);
    // Either the tick or the rows come first.
    wait_until("the new file", || {
        worker.send(1);
        worker.tick();
        folder.path().join("flows.csv").exists()
    });
    worker.finish();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    let (first, second) = (folder.read("flows.csv.1"), folder.read("flows.csv"));
    assert!(second.starts_with("source_address,octets\r\n"));
    let rows = (first.lines().count() + second.lines().count()) as u64 - 2;
    assert_eq!((rows, output.lost.total()), (output.written, 0));
}
