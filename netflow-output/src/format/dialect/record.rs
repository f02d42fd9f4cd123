//! Records as members of a document: the names of fields are determined once for each template.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::net::IpAddr;
use core::ops::Range;

use netflow_core::element::{DataType, ElementId};
use netflow_core::record::{BasicList, DataRecord, Field, List, SubTemplateList};
use netflow_core::template::{FieldLabel, Template, TemplateField};
use netflow_core::value::Value;
use netflow_core::wire::template::{FieldKey, FieldLength};

use super::{Encode, PlannedKey};
use crate::format::place::{self, NumberPlace};

/// How a dialect names and writes the fields of records.
pub(super) trait FieldStyle {
    /// What the template determines about a field.
    type Meaning;

    /// The name of a field and its meaning; none if it is left out.
    fn field<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, Self::Meaning)>;

    /// Whether only the last occurrence of an element repeated in a record is kept.
    fn keeps_last_only(&self) -> bool;

    /// How fields of this meaning and length are written, if the output form needs nothing but their value;
    /// `None` if [`write`](Self::write) writes them.
    fn plain(&self, meaning: &Self::Meaning, len: u16) -> Option<PlainForm>;

    /// Takes note of a value that is written as a [plain](Self::plain) one.
    #[inline]
    fn note(&mut self, _: &Self::Meaning, _: &Value<'_>) {}

    /// The value of a field; none if it is left out.
    fn value<'a>(&mut self, meaning: &Self::Meaning, field: RawField<'a, '_>) -> Option<Value<'a>>;

    /// How lists (RFC 6313) are written.
    fn list_form(&self) -> ListForm {
        ListForm::Values
    }

    /// Writes a value, which is not a list.
    fn write<E: Encode>(&self, meaning: Option<&Self::Meaning>, value: &Value<'_>, out: &mut E);
}

/// A value that is written by its type alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlainForm {
    /// A number without a sign, of no more than eight octets.
    Unsigned,
    /// An address of four octets.
    Ipv4,
}

impl PlainForm {
    /// The plain form of values of a type in this number of octets, if they have one.
    pub(super) const fn of(data_type: DataType, len: u16) -> Option<Self> {
        match (data_type, len) {
            (
                DataType::Unsigned8
                | DataType::Unsigned16
                | DataType::Unsigned32
                | DataType::Unsigned64,
                1..=8,
            ) => Some(Self::Unsigned),
            (DataType::Ipv4Address, 4) => Some(Self::Ipv4),
            _ => None,
        }
    }
}

/// The octets of a field, and its description in the template.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawField<'a, 't> {
    pub(super) octets: &'a [u8],
    pub(super) template: &'t TemplateField,
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
    members: Box<[RecordMember<M>]>,
    /// The octets before each field of variable length, from the one before it or from the start of the record.
    gaps: Box<[usize]>,
}

#[derive(Debug)]
struct RecordMember<M> {
    /// The index of its field in the template.
    index: usize,
    /// The number of variable-length fields before it.
    segment: usize,
    source: MemberSource,
    key: PlannedKey,
    meaning: M,
    /// The indexes of later fields with the same name; together they become an array.
    repeated: Box<[usize]>,
}

/// Where the value of a member is, in octets from the end of the variable-length field before it or from the start of
/// the record, and how it is written.
#[derive(Debug, Clone)]
enum MemberSource {
    /// A number of one octet that is written by its value alone.
    Number8(u16),
    /// One of two octets.
    Number16(u16),
    /// One of four octets.
    Number32(u16),
    /// One of another width.
    Number(NumberPlace),
    /// An address of four octets that is written by its value alone.
    Ipv4(u16),
    /// Octets that the style writes.
    Styled(Range<usize>),
    /// The octets of a variable-length field, that many octets after the one before it, which the style writes.
    Variable(usize),
}

impl MemberSource {
    fn new(octets: Range<usize>, is_variable: bool, plain: Option<PlainForm>) -> Self {
        if is_variable {
            return Self::Variable(octets.start);
        }
        let places = u16::try_from(octets.start).ok();
        let width = u16::try_from(octets.len()).ok();
        match (plain, places.zip(width)) {
            (Some(PlainForm::Unsigned), Some((offset, width))) => match width {
                1 => Self::Number8(offset),
                2 => Self::Number16(offset),
                4 => Self::Number32(offset),
                width => Self::Number(NumberPlace { offset, width }),
            },
            (Some(PlainForm::Ipv4), Some((offset, _))) => Self::Ipv4(offset),
            _ => Self::Styled(octets),
        }
    }
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
        let names = named.iter().map(|named| Some(named.as_ref()?.0.as_ref()));
        let mut same = SameNames::of(names.collect(), scope, style.keeps_last_only());
        let mut places = FieldPlaces::default();
        let members = named
            .into_iter()
            .zip(template.fields())
            .enumerate()
            .filter_map(|(index, (named, field))| {
                let (segment, octets) = places.next(field);
                let (name, meaning) = named?;
                let repeated = same.take(index)?;
                let is_variable = field.length() == FieldLength::Variable;
                let len = u16::try_from(octets.len()).ok();
                let plain = len.filter(|_| repeated.is_empty() && !is_variable);
                let plain = plain.and_then(|len| style.plain(&meaning, len));
                Some(RecordMember {
                    index,
                    segment,
                    source: MemberSource::new(octets, is_variable, plain),
                    key: E::plan_key(&name),
                    meaning,
                    repeated,
                })
            })
            .collect();
        Self {
            members,
            gaps: places.gaps.into(),
        }
    }

    /// Writes all fields of a record.
    #[inline]
    pub(super) fn write<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        self.write_members(&self.members, record, style, out);
    }

    /// Writes some fields of a record.
    pub(super) fn write_range<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        record: &DataRecord<'_, '_>,
        range: Range<usize>,
        style: &mut S,
        out: &mut E,
    ) {
        let start = self
            .members
            .partition_point(|member| member.index < range.start);
        let end = self
            .members
            .partition_point(|member| member.index < range.end);
        let members = self.members.get(start..end).unwrap_or_default();
        self.write_members(members, record, style, out);
    }

    #[inline]
    fn write_members<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        members: &[RecordMember<M>],
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        let mut rest = record.octets();
        let mut segment = 0;
        for member in members {
            while segment < member.segment {
                let gap = self.gaps.get(segment).copied().unwrap_or(0);
                let after = rest.get(gap..).and_then(split_variable);
                rest = after.map_or(&[], |(_, after)| after);
                segment += 1;
            }
            member.write(rest, record, style, out);
        }
    }
}

/// Finds where the fields of a template are, one after the other.
#[derive(Debug, Default)]
struct FieldPlaces {
    end: usize,
    gaps: Vec<usize>,
}

impl FieldPlaces {
    /// The number of variable-length fields before the next field, and its octets after the last of these. A
    /// field of variable length begins at the start of the range.
    fn next(&mut self, field: &TemplateField) -> (usize, Range<usize>) {
        let segment = self.gaps.len();
        let start = self.end;
        match field.length() {
            FieldLength::Fixed(len) => self.end = start.saturating_add(usize::from(len)),
            FieldLength::Variable => {
                self.gaps.push(start);
                self.end = 0;
            }
        }
        (segment, start..self.end.max(start))
    }
}

/// The octets of a variable-length field at the start of these, and those after it (RFC 7011, section 7).
#[inline]
fn split_variable(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = octets.split_first()?;
    if *first < u8::MAX {
        return rest.split_at_checked(usize::from(*first));
    }
    let (len, rest) = rest.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

/// The fields of a template that have the same name.
#[derive(Debug)]
struct SameNames {
    /// The first of several, and the indexes of the others.
    repeated: Vec<(usize, Box<[usize]>)>,
    /// Those that are not members of their own.
    dropped: Vec<usize>,
}

impl SameNames {
    /// Of fields with these names, of which the first few are the scope.
    fn of(names: Vec<Option<&str>>, scope: usize, keeps_last_only: bool) -> Self {
        let named = names.into_iter().enumerate();
        // The name, in the scope or not, and the place in the template.
        let mut sorted: Vec<(bool, &str, usize)> = named
            .filter_map(|(index, name)| Some((index < scope, name?, index)))
            .collect();
        sorted.sort_unstable();
        let mut repeated: Vec<(usize, Box<[usize]>)> = Vec::new();
        let mut dropped = Vec::new();
        for same in sorted.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let places = same.iter().map(|(_, _, index)| *index);
            match same {
                [_] | [] => {}
                [.., _] if keeps_last_only => dropped.extend(places.take(same.len() - 1)),
                [(_, _, first), ..] => {
                    dropped.extend(places.clone().skip(1));
                    repeated.push((*first, places.skip(1).collect()));
                }
            }
        }
        repeated.sort_unstable_by_key(|(first, _)| *first);
        dropped.sort_unstable();
        Self { repeated, dropped }
    }

    /// The later fields with the name of this one; none if it is not a member of its own.
    fn take(&mut self, index: usize) -> Option<Box<[usize]>> {
        if self.dropped.binary_search(&index).is_ok() {
            return None;
        }
        let places = self
            .repeated
            .binary_search_by_key(&index, |(first, _)| *first);
        let place = places
            .ok()
            .and_then(|place| self.repeated.get_mut(place));
        Some(place.map(|(_, places)| core::mem::take(places)).unwrap_or_default())
    }
}

impl<'a, 't> RawField<'a, 't> {
    const fn of(field: &Field<'a, 't>) -> Self {
        Self {
            octets: field.octets(),
            template: field.template(),
        }
    }
}

impl<M> RecordMember<M> {
    /// Writes the field; `octets` are those of the record from the end of the variable-length field before it.
    #[inline(always)]
    fn write<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        octets: &[u8],
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        let number = match &self.source {
            MemberSource::Number8(offset) => {
                let [number] = place::octets(octets, *offset);
                number.into()
            }
            MemberSource::Number16(offset) => {
                u16::from_be_bytes(place::octets(octets, *offset)).into()
            }
            MemberSource::Number32(offset) => {
                u32::from_be_bytes(place::octets(octets, *offset)).into()
            }
            MemberSource::Number(place) => place.number(octets),
            MemberSource::Ipv4(offset) => {
                let address = IpAddr::from(place::octets::<4>(octets, *offset));
                style.note(&self.meaning, &Value::Address(address));
                out.planned_key(&self.key);
                return out.address(address);
            }
            MemberSource::Styled(range) => {
                let octets = octets.get(range.clone()).unwrap_or_default();
                return self.write_styled(octets, record, style, out);
            }
            MemberSource::Variable(start) => {
                let field = octets.get(*start..).and_then(split_variable);
                let octets = field.map_or(&[][..], |(octets, _)| octets);
                return self.write_styled(octets, record, style, out);
            }
        };
        style.note(&self.meaning, &Value::Unsigned(number));
        out.planned_key(&self.key);
        out.unsigned(number);
    }

    fn write_styled<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        octets: &[u8],
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        if let Some(template) = record.template().fields().get(self.index) {
            self.write_any(RawField { octets, template }, record, style, out);
        }
    }

    fn write_any<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        field: RawField<'_, '_>,
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        let Some(value) = style.value(&self.meaning, field) else {
            return;
        };
        out.planned_key(&self.key);
        let list = |index: usize| record.fields().nth(index);
        if self.repeated.is_empty() {
            return write_value(&self.meaning, || list(self.index), &value, style, out);
        }
        out.array(|out| {
            write_value(&self.meaning, || list(self.index), &value, style, out);
            for index in &self.repeated {
                let Some(field) = list(*index) else {
                    continue;
                };
                if let Some(value) = style.value(&self.meaning, RawField::of(&field)) {
                    write_value(&self.meaning, || Some(field), &value, style, out);
                }
            }
        });
    }
}

/// Lists inside lists are written down to this depth; what is deeper is null.
const LIST_DEPTH: u8 = 4;

fn write_value<'f, S: FieldStyle, E: Encode>(
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
