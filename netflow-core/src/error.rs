//! What can be wrong with octets from the wire: a kind and where.

use thiserror::Error;

/// An error: what is wrong, and at which octet of the datagram's payload.
///
/// The same type says why a whole datagram could not be read (`Err` of
/// [`Decoder::decode`](crate::Decoder::decode)) and, inside a
/// [`Problem`](crate::Problem), why a part of one was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at octet {offset}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Octets from the start of the payload to the structure that is wrong.
    pub offset: usize,
}

impl Error {
    /// An error of this kind at this octet.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

/// One line of the table becomes a variant with its text, its stable code and
/// number, and the section that it breaks:
///
/// ```text
/// 7 set_too_short SetTooShort { length: u16 } "set length {length} is …" "RFC 7011, section 3.3.2"
/// ```
macro_rules! kinds {
    ($($(#[$doc:meta])* $number:literal $code:ident $name:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty),+ })? $text:literal $section:literal;)+) => {
        /// What is wrong. Each kind has a stable [`code`](Self::code) and
        /// [`number`](Self::number), the same in Rust, C, Python and JSON.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* #[error($text)] $name $({ $($(#[$fdoc])* $field: $type),+ })?,)+
        }

        impl ErrorKind {
            /// Every number with its code, in the order of the numbers.
            pub const CODES: &'static [(u16, &'static str)] =
                &[$(($number, stringify!($code)),)+];

            /// The stable name of the kind, in snake case: the `reason` of JSON.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => stringify!($code),)+ }
            }

            /// The stable number of the kind, never used again for another.
            #[must_use]
            pub const fn number(&self) -> u16 {
                match self { $(Self::$name { .. } => $number,)+ }
            }

            /// The section of the specification that says how what is wrong
            /// should be, such as `RFC 7011, section 3.3.2`. RFC 7011 stands
            /// for RFC 3954 too where both say the same. `None` for limits of
            /// this library, and where it depends on the protocol.
            #[must_use]
            pub const fn section(&self) -> Option<&'static str> {
                let section = match self { $(Self::$name { .. } => $section,)+ };
                if section.is_empty() { None } else { Some(section) }
            }
        }
    };
}

kinds! {
    /// The payload begins like no protocol known here.
    1 not_flow_export NotFlowExport {
        /// The first 16 bits.
        version: u16
    } "version {version} is no flow-export protocol"
        "";
    /// A protocol that is recognised but not read: sFlow v2 and v4.
    2 unsupported_version UnsupportedVersion {
        /// Name of the protocol.
        protocol: &'static str,
        /// Its version.
        version: u32
    } "{protocol} version {version} is not supported"
        "sFlow version 5, section 5";
    /// Fewer octets than a structure's fixed part.
    3 cut Cut {
        /// Which structure.
        structure: &'static str,
        /// Octets it needs.
        needed: usize,
        /// Octets that are there.
        left: usize
    } "{structure} needs {needed} octets, {left} are left"
        "";
    /// The length in an IPFIX message header runs past the datagram (RFC 7011, section 3.1).
    4 message_too_long MessageTooLong {
        /// The length in the header.
        length: u16,
        /// Octets of the payload from the header on.
        left: usize
    } "message length {length} runs past the {left} octets that are left"
        "RFC 7011, section 3.1";
    /// The length in an IPFIX message header is shorter than the header.
    5 message_too_short MessageTooShort {
        /// The length in the header.
        length: u16
    } "message length {length} is shorter than its header"
        "RFC 7011, section 3.1";
    /// A header of v1 or v5 to v8 counts more records than there are.
    6 record_count RecordCount {
        /// The count in the header.
        count: u16,
        /// Whole records in the payload.
        fit: usize
    } "header counts {count} records, {fit} fit"
        "NetFlow Export Datagram Format, header";
    /// A set's length is shorter than its header (RFC 7011, section 3.3.2).
    7 set_too_short SetTooShort {
        /// The length in the set header.
        length: u16
    } "set length {length} is shorter than its header"
        "RFC 7011, section 3.3.2";
    /// A set runs past its message.
    8 set_too_long SetTooLong {
        /// The length in the set header.
        length: u16,
        /// Octets of the message from the set header on.
        left: usize
    } "set length {length} runs past the {left} octets that are left"
        "RFC 7011, section 3.3.2";
    /// A set id that means nothing (RFC 7011, section 3.3.2).
    9 reserved_set ReservedSet {
        /// The set id.
        id: u16
    } "set id {id} is reserved"
        "RFC 7011, section 3.3.2";
    /// A template record is cut by the end of its set.
    10 template_cut TemplateCut {
        /// The template id.
        id: u16,
        /// Fields it announces.
        count: u16,
        /// Octets left for them.
        left: usize
    } "template {id} announces {count} fields, {left} octets are left"
        "RFC 7011, section 3.4.1";
    /// A template id below 256 (RFC 7011, section 3.4.1).
    11 template_id TemplateId {
        /// The id.
        id: u16
    } "template id {id} is below 256"
        "RFC 7011, section 3.4.1";
    /// A template with no field.
    12 empty_template EmptyTemplate {
        /// The template id.
        id: u16
    } "template {id} has no field"
        "RFC 7011, section 3.4.1";
    /// The scope of an options template does not fit its fields.
    13 scope_count ScopeCount {
        /// The template id.
        id: u16,
        /// Scope fields announced.
        scope: u16,
        /// All fields announced.
        count: u16
    } "options template {id} announces {scope} scope fields of {count} fields"
        "RFC 7011, section 3.4.2.2";
    /// A template with more fields than [`Limits`](crate::Limits) allows.
    14 too_many_fields TooManyFields {
        /// The template id.
        id: u16,
        /// Fields it announces.
        count: u16
    } "template {id} has {count} fields, more than the limit"
        "";
    /// A template describes records of no octets.
    15 record_of_no_octets RecordOfNoOctets {
        /// The template id.
        id: u16
    } "template {id} describes records of no octets"
        "RFC 7011, section 3.4.3";
    /// No template is known for a data set.
    16 no_template NoTemplate {
        /// The set id.
        id: u16
    } "no template {id} is known"
        "RFC 7011, section 8";
    /// The record at the end of a data set is longer than what is left of it.
    17 record_cut RecordCut {
        /// The template id.
        id: u16,
        /// Octets left.
        left: usize
    } "record of template {id} runs past the {left} octets left of its set"
        "RFC 7011, section 3.4.3";
    /// A withdrawal came over UDP, where RFC 7011 (section 8.4) forbids it. It is obeyed.
    18 withdrawal_over_udp WithdrawalOverUdp {
        /// The template id; 2 or 3 is all.
        id: u16
    } "template {id} is withdrawn over UDP"
        "RFC 7011, section 8.4";
    /// A template is withdrawn that is not known.
    19 withdrawal_unknown WithdrawalUnknown {
        /// The template id.
        id: u16
    } "template {id} is withdrawn but not known"
        "RFC 7011, section 8.1";
    /// A list of RFC 6313 whose lengths do not fit.
    20 list_malformed ListMalformed {
        /// Octets of the list.
        length: usize
    } "list of {length} octets does not hold what it announces"
        "RFC 6313, section 4.5";
    /// A list names a template that is not known.
    21 list_no_template ListNoTemplate {
        /// The template id.
        id: u16
    } "list names template {id}, which is not known"
        "RFC 6313, section 4.5";
    /// Lists inside lists, deeper than [`Limits`](crate::Limits) allows.
    22 list_too_deep ListTooDeep {
        /// The depth.
        depth: u8
    } "lists are nested {depth} deep, more than the limit"
        "";
    /// An sFlow sample or record runs past what holds it.
    23 sample_too_long SampleTooLong {
        /// What runs past: sample, flow record, counter record.
        structure: &'static str,
        /// Its length.
        length: u32,
        /// Octets left.
        left: usize
    } "{structure} length {length} runs past the {left} octets that are left"
        "sFlow version 5, section 5";
    /// An sFlow sample of a format not known here.
    24 unknown_sample UnknownSample {
        /// Enterprise of the format.
        enterprise: u32,
        /// Number of the format.
        format: u32
    } "sample format {enterprise}:{format} is not known"
        "sFlow version 5, section 5";
    /// An sFlow structure is cut inside a member.
    25 structure_cut StructureCut {
        /// Name of the structure.
        structure: &'static str,
        /// Its octets.
        length: usize
    } "{structure} of {length} octets is cut inside a member"
        "sFlow version 5, section 5";
    /// An sFlow count is higher than what is there.
    26 sample_count SampleCount {
        /// What is counted: samples, flow records, counter records.
        structure: &'static str,
        /// The count.
        count: u32,
        /// How many were found.
        found: u32
    } "{count} {structure} are announced, {found} are there"
        "sFlow version 5, section 5";
    /// Octets after the last message, set or sample that are none.
    27 trailing_octets TrailingOctets {
        /// How many.
        length: usize
    } "{length} octets follow that belong to nothing"
        "";
    /// A limit of [`Limits`](crate::Limits) was met, or one that does not change, as that of
    /// fields of no octets in a template; something was not kept.
    28 limit Limit {
        /// Name of the limit.
        limit: &'static str
    } "limit {limit} was met"
        "";
    /// A v8 aggregation scheme that is not known.
    29 unknown_scheme UnknownScheme {
        /// Number of the scheme.
        scheme: u8
    } "aggregation scheme {scheme} is not known"
        "NetFlow Export Datagram Format, version 8";
    /// An sFlow address whose type is neither IPv4 nor IPv6 (sFlow version 5, section 5).
    30 address_type AddressType {
        /// The type.
        address_type: u32
    } "address type {address_type} is neither IPv4 nor IPv6"
        "sFlow version 5, section 5";
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn a_kind_names_the_section_that_it_breaks() {
        let short = ErrorKind::SetTooShort { length: 3 };
        assert_eq!(short.section(), Some("RFC 7011, section 3.3.2"));
        let limit = ErrorKind::Limit { limit: "templates" };
        assert_eq!(limit.section(), None);
    }
}
