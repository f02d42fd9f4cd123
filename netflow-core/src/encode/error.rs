//! Why something cannot be written.

use thiserror::Error;

use crate::wire::template::FieldKey;

/// Why something cannot be written. The builder is as it was before.
///
/// ```
/// use netflow_core::element::iana;
/// use netflow_core::encode::{EncodeError, IpfixHeader, MessageBuilder, TemplateDefinition};
///
/// let template = TemplateDefinition::new(256).field(iana::OCTET_DELTA_COUNT.id, 8);
/// let mut message = MessageBuilder::new(IpfixHeader::default()).with_limit(40);
/// message.template(&template)?;
/// let record = || [1500_u64.into()];
/// message.record(&template, record())?;
/// // A second record would need 48 octets: finish the message, and write it into another.
/// assert_eq!(message.record(&template, record()), Err(EncodeError::Full { limit: 40 }));
/// # Ok::<(), EncodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The message would be longer than its limit: finish it and begin another.
    #[error("message would be longer than {limit} octets")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// A template id below 256 (RFC 7011, section 3.4.1).
    #[error("template id {id} is below 256")]
    TemplateId {
        /// The id.
        id: u16,
    },
    /// A template has no field, more than can be counted, or a scope that does
    /// not fit its fields.
    #[error("template {id} has {count} fields, {scope} of them its scope")]
    FieldCount {
        /// The template id.
        id: u16,
        /// All fields.
        count: usize,
        /// Scope fields.
        scope: u16,
    },
    /// The protocol cannot carry this field: an enterprise element in v9, a v9
    /// scope in IPFIX, an IANA number above 32767 in IPFIX.
    #[error("field {key} cannot be sent in this protocol")]
    Field {
        /// The field.
        key: FieldKey,
    },
    /// A record has another number of values than its template has fields.
    #[error("record has another number of values than the {fields} fields it is described by")]
    ValueCount {
        /// Fields of the template.
        fields: usize,
    },
    /// A value that its field cannot hold.
    #[error("value does not fit field {key} of length {length}")]
    Length {
        /// The field.
        key: FieldKey,
        /// Its length as in templates; 65535 is variable.
        length: u16,
    },
    /// A value of another type than its field.
    #[error("value is of another type than field {key}")]
    Type {
        /// The field.
        key: FieldKey,
    },
    /// Octets that are not as long as one record of the template.
    #[error("{length} octets are not a record of template {id}")]
    RecordLength {
        /// The template id; 0 in the fixed versions.
        id: u16,
        /// The octets.
        length: usize,
    },
    /// A withdrawal in a protocol that has none: v9.
    #[error("netflow v9 cannot withdraw templates")]
    Withdrawal,
    /// A name that no field of the layout has.
    #[error("the layout has no field of this name")]
    Name,
    /// A number that the short form of an sFlow sample cannot hold: use the
    /// expanded form.
    #[error("{member} {value} needs the expanded form of the sample")]
    Compact {
        /// Which member.
        member: &'static str,
        /// The number.
        value: u32,
    },
    /// More octets than the length field before them can express.
    #[error("{length} octets are more than their length field can express")]
    TooLong {
        /// The octets.
        length: usize,
    },
}
