//! The line of a sFlow sample, the same in the schemas `record` and `wire` but for its members.

use netflow_core::wire::sflow::structure::Members;
use netflow_core::wire::sflow::{Record, Sample};

use crate::format::json::Json;
use crate::format::lines::{Head, close};
use crate::format::scalar;

/// How a schema writes the members of a structure.
pub(crate) type WriteMembers = fn(Members<'_>, &mut Json<'_>);

/// The line of a sample; none if it could not be read, which is a problem.
pub(crate) fn write(
    sample: &Sample<'_>,
    head: Head<'_>,
    json: &mut Json<'_>,
    write_members: WriteMembers,
) {
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
    json.key("records");
    json.open(b'[');
    for record in kind.records().filter_map(Result::ok) {
        write_record(&record, json, write_members);
    }
    json.close(b']');
    close(json);
}

fn write_record(record: &Record<'_>, json: &mut Json<'_>, write_members: WriteMembers) {
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
