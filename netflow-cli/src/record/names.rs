//! The keys of a record: names, each once.

use core::ops::Range;
use std::collections::HashMap;

use netflow_core::element;
use netflow_core::record::{DataRecord, Field};
use netflow_core::template::{Template, TemplateField};
use netflow_core::wire::template::FieldKey;

use crate::json::Json;

/// What a field is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Name<'n> {
    /// By a registry, or by the layout of a fixed version.
    Known(&'n str),
    /// By its numbers only.
    Unknown(FieldKey),
}

/// Writes a name as a string: `sourceIPv4Address`, `6871:999`.
pub(super) fn write_name(name: Name<'_>, json: &mut Json<'_>) {
    match name {
        Name::Known(name) => json.string(name),
        Name::Unknown(FieldKey::Element(id)) => {
            json.plain(format_args!("{}:{}", id.enterprise_number, id.id));
        }
        Name::Unknown(FieldKey::Scope(number)) => json.plain(format_args!("scope:{number}")),
    }
}

/// The name of a field specifier.
pub(crate) fn of_key(key: FieldKey, v9: bool) -> Name<'static> {
    let name = match key {
        FieldKey::Scope(number) => element::v9_scope(number),
        FieldKey::Element(id) if v9 => element::v9(id.id).map(|element| element.name),
        FieldKey::Element(id) => element::get(id).map(|element| element.name),
    };
    name.map_or(Name::Unknown(key), Name::Known)
}

fn of_field(field: &TemplateField) -> Name<'_> {
    field.name().map_or(Name::Unknown(field.key()), Name::Known)
}

/// Which fields of a template share a name: those become an array under it, since a key
/// stands once in an object.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// For each field, the next one of its name; itself if there is none.
    next: Vec<usize>,
    /// Whether a field is the first of its name.
    first: Vec<bool>,
    repeated: bool,
}

impl Names {
    /// Prepares for the records of a template.
    pub(super) fn learn(&mut self, template: &Template) {
        self.next.clear();
        self.first.clear();
        self.repeated = false;
        // The last field of each name; scope and other fields are two objects.
        let mut last = HashMap::new();
        let scope = usize::from(template.scope_count());
        for (index, field) in template.fields().iter().enumerate() {
            self.next.push(index);
            let before = last.insert((index < scope, of_field(field)), index);
            self.first.push(before.is_none());
            if let Some(before) = before {
                self.next[before] = index;
                self.repeated = true;
            }
        }
    }

    /// The object of some fields of a record.
    pub(super) fn write<'a, 't>(
        &self,
        record: &DataRecord<'a, 't>,
        range: Range<usize>,
        json: &mut Json<'_>,
        value: impl Fn(&Field<'a, 't>, &mut Json<'_>),
    ) {
        json.open(b'{');
        if self.repeated {
            self.write_repeated(record, range, json, value);
        } else {
            for field in record.fields().take(range.end).skip(range.start) {
                write_key(field.template(), json);
                value(&field, json);
            }
        }
        json.close(b'}');
    }

    #[cold]
    fn write_repeated<'a, 't>(
        &self,
        record: &DataRecord<'a, 't>,
        range: Range<usize>,
        json: &mut Json<'_>,
        value: impl Fn(&Field<'a, 't>, &mut Json<'_>),
    ) {
        let fields: Vec<Field<'a, 't>> = record.fields().collect();
        for index in range.clone().filter(|index| self.first[*index]) {
            // The fields of a record are those of its template, or fewer if it is cut.
            let Some(field) = fields.get(index) else {
                return;
            };
            write_key(field.template(), json);
            if self.next[index] == index {
                value(field, json);
                continue;
            }
            json.open(b'[');
            let mut at = index;
            while let Some(field) = fields.get(at) {
                value(field, json);
                if self.next[at] == at {
                    break;
                }
                at = self.next[at];
            }
            json.close(b']');
        }
    }
}

fn write_key(field: &TemplateField, json: &mut Json<'_>) {
    match field.name() {
        Some(name) => json.key(name),
        None => {
            write_name(of_field(field), json);
            json.colon();
        }
    }
}
