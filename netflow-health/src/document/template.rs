//! Templates, and data without one.

use netflow_core::wire::template::FieldLength;
use serde_json::{Map, Value};

use super::{InputNameList, put};
use crate::domain::{Changes, HistoryEvent, HistoryField, TemplateHistory, UnreadSets};

impl InputNameList<'_> {
    pub(super) fn template(&self, id: u16, template: &TemplateHistory) -> Value {
        let mut object = Map::new();
        put(&mut object, "template", id);
        put(&mut object, "scope_count", template.scope_count);
        put(&mut object, "field_count", template.fields.count);
        put(&mut object, "record_len", template.record_len);
        self.frame(&mut object, "first_frame", Some(template.first));
        self.frame(&mut object, "last_frame", Some(template.last));
        put(&mut object, "sent", template.sent);
        put(&mut object, "records", template.records);
        put(&mut object, "changes", template.changes);
        put(&mut object, "returns", template.returns);
        put(&mut object, "event_count", template.events.count);
        let events = template.events.first.iter().map(|(place, event)| {
            let mut object = Map::new();
            self.frame(&mut object, "frame", Some(*place));
            match event {
                HistoryEvent::Changed(changed) => {
                    put(&mut object, "event", "changed");
                    changes(&mut object, changed);
                }
                HistoryEvent::Withdrawn => put(&mut object, "event", "withdrawn"),
            }
            Value::from(object)
        });
        put(&mut object, "events", events.collect::<Vec<_>>());
        put(&mut object, "fields", fields(&template.fields.first));
        object.into()
    }

    pub(super) fn unread(&self, id: u16, unread: &UnreadSets) -> Value {
        let mut object = Map::new();
        put(&mut object, "set", id);
        put(&mut object, "sets", unread.sets);
        put(&mut object, "octets", unread.octets);
        self.frame(&mut object, "first_frame", Some(unread.first));
        self.frame(&mut object, "last_frame", Some(unread.last));
        self.frame(&mut object, "template_frame", unread.template);
        put(&mut object, "late_sets", unread.late_sets);
        put(&mut object, "late_octets", unread.late_octets);
        object.into()
    }
}

fn changes(object: &mut Map<String, Value>, changes: &Changes) {
    put(object, "scope_count_before", changes.scope_count_before);
    put(object, "scope_count", changes.scope_count);
    put(object, "added_count", changes.added.count);
    put(object, "added", fields(&changes.added.first));
    put(object, "removed_count", changes.removed.count);
    put(object, "removed", fields(&changes.removed.first));
    put(object, "length_count", changes.lengths.count);
    let lengths = changes.lengths.first.iter().map(|new| {
        let mut object = field(&new.field);
        put(&mut object, "length_before", length(new.before));
        Value::from(object)
    });
    put(object, "lengths", lengths.collect::<Vec<_>>());
    put(object, "reordered", changes.is_reordered);
}

fn fields(fields: &[HistoryField]) -> Value {
    fields.iter().map(|one| Value::from(field(one))).collect()
}

fn field(field: &HistoryField) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "key", field.key.to_string());
    put(&mut object, "name", field.name.as_deref());
    if let Some(definition) = &field.definition {
        put(&mut object, "definition", &**definition);
    }
    put(&mut object, "length", length(field.length));
    object
}

fn length(length: FieldLength) -> Option<u16> {
    match length {
        FieldLength::Fixed(length) => Some(length),
        FieldLength::Variable => None,
    }
}
