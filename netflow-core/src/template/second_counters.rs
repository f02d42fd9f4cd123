//! What a second pair of counters counts: postOctetDeltaCount and postPacketDeltaCount (23, 24,
//! called OUT_BYTES and OUT_PKTS in RFC 3954) beside octets and packets (1, 2).

use super::TemplateField;
use crate::element::ElementId;

/// What elements 23 and 24 of a template count, and how that was found.
///
/// By RFC 7012 they count the packets of the flow after the exporter forwarded them. Exporters
/// of biflows count the reverse direction in them. All other uses are read the same way: a record
/// whose elements 1 and 2 are zero was counted on the way out, and 23 and 24 are its counters.
///
/// ```
/// use netflow_core::template::SecondCounters;
///
/// assert!(SecondCounters::Biflow.is_reverse());
/// assert!(!SecondCounters::Post.is_reverse());
/// assert_eq!(SecondCounters::Unknown.name(), "unknown");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecondCounters {
    /// Unknown: no record has shown it. They are only fields of the record.
    Unknown,
    /// The reverse direction: the template has elements of nProbe, whose list of information elements
    /// describes 23 and 24 as from destination to source.
    Nprobe,
    /// The reverse direction: a record had more of them than of 1 or 2, and no packet leaves a
    /// forwarding exporter that did not come in. Cisco Meraki sends so. Not concluded from
    /// multicast, which is replicated, nor where the records say in which direction they were
    /// counted (61).
    Exceeded,
    /// The reverse direction: the caller configured it.
    Biflow,
    /// The same packets after the exporter forwarded them: the caller configured it.
    Post,
}

impl SecondCounters {
    /// The name in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Nprobe => "nprobe",
            Self::Exceeded => "exceeded",
            Self::Biflow => "biflow",
            Self::Post => "post",
        }
    }

    /// Whether they count the reverse direction.
    #[must_use]
    pub const fn is_reverse(self) -> bool {
        matches!(self, Self::Nprobe | Self::Exceeded | Self::Biflow)
    }

    /// What they count by the fields of a template and the caller's configuration; `None` if it has
    /// no second counters.
    pub(super) fn of(fields: &[TemplateField], configured: Option<Self>) -> Option<Self> {
        let has = |ids: [u16; 2]| {
            fields
                .iter()
                .any(|field| ids.iter().any(|id| is(field, *id)))
        };
        if !has([23, 24]) {
            return None;
        }
        if fields.iter().any(TemplateField::is_of_nprobe) {
            return Some(configured.unwrap_or(Self::Nprobe));
        }
        has([1, 2]).then(|| configured.unwrap_or(Self::Unknown))
    }
}

/// Whether records of these fields could show that their second counters are of the reverse
/// direction: they do not say in which direction they were counted (61), nor count multicast
/// apart (19, 20).
pub(super) fn is_open(fields: &[TemplateField]) -> bool {
    let is_telling = |field: &TemplateField| [19, 20, 61].iter().any(|id| is(field, *id));
    !fields.iter().any(is_telling)
}

fn is(field: &TemplateField, id: u16) -> bool {
    field.planned_id() == Some(ElementId::iana(id))
}
