//! A folder of tables: a file for each template, and one of counters.

use alloc::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::run::{Directory, Run, decode, netflow, testdata};

/// NetFlow v5, IPFIX with options, and counters of sFlow.
const CAPTURE: &str = "genuine/ovs.pcap";

fn write(format: &str, folder: &Path, captures: &[&str]) -> Run {
    let options = [
        "--quiet", "--schema", "record", "--format", format, "--output",
    ];
    let options = options.iter().map(Into::into).chain([folder.into()]);
    let captures = captures
        .iter()
        .map(|capture| testdata(capture).into_os_string());
    netflow(["decode".into()].into_iter().chain(options).chain(captures))
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    if path.extension().unwrap() == "arrow" {
        return FileReader::try_new(file, None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    reader.build().unwrap().map(Result::unwrap).collect()
}

/// The files by name, without their endings.
fn tables(folder: &Path) -> BTreeMap<String, Vec<RecordBatch>> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, batches(&path))
        })
        .collect()
}

fn frames(batches: &[RecordBatch]) -> Vec<u64> {
    let columns = batches
        .iter()
        .map(|batch| batch.column_by_name("frame").unwrap());
    columns
        .flat_map(|column| column.as_primitive::<UInt64Type>().values().to_vec())
        .collect()
}

/// By the names of files, the frames of the rows of JSON.
fn expected(capture: &str) -> BTreeMap<String, Vec<u64>> {
    let rows = decode(&["-s", "record"], &[capture]).rows();
    let mut found = BTreeMap::<String, Vec<u64>>::new();
    for row in rows {
        let name = match row["kind"].as_str().unwrap() {
            "data" | "options" => {
                let text = |name: &str| match &row[name] {
                    Value::String(text) => text.clone(),
                    Value::Null => "0".to_owned(),
                    other => other.to_string(),
                };
                let domain = (text("protocol"), text("domain"), text("set"));
                format!(
                    "{}-{}-{}-{}",
                    text("exporter"),
                    domain.0,
                    domain.1,
                    domain.2
                )
            }
            _ => continue,
        };
        found
            .entry(name)
            .or_default()
            .push(row["frame"].as_u64().unwrap());
    }
    found
}

#[test]
fn each_template_has_a_file() {
    let directory = Directory::new("folder");
    for format in ["parquet", "arrow"] {
        let folder = directory.file(format);
        let run = write(format, &folder, &[CAPTURE]);
        assert_eq!(
            (run.status, run.stdout.as_str(), run.stderr.as_str()),
            (0, "", "")
        );
        let mut found = tables(&folder);
        let counters = found.remove("counters").unwrap();
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|(name, batches)| (name, frames(&batches)))
            .collect();
        assert_eq!(found, expected(CAPTURE));
        // Each member of each structure of each counters sample.
        let rows = decode(&["-s", "wire"], &[CAPTURE]).rows();
        let samples = rows.iter().filter(|row| row["kind"] == "counters");
        let records = samples.flat_map(|row| row["records"].as_array().unwrap());
        let members = records.map(|record| record["fields"].as_array().unwrap().len());
        let count: usize = counters.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(count, members.sum::<usize>());
    }
    // Nothing else is left beside them.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn elements_of_vendors_are_columns() {
    let directory = Directory::new("vendors");
    let folder = directory.file("tables");
    assert_eq!(write("parquet", &folder, &["genuine/ovs.pcap"]).status, 0);
    let rows = decode(&["-s", "record"], &["genuine/ovs.pcap"]).rows();
    for (name, batches) in tables(&folder) {
        let mut path = name.rsplitn(3, '-').map(|number| number.parse::<u64>());
        let (Some(Ok(set)), Some(Ok(domain))) = (path.next(), path.next()) else {
            assert_eq!(name, "counters");
            continue;
        };
        let like = |row: &&Value| row["set"] == set && row["domain"] == domain;
        for row in rows.iter().filter(like) {
            for key in row["fields"].as_object().unwrap().keys() {
                assert!(batches[0].column_by_name(key).is_some(), "{name}: {key}");
            }
        }
    }
}

#[test]
fn several_inputs_tell_which() {
    let directory = Directory::new("folder-files");
    let folder = directory.file("tables");
    let captures = ["genuine/pm_v10.pcap", "genuine/sf_v9.pcap"];
    assert_eq!(write("parquet", &folder, &captures).status, 0);
    let mut names: Vec<String> = tables(&folder)
        .values()
        .flatten()
        .flat_map(|batch| {
            let files = batch.column_by_name("file").unwrap().as_string::<i32>();
            files
                .iter()
                .map(|file| file.unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    names.sort();
    names.dedup();
    let paths = captures.map(|capture| testdata(capture).display().to_string());
    assert_eq!(names, paths);
}

#[test]
fn a_folder_that_holds_something_stays() {
    let directory = Directory::new("folder-full");
    let kept = directory.file("kept");
    fs::write(&kept, "").unwrap();
    let run = write("parquet", directory.path(), &[CAPTURE]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
    assert_eq!(write("parquet", &kept, &[CAPTURE]).status, 1);
    assert!(kept.is_file());
    // An empty one is used; of nothing read nothing is left.
    let empty = directory.file("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(write("parquet", &empty, &["no-such.pcap"]).status, 1);
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
    assert_eq!(write("parquet", &empty, &[CAPTURE]).status, 0);
    assert!(fs::read_dir(&empty).unwrap().count() > 1);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_is_needed() {
    let capture = testdata(CAPTURE);
    for output in [&[][..], &["--output", "-"]] {
        let options = ["decode", "--schema", "record", "--format", "parquet"];
        let options = options.iter().chain(output).map(Into::into);
        let run = netflow(options.chain([capture.clone().into_os_string()]));
        assert_eq!(run.status, 2);
        assert!(
            run.stderr.contains("use --output with a folder"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn numbers_are_those_of_json() {
    let directory = Directory::new("folder-values");
    let folder = directory.file("tables");
    assert_eq!(
        write("parquet", &folder, &["genuine/pm_v10.pcap"]).status,
        0
    );
    let rows = decode(&["-s", "record"], &["genuine/pm_v10.pcap"]).rows();
    let of_json: Vec<u64> = rows
        .iter()
        .filter(|row| row["kind"] == "data" && row["set"] == 1024)
        .map(|row| row["fields"]["ingressInterface"].as_u64().unwrap())
        .collect();
    let found = tables(&folder);
    let table = found
        .iter()
        .find(|(name, _)| name.ends_with("-1024"))
        .unwrap()
        .1;
    let of_table: Vec<u64> = table
        .iter()
        .flat_map(|batch| {
            let column = batch.column_by_name("ingressInterface").unwrap();
            let values = column.as_primitive::<UInt32Type>().values();
            values
                .iter()
                .map(|value| u64::from(*value))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(!of_json.is_empty());
    assert_eq!(of_table, of_json);
}
