//! A capture, what is expected of it, and what the command says of it.

use alloc::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::netflow;

/// A capture and what is expected of it.
#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) name: String,
    pub(crate) expected: Value,
    path: PathBuf,
}

/// A record, options record or sample, and the flow made of it.
#[derive(Debug)]
pub(crate) struct Row {
    /// The row of the schema `record`.
    pub(crate) record: Value,
    /// The row of the schema `flow`; options and counters have none.
    pub(crate) flow: Option<Value>,
}

/// All captures of the folder.
pub(crate) fn all() -> Vec<Capture> {
    let paths = netflow_testdata::foreign(|name| name.ends_with(".expected.json")).unwrap();
    paths.iter().map(|path| Capture::read(path)).collect()
}

impl Capture {
    fn read(path: &Path) -> Self {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = file.strip_suffix(".expected.json").unwrap().to_owned();
        Self {
            expected: serde_json::from_slice(&fs::read(path).unwrap()).unwrap(),
            path: path.with_file_name(format!("{name}.pcap")),
            name,
        }
    }

    /// What other projects say.
    pub(crate) fn upstream(&self) -> &[Value] {
        items(&self.expected["upstream"])
    }

    /// When a frame was captured, in microseconds since 1970.
    pub(crate) fn received(&self, frame: u64) -> u64 {
        let octets = fs::read(&self.path).unwrap();
        let word = |at: usize| u32::from_le_bytes(octets[at..at + 4].try_into().unwrap());
        // After the header of the file, each frame has seconds, microseconds and its length.
        let mut at = 24;
        for _ in 1..frame {
            at += 16 + usize::try_from(word(at + 8)).unwrap();
        }
        u64::from(word(at)) * 1_000_000 + u64::from(word(at + 4))
    }

    /// Its rows in this schema.
    pub(crate) fn decode(&self, schema: &str) -> Vec<Value> {
        let ports: BTreeSet<u64> = items(&self.expected["packets"])
            .iter()
            .filter_map(|packet| packet["port"].as_u64())
            .collect();
        let mut args = vec!["decode".into(), "--quiet".into(), "--format=json".into()];
        args.push(format!("--schema={schema}").into());
        args.extend(ports.iter().map(|port| format!("--port={port}").into()));
        args.push(self.path.as_os_str().to_owned());
        let run = netflow(args);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", self.name);
        run.rows()
    }

    /// Its records and samples, with their flows, in the order of the wire.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut flows = self.decode("flow").into_iter();
        let mut flows = flows.by_ref().filter(|flow| flow["kind"].is_null());
        let mut rows = Vec::new();
        for record in self.decode("record") {
            let flow = match record["kind"].as_str().unwrap() {
                "data" | "sample" => Some(flows.next().expect("a flow for each record")),
                "options" | "counters" | "discarded" => None,
                _ => continue,
            };
            if let Some(flow) = &flow {
                assert_eq!(flow["frame"], record["frame"], "{}", self.name);
            }
            rows.push(Row { record, flow });
        }
        assert_eq!(flows.next(), None, "{}: a flow of no record", self.name);
        rows
    }
}

impl Row {
    /// A member of the record: of its scope, its fields, or the records of a sample.
    pub(crate) fn member(&self, name: &str) -> &Value {
        let record = &self.record;
        [&record["fields"], &record["scope"]]
            .into_iter()
            .chain(items(&record["records"]).iter().map(|part| &part["fields"]))
            .map(|fields| &fields[name])
            .find(|value| !value.is_null())
            .unwrap_or(&Value::Null)
    }
}

/// The items of an array; none if it is absent.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
