//! Where rows go.

use core::time::Duration;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixListener;
use std::time::{Instant, SystemTime};

use netflow_testdata::own_port;

use crate::harness::{Collector, Folder, field, logged, patience, run, send, v5};
use crate::replay::replay;

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];
/// A message of IPFIX without flows: template 256 of octetDeltaCount, in 4 octets.
const TEMPLATE: [u8; 28] = [
    0, 10, 0, 28, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 0, 12, 1, 0, 0, 1, 0, 1, 0, 4,
];

/// A collector on one UDP address that writes octets to this output, with more options.
fn to(output: &str, options: &[&str]) -> Collector {
    Collector::start(
        &[
            &UDP[..],
            &["--fields", "octets", "--output", output],
            options,
        ]
        .concat(),
    )
}

#[test]
fn files_by_time_have_their_names_when_they_are_complete() {
    let folder = Folder::new();
    // By its name alone a file would be that of a month.
    let collector = to(&folder.file("%Y/flows-%m.json"), &["--rotate", "1s"]);
    for sequence in 0..3 {
        send(
            "127.0.0.1",
            collector.addresses[0],
            &v5(sequence, sequence + 1),
        );
        std::thread::sleep(Duration::from_millis(1_100));
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let year = fs::read_dir(folder.file("")).unwrap().next();
    let files = fs::read_dir(year.unwrap().unwrap().path()).unwrap();
    let mut rows = Vec::new();
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("flows-") && name.ends_with(".json"),
            "{name}"
        );
        rows.push(fs::read_to_string(file).unwrap());
    }
    rows.sort();
    assert_eq!(
        rows,
        ["{\"octets\":1}\n", "{\"octets\":2}\n", "{\"octets\":3}\n"]
    );
}

/// The names of the files in a folder that do not begin with a dot, in order.
fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.file("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn files_are_compressed_by_their_name_and_limited_in_size() {
    let folder = Folder::new();
    let pattern = folder.file("flows-%Y.json.gz");
    let mut collector = to(&pattern, &["--rotate-size", "1"]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    // It is complete although the year is not over.
    collector.wait(|_| !names(&folder).is_empty());
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let file = folder.file(&names(&folder)[0]);
    assert_eq!(fs::read(file).unwrap()[..2], [0x1f, 0x8b]);
}

#[test]
fn old_files_are_removed_by_age_and_by_size() {
    let hour = Duration::from_secs(3_600);
    for (options, left) in [
        (&[][..], ["2001", "2002", "2003"].as_slice()),
        (&["--keep", "1d"], &["2002", "2003"]),
        (&["--keep-size", "1500"], &["2003"]),
    ] {
        let folder = Folder::new();
        for (year, hours) in [("2001", 100), ("2002", 2), ("2003", 1)] {
            let path = folder.write(&format!("flows-{year}.json"), &"\n".repeat(1_000));
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - hour * hours).unwrap();
        }
        let ended = to(&folder.file("flows-%Y.json"), options).stop();
        assert_eq!(ended.status, Some(0), "{}", ended.log);
        let left = left.iter().map(|year| format!("flows-{year}.json"));
        assert_eq!(names(&folder), left.collect::<Vec<_>>(), "{options:?}");
    }
}

#[test]
fn a_peer_that_reads_nothing_is_given_up_after_the_output_timeout() {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let start = |listener: &TcpListener, timeout| {
        let peer = format!("tcp://{}", listener.local_addr().unwrap());
        let options = ["--output", &peer, "--output-timeout", timeout];
        Collector::start(&[&UDP[..], &options, &["--drain-timeout", "100ms"]].concat())
    };
    let [patient, hasty] =
        [(&listeners[0], "1h"), (&listeners[1], "200ms")].map(|(to, timeout)| {
            let collector = start(to, timeout);
            let address = collector.addresses[0].to_string();
            // More than the kernel holds of a connection.
            let options = [
                "--generate",
                "v5",
                "--count",
                "800",
                "--rate",
                "2000",
                "--to",
            ];
            let sent = replay(&[&options[..], &[&address]].concat());
            assert_eq!(sent.status, Some(0), "{}", sent.log);
            collector
        });
    let _silent = listeners
        .each_ref()
        .map(|listener| listener.accept().unwrap());
    for listener in &listeners {
        listener.set_nonblocking(true).unwrap();
    }
    let deadline = Instant::now() + patience();
    let _again = loop {
        match listeners[1].accept() {
            Ok(again) => break again,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("{error}"),
        }
        assert!(Instant::now() < deadline, "it connected once only");
        std::thread::sleep(Duration::from_millis(20));
    };
    let error = listeners[0].accept().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    drop((patient, hasty));
}

#[test]
fn a_full_spool_drops_new_rows_and_counts_them() {
    let folder = Folder::new();
    let spool = folder.file("spool");
    let options = ["--when-full", "spool", "--spool", &spool];
    let options = [
        &options[..],
        &["--spool-size", "1", "--drain-timeout", "1s"],
    ]
    .concat();
    let collector = to("tcp://127.0.0.1:1", &options);
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    let lost = logged(&ended.log, "an output has lost rows", "reasons");
    assert_eq!(lost, "spool_full 1");
}

#[test]
fn rows_go_to_a_tcp_peer_and_wait_for_it() {
    let listener = own_port();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let collector = to(&format!("tcp://{address}"), &["--output-timeout", "5s"]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    std::thread::sleep(Duration::from_millis(700));
    let listener = TcpListener::bind(address).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"octets\":7}\n");
    assert_eq!(collector.stop().status, Some(0));
}

#[test]
fn rows_of_other_schemas_are_counted_for_null_as_for_a_file() {
    let folder = Folder::new();
    let path = folder.file("wire.json");
    let options = ["--schema", "wire", "--output", &path, "--output", "null"];
    let collector = Collector::start(&[&UDP[..], &options].concat());
    send("127.0.0.1", collector.addresses[0], &TEMPLATE);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let rows = fs::read_to_string(&path).unwrap().lines().count();
    assert!(rows > 0, "{}", ended.log);
    let complete = |line: &&str| line.contains("an output is complete");
    let outputs: Vec<_> = ended.log.lines().filter(complete).collect();
    let written = outputs.iter().map(|line| field(line, "written"));
    let rows = rows.to_string();
    assert_eq!(
        written.collect::<Vec<_>>(),
        [rows.clone(), rows],
        "{}",
        ended.log
    );
}

#[test]
fn rows_go_to_a_unix_socket() {
    let folder = Folder::new();
    let path = folder.file("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let collector = to(&format!("unix://{path}"), &[]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    let (mut stream, _) = listener.accept().unwrap();
    assert_eq!(collector.stop().status, Some(0));
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text, "{\"octets\":7}\n");
}

#[test]
fn rows_are_messages_of_syslog() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(patience())).unwrap();
    let collector = to(&format!("syslog://{}", server.local_addr().unwrap()), &[]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    let mut octets = [0; 2_000];
    let count = server.recv(&mut octets).unwrap();
    let message = String::from_utf8_lossy(&octets[..count]).into_owned();
    assert!(
        message.starts_with('<') && message.contains("{\"octets\":7}"),
        "{message}"
    );
    drop(collector);
}

#[test]
fn flows_are_sent_on_as_ipfix_to_another_collector() {
    let second = Collector::start(&[&UDP[..], &["--fields", "octets"]].concat());
    let first = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--output",
        &format!("ipfix://{}", second.addresses[0]),
    ]);
    send("127.0.0.1", first.addresses[0], &v5(0, 7));
    let ended = first.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(second.stop().stdout, "{\"octets\":7}\n");
}

#[test]
fn what_a_peer_does_not_take_waits_on_disk_for_the_next_run() {
    let folder = Folder::new();
    let listener = own_port();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (peer, spool) = (format!("tcp://{address}"), folder.file("spool"));
    let options = [
        "--when-full",
        "spool",
        "--spool",
        &spool,
        "--spool-size",
        "1MiB",
        "--drain-timeout",
        "1s",
    ];
    let collector = to(&peer, &options);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    let ended = collector.stop();
    // It is not lost.
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    assert_eq!(logged(&ended.log, "an output is complete", "spooled"), "1");
    let listener = TcpListener::bind(address).unwrap();
    let collector = to(&peer, &options);
    let (stream, _) = listener.accept().unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"octets\":7}\n");
    drop(collector);
}

#[test]
#[cfg(feature = "http")]
fn a_slow_output_drops_the_newest_rows_if_asked_and_counts_them() {
    let folder = Folder::new();
    let (pipe, reader) = folder.pipe();
    let options = [
        "--fields",
        "",
        "--when-full",
        "drop-newest",
        "--output-queue",
        "1KiB",
        "--drain-timeout",
        "1m",
        "--http",
        "0",
        "--output",
        "null",
    ];
    let mut collector = to(&pipe, &options);
    let (udp, http) = (collector.addresses[0], collector.addresses[1]);
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    // The pipe and the queue fill up.
    collector.wait(|_| {
        let datagrams = (0..50).map(|sequence| v5(sequence, 1));
        datagrams.for_each(|datagram| drop(exporter.send_to(&datagram, udp)));
        let (_, text) = crate::http::get(http, "/metrics");
        let lost = "netflow_output_lost_rows_total{output=\"1\"";
        let mut lines = text.lines().filter(|line| line.starts_with(lost));
        lines.any(|line| line.contains("\"queue_full\"") && !line.ends_with(" 0"))
    });
    // What is left in the pipe is not waited for.
    drop(reader);
    let ended = collector.stop();
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    let lost = logged(&ended.log, "an output has lost rows", "reasons");
    assert!(lost.contains("queue_full"), "{lost}");
    // The other output has all rows.
    let flows = logged(&ended.log, "received", "flows");
    assert_eq!(
        logged(&ended.log, "an output is complete", "written"),
        flows
    );
}

#[test]
fn a_spool_needs_its_folder_and_its_policy() {
    let ended = run(&["--output", "tcp://127.0.0.1:1", "--when-full", "spool"]);
    assert!(ended.log.contains("needs a folder"), "{}", ended.log);
    let ended = run(&["--output", "tcp://127.0.0.1:1", "--spool", "x"]);
    assert!(
        ended.log.contains("is for --when-full spool"),
        "{}",
        ended.log
    );
}
