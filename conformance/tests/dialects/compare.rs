//! Documents against documents, field by field.

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A document, and the packet that brought it.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The number of the packet, if it is known.
    packet: Option<u64>,
    /// The number of the document, where the others are not there.
    index: Option<u64>,
    fields: BTreeMap<String, String>,
}

impl Document {
    pub(crate) fn of_packet(packet: u64, document: &Value) -> Self {
        Self {
            packet: Some(packet),
            index: None,
            fields: fields(document),
        }
    }

    /// The document of this number among all of a capture.
    pub(crate) fn anywhere(index: u64, document: &Value) -> Self {
        Self {
            packet: None,
            index: Some(index),
            fields: fields(document),
        }
    }

    /// The same without these fields.
    pub(crate) fn without(mut self, keys: &[&str]) -> Self {
        self.fields.retain(|key, _| !keys.contains(&key.as_str()));
        self
    }

    /// The same as of the first packet, where it is not known which packet brought a row.
    pub(crate) fn of_first_packet(mut self) -> Self {
        self.packet = Some(0);
        self
    }

    fn agreeing(&self, other: &Self) -> usize {
        let same = |(key, value): &(&String, &String)| other.fields.get(*key) == Some(value);
        self.fields.iter().filter(same).count()
    }
}

/// The leaves of a document by their path; arrays are leaves.
fn fields(document: &Value) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    gather("", document, &mut fields);
    fields
}

fn gather(path: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                gather(&path, value, fields);
            }
        }
        value => {
            fields.insert(path.to_owned(), value.to_string());
        }
    }
}

const ABSENT: &str = "(absent)";
const WHOLE: &str = "(document)";

/// The number of a document among those of the tool, and the document.
type Row<'d> = (usize, &'d Document);

/// A comparison of all captures of a dialect.
#[derive(Debug)]
pub(crate) struct Comparison {
    dialect: &'static str,
    agree: usize,
    /// Capture, row, field, our value, theirs.
    differences: Vec<[String; 5]>,
}

impl Comparison {
    pub(crate) const fn new(dialect: &'static str) -> Self {
        Self {
            dialect,
            agree: 0,
            differences: Vec::new(),
        }
    }

    /// Compares the documents of a capture. Of a packet that the tool refused, only the documents that it
    /// printed before are compared.
    pub(crate) fn add(
        &mut self,
        capture: &str,
        theirs: &[Document],
        ours: &[Document],
        refused: &BTreeSet<u64>,
    ) {
        let mut by_packet: BTreeMap<u64, (Vec<Row<'_>>, Vec<&Document>)> = BTreeMap::new();
        for (row, document) in theirs.iter().enumerate() {
            if let Some(index) = document.index {
                let ours = usize::try_from(index)
                    .ok()
                    .and_then(|index| ours.get(index));
                self.pair(capture, row, document, ours);
            } else if let Some(packet) = document.packet {
                by_packet.entry(packet).or_default().0.push((row, document));
            }
        }
        if theirs.iter().any(|document| document.index.is_some()) {
            return;
        }
        for document in ours {
            let packet = document.packet.unwrap();
            by_packet.entry(packet).or_default().1.push(document);
        }
        for (packet, (theirs, ours)) in by_packet {
            let more = self.add_packet(capture, &theirs, ours);
            if more > 0 && !refused.contains(&packet) {
                let row = format!("packet {packet}");
                self.differ(capture, &row, WHOLE, &format!("{more} more"), ABSENT);
            }
        }
    }

    /// Compares the documents of a packet; returns the number of ours that the tool does not have.
    fn add_packet(&mut self, capture: &str, theirs: &[Row<'_>], mut ours: Vec<&Document>) -> usize {
        let in_order = theirs.len() == ours.len();
        for (row, document) in theirs {
            let best = if in_order {
                0
            } else {
                let best =
                    |place: &usize| document.agreeing(ours[*place]) * 2 + usize::from(*place == 0);
                (0..ours.len()).max_by_key(best).unwrap_or(0)
            };
            let found = (best < ours.len()).then(|| ours.remove(best));
            self.pair(capture, *row, document, found);
        }
        ours.len()
    }

    fn pair(&mut self, capture: &str, row: usize, theirs: &Document, ours: Option<&Document>) {
        let row = row.to_string();
        let Some(ours) = ours else {
            for (key, value) in &theirs.fields {
                self.differ(capture, &row, key, ABSENT, value);
            }
            return;
        };
        let keys: BTreeSet<_> = theirs.fields.keys().chain(ours.fields.keys()).collect();
        for key in keys {
            match (ours.fields.get(key), theirs.fields.get(key)) {
                (ours, theirs) if ours == theirs => self.agree += 1,
                (ours, theirs) => {
                    let text =
                        |value: Option<&String>| value.map_or(ABSENT.to_owned(), String::clone);
                    self.differ(capture, &row, key, &text(ours), &text(theirs));
                }
            }
        }
    }

    fn differ(&mut self, capture: &str, row: &str, field: &str, ours: &str, theirs: &str) {
        let difference = [capture, row, field, ours, theirs].map(|text| text.replace('\t', " "));
        self.differences.push(difference);
    }

    /// What is wrong: something differs that is not listed, something listed does not differ, or
    /// too many fields differ.
    #[must_use]
    pub(crate) fn finish(self) -> String {
        let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let path = manifest.join(format!("tests/dialects/differences/{}.tsv", self.dialect));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut listed = listed(&text);
        let all = self.agree + self.differences.len();
        let mut unlisted = Vec::new();
        for difference in &self.differences {
            let line = difference.join("\t");
            if !listed.remove(line.as_str()) {
                unlisted.push(line);
            }
        }
        let percent = 100.0 * self.agree as f64 / all as f64;
        println!(
            "{}: {} of {all} fields agree ({percent:.2} %), {} differ, {} of them unlisted",
            self.dialect,
            self.agree,
            self.differences.len(),
            unlisted.len(),
        );
        if let Some(folder) = std::env::var_os("NETFLOW_DIFFERENCES") {
            let path = PathBuf::from(folder).join(format!("{}.tsv", self.dialect));
            fs::write(path, unlisted.join("\n") + "\n").unwrap();
        }
        let dialect = self.dialect;
        let mut wrong = String::new();
        for line in unlisted.iter().take(40) {
            writeln!(wrong, "{dialect}: not listed: {line}").unwrap();
        }
        for line in listed {
            writeln!(wrong, "{dialect}: listed, but not there: {line}").unwrap();
        }
        if percent < LEAST {
            writeln!(wrong, "{dialect}: only {percent:.2} % of the fields agree").unwrap();
        }
        wrong
    }
}

/// The share of fields that have to agree, in percent.
const LEAST: f64 = 97.0;

/// The differences of a list, each of which has a reason.
fn listed(text: &str) -> BTreeSet<&str> {
    let mut listed = BTreeSet::new();
    for line in text.lines().skip(1) {
        let (difference, reason) = line.rsplit_once('\t').unwrap();
        assert!(reason.len() > 10, "no reason: {line}");
        assert!(listed.insert(difference), "listed twice: {line}");
    }
    listed
}
