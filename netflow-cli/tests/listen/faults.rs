//! Hostile and failing surroundings of a collector.

use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
#[cfg(feature = "columns")]
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use netflow_testdata::own_port;

use crate::harness::{Collector, Folder, field, logged, record, send, template, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

#[test]
#[ignore = "takes half a minute; cargo xtask test --full runs it"]
fn a_real_exporter_keeps_decoding_among_spoofed_ones() {
    let options = [
        "--state-memory",
        "4MiB",
        "--fields",
        "octets",
        "--where",
        "exporter 127.0.0.9",
        "--http",
        "127.0.0.1:0",
    ];
    let mut collector = Collector::start(&[&UDP[..], &options].concat());
    let (to, http) = (collector.addresses[0], collector.addresses[1]);
    // A template each, at a rate that a slow machine decodes.
    let mut spoofed = Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args(["replay", "--generate", "ipfix", "--exporters", "100000"])
        .args(["--count", "100000", "--rate", "5000", "--to"])
        .arg(to.to_string())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let exporter = UdpSocket::bind("127.0.0.9:0").unwrap();
    exporter.send_to(&template(1), to).unwrap();
    let mut sent = 0;
    while spoofed.try_wait().unwrap().is_none() {
        exporter.send_to(&record(1, sent), to).unwrap();
        sent += 1;
        thread::sleep(Duration::from_millis(20));
    }
    exporter.send_to(&record(1, sent), to).unwrap();
    sent += 1;
    let mut page = TcpStream::connect(http).unwrap();
    page.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    let state = BufReader::new(page)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("netflow_state_bytes ").map(str::to_owned));
    let state: u64 = state.expect("a metric of the state").parse().unwrap();
    assert!(state <= 4 << 20, "{state} octets");
    collector.wait(|_| true);
    let ended = collector.stop();
    assert_eq!(logged(&ended.log, "received", "dropped"), "0");
    assert_eq!(ended.stdout.lines().count(), usize::try_from(sent).unwrap());
    let datagrams: u64 = logged(&ended.log, "received", "datagrams").parse().unwrap();
    assert_eq!(datagrams, 100_000 + 1 + u64::from(sent));
}

#[test]
fn garbage_slow_and_silent_peers_harm_no_other() {
    let mut collector = Collector::start(&["--tcp", "127.0.0.1:0", "--read-timeout", "500ms"]);
    let to = collector.addresses[0];
    let connect = |octets: &[u8]| {
        let mut stream = TcpStream::connect(to).unwrap();
        stream.write_all(octets).unwrap();
        stream
    };
    let _garbage = connect(b"GET / HTTP/1.1\r\n\r\n");
    let _silent = connect(b"");
    let _half = connect(&template(1)[..20]);
    let mut slow = connect(b"");
    let message = template(3);
    let dripping = thread::spawn(move || {
        // An octet at a time, for longer than the time-out.
        for octet in message {
            thread::sleep(Duration::from_millis(50));
            if slow.write_all(&[octet]).is_err() {
                return;
            }
        }
    });
    let mut real = connect(&[template(2), record(2, 1)].concat());
    collector.wait_for_lines(1);
    for reason in ["0x4745", "within the read timeout"] {
        collector.wait(|collector| {
            let log = collector.log();
            log.contains(reason) || reason.starts_with("0x") && log.contains("closed:")
        });
    }
    dripping.join().unwrap();
    let closed = |collector: &Collector| collector.log().matches(" closed: ").count();
    collector.wait(|collector| closed(collector) == 4);
    real.write_all(&record(2, 2)).unwrap();
    collector.wait_for_lines(2);
    assert_eq!(collector.stop().stdout.lines().count(), 2);
}

#[test]
fn rows_received_and_lost_are_the_flows_accepted_when_the_peer_is_killed_and_restarted() {
    for policy in ["block", "drop-newest", "spool"] {
        let folder = Folder::new();
        let listener = own_port();
        let address = listener.local_addr().unwrap();
        let output = format!("tcp://{address}");
        let spool = folder.file("spool");
        let mut options = vec![
            "--fields",
            "octets",
            "--when-full",
            policy,
            "--output-queue",
            "64KiB",
            "--output",
            &output,
        ];
        if policy == "spool" {
            options.extend(["--spool", spool.as_str()]);
        }
        let collector = Collector::start(&[&UDP[..], &options].concat());
        let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut sent = 0..;
        let mut burst = |count| {
            for number in sent.by_ref().take(count) {
                let datagram = v5(number, number);
                exporter.send_to(&datagram, collector.addresses[0]).unwrap();
                if number % 100 == 0 {
                    thread::sleep(Duration::from_millis(2));
                }
            }
        };
        let mut rows = Vec::new();
        burst(1_000);
        // The peer reads some rows, and is killed with rows unread.
        let (stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream).lines().take(100);
        rows.extend(lines.map_while(Result::ok));
        drop(listener);
        burst(2_000);
        let listener = TcpListener::bind(address).unwrap();
        let reading = thread::spawn(move || {
            let mut rows = Vec::new();
            // Until the collector has closed the last connection.
            let (stream, _) = listener.accept().unwrap();
            rows.extend(BufReader::new(stream).lines().map_while(Result::ok));
            rows
        });
        burst(500);
        let ended = collector.stop();
        rows.extend(reading.join().unwrap());
        rows.sort_unstable();
        rows.dedup();
        let message = if ended.log.contains("an output has lost rows") {
            "an output has lost rows"
        } else {
            "an output is complete"
        };
        let count = |name: &str| -> usize { logged(&ended.log, message, name).parse().unwrap() };
        let lost = if message.contains("lost") {
            count("lost")
        } else {
            0
        };
        let flows: usize = logged(&ended.log, "received", "flows").parse().unwrap();
        assert_eq!(count("accepted"), flows, "{policy}: {}", ended.log);
        assert_eq!(rows.len() + lost, flows, "{policy}: {}", ended.log);
        // Only a full queue loses rows, where it may.
        assert!(
            policy == "drop-newest" || lost == 0,
            "{policy}: {}",
            ended.log
        );
    }
}

#[test]
fn a_read_only_folder_and_a_full_disk_are_reported_and_counted() {
    let collector = Collector::start(&[&UDP[..], &["--output", "/proc/flows.json"]].concat());
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let mut collector = collector;
    collector.wait(|collector| collector.log().contains("an output fails"));
    let line = collector.log();
    let line = line.lines().find(|line| line.contains("an output fails"));
    assert_eq!(field(line.unwrap(), "output"), "/proc/flows.json");
    drop(collector);

    let options = ["--output", "/dev/full", "--drain-timeout", "300ms"];
    let collector = Collector::start(&[&UDP[..], &options].concat());
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    assert_eq!(logged(&ended.log, "an output has lost rows", "lost"), "1");
}

#[test]
fn files_that_a_killed_collector_left_are_completed_by_the_next() {
    let folder = Folder::new();
    let pattern = folder.file("flows-%Y.json");
    let options = [
        &UDP[..],
        &[
            "--fields", "octets", "--rotate", "365d", "--output", &pattern,
        ],
    ]
    .concat();
    let mut collector = Collector::start(&options);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    let part = || {
        let mut files = fs::read_dir(folder.file("")).unwrap();
        files.find_map(|file| {
            let path = file.unwrap().path();
            let is_part = path
                .extension()
                .is_some_and(|extension| extension == "part");
            is_part.then(|| fs::read_to_string(path).unwrap_or_default())
        })
    };
    collector.wait(|_| part().is_some_and(|text| text == "{\"octets\":7}\n"));
    collector.signal("KILL");
    assert_eq!(collector.end().status, None);
    let collector = Collector::start(&options);
    send("127.0.0.1", collector.addresses[0], &v5(0, 8));
    assert_eq!(collector.stop().status, Some(0));
    let mut rows = String::new();
    for file in fs::read_dir(folder.file("")).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            rows += &fs::read_to_string(path).unwrap();
        }
    }
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    assert_eq!(rows, ["{\"octets\":7}", "{\"octets\":8}"]);
    assert_eq!(part(), None);
}

#[test]
fn a_hangup_changes_an_output_of_rotating_files_without_losing_a_flow() {
    let folder = Folder::new();
    let pattern = folder.file("flows-%Y.json");
    let content = |fields: &str| {
        format!("udp = \"127.0.0.1:0\"\noutput = \"{pattern}\"\nfields = {fields}\n")
    };
    let config = folder.write("listen.toml", &content("[\"octets\"]"));
    let mut collector = Collector::start_with(&["--config", &config], 1);
    let to = collector.addresses[0];
    for number in 0..50 {
        send("127.0.0.1", to, &v5(number, number));
    }
    folder.write("listen.toml", &content("[\"octets\", \"packets\"]"));
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    for number in 50..100 {
        send("127.0.0.1", to, &v5(number, number));
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let mut rows = 0;
    for file in fs::read_dir(folder.file("")).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            rows += fs::read_to_string(path).unwrap().lines().count();
        }
    }
    assert_eq!(rows, 100, "{}", ended.log);
}

/// Limits the size of files that a collector writes.
fn limit(collector: &Collector, octets: &str) {
    let (process, size) = (collector.id().to_string(), format!("--fsize={octets}:"));
    let limited = Command::new("prlimit")
        .args(["--pid", &process, &size])
        .status();
    assert!(limited.unwrap().success());
}

#[cfg(feature = "columns")]
#[test]
fn files_of_every_format_have_all_rows_after_the_disk_was_full() {
    const EXTENSIONS: [&str; 5] = ["json", "csv", "json.gz", "arrows", "parquet"];
    let folder = Folder::new();
    let names = EXTENSIONS.map(|extension| folder.file(&format!("flows-%Y.{extension}")));
    let mut options = vec!["--udp", "127.0.0.1:0", "--fields", "octets"];
    options.extend(["--rotate", "1s"]);
    options.extend(names.iter().flat_map(|name| ["--output", name]));
    let mut collector = Collector::start(&options);
    let to = collector.addresses[0];
    let count = |collector: &Collector, message| collector.log().matches(message).count();
    limit(&collector, "1");
    (0..20).for_each(|number| send("127.0.0.1", to, &v5(number, number)));
    collector.wait(|collector| count(collector, "an output fails") >= EXTENSIONS.len());
    limit(&collector, "unlimited");
    collector.wait(|collector| count(collector, "an output works again") >= EXTENSIONS.len());
    (20..30).for_each(|number| send("127.0.0.1", to, &v5(number, number)));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let mut rows = std::collections::HashMap::<&str, usize>::new();
    for file in fs::read_dir(folder.file("")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_of = |extension: &&&str| name.ends_with(&format!(".{extension}"));
        let extension = EXTENSIONS.iter().find(is_of).expect(name);
        *rows.entry(extension).or_default() += row_count(&path, extension);
    }
    assert_eq!(rows.len(), EXTENSIONS.len(), "{rows:?}");
    assert!(rows.values().all(|rows| *rows == 30), "{rows:?}");
}

/// The rows in a file of this extension.
#[cfg(feature = "columns")]
fn row_count(path: &Path, extension: &str) -> usize {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    let file = fs::File::open(path).unwrap();
    match extension {
        "json" => fs::read_to_string(path).unwrap().lines().count(),
        // After the names of the columns.
        "csv" => fs::read_to_string(path).unwrap().lines().count() - 1,
        "json.gz" => {
            let plain = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
            assert!(plain.status.success(), "{plain:?}");
            plain.stdout.iter().filter(|octet| **octet == b'\n').count()
        }
        "arrows" => {
            let batches = arrow_ipc::reader::StreamReader::try_new(file, None).unwrap();
            batches.map(|batch| batch.unwrap().num_rows()).sum()
        }
        _ => {
            let reader = SerializedFileReader::new(file).unwrap();
            let rows = reader.metadata().file_metadata().num_rows();
            usize::try_from(rows).unwrap()
        }
    }
}

#[test]
fn a_file_that_cannot_grow_can_be_renamed_or_removed_meanwhile() {
    let folder = Folder::new();
    let (rows, old) = (folder.file("rows.csv"), folder.file("old.csv"));
    let fields = ["--fields", "exporter_address,octets", "--output", &rows];
    let mut collector = Collector::start(&[&["--udp", "127.0.0.1:0"], &fields[..]].concat());
    let send_flows = |collector: &Collector, octets: core::ops::Range<u32>| {
        let to = collector.addresses[0];
        octets.for_each(|octets| send("127.0.0.1", to, &v5(octets, octets)));
    };
    send_flows(&collector, 100..110);
    let is_written = || fs::read_to_string(&rows).is_ok_and(|text| text.lines().count() == 11);
    collector.wait(|_| is_written());
    limit(&collector, "250");
    send_flows(&collector, 110..150);
    collector.wait(|collector| collector.log().contains("an output fails"));
    fs::rename(&rows, &old).unwrap();
    limit(&collector, "unlimited");
    collector.wait(|collector| collector.log().contains("an output works again"));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let numbers = |path: &str| -> Vec<u32> {
        let text = fs::read_to_string(path).unwrap();
        let rows = text.strip_prefix("exporter_address,octets\r\n").unwrap();
        assert!(rows.ends_with("\r\n"), "{text}");
        let numbers = rows.lines().map(|row| row.strip_prefix("127.0.0.1,"));
        numbers
            .map(|number| number.unwrap().parse().unwrap())
            .collect()
    };
    let all = [numbers(&old), numbers(&rows)].concat();
    assert_eq!(all, (100..150).collect::<Vec<u32>>());
}
