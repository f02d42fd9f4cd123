//! Data records and their fields, read by a compiled template.

mod check;
mod display;
mod list;
mod walk;

use alloc::sync::Arc;

pub(crate) use self::check::ListCheck;
pub use self::list::{
    BasicList, List, ListItems, ListParts, ListRecords, ListTemplates, ListValue, ListValues,
    SubTemplateList, SubTemplateMultiList,
};
pub(crate) use self::walk::{KEPT, MeasuredRecord, Segments, measure, measure_all, records_in};
use crate::element::ElementId;
use crate::template::{Slot, Template, TemplateField};
use crate::value::{Value, unsigned};
use crate::wire::reader::OctetReader;
use crate::wire::record::field;
use crate::wire::template::{FieldKey, FieldLength};

/// One Data Record (RFC 7011, section 3.4.3): its octets, its template, and
/// the templates that its lists name.
///
/// ```
/// use netflow_core::element::ElementId;
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// for record in decoded.records().filter(|record| !record.template().is_options()) {
///     assert_eq!((record.template().id(), record.fields().count()), (256, 10));
///     let octets = record.get(ElementId::iana(1)).unwrap(); // octetDeltaCount
///     assert_eq!(octets.octets(), [0, 0, 5, 0xdc]);
///     println!("{record}");
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct DataRecord<'a, 't> {
    octets: &'a [u8],
    /// The octets of the record and those after it, so that a number at its
    /// end can be loaded as eight octets too; at most [`REACH`].
    reach: &'a [u8],
    template: &'t Template,
    lists: &'t [Arc<Template>],
    segments: Segments,
}

/// Octets from the start of a record on from which numbers are loaded at most, so that there are none at
/// [`Slot::NOWHERE`].
const REACH: usize = 65_535;

impl<'a, 't> DataRecord<'a, 't> {
    pub(crate) const fn new(
        octets: &'a [u8],
        template: &'t Template,
        lists: &'t [Arc<Template>],
        segments: Segments,
    ) -> Self {
        Self {
            octets,
            reach: within_reach(octets),
            template,
            lists,
            segments,
        }
    }

    /// The same, with the octets after it: `reach` begins with the record.
    #[inline]
    pub(crate) const fn with_reach(self, reach: &'a [u8]) -> Self {
        Self {
            reach: within_reach(reach),
            ..self
        }
    }

    /// The octets of the record.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The template that describes it.
    #[must_use]
    pub const fn template(&self) -> &'t Template {
        self.template
    }

    /// Whether the record describes its exporter, not a flow.
    #[must_use]
    pub const fn is_options(&self) -> bool {
        self.template.is_options()
    }

    /// The record read as the reverse direction of a biflow.
    pub(crate) fn reverse(&self) -> Option<Self> {
        let template = self.template.reverse()?;
        Some(Self { template, ..*self })
    }

    /// The fields in the order of the template, padding included.
    #[must_use]
    pub fn fields(&self) -> Fields<'a, 't> {
        Fields {
            reader: OctetReader::new(self.octets(), 0),
            fields: self.template.fields().iter(),
            lists: self.lists,
        }
    }

    /// The first field of an element, of any enterprise; `None` if the record has none.
    ///
    /// ```
    /// use netflow_core::element::ElementId;
    /// use netflow_core::{Decoder, Limits, example};
    ///
    /// let mut decoder = Decoder::new(Limits::default());
    /// let decoded = decoder.decode(example::ipfix())?;
    /// let record = decoded.records().find(|record| record.template().id() == 258).unwrap();
    /// let name = record.get(ElementId::iana(82)).and_then(|field| field.value());
    /// assert_eq!(name.unwrap().to_string(), "eth0");
    /// assert!(record.get_by_name("interfaceName").is_some());
    /// assert!(record.get_by_name("octetDeltaCount").is_none());
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, id: ElementId) -> Option<Field<'a, 't>> {
        let key = FieldKey::Element(id);
        self.fields().find(|field| field.template().key() == key)
    }

    /// The first field of this name, as the registries and the exporter's type records (RFC 5610)
    /// spell it; `None` if the record has none.
    #[must_use]
    pub fn get_by_name(&self, name: &str) -> Option<Field<'a, 't>> {
        self.fields()
            .find(|field| field.template().name() == Some(name))
    }

    /// The octets after the first `count` fields; `None` if the record has fewer.
    pub(crate) fn octets_after(&self, count: usize) -> Option<&'a [u8]> {
        let mut fields = self.fields();
        if let Some(last) = count.checked_sub(1) {
            fields.nth(last)?;
        }
        Some(fields.reader.rest())
    }

    /// The fields of the scope, which only options have.
    pub fn scope_fields(&self) -> impl Iterator<Item = Field<'a, 't>> + use<'a, 't> {
        self.fields().take(usize::from(self.template.scope_count()))
    }

    /// The number in a field whose place the template knows.
    #[inline]
    pub(crate) fn unsigned(&self, slot: Slot) -> Option<u64> {
        match self.loaded(slot) {
            Some(number) => Some(number),
            None if slot.is_present() => self.parts().unsigned(slot),
            None => None,
        }
    }

    /// The number in a field, read by one load of eight octets: octets after the
    /// field are shifted out. It fits the type of the field. `None` for a number that comes after
    /// a variable-length field, is one, or is at the end of its set.
    #[inline]
    pub(crate) fn loaded(&self, slot: Slot) -> Option<u64> {
        let octets = self.array(slot.loaded_at)?;
        // A shift is less than 64.
        Some(u64::from_be_bytes(octets).wrapping_shr(u32::from(slot.shift)))
    }

    /// The parts of the record, for what is rarely done with it.
    #[inline]
    pub(crate) const fn parts(&self) -> RecordParts<'a, 't> {
        RecordParts {
            octets: self.octets(),
            template: self.template,
            segments: self.segments,
        }
    }

    /// The octets at this offset, of the record or after it.
    #[inline]
    pub(crate) fn array<const N: usize>(&self, offset: u16) -> Option<[u8; N]> {
        let start = usize::from(offset);
        // An offset has 16 bits.
        let end = start.saturating_add(N);
        self.reach.get(start..end)?.first_chunk().copied()
    }

    /// The octets of the record, and those after it in its set.
    #[inline]
    pub(crate) const fn reach(&self) -> &'a [u8] {
        self.reach
    }

    /// The octets of a field whose place the template knows; `None` if it has
    /// none or it is empty.
    #[inline]
    pub(crate) fn slot(&self, slot: Slot) -> Option<&'a [u8]> {
        if !slot.is_present() {
            return None;
        }
        self.present(slot)
    }

    fn present(&self, slot: Slot) -> Option<&'a [u8]> {
        let base = if slot.segment == 0 {
            0
        } else {
            self.segment_start(slot.segment)?
        };
        let start = base.checked_add(usize::from(slot.offset))?;
        match slot.width {
            0 => None,
            Slot::VARIABLE => {
                let mut reader = OctetReader::new(self.octets().get(start..)?, start);
                field(&mut reader, FieldLength::Variable).filter(|octets| !octets.is_empty())
            }
            width => self
                .octets()
                .get(start..start.checked_add(usize::from(width))?),
        }
    }

    #[cold]
    fn segment_start(&self, segment: u8) -> Option<usize> {
        self.segments
            .start(segment, self.octets(), self.template.plan().gaps())
    }
}

/// The octets from which numbers are loaded.
#[inline]
const fn within_reach(octets: &[u8]) -> &[u8] {
    match octets.split_at_checked(REACH) {
        Some((reach, _)) => reach,
        None => octets,
    }
}

/// A record without its lists. Functions for what is rare take one by its parts, in
/// registers: a record whose address is passed on has to be written to memory first,
/// each time, whether they are called or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordParts<'a, 't> {
    octets: &'a [u8],
    template: &'t Template,
    segments: Segments,
}

impl<'a, 't> RecordParts<'a, 't> {
    /// Calls a function of the record.
    #[inline]
    pub(crate) fn call<X, T>(self, with: X, rare: fn(&DataRecord<'a, 't>, X) -> T) -> T {
        call(self.octets, self.template, self.segments, with, rare)
    }

    #[inline]
    fn unsigned(self, slot: Slot) -> Option<u64> {
        self.call(slot, |record, slot| unsigned(record.slot(slot)?))
    }
}

#[inline(never)]
fn call<'a, 't, X, T>(
    octets: &'a [u8],
    template: &'t Template,
    segments: Segments,
    with: X,
    rare: fn(&DataRecord<'a, 't>, X) -> T,
) -> T {
    rare(&DataRecord::new(octets, template, &[], segments), with)
}

/// The fields of a record.
#[derive(Debug, Clone)]
pub struct Fields<'a, 't> {
    reader: OctetReader<'a>,
    fields: core::slice::Iter<'t, TemplateField>,
    lists: &'t [Arc<Template>],
}

impl<'a, 't> Fields<'a, 't> {
    /// The fields in these octets, without lists of their own templates.
    pub(crate) fn new(octets: &'a [u8], fields: &'t [TemplateField]) -> Self {
        Self {
            reader: OctetReader::new(octets, 0),
            fields: fields.iter(),
            lists: &[],
        }
    }

    /// Octets that are left.
    pub(crate) const fn left(&self) -> usize {
        self.reader.len()
    }
}

impl<'a, 't> Iterator for Fields<'a, 't> {
    type Item = Field<'a, 't>;

    fn next(&mut self) -> Option<Field<'a, 't>> {
        let template = self.fields.next()?;
        let octets = field(&mut self.reader, template.length())?;
        Some(Field {
            template,
            octets,
            lists: self.lists,
        })
    }
}

/// One field of a record: its description in the template, and its octets.
///
/// ```
/// use netflow_core::value::Value;
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let record = decoded.records().next().unwrap();
/// let fields: Vec<String> = record.fields().map(|field| field.to_string()).collect();
/// assert_eq!(fields[1..], ["samplingPacketInterval=1", "samplingPacketSpace=99"]);
/// let field = record.fields().last().unwrap();
/// assert_eq!(field.template().name(), Some("samplingPacketSpace"));
/// assert_eq!((field.value(), field.octets()), (Some(Value::Unsigned(99)), &[0, 0, 0, 99][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Field<'a, 't> {
    template: &'t TemplateField,
    octets: &'a [u8],
    lists: &'t [Arc<Template>],
}

impl<'a, 't> Field<'a, 't> {
    /// The description of the field in the template.
    #[must_use]
    pub const fn template(&self) -> &'t TemplateField {
        self.template
    }

    /// The octets, without the length in front of a variable-length field.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The value; `None` if the type is not known or cannot have this length.
    #[must_use]
    pub fn value(&self) -> Option<Value<'a>> {
        Value::parse(self.template.data_type()?, self.octets)
    }

    /// The list, if the field is one (RFC 6313).
    #[must_use]
    pub fn list(&self) -> Option<List<'a, 't>> {
        List::parse(self.template.data_type()?, self.octets, self.lists)
    }
}
