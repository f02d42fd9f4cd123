//! Templates in the report.

use netflow_core::InputNames;
use netflow_core::wire::template::FieldLength;
use netflow_health::{Changes, Examples, HistoryEvent, HistoryField, TemplateHistory};

use crate::explain::page::{Page, TIED, Tone};
use crate::explain::words::{counted, frame, grouped, times};

/// Writes a template: its history, then its fields.
pub(super) fn write(id: u16, template: &TemplateHistory, inputs: &InputNames, page: &mut Page) {
    let mut text = match template.scope_count {
        Some(scope) => format!("options, {}, {scope} of them scope", fields_text(template)),
        None => fields_text(template),
    };
    text += &match template.record_len {
        Some(len) => format!(", records of {}", counted(len, "octet")),
        None => ", records of variable length".to_owned(),
    };
    text += &format!(
        "; since {}, sent {}; {}",
        frame(template.first, inputs),
        times(template.sent),
        counted(template.records, "record")
    );
    for (number, event) in &template.events.first {
        let number = frame(*number, inputs);
        text += &match event {
            HistoryEvent::Changed(changes) => {
                format!("; changed in {number}: {}", changes_text(changes))
            }
            HistoryEvent::Withdrawn => format!("; withdrawn in {number}"),
        };
    }
    if template.events.more() > 0 {
        text += &format!("; and {}", counted(template.events.more(), "more change"));
    }
    page.item(&format!("template {id}"), &text, Tone::Plain);
    let scope = usize::from(template.scope_count.unwrap_or(0));
    let fields = template.fields.first.iter().enumerate();
    let mut fields: Vec<String> = fields
        .map(|(index, field)| field_text(field, index < scope))
        .collect();
    if template.fields.more() > 0 {
        fields.push(format!("and {} more", grouped(template.fields.more())));
    }
    page.item("", &fields.join(", "), Tone::Dim);
}

fn fields_text(template: &TemplateHistory) -> String {
    counted(template.fields.count, "field")
}

/// `octetDeltaCount 8 instead of 4, ingressInterface 4 added`
fn changes_text(changes: &Changes) -> String {
    let mut texts = Vec::new();
    let (before, now) = (changes.scope_count_before, changes.scope_count);
    if before != now {
        texts.push(format!(
            "{} instead of {}",
            scope_text(now),
            scope_text(before)
        ));
    }
    let lengths = &changes.lengths;
    texts.extend(lengths.first.iter().map(|new| {
        let before = length_text(new.before);
        format!("{} instead of {before}", field_text(&new.field, false))
    }));
    if lengths.more() > 0 {
        texts.push(format!("{} more of other length", grouped(lengths.more())));
    }
    let mut fields = |fields: &Examples<HistoryField>, what: &str| {
        let kept = fields.first.iter();
        texts.extend(kept.map(|field| format!("{} {what}", field_text(field, false))));
        if fields.more() > 0 {
            texts.push(format!("{} more {what}", grouped(fields.more())));
        }
    };
    fields(&changes.added, "added");
    fields(&changes.removed, "removed");
    if changes.is_reordered {
        texts.push("another order".to_owned());
    }
    if changes.is_empty() {
        texts.push("fields after those shown".to_owned());
    }
    texts.join(", ")
}

fn scope_text(scope_count: Option<u16>) -> String {
    match scope_count {
        Some(scope) => format!("options with {}", counted(scope.into(), "scope field")),
        None => "data".to_owned(),
    }
}

/// `sourceIPv4Address 4`, `6871/999 (unknown) 2`, `queueDepth (queues.yaml:3) 4`
fn field_text(field: &HistoryField, is_scope: bool) -> String {
    let name = match (&field.name, &field.definition) {
        (Some(name), Some(definition)) => format!("{name} ({definition})"),
        (Some(name), None) => name.to_string(),
        (None, _) => format!("{} (unknown)", field.key),
    };
    let length = length_text(field.length);
    let scope = if is_scope { "scope " } else { "" };
    format!("{scope}{name} {length}").replace(' ', &TIED.to_string())
}

fn length_text(length: FieldLength) -> String {
    match length {
        FieldLength::Fixed(length) => length.to_string(),
        FieldLength::Variable => "variable".to_owned(),
    }
}
