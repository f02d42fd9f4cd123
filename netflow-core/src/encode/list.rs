//! Lists of RFC 6313: their octets are the value of a field.

use alloc::vec::Vec;

use super::error::EncodeError;
use super::field;
use super::message::{put, write_record};
use super::template::{TemplateDefinition, push, write_specifier};
use crate::value::Value;
use crate::wire::set::Dialect;
use crate::wire::template::FieldSpecifier;

/// The octets of a basicList (RFC 6313, section 4.5.1): values of one element,
/// with the semantic of section 4.4 (255 is undefined).
///
/// # Errors
///
/// [`Field`](EncodeError::Field), [`Length`](EncodeError::Length),
/// [`Type`](EncodeError::Type).
///
/// ```
/// use netflow_core::element::iana;
/// use netflow_core::encode::basic_list;
/// use netflow_core::wire::template::{FieldKey, FieldLength, FieldSpecifier};
///
/// let port = FieldSpecifier {
///     key: FieldKey::Element(iana::SOURCE_TRANSPORT_PORT.id),
///     length: FieldLength::Fixed(2),
/// };
/// let list = basic_list(3, &port, [80_u16.into(), 443_u16.into()])?;
/// assert_eq!(list, [3, 0, 7, 0, 2, 0, 80, 1, 187]);
/// # Ok::<(), netflow_core::encode::EncodeError>(())
/// ```
pub fn basic_list<'v>(
    semantic: u8,
    specifier: &FieldSpecifier,
    values: impl IntoIterator<Item = Value<'v>>,
) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::from([semantic]);
    write_specifier(specifier, Dialect::IPFIX, false, &mut out)?;
    let data_type = TemplateDefinition::type_of(specifier, Dialect::IPFIX);
    for value in values {
        field::write(specifier, data_type, &value, &mut out)?;
    }
    Ok(out)
}

/// The octets of a subTemplateList (RFC 6313, section 4.5.2): records of one
/// template, which has to be sent too.
///
/// # Errors
///
/// As for [`MessageBuilder::record`](super::MessageBuilder::record).
///
/// ```
/// use netflow_core::element::iana;
/// use netflow_core::encode::{TemplateDefinition, sub_template_list};
///
/// let hop = TemplateDefinition::new(300).field(iana::IP_NEXT_HOP_IPV4_ADDRESS.id, 4);
/// let list = sub_template_list(4, &hop, [[[192, 0, 2, 1].into()]])?;
/// assert_eq!(list, [4, 1, 44, 192, 0, 2, 1]);
/// # Ok::<(), netflow_core::encode::EncodeError>(())
/// ```
pub fn sub_template_list<'v, R>(
    semantic: u8,
    template: &TemplateDefinition,
    records: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, EncodeError>
where
    R: IntoIterator<Item = Value<'v>>,
{
    let mut out = Vec::from([semantic]);
    push(&mut out, template.id());
    for record in records {
        write_record(template, Dialect::IPFIX, record, &mut out)?;
    }
    Ok(out)
}

/// A subTemplateMultiList that is being written (RFC 6313, section 4.5.3): parts
/// of records, each part of one template.
///
/// ```
/// use netflow_core::element::iana;
/// use netflow_core::encode::{SubTemplateMultiListBuilder, TemplateDefinition};
///
/// let hop = TemplateDefinition::new(300).field(iana::IP_NEXT_HOP_IPV4_ADDRESS.id, 4);
/// let port = TemplateDefinition::new(301).field(iana::SOURCE_TRANSPORT_PORT.id, 2);
/// let mut list = SubTemplateMultiListBuilder::new(3); // all of
/// list.part(&hop, [[[192, 0, 2, 1].into()]])?;
/// list.part(&port, [[443_u16.into()]])?;
/// assert_eq!(list.finish(), [3, 1, 44, 0, 8, 192, 0, 2, 1, 1, 45, 0, 6, 1, 187]);
/// # Ok::<(), netflow_core::encode::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct SubTemplateMultiListBuilder {
    octets: Vec<u8>,
}

impl SubTemplateMultiListBuilder {
    /// A list of this semantic without parts yet.
    #[must_use]
    pub fn new(semantic: u8) -> Self {
        Self {
            octets: Vec::from([semantic]),
        }
    }

    /// Adds a part.
    ///
    /// # Errors
    ///
    /// As for [`sub_template_list`], and [`TooLong`](EncodeError::TooLong).
    pub fn part<'v, R>(
        &mut self,
        template: &TemplateDefinition,
        records: impl IntoIterator<Item = R>,
    ) -> Result<(), EncodeError>
    where
        R: IntoIterator<Item = Value<'v>>,
    {
        let start = self.octets.len();
        let written = self.write(template, records, start);
        if written.is_err() {
            self.octets.truncate(start);
        }
        written
    }

    fn write<'v, R>(
        &mut self,
        template: &TemplateDefinition,
        records: impl IntoIterator<Item = R>,
        start: usize,
    ) -> Result<(), EncodeError>
    where
        R: IntoIterator<Item = Value<'v>>,
    {
        push(&mut self.octets, template.id());
        push(&mut self.octets, 0);
        for record in records {
            write_record(template, Dialect::IPFIX, record, &mut self.octets)?;
        }
        end_part(&mut self.octets, start)
    }

    /// The octets of the list.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.octets
    }
}

/// Writes the length of the part that begins at `start`, its header included.
pub(super) fn end_part(octets: &mut [u8], start: usize) -> Result<(), EncodeError> {
    let length = octets.len().saturating_sub(start);
    let number = u16::try_from(length).map_err(|_| EncodeError::TooLong { length })?;
    put(octets, start.saturating_add(2), number);
    Ok(())
}
