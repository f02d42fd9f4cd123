//! Parquet and Arrow, read by the readers of their own projects.

use std::fs::File;
use std::io::Cursor;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::run::{Directory, command, decode, netflow, testdata};

/// Captures with sampling, several protocols, IPv6 and sFlow.
const CAPTURES: [&str; 4] = [
    "genuine/sf_v9.pcap",
    "genuine/fp_all.pcap",
    "genuine/ovs.pcap",
    "genuine/pm_v10.pcap",
];

/// Octets and source address of each row of the JSON.
fn expected(capture: &str) -> Vec<(Option<u64>, Option<String>)> {
    let rows = decode(&["-f", "json"], &[capture]).rows();
    let is_flow = |row: &&serde_json::Value| row["kind"] != "problem";
    rows.iter()
        .filter(is_flow)
        .map(|row| {
            let address = row["source_address"].as_str().map(str::to_owned);
            (row["octets"].as_u64(), address)
        })
        .collect()
}

fn found(batches: &[RecordBatch]) -> Vec<(Option<u64>, Option<String>)> {
    let mut rows = Vec::new();
    for batch in batches {
        let octets = batch.column_by_name("octets").unwrap();
        let octets = octets.as_primitive::<UInt64Type>();
        let sources = batch.column_by_name("source_address").unwrap();
        let sources = sources.as_fixed_size_binary();
        for row in 0..batch.num_rows() {
            let octets = octets.is_valid(row).then(|| octets.value(row));
            let source = sources.is_valid(row).then(|| {
                let octets: [u8; 16] = sources.value(row).try_into().unwrap();
                let address = core::net::Ipv6Addr::from(octets);
                match address.to_ipv4_mapped() {
                    Some(address) => address.to_string(),
                    None => address.to_string(),
                }
            });
            rows.push((octets, source));
        }
    }
    rows
}

fn write(directory: &Directory, name: &str, format: &str, capture: &str) -> File {
    let path = directory.file(name);
    let run = netflow([
        "decode".as_ref(),
        "--quiet".as_ref(),
        "--format".as_ref(),
        format.as_ref(),
        "--output".as_ref(),
        path.as_os_str(),
        testdata(capture).as_os_str(),
    ]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    File::open(path).unwrap()
}

#[test]
fn parquet_holds_the_rows_of_json() {
    let directory = Directory::new("parquet");
    for capture in CAPTURES {
        let file = write(&directory, "flows.parquet", "parquet", capture);
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let metadata = reader.metadata();
        let column = metadata.row_group(0).column(0);
        assert!(column.compression().to_string().contains("ZSTD"));
        let hints = metadata.file_metadata().key_value_metadata().unwrap();
        let hint = hints.iter().find(|hint| hint.key == "sorted_by").unwrap();
        assert_eq!(hint.value.as_deref(), Some("received"));
        let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(found(&batches), expected(capture), "{capture}");
    }
}

#[test]
fn arrow_is_a_stream_or_a_file() {
    let directory = Directory::new("arrow");
    for capture in CAPTURES {
        let file = write(&directory, "flows.arrow", "arrow", capture);
        let batches: Vec<_> = FileReader::try_new(file, None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(found(&batches), expected(capture), "{capture}");
        let file = write(&directory, "flows.arrows", "arrow", capture);
        let batches: Vec<_> = StreamReader::try_new(file, None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(found(&batches), expected(capture), "{capture}");
    }
}

#[test]
fn chosen_columns_of_several_files_go_to_standard_output() {
    let paths = [testdata(CAPTURES[0]), testdata(CAPTURES[3])];
    let run = |fields: &[&str]| {
        let mut command = command(["decode", "--quiet", "--format", "arrow"]);
        let output = command.args(fields).args(&paths).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let reader = StreamReader::try_new(Cursor::new(output.stdout), None).unwrap();
        reader.map(Result::unwrap).collect::<Vec<_>>()
    };
    let chosen = run(&["--fields", "octets,frame"]);
    let names: Vec<_> = chosen[0]
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names, ["octets", "frame"]);

    let all = run(&[]);
    let files = all[0]
        .column_by_name("file")
        .unwrap()
        .as_dictionary::<Int32Type>();
    let values = files.values().as_string::<i32>();
    let values: Vec<_> = values.iter().flatten().map(str::to_owned).collect();
    assert_eq!(values, paths.map(|path| path.display().to_string()));
}
