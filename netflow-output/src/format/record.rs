//! The schema `record`: every record and sample with all its fields, by the names of the
//! registries.

mod list;
mod member;
mod names;

use netflow_core::record::{DataRecord, Field};
use netflow_core::template::FieldLabel;
use netflow_core::wire::template::TemplateRecord;
use netflow_core::{Protocol, Set, SetKind};

use self::names::SharedNames;
use crate::format::json::Json;
use crate::format::lines::{Head, Schema, close};
use crate::format::{sample, scalar, template};

/// The schema `record`.
#[derive(Debug)]
pub struct Records {
    /// Lists inside lists are read down to this depth.
    list_depth: u8,
    names: SharedNames,
}

impl Records {
    /// Lists inside lists are read down to this depth.
    #[must_use]
    pub fn new(list_depth: u8) -> Self {
        Self {
            list_depth,
            names: SharedNames::default(),
        }
    }
}

impl Schema for Records {
    const TIMES: bool = true;
    const JOINED: bool = true;

    fn set(&mut self, set: &Set<'_>, head: Head<'_>, json: &mut Json<'_>) {
        match set.kind() {
            SetKind::Data | SetKind::Options => {
                let Some(template) = set.template() else {
                    return;
                };
                self.names.learn(template);
                for record in set.records() {
                    self.record(&record, set, head, json);
                }
            }
            SetKind::Templates | SetKind::OptionsTemplates => {
                for record in set.template_records() {
                    write_template(&record, set, head, json);
                }
            }
            SetKind::Samples => {
                for sample in set.samples() {
                    sample::write(&sample, head, json, member::write_members);
                }
            }
            // These are problems.
            _ => {}
        }
    }
}

impl Records {
    fn record(
        &self,
        record: &DataRecord<'_, '_>,
        set: &Set<'_>,
        head: Head<'_>,
        json: &mut Json<'_>,
    ) {
        let template = record.template();
        head.open(json);
        if !template.is_fixed_version() {
            json.key("set");
            json.number(template.id());
        }
        json.key("kind");
        json.word(if template.is_options() {
            "options"
        } else {
            "data"
        });
        Head::late(set, json);
        let scope = usize::from(template.scope_count());
        if template.is_options() {
            json.key("scope");
            self.names.write(record, 0..scope, json, |field, json| {
                self.value(field, 0, json);
            });
        }
        json.key("fields");
        let rest = scope..template.fields().len();
        self.names
            .write(record, rest, json, |field, json| self.value(field, 0, json));
        close(json);
    }

    /// The value; octets of no known meaning, or of a length their type cannot have, are hex.
    fn value(&self, field: &Field<'_, '_>, depth: u8, json: &mut Json<'_>) {
        let data_type = field.template().data_type();
        if data_type.is_some_and(|data_type| data_type.is_list()) {
            match field.list() {
                Some(list) => self.list(&list, field.octets(), depth, json),
                None => json.hex(field.octets()),
            }
        } else if let Some(value) = field.value() {
            scalar::write_typed(json, &value, data_type);
        } else {
            json.hex(field.octets());
        }
    }
}

/// A template: its fields as `[name, length]`, in the order of the wire.
fn write_template(record: &TemplateRecord<'_>, set: &Set<'_>, head: Head<'_>, json: &mut Json<'_>) {
    let v9 = set.header().protocol == Protocol::NetflowV9;
    template::write(record, Some(set.id()), head, json, |key, json| {
        names::write_label(FieldLabel::of_key(key, v9), json);
    });
}
