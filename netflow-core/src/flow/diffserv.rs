//! The two parts of the type of service: code point (RFC 2474) and congestion notification
//! (RFC 3168).

use super::{Flow, ingredient};
use crate::field::Ingredient;

impl Flow<'_> {
    /// Differentiated Services code point (RFC 2474): ipDiffServCodePoint (195), else from the type
    /// of service.
    #[must_use]
    pub fn dscp(&self) -> Option<u8> {
        let sent = self.code_point(Ingredient::DiffServ);
        sent.or_else(|| Some(code_point_of(self.tos()?)))
    }

    /// Explicit Congestion Notification, the low two bits of the type of service (RFC 3168,
    /// section 5).
    #[must_use]
    pub fn ecn(&self) -> Option<u8> {
        Some(self.tos()? & 0b11)
    }

    /// Code point after the exporter changed it: postIpDiffServCodePoint (98), else from
    /// postIpClassOfService (55).
    #[must_use]
    pub fn post_dscp(&self) -> Option<u8> {
        let sent = self.code_point(Ingredient::PostDiffServ);
        sent.or_else(|| Some(code_point_of(self.octet(Ingredient::PostTos)?)))
    }

    /// A code point of six bits in an element of its own.
    fn code_point(&self, element: Ingredient) -> Option<u8> {
        self.octet(element).filter(|code_point| *code_point < 64)
    }

    fn octet(&self, element: Ingredient) -> Option<u8> {
        let record = self.record()?;
        let slot = record.template().plan().ingredient(element);
        u8::try_from(ingredient(record, slot)?).ok()
    }
}

/// The upper six bits of a type of service.
const fn code_point_of(tos: u8) -> u8 {
    tos >> 2
}
