//! The names of columns.

use std::collections::HashSet;

use netflow_core::field::FlowField;
use netflow_core::template::FieldLabel;
use netflow_core::wire::template::FieldKey;

/// Columns that every table begins with.
pub(super) const HEAD: [FlowField; 5] = [
    FlowField::Received,
    FlowField::ExportTime,
    FlowField::Sequence,
    FlowField::Late,
    FlowField::Frame,
];

/// The names of the columns of elements.
#[derive(Default)]
pub(super) struct ColumnNames {
    pub(super) in_order: Vec<String>,
    taken: HashSet<String>,
}

impl ColumnNames {
    /// Adds one. Exporters announce names too (RFC 5610), so that two elements may have the same name,
    /// or the name of another column: the later one gets its number as a suffix.
    pub(super) fn push(&mut self, known: Option<&str>, key: FieldKey, is_scope: bool) {
        let mut name = name(known, key, is_scope);
        // An announced name may end like one with a number; then the number is repeated.
        while is_head(&name) || self.taken.contains(&name) {
            name = format!("{name} ({})", number(key));
        }
        self.taken.insert(name.clone());
        self.in_order.push(name);
    }
}

/// A column before the elements; `file` always, for a name not to depend on the number of inputs.
fn is_head(name: &str) -> bool {
    name == "file" || HEAD.iter().any(|field| field.name() == name)
}

/// The name of an element, or its number if it has no usable name.
pub(super) fn name(known: Option<&str>, key: FieldKey, is_scope: bool) -> String {
    let name = match FieldLabel::new(known, key) {
        FieldLabel::Scope(number) => number.to_string(),
        label => label.to_string(),
    };
    if is_scope {
        format!("scope.{name}")
    } else {
        name
    }
}

/// The number of an element, for one without a name.
fn number(key: FieldKey) -> String {
    match key {
        FieldKey::Element(id) => format!("{}:{}", id.enterprise_number, id.id),
        FieldKey::Scope(number) => format!("{number}"),
    }
}
