//! What can be wrong with octets from the wire: a kind and where.

use thiserror::Error;

/// An error: what is wrong, and at which octet of the datagram's payload.
///
/// The same type says why a whole datagram could not be read (`Err` of
/// [`Decoder::decode`](crate::Decoder::decode)) and, inside a
/// [`Problem`](crate::Problem), why a part of one was passed over.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let ipfix = example::ipfix();
/// let cut = ipfix.with_payload(&ipfix.payload[..10]);
/// let mut decoder = Decoder::new(Limits::default());
/// let error = decoder.decode(cut).unwrap_err();
/// assert_eq!((error.kind.code(), error.offset), ("cut", 0));
/// println!("{error}"); // which structure, what it needs, what is left, at which octet
/// ```
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
/// number, the section that it breaks, and that of v9 if it has one of its own:
///
/// ```text
/// 7 set_too_short SetTooShort { length: u16 } "set length {length} is …" "RFC 7011, section 3.3.2" "RFC 3954, section 5.3"
/// ```
macro_rules! kinds {
    ($($(#[$doc:meta])* $number:literal $code:ident $name:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty),+ })? $text:literal $section:literal $v9:literal;)+) => {
        /// What is wrong. Each kind has a stable [`code`](Self::code) and
        /// [`number`](Self::number), the same in Rust, C, Python and JSON.
        ///
        /// ```
        /// use netflow_core::{Decoder, ErrorKind, Limits, example};
        ///
        /// let other = example::ipfix().with_payload(b"GET / HTTP/1.1");
        /// let mut decoder = Decoder::new(Limits::default());
        /// let error = decoder.decode(other).unwrap_err();
        /// assert_eq!(error.kind, ErrorKind::NotFlowExport { version: 0x4745 });
        /// assert_eq!((error.kind.code(), error.kind.number()), ("not_flow_export", 1));
        /// ```
        ///
        #[doc = include_str!("table.md")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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

            /// The section of the specification that is not followed, such as
            /// `RFC 7011, section 3.3.2`; for NetFlow v9 see
            /// [`section_in`](Self::section_in). `None` for limits of this library, and where
            /// it depends on the protocol.
            #[must_use]
            pub const fn section(&self) -> Option<&'static str> {
                let section = match self { $(Self::$name { .. } => $section,)+ };
                if section.is_empty() { None } else { Some(section) }
            }

            /// The section that is not followed by a message of this protocol: of RFC 3954 in
            /// NetFlow v9, such as `RFC 3954, section 5.3`.
            #[must_use]
            pub fn section_in(&self, protocol: crate::Protocol) -> Option<&'static str> {
                let v9 = match self { $(Self::$name { .. } => $v9,)+ };
                if protocol == crate::Protocol::NetflowV9 && !v9.is_empty() {
                    Some(v9)
                } else {
                    self.section()
                }
            }
        }
    };
}

mod table;

pub use self::table::ErrorKind;

#[cfg(test)]
mod tests {
    use super::ErrorKind;
    use crate::Protocol;

    #[test]
    fn a_kind_names_the_section_that_it_breaks() {
        let short = ErrorKind::SetTooShort { length: 3 };
        assert_eq!(short.section(), Some("RFC 7011, section 3.3.2"));
        let v9 = short.section_in(Protocol::NetflowV9);
        assert_eq!(v9, Some("RFC 3954, section 5.3"));
        let ipfix = short.section_in(Protocol::Ipfix);
        assert_eq!(ipfix, Some("RFC 7011, section 3.3.2"));
        let limit = ErrorKind::Limit { limit: "templates" };
        assert_eq!(limit.section(), None);
        assert_eq!(limit.section_in(Protocol::NetflowV9), None);
    }
}
