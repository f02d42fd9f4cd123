//! Template records as JSON, for the schemas that write what was sent.

use netflow_core::wire::template::{FieldKey, TemplateKind, TemplateRecord};

use crate::format::json::Json;
use crate::format::lines::{Head, close};

/// Writes a template record or a withdrawal; rows of some schemas have the id of their set. `name` writes
/// the name of a field.
pub(crate) fn write(
    record: &TemplateRecord<'_>,
    set_id: Option<u16>,
    head: Head<'_>,
    json: &mut Json<'_>,
    name: impl Fn(FieldKey, &mut Json<'_>),
) {
    let (kind, scope_count) = match record.kind() {
        TemplateKind::Withdrawal { .. } => ("withdrawal", None),
        // A template without fields is a problem.
        _ if record.field_count() == 0 => return,
        TemplateKind::Data => ("template", None),
        TemplateKind::Options { scope_count } => ("options_template", Some(scope_count)),
    };
    head.open(json);
    if let Some(set_id) = set_id {
        json.key("set");
        json.number(set_id);
    }
    json.key("kind");
    json.word(kind);
    json.key("template");
    json.number(record.id());
    if let Some(scope_count) = scope_count {
        json.key("scope_count");
        json.number(scope_count);
    }
    json.key("fields");
    json.open(b'[');
    for field in record.fields() {
        json.open(b'[');
        name(field.key, json);
        json.number(field.length.number());
        json.close(b']');
    }
    json.close(b']');
    close(json);
}
