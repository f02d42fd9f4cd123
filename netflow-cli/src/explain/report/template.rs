//! Templates in the report.

use netflow_arrow::Files;
use netflow_core::wire::template::FieldLength;

use crate::explain::page::{Page, TIED, Tone};
use crate::explain::template::{Event, TemplateField, TemplateStory};
use crate::explain::words::{counted, frame, grouped};

/// Writes a template: its story, then its fields.
pub(super) fn write(id: u16, template: &TemplateStory, files: &Files, page: &mut Page) {
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
        frame(template.first, files),
        match template.sent {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            sent => format!("{} times", grouped(sent)),
        },
        counted(template.records, "record")
    );
    for (number, event) in &template.events.kept {
        let event = match event {
            Event::Changed => "defined anew",
            Event::Withdrawn => "withdrawn",
        };
        text += &format!("; {event} in {}", frame(*number, files));
    }
    if template.events.more() > 0 {
        text += &format!("; and {}", counted(template.events.more(), "more change"));
    }
    page.item(&format!("template {id}"), &text, Tone::Plain);
    let scope = usize::from(template.scope_count.unwrap_or(0));
    let fields = template.fields.kept.iter().enumerate();
    let mut fields: Vec<String> = fields
        .map(|(index, field)| field_text(field, index < scope))
        .collect();
    if template.fields.more() > 0 {
        fields.push(format!("and {} more", grouped(template.fields.more())));
    }
    page.item("", &fields.join(", "), Tone::Dim);
}

fn fields_text(template: &TemplateStory) -> String {
    counted(template.fields.count, "field")
}

/// `sourceIPv4Address 4`, `6871/999 ? 2`
fn field_text(field: &TemplateField, is_scope: bool) -> String {
    let name = match &field.name {
        Some(name) => name.to_string(),
        None => format!("{} (unknown)", field.key),
    };
    let length = match field.length {
        FieldLength::Fixed(length) => length.to_string(),
        FieldLength::Variable => "variable".to_owned(),
    };
    let scope = if is_scope { "scope " } else { "" };
    format!("{scope}{name} {length}").replace(' ', &TIED.to_string())
}
