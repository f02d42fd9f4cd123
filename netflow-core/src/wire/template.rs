//! Template records (RFC 7011, section 3.4; RFC 3954, sections 5.2 and 6.1).

use core::fmt;

use crate::element::ElementId;
use crate::error::{Error, ErrorKind};
use crate::wire::reader::OctetReader;
use crate::wire::set::{Dialect, FIRST_DATA_SET};

/// The length of a field as a template states it (RFC 7011, section 3.2).
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::ipfix::Header;
/// use netflow_core::wire::set::{Dialect, Sets};
/// use netflow_core::wire::template::{FieldLength, TemplateRecords};
///
/// let (_, sets) = Header::parse(example::ipfix().payload, 0)?;
/// let set = Sets::new(sets, Header::LEN).next().unwrap()?;
/// let template = TemplateRecords::new(set.body(), set.body_offset(), Dialect::IPFIX, false)
///     .next()
///     .unwrap()?;
/// assert_eq!(template.fields().next().unwrap().length, FieldLength::Fixed(4));
/// assert_eq!(FieldLength::Variable.number(), 65535);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldLength {
    /// This many octets in each record.
    Fixed(u16),
    /// Each record states it: 65535 in the template (RFC 7011, section 7). Some
    /// v9 exporters use it too.
    Variable,
}

impl FieldLength {
    /// The number in the template that means a variable length.
    pub const VARIABLE: u16 = 65535;

    /// The number that is in the template.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Fixed(length) => length,
            Self::Variable => Self::VARIABLE,
        }
    }

    pub(crate) const fn new(number: u16) -> Self {
        match number {
            Self::VARIABLE => Self::Variable,
            length => Self::Fixed(length),
        }
    }
}

/// What a field specifier names.
///
/// ```
/// use netflow_core::element::ElementId;
/// use netflow_core::wire::template::FieldKey;
///
/// assert_eq!(FieldKey::Element(ElementId::iana(8)).to_string(), "8");
/// assert_eq!(FieldKey::Element(ElementId::new(29305, 85)).to_string(), "29305/85");
/// assert_eq!(FieldKey::Scope(1).to_string(), "scope/1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKey {
    /// An information element, or a field type of v9 (enterprise number 0).
    Element(ElementId),
    /// A scope type of v9 (RFC 3954, section 6.1), which is not an element.
    Scope(u16),
}

/// As the keys of JSON are written: `8`, `29305/85`, `scope/1`.
impl fmt::Display for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(element) => element.fmt(f),
            Self::Scope(number) => write!(f, "scope/{number}"),
        }
    }
}

/// One Field Specifier (RFC 7011, section 3.2).
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::ipfix::Header;
/// use netflow_core::wire::set::{Dialect, Sets};
/// use netflow_core::wire::template::TemplateRecords;
///
/// let (_, sets) = Header::parse(example::ipfix().payload, 0)?;
/// let set = Sets::new(sets, Header::LEN).next().unwrap()?;
/// let template = TemplateRecords::new(set.body(), set.body_offset(), Dialect::IPFIX, false)
///     .next()
///     .unwrap()?;
/// let octets = template.fields().nth(6).unwrap();
/// assert_eq!((octets.key.to_string(), octets.length.number()), ("1".to_owned(), 4));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldSpecifier {
    /// What the field is.
    pub key: FieldKey,
    /// How long it is.
    pub length: FieldLength,
}

/// What a template record does.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::ipfix::Header;
/// use netflow_core::wire::set::{Dialect, Sets};
/// use netflow_core::wire::template::{TemplateKind, TemplateRecords};
///
/// let (_, sets) = Header::parse(example::ipfix().payload, 0)?;
/// let set = Sets::new(sets, Header::LEN).next().unwrap()?;
/// let template = TemplateRecords::new(set.body(), set.body_offset(), Dialect::IPFIX, false)
///     .next()
///     .unwrap()?;
/// assert_eq!(template.kind(), TemplateKind::Data);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplateKind {
    /// It describes data records.
    Data,
    /// It describes options records, which begin with this many scope fields.
    Options {
        /// Scope fields.
        scope_count: u16,
    },
    /// It withdraws a template; the id of its set (2 or 3) withdraws all
    /// (RFC 7011, section 8.1).
    Withdrawal {
        /// It is in a set of options templates.
        options: bool,
    },
}

/// One Template Record (RFC 7011, section 3.4.1) or Options Template Record
/// (section 3.4.2), with the fields that are there.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::ipfix::Header;
/// use netflow_core::wire::set::{Dialect, Sets};
/// use netflow_core::wire::template::TemplateRecords;
///
/// let (_, sets) = Header::parse(example::ipfix().payload, 0)?;
/// let set = Sets::new(sets, Header::LEN).next().unwrap()?;
/// let template = TemplateRecords::new(set.body(), set.body_offset(), Dialect::IPFIX, false)
///     .next()
///     .unwrap()?;
/// assert_eq!((template.id(), template.field_count()), (256, 10));
/// assert_eq!(template.fields().count(), 10);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TemplateRecord<'a> {
    id: u16,
    kind: TemplateKind,
    field_count: u16,
    specifiers: &'a [u8],
    dialect: Dialect,
    offset: usize,
    fault: Option<ErrorKind>,
}

impl<'a> TemplateRecord<'a> {
    /// The template id.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// What the record does.
    #[must_use]
    pub const fn kind(&self) -> TemplateKind {
        self.kind
    }

    /// Fields, scope fields included.
    #[must_use]
    pub const fn field_count(&self) -> u16 {
        self.field_count
    }

    /// Fields of the scope; they come first.
    #[must_use]
    pub const fn scope_count(&self) -> u16 {
        match self.kind {
            TemplateKind::Options { scope_count } => scope_count,
            TemplateKind::Data | TemplateKind::Withdrawal { .. } => 0,
        }
    }

    /// Where in the payload the record begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong with the record though its fields can be read: an option length of v9
    /// that holds whole fields and one to three octets more (RFC 3954, section 6.1).
    #[must_use]
    pub const fn fault(&self) -> Option<ErrorKind> {
        self.fault
    }

    /// Octets from the start of the payload to the number that the [`fault`](Self::fault) is about: the
    /// option length, which follows the id and the scope length.
    #[must_use]
    pub const fn fault_offset(&self) -> usize {
        self.offset.saturating_add(4)
    }

    /// The dialect it is written in.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The octets of the field specifiers: equal octets are equal fields.
    #[must_use]
    pub const fn specifiers(&self) -> &'a [u8] {
        self.specifiers
    }

    /// The fields in the order of the wire.
    #[must_use]
    pub const fn fields(&self) -> FieldSpecifiers<'a> {
        FieldSpecifiers {
            reader: OctetReader::new(self.specifiers, self.offset),
            dialect: self.dialect,
            scope_left: self.scope_count(),
        }
    }
}

/// The fields of a template record.
#[derive(Debug, Clone)]
pub struct FieldSpecifiers<'a> {
    reader: OctetReader<'a>,
    dialect: Dialect,
    scope_left: u16,
}

impl Iterator for FieldSpecifiers<'_> {
    type Item = FieldSpecifier;

    fn next(&mut self) -> Option<FieldSpecifier> {
        let (number, length) = (self.reader.u16()?, self.reader.u16()?);
        let scope = self.scope_left > 0;
        self.scope_left = self.scope_left.saturating_sub(1);
        let key = if !self.dialect.enterprise {
            if scope {
                FieldKey::Scope(number)
            } else {
                FieldKey::Element(ElementId::new(0, number))
            }
        } else if number & ENTERPRISE_BIT == 0 {
            FieldKey::Element(ElementId::new(0, number))
        } else {
            FieldKey::Element(ElementId::new(self.reader.u32()?, number & !ENTERPRISE_BIT))
        };
        Some(FieldSpecifier {
            key,
            length: FieldLength::new(length),
        })
    }
}

/// Set in the number of a field that is followed by an enterprise number.
pub(crate) const ENTERPRISE_BIT: u16 = 0x8000;

/// The records of a set of templates or options templates. A record that cannot
/// be one but states its length costs no other: its error is returned and the
/// next record follows. Any other error is the last.
/// Zeros between records are padding, and so are fewer octets
/// than a record's header after the last.
#[derive(Debug, Clone)]
pub struct TemplateRecords<'a> {
    reader: OctetReader<'a>,
    dialect: Dialect,
    options: bool,
}

impl<'a> TemplateRecords<'a> {
    /// The records in the body of a set, at `offset` of the payload.
    #[must_use]
    pub const fn new(body: &'a [u8], offset: usize, dialect: Dialect, options: bool) -> Self {
        Self {
            reader: OctetReader::new(body, offset),
            dialect,
            options,
        }
    }

    /// Octets not read yet: after the end, those of the padding or the fault.
    #[must_use]
    pub fn left(&self) -> usize {
        self.reader.len()
    }

    /// Exporters pad between records (Open vSwitch). The numbers of a record are
    /// of two octets, and its first is not zero.
    fn skip_padding(&mut self) {
        let words = self.reader.octets().chunks_exact(2);
        let zeros = words.take_while(|word| *word == [0, 0]).count();
        self.reader.take(zeros.saturating_mul(2));
    }

    fn record(&mut self) -> Option<Result<TemplateRecord<'a>, Error>> {
        let mut reader = self.reader;
        let offset = reader.offset();
        let (id, count) = (reader.u16()?, reader.u16()?);
        let header = self.header(&mut reader, id, count)?;
        let left = reader.len();
        let length = header
            .octets
            .map(|octets| octets.saturating_sub(header.excess))
            .or_else(|| specifiers_len(reader, header.field_count, self.dialect));
        let specifiers = length.and_then(|length| reader.take(length));
        let kind = match (header.fault, specifiers) {
            (Some(fault), _) => fault,
            (None, None) => ErrorKind::TemplateCut {
                id,
                count: header.field_count,
                left,
            },
            (None, Some(specifiers)) => {
                // They belong to no field, so where they are cut nothing is missing.
                reader.take(header.excess.min(reader.len()));
                self.reader = reader;
                return Some(Ok(TemplateRecord {
                    id,
                    kind: header.kind,
                    field_count: header.field_count,
                    specifiers,
                    dialect: self.dialect,
                    offset,
                    fault: header.readable_fault,
                }));
            }
        };
        self.reader = reader;
        if specifiers.is_none() {
            self.reader.rest();
        }
        // At the start of the record: none of it is used.
        Some(Err(Error::new(kind, offset)))
    }

    /// What comes before the specifiers: for options, id and count are followed
    /// by the scope. In v9 the second number is the scope's length in octets and
    /// the third that of the options (RFC 3954, section 6.1).
    fn header(&self, reader: &mut OctetReader<'a>, id: u16, count: u16) -> Option<Header> {
        let mut header = Header {
            kind: TemplateKind::Data,
            field_count: count,
            octets: None,
            excess: 0,
            fault: None,
            readable_fault: None,
        };
        let all_templates =
            id == self.dialect.template_set || id == self.dialect.options_template_set;
        // In IPFIX a Field Count of 0 is a withdrawal in every set of templates (RFC 7011, section
        // 8.1), so that there is no template without fields; in v9 it is one without meaning. A
        // withdrawal has no scope, and ends after the count.
        if self.dialect.enterprise && count == 0 {
            let options = self.options;
            header.kind = TemplateKind::Withdrawal { options };
            if id < FIRST_DATA_SET && !all_templates {
                header.fault = Some(ErrorKind::TemplateId { id });
            }
            return Some(header);
        }
        if self.options {
            let second = reader.u16()?;
            let mut scope = second;
            if !self.dialect.enterprise {
                scope = count.checked_div(SPECIFIER_LEN)?;
                let options = second.checked_div(SPECIFIER_LEN)?;
                header.field_count = scope.saturating_add(options);
                header.octets = Some(usize::from(count).saturating_add(usize::from(second)));
            }
            if self.dialect.enterprise {
                if scope > header.field_count {
                    let count = header.field_count;
                    header.fault = Some(ErrorKind::ScopeCount { id, scope, count });
                }
            } else {
                header.check_lengths(id, count, second);
            }
            header.kind = TemplateKind::Options { scope_count: scope };
        }
        if id < FIRST_DATA_SET {
            header.fault = Some(ErrorKind::TemplateId { id });
        }
        Some(header)
    }
}

/// What comes before the specifiers of a template record.
struct Header {
    kind: TemplateKind,
    field_count: u16,
    /// Octets of the specifiers, if they are not to be counted.
    octets: Option<usize>,
    /// Octets at their end that are not a whole field.
    excess: usize,
    /// Why the record can be none, however its specifiers are.
    fault: Option<ErrorKind>,
    /// What is wrong with it though its fields can be read.
    readable_fault: Option<ErrorKind>,
}

impl Header {
    /// Checks the lengths of scope and options in v9, which are octets of whole fields
    /// (RFC 3954, section 6.1). What follows whole option fields costs none of them.
    fn check_lengths(&mut self, id: u16, scope: u16, options: u16) {
        let excess = |length: u16| length.checked_rem(SPECIFIER_LEN).unwrap_or(0);
        let fault = |what, length| Some(ErrorKind::OptionsLength { id, what, length });
        if excess(scope) > 0 {
            self.fault = fault("option scope length", scope);
        } else if excess(options) > 0 && options < SPECIFIER_LEN {
            self.fault = fault("option length", options);
        } else if excess(options) > 0 {
            self.excess = excess(options).into();
            self.readable_fault = fault("option length", options);
        }
    }
}

/// Octets of a field specifier without enterprise number.
const SPECIFIER_LEN: u16 = 4;

impl<'a> Iterator for TemplateRecords<'a> {
    type Item = Result<TemplateRecord<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_padding();
        let record = self.record();
        if record.is_none() {
            self.reader.rest();
        }
        record
    }
}

/// Octets of this number of field specifiers; `None` when they are cut.
fn specifiers_len(mut reader: OctetReader<'_>, count: u16, dialect: Dialect) -> Option<usize> {
    let all = reader.len();
    if !dialect.enterprise {
        return usize::from(count).checked_mul(4).filter(|len| *len <= all);
    }
    for _ in 0..count {
        let number = reader.u16()?;
        reader.u16()?;
        if number & ENTERPRISE_BIT != 0 {
            reader.u32()?;
        }
    }
    all.checked_sub(reader.len())
}
