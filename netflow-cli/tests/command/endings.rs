//! Exit statuses, and what is said.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::json;

use crate::run::{Directory, Run, command, decode, finish, netflow, testdata, with_input};

/// One line that begins with the name of the command.
fn is_one_line(run: &Run) -> bool {
    run.stderr.lines().count() == 1 && run.stderr.starts_with("netflow: ")
}

#[test]
fn what_cannot_be_read_is_reported_in_one_line_and_status_1() {
    let directory = Directory::new("unreadable");
    let empty = directory.file("empty.pcap");
    fs::write(&empty, b"").unwrap();
    let text = directory.file("notes.txt");
    fs::write(&text, b"not a capture").unwrap();
    let header_only = directory.file("header.pcap");
    let capture = fs::read(testdata("synthetic/nfv5.pcap")).unwrap();
    fs::write(&header_only, &capture[..24]).unwrap();
    for (path, said) in [
        (
            directory.file("missing.pcap"),
            "is not there; check the path",
        ),
        (
            directory.path().to_owned(),
            "is a directory; pass the files in it",
        ),
        (empty, "is empty; pass a capture"),
        (text, "is not a pcap, pcapng or IPFIX file"),
        (header_only, "holds no packet"),
        (
            testdata("genuine/in.pcap"),
            "holds no flow export but 60 UDP datagrams of something else in 359 packets",
        ),
    ] {
        let run = netflow(["decode", "-q", "-f", "json", path.to_str().unwrap()]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(is_one_line(&run) && run.stderr.contains(said), "{run:?}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_cut_file_gives_its_rows_and_then_status_1() {
    let run = decode(&["-f", "json"], &["synthetic/link_cut.pcap"]);
    assert_eq!(run.status, 1);
    assert!(
        is_one_line(&run) && run.stderr.contains("is cut"),
        "{run:?}"
    );
    assert!(!run.rows().is_empty());
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_read() {
    let files = ["synthetic/none.pcap", "synthetic/nfv1.pcap"];
    let run = decode(&["-f", "json"], &files);
    assert_eq!(run.status, 1);
    let alone = decode(&["-f", "json"], &files[1..]).rows();
    let rows = run.rows();
    assert_eq!(rows.len(), alone.len());
    assert!(
        rows.iter()
            .all(|row| row["file"].as_str().unwrap().ends_with("nfv1.pcap"))
    );
}

#[test]
fn problems_inside_the_data_change_the_status_only_if_strict() {
    let file = &["synthetic/trap_v5_count.pcap"];
    assert_eq!(decode(&["-f", "json"], file).status, 0);
    assert_eq!(decode(&["-f", "json", "--strict"], file).status, 3);
    assert_eq!(decode(&["--strict"], &["synthetic/nfv5.pcap"]).status, 0);
    let both = &["synthetic/none.pcap", "synthetic/trap_v5_count.pcap"];
    assert_eq!(decode(&["--strict"], both).status, 3, "the highest counts");
}

#[cfg(not(feature = "columns"))]
#[test]
fn a_format_of_a_feature_that_this_build_lacks_is_refused_with_its_name() {
    for format in ["parquet", "arrow"] {
        let run = decode(&["-f", format, "-o", "y"], &["synthetic/nfv5.pcap"]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("lacks the feature columns"), "{run:?}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_status_2() {
    for (args, said) in [
        (&["decode"][..], "<FILE>..."),
        (&["decode", "--format", "xml", "x"], "'xml'"),
        (
            &["decode", "--schema", "wire", "--format", "table", "x"],
            "--format json",
        ),
        (
            &["decode", "--schema", "record", "--format", "csv", "x"],
            "--schema flow",
        ),
        (
            &["decode", "--schema", "wire", "--fields", "octets", "x"],
            "--fields",
        ),
        #[cfg(feature = "columns")]
        (
            &[
                "decode",
                "-s",
                "record",
                "-f",
                "parquet",
                "-o",
                "y",
                "--by-port",
                "x",
            ],
            "--by-port",
        ),
        (&["decode", "--port", "0", "x"], "'0'"),
        (&["decode", "--port", "65536", "x"], "65536"),
        (&["frobnicate"], "frobnicate"),
        (
            &["decode", "--fields", "source_adress", "x"],
            "\"source_address\"?",
        ),
        (
            &["decode", "--fields", "zzz", "x"],
            "  exporter_address exporter_port",
        ),
        (
            &["decode", "--fields", "octets,,packets", "x"],
            "no field \"\"",
        ),
    ] {
        let run = netflow(args);
        assert_eq!(run.status, 2, "{args:?} {run:?}");
        assert!(run.stderr.contains(said), "{args:?} {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn help_and_version_are_status_0() {
    for args in [&["--help"][..], &["--version"], &["decode", "--help"]] {
        let run = netflow(args);
        assert_eq!(run.status, 0);
        assert!(run.stdout.contains("netflow"), "{run:?}");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let many = testdata("synthetic/trap_many_records.pcap");
    for format in ["json", "csv", "table"] {
        let mut child = command(["decode", "-f", format])
            .args(core::iter::repeat_n(&many, 40))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 100];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
    }
}

#[test]
fn a_capture_may_come_from_standard_input() {
    for file in [
        "synthetic/nfv5.pcap",
        "synthetic/link_gzip.pcap.gz",
        "synthetic/file.ipfix",
    ] {
        let octets = fs::read(testdata(file)).unwrap();
        let run = with_input(&mut command(["decode", "-q", "-s", "wire", "-"]), &octets);
        assert_eq!(run.status, 0, "{run:?}");
        assert_eq!(run.stdout, decode(&["-s", "wire"], &[file]).stdout);
    }
    let run = with_input(&mut command(["decode", "-"]), b"");
    assert_eq!(run.status, 1);
    assert_eq!(
        run.stderr,
        "netflow: standard input is empty; pass a capture\n"
    );
}

#[test]
fn the_summary_tells_what_was_read_and_what_was_not() {
    let run = netflow([
        "decode".as_ref(),
        testdata("synthetic/nfv5.pcap").as_os_str(),
        testdata("synthetic/trap_v5_count.pcap").as_os_str(),
        testdata("genuine/ovs.pcap").as_os_str(),
    ]);
    for line in [
        "read         120 datagrams of 120 packets of 3 files",
        "messages     11 netflow5, 88 ipfix, 21 sflow5",
        "trap_v5_count.pcap",
    ] {
        assert!(run.stderr.contains(line), "{}", run.stderr);
    }
    let first = "record_count, first in frame 1 of ";
    assert!(run.stderr.contains(first), "{}", run.stderr);
    assert_eq!(decode(&[], &["synthetic/nfv5.pcap"]).stderr, "", "--quiet");

    let late = netflow([
        "decode".as_ref(),
        testdata("synthetic/data_before_template.pcap").as_os_str(),
    ]);
    let messages = "messages     3 netflow9, 1 ipfix\n";
    assert!(late.stderr.contains(messages), "{}", late.stderr);
}

#[test]
fn the_summary_tells_that_packets_were_not_captured_whole() {
    let run = netflow([
        "decode".as_ref(),
        testdata("synthetic/link_snapped.pcap").as_os_str(),
    ]);
    let reported = "lost         4 truncated datagrams\n";
    assert!(run.stderr.contains(reported), "{}", run.stderr);
}

/// A little-endian pcap without its packet of this number.
fn without_packet(number: usize, mut pcap: Vec<u8>) -> Vec<u8> {
    let mut begin = 24;
    let mut end = begin;
    for _ in 0..number {
        begin = end;
        let len = u32::from_le_bytes(pcap[begin + 8..begin + 12].try_into().unwrap());
        end = begin + 16 + usize::try_from(len).unwrap();
    }
    pcap.drain(begin..end);
    pcap
}

#[test]
fn the_summary_tells_what_the_sequence_numbers_of_a_domain_say_in_their_unit() {
    let directory = Directory::new("sequence");
    let names = ["synthetic/cisco_asr9k_v9.pcap", "genuine/pm_v10.pcap"];
    let [v9, ipfix] = names.map(|name| {
        let path = directory.file(&name.replace('/', "-"));
        fs::write(&path, without_packet(4, fs::read(testdata(name)).unwrap())).unwrap();
        path
    });
    let run = netflow(["decode".as_ref(), v9.as_os_str(), ipfix.as_os_str()]);
    let reported = "\
sequence     4 data records lost, of 127.0.0.1, domain 0 (ipfix)
             1 message lost, of 192.0.2.1, domain 2177 (netflow9); see netflow explain
";
    assert!(run.stderr.contains(reported), "{}", run.stderr);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let directory = Directory::new("output");
    let output = directory.file("flows.json");
    let to = format!("--output={}", output.display());
    let run = decode(&["-f", "json", &to], &["synthetic/nfv5.pcap"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    let written = fs::read_to_string(&output).unwrap();
    assert_eq!(
        written,
        decode(&["-f", "json"], &["synthetic/nfv5.pcap"]).stdout
    );

    let run = decode(&["-f", "json", &to], &["synthetic/none.pcap"]);
    assert_eq!(run.status, 1);
    assert_eq!(
        fs::read_to_string(&output).unwrap(),
        written,
        "what was there stays"
    );
    let names: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing else is left: {names:?}");

    let run = decode(&["-o", "/nowhere/flows.json"], &["synthetic/nfv5.pcap"]);
    assert_eq!(run.status, 1);
    assert!(
        is_one_line(&run) && run.stderr.contains("/nowhere/flows.json"),
        "{run:?}"
    );
}

#[test]
fn a_capture_is_not_replaced_by_its_own_rows() {
    let directory = Directory::new("replace");
    let capture = directory.file("capture.pcap");
    fs::copy(testdata("synthetic/nfv5.pcap"), &capture).unwrap();
    let before = fs::read(&capture).unwrap();
    let run = finish(command(["decode", "-o"]).arg(&capture).arg(&capture));
    assert_eq!(run.status, 2, "{run:?}");
    assert_eq!(fs::read(&capture).unwrap(), before);
}

#[test]
fn exporters_of_one_address_are_distinguished_by_port() {
    // Both devices use the template 256, the first with octets and the other with packets;
    // the third frame is the first one's.
    let file = &["synthetic/trap_two_behind_nat.pcap"];
    let third = |options: &[&str]| {
        let row = decode(options, file).rows().remove(2);
        ["frame", "source_address", "octets", "packets"].map(|name| row[name].clone())
    };
    assert_eq!(
        third(&["-f", "json", "--by-port"]),
        [json!(3), json!("192.0.2.1"), json!(1_517), json!(null)]
    );
    assert_eq!(
        third(&["-f", "json"]),
        [json!(3), json!("198.51.100.1"), json!(null), json!(1_517)]
    );
}

#[test]
fn ports_that_are_given_are_read_too() {
    let directory = Directory::new("ports");
    let capture = directory.file("damaged.pcap");
    // The same datagrams to port 4711, and too damaged to be recognised.
    let mut octets = fs::read(testdata("synthetic/trap_v5_count.pcap")).unwrap();
    let port = 2055_u16.to_be_bytes();
    let mut at = 24;
    while at < octets.len() {
        let length = u32::from_le_bytes(octets[at + 8..at + 12].try_into().unwrap());
        let udp = at + 16 + 14 + 20;
        assert_eq!(octets[udp + 2..udp + 4], port);
        octets[udp + 2..udp + 4].copy_from_slice(&4711_u16.to_be_bytes());
        octets[udp + 10..udp + 12].copy_from_slice(&[0xff, 0xff]);
        at += 16 + usize::try_from(length).unwrap();
    }
    fs::write(&capture, octets).unwrap();
    let path = capture.to_str().unwrap();
    assert_eq!(netflow(["decode", "-q", path]).status, 1);
    let run = netflow(["decode", "-q", "-s", "wire", "--port", "4711", path]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.contains("record_count"), "{run:?}");
}

#[test]
fn templates_end_with_the_tcp_connection_that_brought_them() {
    const SYN: u8 = 2;
    const FIN: u8 = 1;
    let message = |set: &[u8]| {
        let mut message = vec![0, 10, 0, u8::try_from(set.len() + 16).unwrap()];
        message.extend([0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
        message.extend(set);
        message
    };
    let template = message(&[0, 2, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4]);
    let data = message(&[1, 0, 0, 8, 192, 0, 2, 9]);
    let both = [template, data.clone()].concat();
    // In the same connection, and in another on the same ports.
    for (end, reasons) in [(0, 0), (FIN, 1), (SYN, 1)] {
        let mut capture = vec![];
        for word in [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 101] {
            capture.extend(word.to_be_bytes());
        }
        let mut send = |sequence: u32, flags: u8, payload: &[u8]| {
            let length = u16::try_from(payload.len() + 40).unwrap();
            for word in [1_610_612_736, 0, length.into(), u32::from(length)] {
                capture.extend(word.to_be_bytes());
            }
            capture.extend([0x45, 0]);
            capture.extend(length.to_be_bytes());
            capture.extend([0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1]);
            capture.extend([0x9c, 0x40, 0x12, 0x83]);
            capture.extend(sequence.to_be_bytes());
            capture.extend([0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
            capture.extend(payload);
        };
        send(99, SYN, b"");
        send(100, 0, &both);
        let after = 100 + u32::try_from(both.len()).unwrap();
        if end == 0 {
            send(after, 0, &data);
        } else {
            if end == FIN {
                send(after, FIN, b"");
            }
            send(0x4000_0000, SYN, b"");
            send(0x4000_0001, 0, &data);
        }
        let run = with_input(&mut command(["decode", "-q", "-s", "wire", "-"]), &capture);
        let found = run.stdout.matches("\"no_template\"").count();
        assert_eq!((run.status, found), (0, reasons), "{run:?}");
        let run = with_input(&mut command(["explain", "-"]), &capture);
        assert!(run.stdout.contains("256"), "{run:?}");
    }
}
