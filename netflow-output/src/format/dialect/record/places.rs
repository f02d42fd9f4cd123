//! Where fields are in the records of a template.

use core::ops::Range;

use netflow_core::record::DataRecord;
use netflow_core::template::{Template, TemplateField};
use netflow_core::value::unsigned;
use netflow_core::wire::template::{FieldKey, FieldLength};

use crate::format::place::NumberPlace;

/// Where a field is in each record of a template.
#[derive(Debug, Clone)]
pub(super) struct FieldPlace {
    /// The number of variable-length fields before it.
    pub(super) segment: usize,
    /// Its octets, from the end of the last of these fields or from the start of the record. A field of variable length
    /// begins at the start of the range.
    pub(super) octets: Range<usize>,
    pub(super) is_variable: bool,
}

impl FieldPlace {
    /// The octets of the field; `rest` are those of the record from the last variable-length field before it.
    fn octets<'a>(&self, rest: &'a [u8]) -> Option<&'a [u8]> {
        if self.is_variable {
            return Some(split_variable(rest.get(self.octets.start..)?)?.0);
        }
        rest.get(self.octets.clone())
    }
}

/// The octets before each field of variable length, from the one before it or from the start of the record.
#[derive(Debug, Clone, Default)]
pub(super) struct Gaps(Box<[usize]>);

/// The octets of a record from the end of a variable-length field on.
#[derive(Debug)]
pub(super) struct RecordRest<'a, 'g> {
    rest: &'a [u8],
    segment: usize,
    gaps: &'g Gaps,
}

impl<'a, 'g> RecordRest<'a, 'g> {
    #[inline]
    pub(super) const fn new(record: &DataRecord<'a, '_>, gaps: &'g Gaps) -> Self {
        Self {
            rest: record.octets(),
            segment: 0,
            gaps,
        }
    }

    /// The octets after this number of variable-length fields, no fewer than before.
    #[inline]
    pub(super) fn after(&mut self, segment: usize) -> &'a [u8] {
        while self.segment < segment {
            let gap = self.gaps.0.get(self.segment).copied().unwrap_or(0);
            let after = self.rest.get(gap..).and_then(split_variable);
            self.rest = after.map_or(&[], |(_, after)| after);
            self.segment += 1;
        }
        self.rest
    }
}

/// The octets of a variable-length field at the start of these, and those after it (RFC 7011, section 7).
#[inline]
pub(super) fn split_variable(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = octets.split_first()?;
    if *first < u8::MAX {
        return rest.split_at_checked(usize::from(*first));
    }
    let (len, rest) = rest.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

/// Finds where the fields of a template are, one after the other.
#[derive(Debug, Default)]
pub(super) struct PlaceFinder {
    end: usize,
    gaps: Vec<usize>,
}

impl PlaceFinder {
    /// Where the next field is.
    pub(super) fn next(&mut self, field: &TemplateField) -> FieldPlace {
        let segment = self.gaps.len();
        let start = self.end;
        let is_variable = match field.length() {
            FieldLength::Fixed(len) => {
                self.end = start.saturating_add(usize::from(len));
                false
            }
            FieldLength::Variable => {
                self.gaps.push(start);
                self.end = 0;
                true
            }
        };
        FieldPlace {
            segment,
            octets: start..self.end.max(start),
            is_variable,
        }
    }

    pub(super) fn gaps(self) -> Gaps {
        Gaps(self.gaps.into())
    }
}

/// Where some elements of IANA are in the records of a template.
#[derive(Debug)]
pub(in crate::format::dialect) struct ElementPlaces {
    /// In the order of the template.
    places: Box<[ElementPlace]>,
    gaps: Gaps,
}

#[derive(Debug)]
struct ElementPlace {
    id: u16,
    field: FieldPlace,
    /// The same of a field whose octets may be a number: one to eight of them, in each record.
    number: Option<NumberPlace>,
}

/// The value of an element.
#[derive(Debug, Clone, Copy)]
pub(in crate::format::dialect) enum ElementValue<'a> {
    /// A number.
    Number(u64),
    /// Octets, a number of variable length among them.
    Octets(&'a [u8]),
}

/// How the values of an element are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format::dialect) enum ElementKind {
    /// As numbers.
    Number,
    /// As octets.
    Octets,
}

impl ElementPlace {
    fn new(id: u16, kind: ElementKind, field: FieldPlace) -> Self {
        let is_number = kind == ElementKind::Number && !field.is_variable;
        let width = u16::try_from(field.octets.len()).ok();
        let width = width.filter(|width| is_number && (1..=8).contains(width));
        let offset = u16::try_from(field.octets.start).ok();
        let number = offset
            .zip(width)
            .map(|(offset, width)| NumberPlace { offset, width });
        Self { id, field, number }
    }
}

impl ElementPlaces {
    /// Of the elements whose numbers have a kind.
    pub(in crate::format::dialect) fn new(
        template: &Template,
        kind: impl Fn(u16) -> Option<ElementKind>,
    ) -> Self {
        let mut all = PlaceFinder::default();
        let places = template.fields().iter().filter_map(|field| {
            let place = all.next(field);
            match field.key() {
                FieldKey::Element(id) if id.enterprise_number == 0 => {
                    Some(ElementPlace::new(id.id, kind(id.id)?, place))
                }
                _ => None,
            }
        });
        let places = places.collect();
        Self {
            places,
            gaps: all.gaps(),
        }
    }

    /// The number in the first field of an element.
    #[inline]
    pub(in crate::format::dialect) fn number(
        &self,
        record: &DataRecord<'_, '_>,
        id: u16,
    ) -> Option<u64> {
        let place = self.places.iter().find(|place| place.id == id)?;
        let rest = RecordRest::new(record, &self.gaps).after(place.field.segment);
        unsigned(place.field.octets(rest)?)
    }

    /// Calls `each` with the number of each element and its value, in the order of the record.
    #[inline]
    pub(in crate::format::dialect) fn for_each<'a>(
        &self,
        record: &DataRecord<'a, '_>,
        mut each: impl FnMut(u16, ElementValue<'a>),
    ) {
        let mut rest = RecordRest::new(record, &self.gaps);
        for place in &self.places {
            let rest = rest.after(place.field.segment);
            let value = match place.number {
                Some(number) => Some(ElementValue::Number(number.number(rest))),
                None => place.field.octets(rest).map(ElementValue::Octets),
            };
            if let Some(value) = value {
                each(place.id, value);
            }
        }
    }
}
