//! Keywords of IP protocols, as the registry of IANA has them (Assigned Internet Protocol Numbers).

use netflow_core::element::{self, iana};

/// The keyword of an IP protocol; empty if it has none.
pub(super) fn keyword(protocol: u8) -> &'static str {
    match protocol {
        // RFC 3692.
        253 | 254 => "experimental",
        number => element::code(iana::PROTOCOL_IDENTIFIER.id, number.into()).unwrap_or(""),
    }
}
