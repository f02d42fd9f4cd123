//! Which flows `netflow decode` writes and in which order: `--since`, `--until`, `--last`, `--sort`,
//! `--limit`, `--count` and `--follow`, beside the rows of all flows.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::{fs, io};

use serde_json::Value;

use crate::run::{Directory, command, decode, interrupt, netflow, testdata};

const FILES: [&str; 4] = [
    "genuine/nfr_v5.pcap",
    "genuine/nfr_v9.pcap",
    "genuine/ovs.pcap",
    "synthetic/nfv8.pcap",
];

/// The rows that `netflow decode --format json` writes of flows.
fn rows(options: &[&str], file: &str) -> Vec<Value> {
    let run = decode(&[&["--format", "json"], options].concat(), &[file]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let mut rows = run.rows();
    rows.retain(|row| row["kind"] != "problem");
    rows
}

/// A time of RFC 3339 so that texts are in the order of times.
fn comparable(time: &str) -> String {
    let (seconds, fraction) = time
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or((time.trim_end_matches('Z'), ""));
    format!("{seconds}.{fraction:0<9}")
}

#[test]
fn sorted_rows_are_those_of_the_file_in_the_order_of_a_field() {
    for file in FILES {
        for (field, is_descending) in [("octets", true), ("start", false), ("source_port", false)] {
            let mut expected = rows(&[], file);
            let key = |row: &Value| match &row[field] {
                Value::Number(number) => number.as_u64().map(|number| format!("{number:020}")),
                Value::String(time) => Some(comparable(time)),
                _ => None,
            };
            // Rows without the field are last; the sort is stable.
            expected.sort_by(|one, other| match (key(one), key(other)) {
                (Some(one), Some(other)) if is_descending => other.cmp(&one),
                (Some(one), Some(other)) => one.cmp(&other),
                (one, other) => one.is_none().cmp(&other.is_none()),
            });
            assert_eq!(rows(&["--sort", field], file), expected, "{file} {field}");
            expected.truncate(3);
            let first = rows(&["--sort", field, "--limit", "3"], file);
            assert_eq!(first, expected, "{file} {field}");
        }
    }
    let smallest = &rows(&["--sort", "octets:asc"], FILES[0])[0]["octets"];
    let sizes = rows(&[], FILES[0]);
    let sizes = sizes.iter().map(|row| row["octets"].as_u64());
    assert_eq!(smallest.as_u64(), sizes.min().unwrap());
}

#[test]
fn a_limit_is_the_number_of_rows_in_every_format() {
    for file in FILES {
        let all = rows(&[], file);
        for limit in [0, 1, 5, 1_000_000] {
            let expected = all.len().min(limit);
            let limit = limit.to_string();
            let options = ["--limit", &limit];
            assert_eq!(rows(&options, file), all[..expected], "{file} {limit}");
            let lines = |format: &str| {
                let run = decode(&[&options[..], &["--format", format]].concat(), &[file]);
                run.stdout.lines().count()
            };
            assert_eq!(lines("csv"), expected + 1, "{file} {limit}");
            let table = decode(&options, &[file]).stdout;
            let plural = if expected == 1 { "" } else { "s" };
            let count = format!("{expected} flow{plural}");
            assert!(
                table.lines().any(|line| line.starts_with(&count)),
                "{table}"
            );
        }
    }
}

#[test]
fn a_sorted_table_has_its_rows_in_order_and_says_how_many_there_are() {
    let run = decode(
        &["--sort", "octets", "--limit", "2"],
        &["genuine/nfr_v5.pcap"],
    );
    let flows = rows(&[], "genuine/nfr_v5.pcap").len();
    let lines: Vec<&str> = run.stdout.lines().collect();
    // A header, a rule, two rows, a rule, and the count with the sums of all.
    assert_eq!(lines.len(), 6, "{}", run.stdout);
    assert!(
        lines[5].starts_with(&format!("2 of {flows} flows")),
        "{}",
        run.stdout
    );
}

#[cfg(feature = "columns")]
#[test]
fn a_limit_leaves_as_many_rows_of_columns() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    let directory = Directory::new("limited-columns");
    let path = directory.file("flows.parquet");
    let options = ["--limit", "7", "-o", path.to_str().unwrap()];
    assert_eq!(decode(&options, &["genuine/nfr_v5.pcap"]).status, 0);
    let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 7);
}

#[test]
fn the_count_is_that_of_the_rows() {
    for file in FILES {
        for options in [&[][..], &["--where", "proto tcp"], &["--split-biflows"]] {
            let count = decode(&[&["--count"], options].concat(), &[file]).stdout;
            let expected = rows(options, file).len();
            assert_eq!(count, format!("{expected}\n"), "{file} {options:?}");
        }
    }
}

#[test]
fn a_window_has_the_flows_that_were_active_in_it() {
    for file in FILES {
        let all = rows(&[], file);
        let time = |row: &Value, names: [&str; 3]| {
            let is_suspect = row["clock_suspect"] == true;
            let names = if is_suspect { &names[2..] } else { &names[..] };
            let found = names.iter().find_map(|name| row[*name].as_str());
            found.map(comparable).unwrap()
        };
        let end = |row: &Value| time(row, ["end", "start", "received"]);
        let start = |row: &Value| time(row, ["start", "end", "received"]);
        let mut times: Vec<String> = all.iter().flat_map(|row| [start(row), end(row)]).collect();
        times.sort();
        let (since, until) = (&times[times.len() / 4], &times[times.len() / 2]);
        let chosen = |is_chosen: &dyn Fn(&Value) -> bool| {
            let rows = all.iter().filter(|row| is_chosen(row));
            rows.cloned().collect::<Vec<_>>()
        };
        let is_after = |row: &Value| end(row) >= *since;
        let is_before = |row: &Value| start(row) < *until;
        assert_eq!(rows(&["--since", since], file), chosen(&is_after), "{file}");
        assert_eq!(
            rows(&["--until", until], file),
            chosen(&is_before),
            "{file}"
        );
        let both = rows(&["--since", since, "--until", until, "-w", "any"], file);
        assert_eq!(
            both,
            chosen(&|row| is_after(row) && is_before(row)),
            "{file}"
        );
    }
}

#[test]
fn the_last_span_ends_with_the_newest_datagram() {
    let file = "genuine/nfr_v5.pcap";
    let all = rows(&[], file);
    let received = |row: &Value| comparable(row["received"].as_str().unwrap());
    let newest = all.iter().map(received).max().unwrap();
    assert_eq!(rows(&["--last", "3650d"], file), all);
    // The times of these flows are impossible, as the capture was sent again years later: they count
    // by when they were received, all of them within a minute.
    assert!(all.iter().all(|row| row["clock_suspect"] == true));
    let second = &newest[..19];
    let expected = all.iter().filter(|row| {
        let received = received(row);
        received[..19] == *second
    });
    assert!(rows(&["--last", "1s"], file).len() >= expected.count());
    assert_eq!(rows(&["--last", "1h"], file), all);

    let run = netflow(["decode", "--last", "1m", "-"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
}

#[test]
fn the_choice_of_flows_does_not_depend_on_the_number_of_threads() {
    for options in [
        &["--limit", "5"][..],
        &["--sort", "octets"],
        &["--sort", "octets", "--limit", "5"],
        &["--count"],
        &["--count", "--limit", "5"],
        &["--since", "2000-01-01"],
        &["--last", "1s"],
    ] {
        for format in [&["--format", "json"][..], &["--format", "csv"], &[]] {
            if options.contains(&"--count") && !format.is_empty() {
                continue;
            }
            let options = [options, format].concat();
            let one = decode(&options, &FILES);
            let three = decode(&[&options[..], &["--threads", "3"]].concat(), &FILES);
            assert_eq!((one.status, three.status), (0, 0), "{options:?}");
            assert_eq!(one.stdout, three.stdout, "{options:?}");
        }
    }
}

#[test]
fn options_for_flows_are_refused_for_other_rows() {
    let (flows, normalised) = ("not for all the rows of record", "the schema flow");
    for (option, reason) in [
        (&["--limit", "3"][..], flows),
        (&["--sort", "octets"], normalised),
        (&["--count"], normalised),
        (&["--since", "2026-11-29"], flows),
    ] {
        let run = decode(&[&["--schema", "record"], option].concat(), &[FILES[0]]);
        assert_eq!(run.status, 2, "{option:?}");
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
    let run = decode(&["--sort", "octet"], &[FILES[0]]);
    assert!(
        run.stderr.contains("did you mean \"octets\""),
        "{}",
        run.stderr
    );
    let run = decode(&["--since", "yesterday"], &[FILES[0]]);
    assert_eq!(run.status, 2, "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_growing_file_is_followed_until_a_signal() {
    let directory = Directory::new("follow");
    let path = directory.file("growing.pcap");
    let octets = fs::read(testdata("synthetic/nfv5.pcap")).unwrap();
    let expected = rows(&["--fields", "octets"], "synthetic/nfv5.pcap");
    // In the middle of a packet.
    let (before, after) = octets.split_at(octets.len() / 2 + 1);
    fs::write(&path, before).unwrap();
    let mut child = command([
        "decode", "-q", "--follow", "-f", "json", "--fields", "octets",
    ])
    .arg(&path)
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(after).unwrap();
    drop(file);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The command writes them all, though it does not end.
    let found: io::Result<Vec<String>> = lines.take(expected.len()).collect();
    let found = found.unwrap();
    let found: Vec<Value> = found
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found, expected);
    interrupt(&child.id().to_string());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
