//! The schema `wire`: what was sent, in the order of the wire, with its octets.

mod list;

use netflow_core::record::{DataRecord, Field};
use netflow_core::template::TemplateField;
use netflow_core::wire::sflow::structure::Members;
use netflow_core::wire::template::FieldKey;
use netflow_core::{Set, SetKind};

use crate::format::json::Json;
use crate::format::lines::{Head, Schema, close};
use crate::format::{sample, scalar, template};

/// The schema `wire`.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    list_depth: u8,
}

impl Wire {
    /// Lists inside lists are read down to this depth.
    #[must_use]
    pub const fn new(list_depth: u8) -> Self {
        Self { list_depth }
    }
}

impl Schema for Wire {
    const TIMES: bool = false;
    const JOINED: bool = false;

    fn set(&mut self, set: &Set<'_>, head: Head<'_>, json: &mut Json<'_>) {
        match set.kind() {
            SetKind::Data | SetKind::Options => {
                for record in set.records() {
                    self.record(&record, set, head, json);
                }
            }
            SetKind::Templates | SetKind::OptionsTemplates => {
                for record in set.template_records() {
                    template::write(&record, None, head, json, write_field_key);
                }
            }
            SetKind::Samples => {
                for sample in set.samples() {
                    sample::write(&sample, head, json, write_members);
                }
            }
            // These are problems.
            _ => {}
        }
    }
}

impl Wire {
    fn record(
        self,
        record: &DataRecord<'_, '_>,
        set: &Set<'_>,
        head: Head<'_>,
        json: &mut Json<'_>,
    ) {
        let template = record.template();
        head.open(json);
        json.key("kind");
        json.word(if template.is_options() {
            "options"
        } else {
            "data"
        });
        if !template.is_fixed_version() {
            json.key("set");
            json.number(template.id());
        }
        if template.is_options() {
            json.key("scope_count");
            json.number(template.scope_count());
        }
        Head::late(set, json);
        json.key("fields");
        self.fields(record, 0, json);
        close(json);
    }

    /// `[[key, octets, value], …]`
    fn fields(self, record: &DataRecord<'_, '_>, depth: u8, json: &mut Json<'_>) {
        let is_fixed_version = record.template().is_fixed_version();
        json.open(b'[');
        for field in record.fields() {
            json.open(b'[');
            if is_fixed_version {
                write_fixed_key(field.template(), json);
            } else {
                write_field_key(field.template().key(), json);
            }
            json.hex(field.octets());
            self.value(&field, depth, json);
            json.close(b']');
        }
        json.close(b']');
    }

    fn value(self, field: &Field<'_, '_>, depth: u8, json: &mut Json<'_>) {
        if field
            .template()
            .data_type()
            .is_some_and(|data_type| data_type.is_list())
        {
            self.list(field.list(), depth, json);
        } else if let Some(value) = field.value() {
            scalar::write(json, &value);
        } else {
            json.null();
        }
    }
}

/// The key of a field of a fixed version: its element, or its name if it is none.
fn write_fixed_key(field: &TemplateField, json: &mut Json<'_>) {
    match (field.element(), field.name()) {
        (None, Some(name)) => json.string(name),
        _ => write_field_key(field.key(), json),
    }
}

/// `8`, `29305/85`, `scope/1`.
fn write_field_key(key: FieldKey, json: &mut Json<'_>) {
    match key {
        FieldKey::Element(id) if id.enterprise_number == 0 => json.quoted_number(id.id),
        key => json.plain(key),
    }
}

/// `[[name, octets, value], …]`
fn write_members(members: Members<'_>, json: &mut Json<'_>) {
    json.open(b'[');
    for member in members {
        json.open(b'[');
        json.plain(member.name);
        json.hex(member.octets);
        match &member.value {
            Some(value) => scalar::write_member(json, value),
            None => json.null(),
        }
        json.close(b']');
    }
    json.close(b']');
}
