//! `netflow top`, beside sums over the rows of `netflow decode`.

use alloc::collections::BTreeMap;

use serde_json::Value;

#[cfg(feature = "columns")]
use crate::run::Directory;
#[cfg(target_os = "linux")]
use crate::run::interrupt;
use crate::run::{command, decode, finish, netflow, testdata};

/// The rows of `netflow top --format json` on a file of `testdata/`.
fn top(options: &[&str], file: &str) -> Vec<Value> {
    let file = testdata(file).into_os_string();
    let options = options.iter().map(Into::into);
    let run = netflow(
        ["top".into(), "--format=json".into()]
            .into_iter()
            .chain(options)
            .chain([file]),
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.rows()
}

/// Octets, packets and flows by the value of a field: those of `octets_scaled` where there is one.
fn grouped(file: &str, field: &str) -> BTreeMap<String, [u64; 3]> {
    let run = decode(&["--format", "json", "--split-biflows"], &[file]);
    let mut groups: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for row in run.rows().iter().filter(|row| row["kind"] != "problem") {
        let sums = groups.entry(row[field].to_string()).or_default();
        let number = |name: &str| row[name].as_u64();
        let scaled = |name: &str| number(&format!("{name}_scaled")).or(number(name));
        sums[0] += scaled("octets").unwrap_or(0);
        sums[1] += scaled("packets").unwrap_or(0);
        sums[2] += 1;
    }
    groups
}

#[test]
fn sums_are_those_of_the_rows() {
    for file in [
        "genuine/nfr_v5.pcap",
        "genuine/nfr_v9.pcap",
        "genuine/sf_v9_sampling.pcap",
        "genuine/sf_v10_biflow.pcap",
        "genuine/ovs.pcap",
        "genuine/pm_sf.pcap",
    ] {
        for field in [
            "source_address",
            "destination_port",
            "protocol",
            "input_interface",
        ] {
            let rows = top(&["-n", "100000", "--by", field], file);
            let found: BTreeMap<String, [u64; 3]> = rows
                .iter()
                .map(|row| {
                    let sums = ["octets", "packets", "flows"].map(|sum| row[sum].as_u64().unwrap());
                    (row[field].to_string(), sums)
                })
                .collect();
            assert_eq!(found, grouped(file, field), "{file} {field}");
            let octets: Vec<u64> = rows
                .iter()
                .map(|row| row["octets"].as_u64().unwrap())
                .collect();
            assert!(
                octets.is_sorted_by(|one, other| one >= other),
                "{file} {field}"
            );
        }
    }
}

#[test]
fn running_totals_count_once() {
    let sum = |file: &str| {
        let rows = top(&["--by", "protocol", "--sum", "octets"], file);
        rows.iter()
            .map(|row| row["octets"].as_u64().unwrap())
            .sum::<u64>()
    };
    let repeated = grouped("cases/running_totals.pcap", "protocol");
    let repeated: u64 = repeated.values().map(|sums| sums[0]).sum();
    assert!(sum("cases/running_totals.pcap") < repeated);
}

#[test]
fn a_filter_and_prefixes_choose_what_is_summed() {
    let options = [
        "--where",
        "proto tcp and dst port 22",
        "--prefix",
        "24",
        "--sum",
        "flows",
    ];
    let rows = top(&options, "genuine/nfr_v5.pcap");
    let expected = serde_json::json!([{"source_address": "203.0.113.0/24", "flows": 20}]);
    assert_eq!(Value::from(rows), expected);
}

#[test]
fn what_makes_no_sense_is_an_error_of_usage() {
    for options in [
        ["--by", "source_adress"],
        ["--sum", "bits"],
        ["--prefix", "33"],
        ["--where", "port"],
    ] {
        let run = netflow(["top"].into_iter().chain(options).chain(["x.pcap"]));
        assert_eq!(run.status, 2, "{options:?}");
    }
}

#[test]
fn little_memory_gives_a_bound_of_error() {
    let options = ["--memory", "0", "--by", "source_port", "--sum", "flows"];
    let rows = top(&options, "genuine/nfr_v5.pcap");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["flows"], 182);
    assert!(rows[0]["error"].as_u64().unwrap() > 0);
}

/// Standard output of `netflow top` on a file of `testdata/`.
fn shown(options: &[&str], file: &str) -> String {
    let mut command = command(["top"]);
    let command = command
        .args(options)
        .arg(testdata(file))
        .env("TZ", "<+0545>-5:45");
    let run = finish(command.env("COLUMNS", "120"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

/// Sums by the time when datagrams were received, cut to seconds, and a field.
fn by_second(file: &str, field: &str) -> BTreeMap<(String, String), u64> {
    let mut sums = BTreeMap::new();
    for row in decode(&["--format", "json"], &[file]).rows() {
        if row["kind"] != "problem" {
            let second = row["received"].as_str().unwrap()[..19].to_owned();
            *sums
                .entry((second + "Z", row[field].to_string()))
                .or_default() += 1;
        }
    }
    sums
}

#[test]
fn each_interval_has_a_table_of_its_own_flows() {
    let file = "genuine/ovs.pcap";
    let expected = by_second(file, "protocol");
    assert!(expected.len() > 1);
    let options = [
        "--every", "1s", "--by", "protocol", "--sum", "flows", "-n", "1000",
    ];
    let found = top(&options, file).into_iter().map(|row| {
        let start = row["interval_start"].as_str().unwrap().to_owned();
        (
            (start, row["protocol"].to_string()),
            row["flows"].as_u64().unwrap(),
        )
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
    let csv = shown(&[&options[..], &["--format", "csv"]].concat(), file);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "interval_start,protocol,flows,error");
    assert_eq!(lines.len(), expected.len() + 1);
    let table = shown(&[&options[..], &["--local-time"]].concat(), file);
    let headings = table.lines().filter(|line| line.starts_with("from 20"));
    let headings: Vec<&str> = headings.collect();
    assert!(headings.len() > 1, "{table}");
    assert!(
        headings.iter().all(|line| line.ends_with("+05:45")),
        "{table}"
    );
}

#[test]
fn a_table_shows_how_sums_are_spread_over_time() {
    let table = shown(&["--by", "protocol"], "genuine/ovs.pcap");
    let sums = table.lines().find(|line| line.starts_with("all")).unwrap();
    assert!(
        sums.contains(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']),
        "{table}"
    );
}

#[test]
fn what_needs_a_database_says_so() {
    let run = netflow(["top", "--by", "destination_country", "x.pcap"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("name its file by --geo"),
        "{}",
        run.stderr
    );
}

#[cfg(feature = "geo")]
#[test]
fn databases_name_countries_and_systems() {
    let places = testdata("geo/places.mmdb").display().to_string();
    let systems = testdata("geo/systems.mmdb").display().to_string();
    let file = "synthetic/cisco_asr9k_v9.pcap";
    let options = [
        "--geo",
        &places,
        "--asn",
        &systems,
        "--by",
        "source_country,destination_as_name",
    ];
    let flows = |rows: Vec<Value>| {
        rows.iter()
            .map(|row| row["flows"].as_u64().unwrap())
            .sum::<u64>()
    };
    let rows = top(&[&options[..], &["-n", "1000"]].concat(), file);
    assert_eq!(rows[0]["source_country"], "CH");
    assert_eq!(rows[0]["destination_as_name"], "AS4200000000");
    assert_eq!(flows(rows), flows(top(&["--by", "protocol"], file)));
}

#[cfg(feature = "columns")]
#[test]
fn parquet_has_the_rows_of_json() {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::UInt64Type;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let directory = Directory::new("top-parquet");
    let path = directory.file("top.parquet");
    let options = ["--by", "source_address,destination_port", "-n", "7"];
    let file = "genuine/nfr_v5.pcap";
    let output = path.display().to_string();
    shown(
        &[&options[..], &["--format", "parquet", "--output", &output]].concat(),
        file,
    );
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap());
    let batches: Vec<_> = reader
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let [batch] = batches.as_slice() else {
        panic!("{} batches", batches.len());
    };
    let addresses = batch
        .column_by_name("source_address")
        .unwrap()
        .as_string::<i32>();
    let number = |name: &str, row| {
        let column = batch.column_by_name(name).unwrap();
        column.as_primitive::<UInt64Type>().value(row)
    };
    let rows = top(&options, file);
    assert_eq!(batch.num_rows(), rows.len());
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row["source_address"], addresses.value(index));
        for name in ["destination_port", "octets", "packets", "flows"] {
            assert_eq!(row[name], number(name, index), "{name}");
        }
    }
}

#[cfg(feature = "columns")]
#[test]
fn parquet_of_no_flows_has_the_columns() {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let directory = Directory::new("top-parquet-empty");
    let path = directory.file("top.parquet");
    let output = path.display().to_string();
    for every in [&[][..], &["--every", "1m"]] {
        let options = ["--where", "proto 255", "--format", "parquet"];
        let file = "genuine/nfr_v5.pcap";
        shown(
            &[&options[..], every, &["--output", &output]].concat(),
            file,
        );
        let file = std::fs::File::open(&path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let names: Vec<_> = reader
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        assert!(
            names.contains(&"source_address".to_owned()) && names.contains(&"octets".to_owned()),
            "{names:?}"
        );
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }
}

/// `netflow top --listen` that runs.
#[cfg(target_os = "linux")]
struct Listening {
    child: std::process::Child,
    errors: std::io::BufReader<std::process::ChildStderr>,
    address: String,
}

#[cfg(target_os = "linux")]
impl Listening {
    fn start(options: &[&str]) -> Self {
        use std::io::BufRead as _;
        use std::process::Stdio;

        let mut child = command(["top", "--listen", "127.0.0.1:0", "--by", "protocol"])
            .args(["--sum", "flows"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = std::io::BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        let (_, address) = line.trim().rsplit_once(' ').unwrap();
        let address = address.to_owned();
        Self {
            child,
            errors,
            address,
        }
    }

    /// Sends NetFlow v5 with one record of protocol 17.
    fn send_flow(&self) {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut payload = vec![0; 24 + 48];
        (payload[1], payload[3], payload[24 + 38]) = (5, 1, 17);
        socket.send_to(&payload, &self.address).unwrap();
    }

    /// Ends it by Ctrl-C; returns its status and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        interrupt(&id);
        let errors = std::io::read_to_string(self.errors).unwrap();
        (self.child.wait().unwrap().code(), errors)
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_exporters_send_is_counted_until_the_command_ends() {
    let mut top = Listening::start(&["--format", "json"]);
    // What the kernel has accepted is read before the end; Ctrl-C is what people do.
    top.send_flow();
    let stdout = top.child.stdout.take().unwrap();
    let reading = std::thread::spawn(|| std::io::read_to_string(stdout).unwrap());
    assert_eq!(top.end(), (Some(0), String::new()));
    assert_eq!(reading.join().unwrap(), "{\"protocol\":17,\"flows\":1}\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_has_enough_of_what_exporters_send_is_no_error() {
    let mut top = Listening::start(&["--format", "csv"]);
    top.send_flow();
    drop(top.child.stdout.take());
    assert_eq!(top.end(), (Some(0), String::new()));
}

/// On a terminal, which `script` provides, a table is drawn again and again; other formats are as in a file.
#[cfg(target_os = "linux")]
#[test]
fn only_a_table_is_drawn_on_a_terminal() {
    use std::io::Read as _;

    let program = env!("CARGO_BIN_EXE_netflow");
    for (format, begin) in [("table", HOME), ("json", "listening"), ("csv", "listening")] {
        let line = format!(
            "echo pid $$; exec {program} top --listen 127.0.0.1:0 --by protocol --format {format}"
        );
        let mut child = std::process::Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut text = String::new();
        let mut octets = [0; 1_024];
        while let Ok(count @ 1..) = stdout.read(&mut octets) {
            let has_begun = text.contains(begin);
            text += &String::from_utf8_lossy(&octets[..count]);
            if !has_begun && text.contains(begin) {
                let id = text.split_whitespace().nth(1).unwrap();
                interrupt(id);
            }
        }
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}: {text}");
        assert_eq!(text.contains(HOME), format == "table", "{format}: {text}");
    }
}

/// What moves to the top left of a terminal.
#[cfg(target_os = "linux")]
const HOME: &str = "\u{1b}[H";
