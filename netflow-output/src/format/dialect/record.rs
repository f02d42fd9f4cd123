//! Records as members of a document: the names of fields are determined once for each template.

mod list;
mod places;
mod plans;
mod same_names;

use alloc::borrow::Cow;
use core::net::IpAddr;
use core::ops::Range;

use netflow_core::element::{DataType, ElementId};
use netflow_core::record::{DataRecord, Field};
use netflow_core::template::{FieldLabel, Template, TemplateField};
use netflow_core::value::Value;
use netflow_core::wire::template::FieldKey;

use self::list::write_value;
pub(super) use self::places::{ElementKind, ElementPlaces, ElementValue};
use self::places::{FieldPlace, Gaps, PlaceFinder, RecordRest, split_variable};
pub(super) use self::plans::Plans;
use self::same_names::SameNames;
use super::{Encode, PlannedText};
use crate::format::place::{self, NumberPlace};

/// How a dialect names and writes the fields of records.
pub(super) trait FieldStyle {
    /// What the template determines about a field.
    type Meaning;

    /// The name of a field and its meaning; none if it is left out, or if the dialect names the
    /// [members](RecordPlan::of_members) itself.
    fn field<'t>(&self, _: &'t TemplateField) -> Option<(Cow<'t, str>, Self::Meaning)> {
        None
    }

    /// Whether only the last occurrence of an element repeated in a record is kept.
    fn keeps_last_only(&self) -> bool {
        false
    }

    /// How fields of this meaning and length are written, if the output form needs nothing but their value;
    /// `None` if [`write`](Self::write) writes them.
    fn plain(&self, meaning: &Self::Meaning, len: u16) -> Option<PlainForm>;

    /// Writes a number that is [plain](Self::plain) but for its form.
    fn write_number<E: Encode>(&self, meaning: &Self::Meaning, number: u64, out: &mut E) {
        self.write(Some(meaning), &Value::Unsigned(number), out);
    }

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
    /// Such a number, which the style [writes](FieldStyle::write_number).
    StyledNumber,
    /// An address of four octets.
    Ipv4,
}

impl PlainForm {
    /// The plain form of values of a type in this number of octets, if they have one. A time is a styled number.
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
            (DataType::DateTimeSeconds, 4) | (DataType::DateTimeMilliseconds, 8) => {
                Some(Self::StyledNumber)
            }
            _ => None,
        }
    }
}

/// The value of a [styled number](PlainForm::StyledNumber) of a type.
pub(super) fn time_of_number(data_type: DataType, number: u64) -> Value<'static> {
    match (data_type, u32::try_from(number)) {
        (DataType::DateTimeSeconds, Ok(seconds)) => Value::Seconds(seconds),
        (DataType::DateTimeMilliseconds, _) => Value::Milliseconds(number),
        _ => Value::Unsigned(number),
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
    gaps: Gaps,
}

/// A field that becomes a member.
#[derive(Debug)]
pub(super) struct NamedField<M> {
    /// The index of the field in the template.
    pub(super) index: usize,
    /// The key as the form writes it.
    pub(super) key: PlannedText,
    pub(super) meaning: M,
    /// The indexes of later fields with the same name; together they become an array.
    pub(super) repeated: Box<[usize]>,
}

#[derive(Debug)]
struct RecordMember<M> {
    /// The index of its field in the template.
    index: usize,
    /// The number of variable-length fields before it.
    segment: usize,
    source: MemberSource,
    key: PlannedText,
    meaning: M,
    /// As in [`NamedField`].
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
    /// A number that the style writes.
    StyledNumber(NumberPlace),
    /// An address of four octets that is written by its value alone.
    Ipv4(u16),
    /// Octets that the style writes.
    Styled(Range<usize>),
    /// The octets of a variable-length field, that many octets after the one before it, which the style writes.
    Variable(usize),
}

impl MemberSource {
    fn new(place: FieldPlace, plain: Option<PlainForm>) -> Self {
        let octets = place.octets;
        if place.is_variable {
            return Self::Variable(octets.start);
        }
        let offset = u16::try_from(octets.start).ok();
        let width = u16::try_from(octets.len()).ok();
        match (plain, offset.zip(width)) {
            (Some(PlainForm::Unsigned), Some((offset, width))) => match width {
                1 => Self::Number8(offset),
                2 => Self::Number16(offset),
                4 => Self::Number32(offset),
                width => Self::Number(NumberPlace { offset, width }),
            },
            (Some(PlainForm::StyledNumber), Some((offset, width))) => {
                Self::StyledNumber(NumberPlace { offset, width })
            }
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
        let fields = template.fields().iter();
        let named: Vec<_> = fields.map(|field| style.field(field)).collect();
        let names = named.iter().map(|named| Some(named.as_ref()?.0.as_ref()));
        let mut same = SameNames::of(names.collect(), scope, style.keeps_last_only());
        let members = named.into_iter().enumerate().filter_map(|(index, named)| {
            let (name, meaning) = named?;
            Some(NamedField {
                index,
                repeated: same.take(index)?,
                key: E::plan_key(&name),
                meaning,
            })
        });
        Self::of_members(template, members, style)
    }

    /// The plan for members in the order of the template's fields.
    pub(super) fn of_members(
        template: &Template,
        members: impl IntoIterator<Item = NamedField<M>>,
        style: &impl FieldStyle<Meaning = M>,
    ) -> Self {
        let mut all = PlaceFinder::default();
        let fields = template.fields().iter();
        let places: Vec<_> = fields.map(|field| all.next(field)).collect();
        let members = members.into_iter().filter_map(|named| {
            let place = places.get(named.index)?.clone();
            let len = u16::try_from(place.octets.len()).ok();
            let plain = len.filter(|_| named.repeated.is_empty() && !place.is_variable);
            let plain = plain.and_then(|len| style.plain(&named.meaning, len));
            Some(RecordMember {
                index: named.index,
                segment: place.segment,
                source: MemberSource::new(place, plain),
                key: named.key,
                meaning: named.meaning,
                repeated: named.repeated,
            })
        });
        let members = members.collect();
        Self {
            members,
            gaps: all.gaps(),
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
        let mut rest = RecordRest::new(record, &self.gaps);
        for member in members {
            member.write(rest.after(member.segment), record, style, out);
        }
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
                return self.write_16(number.into(), style, out);
            }
            MemberSource::Number16(offset) => {
                let number = u16::from_be_bytes(place::octets(octets, *offset));
                return self.write_16(number, style, out);
            }
            MemberSource::Number32(offset) => {
                let number = u32::from_be_bytes(place::octets(octets, *offset));
                style.note(&self.meaning, &Value::Unsigned(number.into()));
                out.planned_key(&self.key);
                return out.unsigned_32(number);
            }
            MemberSource::Number(place) => place.number(octets),
            MemberSource::StyledNumber(place) => {
                let number = place.number(octets);
                style.note(&self.meaning, &Value::Unsigned(number));
                out.planned_key(&self.key);
                return style.write_number(&self.meaning, number, out);
            }
            MemberSource::Ipv4(offset) => {
                let address = place::octets(octets, *offset);
                style.note(&self.meaning, &Value::Address(IpAddr::from(address)));
                out.planned_key(&self.key);
                return out.ipv4(address);
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

    #[inline(always)]
    fn write_16<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        number: u16,
        style: &mut S,
        out: &mut E,
    ) {
        style.note(&self.meaning, &Value::Unsigned(number.into()));
        out.planned_key(&self.key);
        out.unsigned_16(number);
    }

    fn write_styled<S: FieldStyle<Meaning = M>, E: Encode>(
        &self,
        octets: &[u8],
        record: &DataRecord<'_, '_>,
        style: &mut S,
        out: &mut E,
    ) {
        let template = record.template().fields().get(self.index);
        let field = template.map(|template| RawField { octets, template });
        let Some(value) = field.and_then(|field| style.value(&self.meaning, field)) else {
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
