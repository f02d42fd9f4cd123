//! The keys of a record: names, each once.

use core::ops::Range;

use netflow_core::record::{DataRecord, Field};
use netflow_core::template::{FieldLabel, Template, TemplateField};

use crate::format::json::Json;

/// Writes a label as a string: `sourceIPv4Address`, `6871:999`.
pub(super) fn write_label(label: FieldLabel<'_>, json: &mut Json<'_>) {
    match label {
        // An exporter may name its elements as it likes.
        FieldLabel::Name(name) => json.string(name),
        label => json.plain(label),
    }
}

/// Which fields of a template share a name: those become an array under it, since a key
/// is in an object once.
#[derive(Debug, Default)]
pub(super) struct SharedNames {
    /// The index of the next field with the same name, for each field; its own index if there is none.
    next: Vec<usize>,
    /// Whether a field is the first of its name.
    first: Vec<bool>,
    repeated: bool,
    /// The fields by name.
    sorted: Vec<usize>,
}

impl SharedNames {
    /// Prepares for the records of a template.
    pub(super) fn learn(&mut self, template: &Template) {
        let fields = template.fields();
        let scope = usize::from(template.scope_count());
        // Scope and other fields are two objects.
        let key = |index: usize| (index < scope, fields.get(index).map(TemplateField::label));
        self.sorted.clear();
        self.sorted.extend(0..fields.len());
        self.sorted
            .sort_unstable_by(|a, b| key(*a).cmp(&key(*b)).then(a.cmp(b)));
        self.next.clear();
        self.next.extend(0..fields.len());
        self.first.clear();
        self.first.resize(fields.len(), true);
        self.repeated = false;
        for pair in self.sorted.windows(2) {
            if let [before, after] = *pair {
                if key(before) == key(after) {
                    self.next[before] = after;
                    self.first[after] = false;
                    self.repeated = true;
                }
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
    write_label(field.label(), json);
    json.colon();
}
