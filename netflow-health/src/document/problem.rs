//! What could not be read.

use core::net::SocketAddr;

use serde_json::{Map, Value, json};

use super::{InputNameList, number, put};
use crate::problem::{Around, ProblemExample, ProblemKind};

impl InputNameList<'_> {
    pub(super) fn problem(&self, kind: &ProblemKind) -> Value {
        let examples = kind.examples.iter();
        let examples: Vec<Value> = examples.map(|example| self.example(example)).collect();
        json!({
            "reason": kind.reason, "section": kind.section, "count": kind.count,
            "octets": kind.octets, "examples": examples,
        })
    }

    fn example(&self, example: &ProblemExample) -> Value {
        let mut object = Map::new();
        self.frame(&mut object, "frame", Some(example.place));
        exporter(&mut object, example.exporter);
        if let Some(domain) = example.domain {
            number(&mut object, &domain);
        }
        put(&mut object, "offset", example.error.offset);
        put(&mut object, "octets", example.octets);
        put(&mut object, "detail", example.error.kind.to_string());
        put(&mut object, "around", example.around.as_ref().map(around));
        object.into()
    }
}

fn exporter(object: &mut Map<String, Value>, exporter: SocketAddr) {
    if exporter.ip().is_unspecified() {
        put(object, "exporter", Value::Null);
    } else {
        put(object, "exporter", exporter.ip().to_string());
        put(object, "port", exporter.port());
    }
}

fn around(around: &Around) -> Value {
    let hex = around.octets.iter().map(|octet| format!("{octet:02x}"));
    json!({
        "offset": around.offset,
        "hex": hex.collect::<String>(),
        "marked_offset": around.offset.saturating_add(around.marked.start),
        "marked_length": around.marked.len(),
    })
}
