//! Records as members of a document: the names of fields are determined once for each template.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::ops::Range;

use netflow_core::element::ElementId;
use netflow_core::record::{BasicList, DataRecord, Field, List, SubTemplateList};
use netflow_core::template::{FieldLabel, Template, TemplateField};
use netflow_core::value::Value;
use netflow_core::wire::template::FieldKey;

use super::Encode;

/// How a dialect names and writes the fields of records.
pub(super) trait FieldStyle {
    /// What the template determines about a field.
    type Meaning;

    /// The name of a field and its meaning; none if it is left out.
    fn field<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, Self::Meaning)>;

    /// Whether only the last occurrence of an element repeated in a record is kept.
    fn keeps_last_only(&self) -> bool;

    /// The value of a field; none if it is left out.
    fn value<'a>(&mut self, meaning: &Self::Meaning, field: &Field<'a, '_>) -> Option<Value<'a>>;

    /// How lists (RFC 6313) are written.
    fn list_form(&self) -> ListForm {
        ListForm::Values
    }

    /// Writes a value, which is not a list.
    fn write<E: Encode>(&self, meaning: Option<&Self::Meaning>, value: &Value<'_>, out: &mut E);
}

/// How the lists of RFC 6313 are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListForm {
    /// As arrays.
    Values,
    /// As objects, of which one member is the array. `name` is what a list of single values says of its
    /// element.
    Described { name: fn(ElementId) -> String },
}

/// The members that the records of one template become.
#[derive(Debug)]
pub(super) struct RecordPlan<M> {
    members: Box<[Option<RecordMember<M>>]>,
}

#[derive(Debug)]
struct RecordMember<M> {
    key: Box<[u8]>,
    meaning: M,
    /// The indexes of later fields with the same name; together they become an array.
    repeated: Box<[usize]>,
}

impl<M> RecordPlan<M> {
    /// The plan for the records of a template, in this form.
    pub(super) fn new<E: Encode>(
        template: &Template,
        style: &impl FieldStyle<Meaning = M>,
    ) -> Self {
        let scope = usize::from(template.scope_count());
        let named: Vec<_> = template
            .fields()
            .iter()
            .map(|field| style.field(field))
            .collect();
        // The name, in the scope or not, and the place in the template.
        let mut sorted: Vec<(bool, &str, usize)> = named
            .iter()
            .enumerate()
            .filter_map(|(index, named)| Some((index < scope, named.as_ref()?.0.as_ref(), index)))
            .collect();
        sorted.sort_unstable();
        let mut repeated: Vec<(usize, Box<[usize]>)> = Vec::new();
        let mut dropped = Vec::new();
        for same in sorted.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let places = same.iter().map(|(_, _, index)| *index);
            match same {
                [_] | [] => {}
                [.., _] if style.keeps_last_only() => dropped.extend(places.take(same.len() - 1)),
                [(_, _, first), ..] => {
                    dropped.extend(places.clone().skip(1));
                    repeated.push((*first, places.skip(1).collect()));
                }
            }
        }
        repeated.sort_unstable_by_key(|(first, _)| *first);
        dropped.sort_unstable();
        let members = named
            .into_iter()
            .enumerate()
            .map(|(index, named)| {
                let (name, meaning) = named?;
                if dropped.binary_search(&index).is_ok() {
                    return None;
                }
                let mut key = Vec::new();
                E::plan_key(&name, &mut key);
                let places = repeated.binary_search_by_key(&index, |(first, _)| *first);
                let repeated = places.map_or_else(
                    |_| Box::default(),
                    |place| core::mem::take(&mut repeated[place].1),
                );
                Some(RecordMember {
                    key: key.into(),
                    meaning,
                    repeated,
                })
            })
            .collect();
        Self { members }
    }

    /// Writes some fields of a record.
    pub(super) fn write<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        record: &DataRecord<'_, '_>,
        range: Range<usize>,
        style: &mut S,
        out: &mut E,
    ) {
        let fields = record.fields().zip(&self.members);
        for (field, member) in fields.take(range.end).skip(range.start) {
            let Some(member) = member else {
                continue;
            };
            let Some(value) = style.value(&member.meaning, &field) else {
                continue;
            };
            out.planned_key(&member.key);
            if member.repeated.is_empty() {
                write_value(&member.meaning, &field, &value, style, out);
                continue;
            }
            out.array(|out| {
                write_value(&member.meaning, &field, &value, style, out);
                let places = member.repeated.iter();
                for field in places.filter_map(|place| record.fields().nth(*place)) {
                    if let Some(value) = style.value(&member.meaning, &field) {
                        write_value(&member.meaning, &field, &value, style, out);
                    }
                }
            });
        }
    }
}

/// Lists inside lists are written down to this depth; what is deeper is null.
const LIST_DEPTH: u8 = 4;

fn write_value<S: FieldStyle, E: Encode>(
    meaning: &S::Meaning,
    field: &Field<'_, '_>,
    value: &Value<'_>,
    style: &S,
    out: &mut E,
) {
    match value {
        Value::List(_) => write_list(field.list().as_ref(), style, LIST_DEPTH, out),
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

/// The name of a field that has none: `6871:999` as the rest of the project writes it.
pub(super) fn name_of(field: &TemplateField) -> Cow<'_, str> {
    match field.label() {
        FieldLabel::Name(name) => Cow::Borrowed(name),
        label => Cow::Owned(label.to_string()),
    }
}

/// Whether a field is padding or has no octets, of which nothing is written.
pub(super) fn is_member_of_fixed_layout(field: &TemplateField) -> bool {
    field.element().is_none()
        && matches!(field.key(), FieldKey::Element(id) if id.enterprise_number == 0 && id.id == 0)
}

/// Plans of recently used templates.
#[derive(Debug)]
pub(super) struct Plans<P> {
    known: Vec<(Arc<Template>, P)>,
    /// The one that was asked for last.
    last: usize,
    /// The one that is replaced next.
    oldest: usize,
}

/// Templates that are kept: exporters interleave a few.
const KNOWN_TEMPLATES: usize = 64;

impl<P> Default for Plans<P> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            last: 0,
            oldest: 0,
        }
    }
}

impl<P> Plans<P> {
    /// The plan of this template, made if there is none.
    pub(super) fn of(&mut self, template: &Arc<Template>, plan: impl FnOnce(&Template) -> P) -> &P {
        let is_it = |known: &(Arc<Template>, P)| Arc::ptr_eq(&known.0, template);
        if !self.known.get(self.last).is_some_and(is_it) {
            self.last = match self.known.iter().position(is_it) {
                Some(place) => place,
                None => self.insert((template.clone(), plan(template))),
            };
        }
        &self.known[self.last].1
    }

    fn insert(&mut self, plan: (Arc<Template>, P)) -> usize {
        if self.known.len() < KNOWN_TEMPLATES {
            self.known.push(plan);
            return self.known.len() - 1;
        }
        let place = self.oldest;
        self.oldest = (place + 1) % KNOWN_TEMPLATES;
        self.known[place] = plan;
        place
    }
}
