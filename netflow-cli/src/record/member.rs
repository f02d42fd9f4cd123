//! sFlow samples by the names of their members.

use netflow_core::value::Value;
use netflow_core::wire::sflow::structure::Members;
use netflow_core::wire::sflow::{Record, Sample, SampleKind};

use crate::json::Json;
use crate::lines::{Head, close};
use crate::scalar;

/// The row of a sample; none if it could not be read, of which a problem tells.
pub(super) fn write_sample(sample: &Sample<'_>, head: Head<'_>, json: &mut Json<'_>) {
    let Ok(kind) = sample.kind() else {
        return;
    };
    let Some(name) = scalar::kind_of(&kind) else {
        return;
    };
    head.open(json);
    json.key("kind");
    json.word(name);
    json.key("tag");
    json.plain(sample.format());
    json.key("fields");
    write_members(sample.members(), json);
    write_records(&kind, json);
    close(json);
}

fn write_records(kind: &SampleKind<'_>, json: &mut Json<'_>) {
    json.key("records");
    json.open(b'[');
    for record in kind.records().filter_map(Result::ok) {
        write_record(&record, json);
    }
    json.close(b']');
}

fn write_record(record: &Record<'_>, json: &mut Json<'_>) {
    json.open(b'{');
    json.key("tag");
    json.plain(record.format());
    if let Some(structure) = record.structure() {
        json.key("name");
        json.word(structure.name());
    }
    json.key("fields");
    write_members(record.members(), json);
    json.close(b'}');
}

/// `{name: value, …}`, flat: `"communities[1]"`.
fn write_members(members: Members<'_>, json: &mut Json<'_>) {
    json.open(b'{');
    for member in members {
        json.plain(member.name);
        json.colon();
        match &member.value {
            Some(value) => scalar::write_member(json, value),
            None => scalar::write(json, &Value::Octets(member.octets)),
        }
    }
    json.close(b'}');
}
