//! Templates of biflows, seen from the other side (RFC 5103).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Defined, SecondCounters, Template, TemplateField};
use crate::element::ElementId;
use crate::wire::set::Dialect;
use crate::wire::template::{FieldKey, FieldSpecifier};

/// The enterprise number of reverse elements (RFC 5103, section 6.1).
const REVERSE: u32 = 29_305;

/// Counters that only a biflow has: of the reverse direction, and of the
/// responder of a firewall.
const COUNTERS: [ElementId; 6] = [
    ElementId::new(REVERSE, 1),
    ElementId::new(REVERSE, 2),
    ElementId::new(REVERSE, 85),
    ElementId::new(REVERSE, 86),
    ElementId::iana(232),
    ElementId::iana(299),
];

/// Counters of enterprises and those of the other direction: of Ixia beside the elements of IANA
/// (ixiaRevOctetDeltaCount, ixiaRevPacketDeltaCount), of Juniper up and down
/// (uplinkOctets, downlinkOctets, uplinkPackets, downlinkPackets).
const OF_ENTERPRISES: [(ElementId, ElementId); 4] = [
    (ElementId::iana(1), ElementId::new(3054, 176)),
    (ElementId::iana(2), ElementId::new(3054, 177)),
    (ElementId::new(2636, 103), ElementId::new(2636, 104)),
    (ElementId::new(2636, 105), ElementId::new(2636, 106)),
];

/// Counters that change places too where the second are of the reverse direction.
const SECOND: [(u16, u16); 2] = [(1, 23), (2, 24)];

/// Elements that change places when a flow is seen from the other side
/// (RFC 5103, section 5: directional key fields), and the counters of a
/// firewall.
const PAIRS: [(u16, u16); 20] = [
    (7, 11),
    (8, 12),
    (9, 13),
    (10, 14),
    (16, 17),
    (27, 28),
    (29, 30),
    (44, 45),
    (56, 80),
    (58, 59),
    (169, 170),
    (180, 181),
    (182, 183),
    (225, 226),
    (227, 228),
    (231, 232),
    (234, 235),
    (252, 253),
    (281, 282),
    (298, 299),
];

impl Template {
    /// A template for the reverse direction of the records; `None` if they are no
    /// biflows.
    pub(super) fn reversed(
        fields: &[TemplateField],
        dialect: Dialect,
        defined: &impl Defined,
        counters: Option<SecondCounters>,
    ) -> Option<Box<[TemplateField]>> {
        let is_second = counters.is_some_and(SecondCounters::is_reverse);
        let counts = |field: &TemplateField| {
            element(field).is_some_and(|id| {
                let is_back = |(_, back): &(u16, u16)| id == ElementId::iana(*back);
                COUNTERS.contains(&id)
                    || OF_ENTERPRISES.iter().any(|(_, back)| id == *back)
                    || is_second && SECOND.iter().any(is_back)
            })
        };
        if !fields.iter().any(counts) {
            return None;
        }
        // Sorted, since a template of thousands of fields asks for each of them.
        let mut elements: Vec<ElementId> = fields.iter().filter_map(element).collect();
        elements.sort_unstable();
        let has = |id| elements.binary_search(&id).is_ok();
        // With or without the other of the pair, what came back goes out from there.
        let second = SECOND.map(|(out, back)| {
            let has_back = is_second && has(ElementId::iana(back));
            has_back.then_some((out, back))
        });
        let reverse = |field: &TemplateField| {
            let key = match field.key() {
                FieldKey::Element(id) => FieldKey::Element(opposite(id, &second, &has)),
                scope @ FieldKey::Scope(_) => scope,
            };
            let length = field.length();
            TemplateField::resolve(FieldSpecifier { key, length }, dialect, defined)
        };
        Some(fields.iter().map(reverse).collect())
    }
}

fn element(field: &TemplateField) -> Option<ElementId> {
    match field.key() {
        FieldKey::Element(id) => Some(id),
        FieldKey::Scope(_) => None,
    }
}

/// What an element is from the other side. Without a reverse element beside
/// it, it is the same for both directions, but for the counters.
fn opposite(
    id: ElementId,
    second: &[Option<(u16, u16)>],
    has: &impl Fn(ElementId) -> bool,
) -> ElementId {
    if id.enterprise_number == REVERSE {
        return ElementId::iana(id.id);
    }
    let of_enterprise = OF_ENTERPRISES.iter().find_map(|(out, back)| match id {
        // Without the counter of the other direction it is none of a pair.
        _ if id == *out && has(*back) => Some(*back),
        _ if id == *back => Some(*out),
        _ => None,
    });
    if let Some(opposite) = of_enterprise {
        return opposite;
    }
    if id.enterprise_number != 0 {
        return id;
    }
    let mut pairs = PAIRS.iter().chain(second.iter().flatten());
    let pair = pairs.find_map(|(one, other)| match id.id {
        number if number == *one => Some(*other),
        number if number == *other => Some(*one),
        _ => None,
    });
    let reverse = ElementId::new(REVERSE, id.id);
    match pair {
        Some(number) => ElementId::iana(number),
        None if has(reverse) || COUNTERS.contains(&reverse) => reverse,
        None => id,
    }
}
