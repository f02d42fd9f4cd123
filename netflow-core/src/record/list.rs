//! Structured data: basicList, subTemplateList and subTemplateMultiList (RFC 6313).

use alloc::sync::Arc;

use super::{DataRecord, measure};
use crate::element::{self, DataType, ElementId, InformationElement};
use crate::template::Template;
use crate::value::Value;
use crate::wire::reader::OctetReader;
use crate::wire::record::field;
use crate::wire::template::{ENTERPRISE_BIT, FieldLength};

/// A list in a field of a record. Iterating any of them ends where its octets
/// do not hold what it announces; the [`Decoder`](crate::Decoder) has reported that.
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 256 of a basicList (291), and one record: the ports 80 and 443.
/// let payload = [
///     0, 10, 0, 42, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 12, 1, 0, 0, 1, 1, 35, 255, 255, // variable length
///     1, 0, 0, 14, 9, 3, 0, 11, 0, 2, 0, 80, 1, 187, // all of, element 11, two octets each
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// assert!(matches!(field.list(), Some(List::Basic(list)) if list.values().count() == 2));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub enum List<'a, 't> {
    /// Values of one element.
    Basic(BasicList<'a, 't>),
    /// Records of one template.
    SubTemplate(SubTemplateList<'a, 't>),
    /// Records of several templates.
    SubTemplateMulti(SubTemplateMultiList<'a, 't>),
}

impl<'a, 't> List<'a, 't> {
    /// The list in the octets of a field of this type; `None` if the type is no
    /// list or the header of the list is cut.
    pub(crate) fn parse(
        data_type: DataType,
        octets: &'a [u8],
        templates: &'t [Arc<Template>],
    ) -> Option<Self> {
        match data_type {
            DataType::BasicList => BasicList::parse(octets, templates).map(Self::Basic),
            DataType::SubTemplateList => {
                SubTemplateList::parse(octets, templates).map(Self::SubTemplate)
            }
            DataType::SubTemplateMultiList => {
                SubTemplateMultiList::parse(octets, templates).map(Self::SubTemplateMulti)
            }
            _ => None,
        }
    }
}

/// A basicList: values of one element (RFC 6313, section 4.5.1).
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 256 of a basicList (291), and one record: the ports 80 and 443.
/// let payload = [
///     0, 10, 0, 42, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 12, 1, 0, 0, 1, 1, 35, 255, 255, // variable length
///     1, 0, 0, 14, 9, 3, 0, 11, 0, 2, 0, 80, 1, 187, // all of, element 11, two octets each
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::Basic(list)) = field.list() else { panic!() };
/// assert_eq!((list.semantic(), list.id().to_string()), (3, "11".to_owned()));
/// let ports: Vec<String> = list.values().map(|port| port.value().unwrap().to_string()).collect();
/// assert_eq!(ports, ["80", "443"]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct BasicList<'a, 't> {
    semantic: u8,
    id: ElementId,
    element: Option<InformationElement>,
    length: FieldLength,
    content: &'a [u8],
    templates: &'t [Arc<Template>],
}

impl<'a, 't> BasicList<'a, 't> {
    fn parse(octets: &'a [u8], templates: &'t [Arc<Template>]) -> Option<Self> {
        let mut reader = OctetReader::new(octets, 0);
        let semantic = reader.u8()?;
        let (number, length) = (reader.u16()?, reader.u16()?);
        let enterprise_number = if number & ENTERPRISE_BIT == 0 {
            0
        } else {
            reader.u32()?
        };
        let id = ElementId::new(enterprise_number, number & !ENTERPRISE_BIT);
        Some(Self {
            semantic,
            id,
            element: element::get(id),
            length: FieldLength::new(length),
            content: reader.rest(),
            templates,
        })
    }

    /// How the values relate to the record (RFC 6313, section 4.4).
    #[must_use]
    pub const fn semantic(&self) -> u8 {
        self.semantic
    }

    /// The element of the values.
    #[must_use]
    pub const fn id(&self) -> ElementId {
        self.id
    }

    /// The element, if the registry knows it.
    #[must_use]
    pub const fn element(&self) -> Option<InformationElement> {
        self.element
    }

    /// How long each value is.
    #[must_use]
    pub const fn element_length(&self) -> FieldLength {
        self.length
    }

    /// The values in the order of the wire.
    #[must_use]
    pub const fn values(&self) -> ListValues<'a, 't> {
        ListItems {
            reader: OctetReader::new(self.content, 0),
            list: *self,
        }
    }
}

/// The items of a list: octets that are read one item after the other.
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 257 of a port, and 256 of a subTemplateList (292) with records of 257.
/// let payload = [
///     0, 10, 0, 48, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 20, 1, 1, 0, 1, 0, 11, 0, 2, 1, 0, 0, 1, 1, 36, 255, 255,
///     1, 0, 0, 12, 7, 3, 1, 1, 0, 80, 1, 187, // all of: 80 and 443
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::SubTemplate(list)) = field.list() else { panic!() };
/// let mut records = list.records();
/// assert_eq!((records.next().unwrap().octets().len(), records.left()), (2, 2));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ListItems<'a, L> {
    reader: OctetReader<'a>,
    list: L,
}

impl<L> ListItems<'_, L> {
    /// Octets not read yet; at the end, octets left over that are not a whole item.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.reader.len()
    }
}

/// The values of a basicList.
pub type ListValues<'a, 't> = ListItems<'a, BasicList<'a, 't>>;

impl<'a, 't> Iterator for ListValues<'a, 't> {
    type Item = ListValue<'a, 't>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.list.length == FieldLength::Fixed(0) {
            // Zero-length values would never end.
            return None;
        }
        let mut reader = self.reader;
        let octets = field(&mut reader, self.list.length)?;
        self.reader = reader;
        Some(ListValue {
            octets,
            data_type: self.list.element.and_then(|element| element.data_type),
            templates: self.list.templates,
        })
    }
}

/// One value of a basicList.
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 256 of a basicList (291), and one record: the ports 80 and 443.
/// let payload = [
///     0, 10, 0, 42, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 12, 1, 0, 0, 1, 1, 35, 255, 255, // variable length
///     1, 0, 0, 14, 9, 3, 0, 11, 0, 2, 0, 80, 1, 187, // all of, element 11, two octets each
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::Basic(list)) = field.list() else { panic!() };
/// let port = list.values().last().unwrap();
/// assert_eq!((port.value(), port.octets()), (Some(443_u16.into()), &[1, 187][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ListValue<'a, 't> {
    octets: &'a [u8],
    data_type: Option<DataType>,
    templates: &'t [Arc<Template>],
}

impl<'a, 't> ListValue<'a, 't> {
    /// The octets, without the length in front of a variable-length value.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The value; `None` if the type is not known or cannot have this length.
    #[must_use]
    pub fn value(&self) -> Option<Value<'a>> {
        Value::parse(self.data_type?, self.octets)
    }

    /// The list, if the value is one.
    #[must_use]
    pub fn list(&self) -> Option<List<'a, 't>> {
        List::parse(self.data_type?, self.octets, self.templates)
    }
}

/// A subTemplateList: records of one template (RFC 6313, section 4.5.2); also
/// a part of a subTemplateMultiList.
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 257 of a port, and 256 of a subTemplateList (292) with records of 257.
/// let payload = [
///     0, 10, 0, 48, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 20, 1, 1, 0, 1, 0, 11, 0, 2, 1, 0, 0, 1, 1, 36, 255, 255,
///     1, 0, 0, 12, 7, 3, 1, 1, 0, 80, 1, 187, // all of: 80 and 443
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::SubTemplate(list)) = field.list() else { panic!() };
/// assert_eq!((list.template_id(), list.records().count()), (257, 2));
/// let port = list.records().last().unwrap();
/// assert_eq!(port.to_string(), "destinationTransportPort=443");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SubTemplateList<'a, 't> {
    semantic: u8,
    id: u16,
    content: &'a [u8],
    templates: &'t [Arc<Template>],
}

impl<'a, 't> SubTemplateList<'a, 't> {
    fn parse(octets: &'a [u8], templates: &'t [Arc<Template>]) -> Option<Self> {
        let mut reader = OctetReader::new(octets, 0);
        Some(Self {
            semantic: reader.u8()?,
            id: reader.u16()?,
            content: reader.rest(),
            templates,
        })
    }

    /// The same list, read by these templates.
    pub(super) const fn with<'u>(&self, templates: &'u [Arc<Template>]) -> SubTemplateList<'a, 'u> {
        SubTemplateList {
            semantic: self.semantic,
            id: self.id,
            content: self.content,
            templates,
        }
    }

    /// How the records relate to the record they are in (RFC 6313, section 4.4).
    #[must_use]
    pub const fn semantic(&self) -> u8 {
        self.semantic
    }

    /// The id of the template of the records.
    #[must_use]
    pub const fn template_id(&self) -> u16 {
        self.id
    }

    /// The template of the records, if it was known.
    #[must_use]
    pub fn template(&self) -> Option<&'t Template> {
        find(self.templates, self.id)
    }

    /// The octets of the records.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.content
    }

    /// The records; none if the template was not known.
    #[must_use]
    pub fn records(&self) -> ListRecords<'a, 't> {
        ListItems {
            reader: OctetReader::new(self.content, 0),
            list: ListTemplates {
                template: self.template(),
                templates: self.templates,
            },
        }
    }
}

/// The template of this id among those that were in force.
fn find(templates: &[Arc<Template>], id: u16) -> Option<&Template> {
    templates
        .iter()
        .find(|template| template.id() == id)
        .map(AsRef::as_ref)
}

/// A subTemplateMultiList: parts of records, each part of one template
/// (RFC 6313, section 4.5.3).
///
/// ```
/// use netflow_core::record::List;
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 257 of a port, and 256 of a subTemplateMultiList (293) with records of 257.
/// let payload = [
///     0, 10, 0, 48, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 20, 1, 1, 0, 1, 0, 11, 0, 2, 1, 0, 0, 1, 1, 37, 255, 255,
///     1, 0, 0, 12, 7, 3, 1, 1, 0, 6, 1, 187, // all of: a part of six octets
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::SubTemplateMulti(list)) = field.list() else { panic!() };
/// let part = list.parts().next().unwrap();
/// assert_eq!((part.template_id(), part.records().count()), (257, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SubTemplateMultiList<'a, 't> {
    semantic: u8,
    content: &'a [u8],
    templates: &'t [Arc<Template>],
}

impl<'a, 't> SubTemplateMultiList<'a, 't> {
    fn parse(octets: &'a [u8], templates: &'t [Arc<Template>]) -> Option<Self> {
        let mut reader = OctetReader::new(octets, 0);
        Some(Self {
            semantic: reader.u8()?,
            content: reader.rest(),
            templates,
        })
    }

    /// How the records relate to the record they are in (RFC 6313, section 4.4).
    #[must_use]
    pub const fn semantic(&self) -> u8 {
        self.semantic
    }

    /// The parts in the order of the wire.
    #[must_use]
    pub const fn parts(&self) -> ListParts<'a, 't> {
        ListItems {
            reader: OctetReader::new(self.content, 0),
            list: *self,
        }
    }
}

/// Octets of the template id and the length of a part, which the length counts.
const PART_HEADER_LEN: u16 = 4;

/// The parts of a subTemplateMultiList.
pub type ListParts<'a, 't> = ListItems<'a, SubTemplateMultiList<'a, 't>>;

impl<'a, 't> Iterator for ListParts<'a, 't> {
    type Item = SubTemplateList<'a, 't>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader;
        let (id, length) = (reader.u16()?, reader.u16()?);
        let content = reader.take(usize::from(length.checked_sub(PART_HEADER_LEN)?))?;
        self.reader = reader;
        Some(SubTemplateList {
            semantic: self.list.semantic,
            id,
            content,
            templates: self.list.templates,
        })
    }
}

/// The records of a list.
pub type ListRecords<'a, 't> = ListItems<'a, ListTemplates<'t>>;

/// How the records of a list are read.
///
/// ```
/// use netflow_core::record::{List, ListRecords};
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 257 of a port, and 256 of a subTemplateList (292) with records of 257.
/// let payload = [
///     0, 10, 0, 48, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 20, 1, 1, 0, 1, 0, 11, 0, 2, 1, 0, 0, 1, 1, 36, 255, 255,
///     1, 0, 0, 12, 7, 3, 1, 1, 0, 80, 1, 187, // all of: 80 and 443
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let field = decoded.records().next().unwrap().fields().next().unwrap();
/// let Some(List::SubTemplate(list)) = field.list() else { panic!() };
/// let records: ListRecords<'_, '_> = list.records(); // items that are read by the templates
/// assert_eq!(records.map(|record| record.template().id()).collect::<Vec<u16>>(), [257, 257]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ListTemplates<'t> {
    /// The template of the records, if it was known.
    template: Option<&'t Template>,
    /// The templates of the lists in them.
    templates: &'t [Arc<Template>],
}

impl<'a, 't> Iterator for ListRecords<'a, 't> {
    type Item = DataRecord<'a, 't>;

    fn next(&mut self) -> Option<Self::Item> {
        let template = self.list.template?;
        let (len, segments) = measure(self.reader.octets(), template)?;
        let octets = self.reader.take(len)?;
        Some(DataRecord::new(
            octets,
            template,
            self.list.templates,
            segments,
        ))
    }
}
