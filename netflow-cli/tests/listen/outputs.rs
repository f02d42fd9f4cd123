//! Where rows go.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixListener;

use crate::harness::{Collector, Folder, PATIENCE, logged, run, send, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];

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
    let collector = to(&folder.file("%Y/flows-%H%M%S.json"), &["--rotate", "1s"]);
    for sequence in 0..3 {
        send(
            "127.0.0.1",
            collector.addresses[0],
            &v5(sequence, sequence + 1),
        );
        std::thread::sleep(core::time::Duration::from_millis(1_100));
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let mut rows = Vec::new();
    let year = fs::read_dir(folder.file(""))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut files: Vec<_> = fs::read_dir(year)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        rows.push(fs::read_to_string(file).unwrap());
    }
    assert_eq!(
        rows,
        ["{\"octets\":1}\n", "{\"octets\":2}\n", "{\"octets\":3}\n"]
    );
}

#[test]
fn files_are_compressed_by_their_name_and_limited_in_size() {
    let folder = Folder::new();
    let pattern = folder.file("flows-%Y.json.gz");
    let collector = to(
        &pattern,
        &["--rotate-size", "1", "--keep", "1d", "--keep-size", "1GiB"],
    );
    send("127.0.0.1", collector.addresses[0], &v5(0, 1));
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    let file = fs::read_dir(folder.file(""))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert_eq!(fs::read(file).unwrap()[..2], [0x1f, 0x8b]);
}

#[test]
fn rows_go_to_a_tcp_peer_and_wait_for_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let collector = to(&format!("tcp://{address}"), &["--output-timeout", "5s"]);
    send("127.0.0.1", collector.addresses[0], &v5(0, 7));
    std::thread::sleep(core::time::Duration::from_millis(700));
    let listener = TcpListener::bind(address).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"octets\":7}\n");
    assert_eq!(collector.stop().status, Some(0));
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
    server.set_read_timeout(Some(PATIENCE)).unwrap();
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
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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
fn a_slow_output_drops_the_newest_rows_if_asked_and_counts_them() {
    let folder = Folder::new();
    let (pipe, _reader) = folder.pipe();
    let options = [
        "--fields",
        "",
        "--when-full",
        "drop-newest",
        "--output-queue",
        "1KiB",
        "--drain-timeout",
        "5s",
        "--output",
        "null",
    ];
    let collector = to(&pipe, &options);
    let exporter = UdpSocket::bind("127.0.0.1:0").unwrap();
    for sequence in 0..10_000 {
        exporter
            .send_to(&v5(sequence, 1), collector.addresses[0])
            .unwrap();
        if sequence % 500 == 0 {
            std::thread::sleep(core::time::Duration::from_millis(100));
        }
    }
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
