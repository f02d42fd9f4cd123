//! Messages of IPFIX and NetFlow v9: a header and sets.

use alloc::vec::Vec;

use super::buffer::{LONGEST, buffer_setters};
use super::error::EncodeError;
use super::field;
use super::template::{TemplateDefinition, push};
use crate::value::Value;
use crate::wire::record::record_len;
use crate::wire::set::{Dialect, FIRST_DATA_SET, HEADER_LEN};

/// The header of an IPFIX message (RFC 7011, section 3.1).
///
/// ```
/// use netflow_core::encode::{IpfixHeader, MessageBuilder};
///
/// let header = IpfixHeader::default().with_sequence(9).with_observation_domain(7);
/// let message = MessageBuilder::new(header).finish();
/// assert_eq!(message, [0, 10, 0, 16, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct IpfixHeader {
    /// Seconds since 1970.
    pub export_time: u32,
    /// Data records sent before this message, options among them, modulo 2^32.
    pub sequence: u32,
    /// The observation domain.
    pub observation_domain: u32,
}

crate::setters!(IpfixHeader {
    with_export_time(export_time: u32),
    with_sequence(sequence: u32),
    with_observation_domain(observation_domain: u32),
});

/// The header of a NetFlow v9 message (RFC 3954, section 5.1).
///
/// ```
/// use netflow_core::encode::{MessageBuilder, NetflowV9Header};
///
/// let header = NetflowV9Header::default().with_sequence(9).with_source_id(7);
/// let message = MessageBuilder::new(header).finish();
/// assert_eq!(message[..4], [0, 9, 0, 0]); // version, and the count of records
/// assert_eq!(message[12..], [0, 0, 0, 9, 0, 0, 0, 7]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct NetflowV9Header {
    /// Milliseconds since the exporter started, modulo 2^32.
    pub sys_uptime: u32,
    /// Seconds since 1970.
    pub unix_secs: u32,
    /// Messages sent before this one, modulo 2^32.
    pub sequence: u32,
    /// The observation domain.
    pub source_id: u32,
}

crate::setters!(NetflowV9Header {
    with_sys_uptime(sys_uptime: u32),
    with_unix_secs(unix_secs: u32),
    with_sequence(sequence: u32),
    with_source_id(source_id: u32),
});

/// The header of a message that is made of sets.
///
/// ```
/// use netflow_core::encode::{IpfixHeader, MessageBuilder, NetflowV9Header, SetHeader};
///
/// let headers: [SetHeader; 2] = [IpfixHeader::default().into(), NetflowV9Header::default().into()];
/// let lengths = headers.map(|header| MessageBuilder::new(header).finish().len());
/// assert_eq!(lengths, [16, 20]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetHeader {
    /// IPFIX.
    Ipfix(IpfixHeader),
    /// NetFlow v9.
    NetflowV9(NetflowV9Header),
}

impl From<IpfixHeader> for SetHeader {
    fn from(header: IpfixHeader) -> Self {
        Self::Ipfix(header)
    }
}

impl From<NetflowV9Header> for SetHeader {
    fn from(header: NetflowV9Header) -> Self {
        Self::NetflowV9(header)
    }
}

/// A message of IPFIX or NetFlow v9 that is being written.
///
/// Records of the same kind that follow each other share a set. Each addition is
/// made as a whole or not at all.
///
/// ```
/// use netflow_core::element::iana;
/// use netflow_core::encode::{IpfixHeader, MessageBuilder, TemplateDefinition};
/// use netflow_core::{Decoder, Limits, example};
///
/// let template = TemplateDefinition::new(256)
///     .field(iana::DESTINATION_TRANSPORT_PORT.id, 2)
///     .field(iana::OCTET_DELTA_COUNT.id, 8);
/// let mut message = MessageBuilder::new(IpfixHeader::default());
/// message.template(&template)?;
/// message.record(&template, [443_u16.into(), 1500_u64.into()])?;
/// message.record(&template, [53_u16.into(), 80_u64.into()])?;
/// assert_eq!(message.data_records(), 2); // what the next sequence number grows by
///
/// let payload = message.finish();
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let octets: Vec<_> = decoded.flows().filter_map(|flow| flow.octets()).collect();
/// assert_eq!(octets, [1500, 80]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MessageBuilder {
    octets: Vec<u8>,
    dialect: Dialect,
    limit: usize,
    set: Option<OpenSet>,
    /// Template and data records.
    records: u16,
    data_records: u32,
}

/// The last set, which may still grow.
#[derive(Debug, Clone, Copy)]
struct OpenSet {
    id: u16,
    /// Where its header begins.
    start: usize,
    /// Padding has to be shorter (RFC 7011, section 3.3.1).
    min_len: usize,
}

/// Offset of the length of an IPFIX message, or of the count of a v9 one.
const LENGTH: usize = 2;

/// Sets of v9 are filled up to words of this length (RFC 3954, section 5.3).
const WORD: usize = 4;

/// Octets of the shortest template record.
const TEMPLATE: usize = 8;

/// Octets of a withdrawal. Being another length it gets a set of its own.
const WITHDRAWAL: usize = 4;

buffer_setters!(MessageBuilder: octets, "Over UDP choose fewer than the smallest packet on the path can carry.");

impl MessageBuilder {
    /// A message without sets yet.
    pub fn new(header: impl Into<SetHeader>) -> Self {
        let mut octets = Vec::new();
        let mut word = |number: u32| octets.extend_from_slice(&number.to_be_bytes());
        let dialect = match header.into() {
            SetHeader::Ipfix(header) => {
                word(10 << 16);
                word(header.export_time);
                word(header.sequence);
                word(header.observation_domain);
                Dialect::IPFIX
            }
            SetHeader::NetflowV9(header) => {
                word(9 << 16);
                word(header.sys_uptime);
                word(header.unix_secs);
                word(header.sequence);
                word(header.source_id);
                Dialect::NETFLOW_V9
            }
        };
        Self {
            octets,
            dialect,
            limit: LONGEST,
            set: None,
            records: 0,
            data_records: 0,
        }
    }

    /// Adds a template record, or one of options.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`TemplateId`](EncodeError::TemplateId),
    /// [`FieldCount`](EncodeError::FieldCount), [`Field`](EncodeError::Field).
    pub fn template(&mut self, template: &TemplateDefinition) -> Result<(), EncodeError> {
        let dialect = self.dialect;
        let set = if template.is_options() {
            dialect.options_template_set
        } else {
            dialect.template_set
        };
        self.add(set, TEMPLATE, |out| template.write(dialect, out))
    }

    /// Adds a data record of these values, one for each field. [`Value::Octets`]
    /// may be used as a value of any type.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`ValueCount`](EncodeError::ValueCount),
    /// [`Length`](EncodeError::Length), [`Type`](EncodeError::Type),
    /// [`RecordLength`](EncodeError::RecordLength) of a template without octets.
    pub fn record<'v>(
        &mut self,
        template: &TemplateDefinition,
        values: impl IntoIterator<Item = Value<'v>>,
    ) -> Result<(), EncodeError> {
        let dialect = self.dialect;
        self.data(template, |out| write_record(template, dialect, values, out))
    }

    /// Adds a data record as the octets it has on the wire.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`RecordLength`](EncodeError::RecordLength).
    pub fn octets(
        &mut self,
        template: &TemplateDefinition,
        octets: &[u8],
    ) -> Result<(), EncodeError> {
        let lengths = template.fields().iter().map(|field| field.length);
        if record_len(octets, lengths) != Some(octets.len()) {
            return Err(EncodeError::RecordLength {
                id: template.id(),
                length: octets.len(),
            });
        }
        self.data(template, |out| {
            out.extend_from_slice(octets);
            Ok(())
        })
    }

    /// Withdraws a template (RFC 7011, section 8.1); not over UDP.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`TemplateId`](EncodeError::TemplateId),
    /// [`Withdrawal`](EncodeError::Withdrawal) in v9.
    pub fn withdrawal(&mut self, id: u16, options: bool) -> Result<(), EncodeError> {
        if id < FIRST_DATA_SET {
            return Err(EncodeError::TemplateId { id });
        }
        self.withdraw(id, options)
    }

    /// Withdraws all templates, or all options templates.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`Withdrawal`](EncodeError::Withdrawal) in v9.
    pub fn withdrawal_of_all(&mut self, options: bool) -> Result<(), EncodeError> {
        self.withdraw(self.template_set(options), options)
    }

    /// Data records so far, options among them: what an IPFIX sequence counts.
    #[must_use]
    pub const fn data_records(&self) -> u32 {
        self.data_records
    }

    /// Whether nothing was added yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// The octets of the message.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.close();
        let number = if self.dialect.enterprise {
            u16::try_from(self.octets.len()).unwrap_or(u16::MAX)
        } else {
            self.records
        };
        put(&mut self.octets, LENGTH, number);
        self.octets
    }

    fn template_set(&self, options: bool) -> u16 {
        if options {
            self.dialect.options_template_set
        } else {
            self.dialect.template_set
        }
    }

    fn withdraw(&mut self, id: u16, options: bool) -> Result<(), EncodeError> {
        if !self.dialect.enterprise {
            return Err(EncodeError::Withdrawal);
        }
        self.add(self.template_set(options), WITHDRAWAL, |out| {
            push(out, id);
            push(out, 0);
            Ok(())
        })
    }

    fn data(
        &mut self,
        template: &TemplateDefinition,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let (id, min_len) = (template.id(), template.min_record_len());
        if id < FIRST_DATA_SET {
            return Err(EncodeError::TemplateId { id });
        }
        if min_len == 0 {
            return Err(EncodeError::RecordLength { id, length: 0 });
        }
        self.add(id, min_len, write)?;
        self.data_records = self.data_records.wrapping_add(1);
        Ok(())
    }

    /// Adds what `write` writes to a set of this id.
    fn add(
        &mut self,
        id: u16,
        min_len: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let (len, set) = (self.octets.len(), self.set);
        if set.is_none_or(|set| set.id != id || set.min_len != min_len) {
            self.close();
            let start = self.octets.len();
            self.set = Some(OpenSet { id, start, min_len });
            push(&mut self.octets, id);
            push(&mut self.octets, 0);
        }
        let limit = self.limit;
        let written = write(&mut self.octets).and_then(|()| {
            let end = self.octets.len().saturating_add(self.padding());
            let records = self.records.checked_add(1);
            match records.filter(|_| end <= limit) {
                Some(records) => {
                    self.records = records;
                    Ok(())
                }
                None => Err(EncodeError::Full { limit }),
            }
        });
        if written.is_err() {
            // The set before is padded and measured again when it is closed.
            self.octets.truncate(len);
            self.set = set;
        }
        written
    }

    /// Pads the last set and writes its length.
    fn close(&mut self) {
        let padding = self.padding();
        self.octets.extend(core::iter::repeat_n(0, padding));
        if let Some(set) = self.set.take() {
            let length = self.octets.len().saturating_sub(set.start);
            let length = u16::try_from(length).unwrap_or(u16::MAX);
            put(&mut self.octets, set.start.saturating_add(LENGTH), length);
        }
    }

    /// Octets that fill up the last set: v9 asks for it, unless they would be
    /// records.
    fn padding(&self) -> usize {
        let Some(set) = self.set.filter(|_| !self.dialect.enterprise) else {
            return 0;
        };
        let len = self.octets.len().saturating_sub(set.start);
        let body = len.saturating_sub(HEADER_LEN);
        let padding = body.next_multiple_of(WORD).saturating_sub(body);
        if padding < set.min_len { padding } else { 0 }
    }
}

/// Appends the values of a record.
pub(super) fn write_record<'v>(
    template: &TemplateDefinition,
    dialect: Dialect,
    values: impl IntoIterator<Item = Value<'v>>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut values = values.into_iter();
    let fields = template.fields();
    let wrong = EncodeError::ValueCount {
        fields: fields.len(),
    };
    for specifier in fields {
        let value = values.next().ok_or(wrong)?;
        let data_type = TemplateDefinition::type_of(specifier, dialect);
        field::write(specifier, data_type, &value, out)?;
    }
    if values.next().is_some() {
        return Err(wrong);
    }
    Ok(())
}

/// Writes a number at the offset reserved for it.
pub(super) fn put(octets: &mut [u8], place: usize, number: u16) {
    if let Some(two) = octets.get_mut(place..place.saturating_add(2)) {
        two.copy_from_slice(&number.to_be_bytes());
    }
}
