//! The lists of RFC 6313 in a document.

use netflow_core::element::ElementId;
use netflow_core::record::{BasicList, Field, List, SubTemplateList};
use netflow_core::template::TemplateField;
use netflow_core::value::Value;

use super::{FieldStyle, ListForm};
use crate::format::dialect::Encode;

/// Lists inside lists are written down to this depth; what is deeper is null.
const LIST_DEPTH: u8 = 4;

pub(super) fn write_value<'f, S: FieldStyle, E: Encode>(
    meaning: &S::Meaning,
    field: impl FnOnce() -> Option<Field<'f, 'f>>,
    value: &Value<'_>,
    style: &S,
    out: &mut E,
) {
    match value {
        Value::List(_) => {
            let list = field().and_then(|field| field.list());
            write_list(list.as_ref(), style, LIST_DEPTH, out);
        }
        value => style.write(Some(meaning), value, out),
    }
}

/// The values of a list (RFC 6313): an array of values, or of objects.
fn write_list<S: FieldStyle, E: Encode>(
    list: Option<&List<'_, '_>>,
    style: &S,
    depth: u8,
    out: &mut E,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return out.null();
    };
    match (list, style.list_form()) {
        (None, _) => out.null(),
        (Some(list), ListForm::Values) => write_items(list, false, style, depth, out),
        (Some(list), ListForm::Described { name }) => {
            write_described(list, name, style, depth, out);
        }
    }
}

/// The values or records of a list; the parts of a list of several templates are arrays of their own
/// if they are nested.
fn write_items<S: FieldStyle, E: Encode>(
    list: &List<'_, '_>,
    is_nested: bool,
    style: &S,
    depth: u8,
    out: &mut E,
) {
    match list {
        List::Basic(list) => write_basic_list(list, style, depth, out),
        List::SubTemplate(list) => out.array(|out| write_records(list, style, depth, out)),
        List::SubTemplateMulti(list) => out.array(|out| {
            for part in list.parts() {
                if is_nested {
                    out.array(|out| write_records(&part, style, depth, out));
                } else {
                    write_records(&part, style, depth, out);
                }
            }
        }),
    }
}

/// A list with what is known of it.
fn write_described<S: FieldStyle, E: Encode>(
    list: &List<'_, '_>,
    name: fn(ElementId) -> String,
    style: &S,
    depth: u8,
    out: &mut E,
) {
    let (kind, semantic) = match list {
        List::Basic(list) => ("basicList", list.semantic()),
        List::SubTemplate(list) => ("subTemplateList", list.semantic()),
        List::SubTemplateMulti(list) => ("subTemplateMultiList", list.semantic()),
    };
    out.object(|out| {
        out.key("@type");
        out.word(kind);
        out.key("semantic");
        // RFC 6313, section 4.4.
        out.word(match semantic {
            0 => "noneOf",
            1 => "exactlyOneOf",
            2 => "oneOrMoreOf",
            3 => "allOf",
            4 => "ordered",
            _ => "undefined",
        });
        if let List::Basic(list) = list {
            out.key("fieldID");
            out.string(&name(list.id()));
        }
        out.key("data");
        write_items(list, true, style, depth, out);
    });
}

fn write_basic_list<S: FieldStyle, E: Encode>(
    list: &BasicList<'_, '_>,
    style: &S,
    depth: u8,
    out: &mut E,
) {
    out.array(|out| {
        for item in list.values() {
            match (item.list(), item.value()) {
                (Some(list), _) => write_list(Some(&list), style, depth, out),
                (None, Some(Value::List(_))) => out.null(),
                (None, Some(value)) => style.write(None, &value, out),
                (None, None) => style.write(None, &Value::Octets(item.octets()), out),
            }
        }
    });
}

fn write_records<S: FieldStyle, E: Encode>(
    list: &SubTemplateList<'_, '_>,
    style: &S,
    depth: u8,
    out: &mut E,
) {
    for record in list.records() {
        let fields = record.template().fields();
        // A key is in an object once: of fields of one name the first stays.
        let is_first = |index: usize| {
            let label = fields.get(index).map(TemplateField::label);
            !fields
                .iter()
                .take(index)
                .any(|field| Some(field.label()) == label)
        };
        let unique = |index: usize| index >= MOST_UNIQUE || is_first(index);
        out.object(|out| {
            for (index, field) in record.fields().enumerate() {
                let named = style.field(field.template()).filter(|_| unique(index));
                let Some((name, meaning)) = named else {
                    continue;
                };
                out.named_key(&name);
                match field.value() {
                    Some(Value::List(_)) => write_list(field.list().as_ref(), style, depth, out),
                    Some(value) => style.write(Some(&meaning), &value, out),
                    None => out.null(),
                }
            }
        });
    }
}

/// Fields of a record in a list that are compared by name; the work grows with the square.
const MOST_UNIQUE: usize = 64;
