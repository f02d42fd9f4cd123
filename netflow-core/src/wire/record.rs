//! Data records read by a borrowed template record: no allocation, no state
//! (RFC 7011, section 3.4.3).
//!
//! The caller finds the template; [`Decoder`](crate::Decoder) does so by itself.

use crate::wire::reader::OctetReader;
use crate::wire::template::{FieldLength, FieldSpecifier, FieldSpecifiers, TemplateRecord};

/// The records in the body of a data set. Ends where fewer octets are left
/// than a record has: they are padding, or a record that is cut.
///
/// ```
/// use netflow_core::wire::record::Records;
/// use netflow_core::wire::set::Dialect;
/// use netflow_core::wire::template::TemplateRecords;
///
/// // Template 256: sourceTransportPort and destinationTransportPort.
/// let template = [1, 0, 0, 2, 0, 7, 0, 2, 0, 11, 0, 2];
/// let template = TemplateRecords::new(&template, 0, Dialect::IPFIX, false)
///     .next()
///     .unwrap()?;
/// let mut records = Records::new(&[0, 53, 0x30, 0x39], &template);
/// let fields: Vec<&[u8]> = records.next().unwrap().fields().map(|field| field.octets).collect();
/// assert_eq!(fields, [[0, 53], [0x30, 0x39]]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Records<'a, 't> {
    reader: OctetReader<'a>,
    template: TemplateRecord<'t>,
}

impl<'a, 't> Records<'a, 't> {
    /// The records of `body`, which `template` describes.
    #[must_use]
    pub const fn new(body: &'a [u8], template: &TemplateRecord<'t>) -> Self {
        Self {
            reader: OctetReader::new(body, 0),
            template: *template,
        }
    }
}

impl<'a, 't> Iterator for Records<'a, 't> {
    type Item = Record<'a, 't>;

    fn next(&mut self) -> Option<Self::Item> {
        let lengths = self.template.fields().map(|specifier| specifier.length);
        let len = record_len(self.reader.octets(), lengths)?;
        let octets = self.reader.take(len)?;
        Some(Record {
            octets,
            template: self.template,
        })
    }
}

/// One Data Record (RFC 7011, section 3.4.3).
///
/// ```
/// use netflow_core::wire::record::Records;
/// use netflow_core::wire::set::Dialect;
/// use netflow_core::wire::template::TemplateRecords;
///
/// // Template 256: sourceTransportPort and destinationTransportPort.
/// let template = [1, 0, 0, 2, 0, 7, 0, 2, 0, 11, 0, 2];
/// let template = TemplateRecords::new(&template, 0, Dialect::IPFIX, false).next().unwrap()?;
/// let record = Records::new(&[0x30, 0x39, 0, 53], &template).next().unwrap();
/// assert_eq!((record.octets().len(), record.fields().count()), (4, 2));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Record<'a, 't> {
    octets: &'a [u8],
    template: TemplateRecord<'t>,
}

impl<'a, 't> Record<'a, 't> {
    /// The octets of the record.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The fields in the order of the template.
    #[must_use]
    pub const fn fields(&self) -> Fields<'a, 't> {
        Fields {
            reader: OctetReader::new(self.octets, 0),
            specifiers: self.template.fields(),
        }
    }
}

/// The fields of a record.
#[derive(Debug, Clone)]
pub struct Fields<'a, 't> {
    reader: OctetReader<'a>,
    specifiers: FieldSpecifiers<'t>,
}

impl<'a> Iterator for Fields<'a, '_> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let specifier = self.specifiers.next()?;
        let octets = field(&mut self.reader, specifier.length)?;
        Some(Field { specifier, octets })
    }
}

/// One field of a record.
///
/// ```
/// use netflow_core::wire::record::Records;
/// use netflow_core::wire::set::Dialect;
/// use netflow_core::wire::template::TemplateRecords;
///
/// // Template 256: sourceTransportPort and destinationTransportPort.
/// let template = [1, 0, 0, 2, 0, 7, 0, 2, 0, 11, 0, 2];
/// let template = TemplateRecords::new(&template, 0, Dialect::IPFIX, false).next().unwrap()?;
/// let record = Records::new(&[0x30, 0x39, 0, 53], &template).next().unwrap();
/// let field = record.fields().last().unwrap();
/// assert_eq!((field.specifier.key.to_string(), field.octets), ("11".to_owned(), &[0, 53][..]));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The description of the field in the template.
    pub specifier: FieldSpecifier,
    /// Its octets, without the length in front of a variable-length field.
    pub octets: &'a [u8],
}

/// The octets of one field. A variable-length field begins with its length in
/// one octet, or 255 and the length in two (RFC 7011, section 7).
#[inline]
pub(crate) fn field<'a>(reader: &mut OctetReader<'a>, length: FieldLength) -> Option<&'a [u8]> {
    let length = match length {
        FieldLength::Fixed(length) => length,
        FieldLength::Variable => match reader.u8()? {
            255 => reader.u16()?,
            length => u16::from(length),
        },
    };
    reader.take(usize::from(length))
}

/// Where the variable-length field that begins at `at` ends, if its length is
/// there; its octets need not be.
#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn variable_end(octets: &[u8], at: usize) -> Option<usize> {
    match *octets.get(at)? {
        255 => long_variable_end(octets, at),
        // An index and an octet: the sum does not overflow.
        length => Some(at.wrapping_add(1).wrapping_add(usize::from(length))),
    }
}

#[cfg(feature = "alloc")]
#[cold]
fn long_variable_end(octets: &[u8], at: usize) -> Option<usize> {
    let start = at.checked_add(3)?;
    let length = octets.get(at..start)?.last_chunk()?;
    start.checked_add(usize::from(u16::from_be_bytes(*length)))
}

/// Octets of the record at the start of `octets`; `None` if it is cut or has no octets.
pub(crate) fn record_len(
    octets: &[u8],
    mut lengths: impl Iterator<Item = FieldLength>,
) -> Option<usize> {
    let mut reader = OctetReader::new(octets, 0);
    lengths.try_for_each(|length| field(&mut reader, length).map(|_| ()))?;
    Some(reader.offset()).filter(|len| *len > 0)
}
