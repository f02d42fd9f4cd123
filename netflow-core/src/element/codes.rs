//! Names of values that are codes.

mod table;

use super::{ElementId, REVERSE, V9_AS_ENTERPRISE, V9_RULES, by_name, v9};

/// The label of an enumerated value, for the elements whose registry lists them.
///
/// Reverse elements and v9 field types have the labels of the elements they stand for.
/// `None` where the registry has no label for the value; it may still be in use.
///
/// ```
/// use netflow_core::element::{self, iana};
///
/// assert_eq!(element::code(iana::PROTOCOL_IDENTIFIER.id, 6), Some("TCP"));
/// assert_eq!(element::code(iana::FORWARDING_STATUS.id, 129), Some("Dropped: ACL deny"));
/// assert_eq!(element::code(iana::OCTET_DELTA_COUNT.id, 6), None);
/// ```
#[must_use]
pub fn code(element: ElementId, value: u64) -> Option<&'static str> {
    label(codes_of(element, false)?, value)
}

/// The label of one bit of an element that is a set of flags; bit 0 is the least significant.
///
/// ```
/// use netflow_core::element::{self, iana};
///
/// assert_eq!(element::flag(iana::TCP_CONTROL_BITS.id, 1), Some("SYN"));
/// ```
#[must_use]
pub fn flag(element: ElementId, bit: u8) -> Option<&'static str> {
    label(codes_of(element, true)?, u64::from(bit))
}

/// The name of a reason why sFlow reports a packet as discarded.
///
/// ```
/// assert_eq!(netflow_core::element::sflow_drop_reason(258), Some("acl"));
/// ```
#[must_use]
pub fn sflow_drop_reason(reason: u32) -> Option<&'static str> {
    label(&table::DROP_REASONS, u64::from(reason))
}

/// The name of the protocol an sFlow sampled header begins with.
///
/// ```
/// assert_eq!(netflow_core::element::sflow_header_protocol(11), Some("IPv4"));
/// ```
#[must_use]
pub fn sflow_header_protocol(protocol: u32) -> Option<&'static str> {
    label(&table::HEADER_PROTOCOLS, u64::from(protocol))
}

/// One value or bit, and where its label is in `table::LABELS`.
#[derive(Debug)]
struct Code {
    value: u32,
    label: u16,
    label_len: u8,
}

impl Code {
    const fn new(value: u32, label: u16, label_len: u8) -> Self {
        Self {
            value,
            label,
            label_len,
        }
    }
}

/// The codes of one element.
#[derive(Debug)]
struct List {
    element: ElementId,
    bits: bool,
    start: u16,
    end: u16,
}

impl List {
    const fn new(element: ElementId, bits: bool, start: u16, end: u16) -> Self {
        Self {
            element,
            bits,
            start,
            end,
        }
    }

    fn find(element: ElementId, bits: bool) -> Option<&'static [Code]> {
        let index = table::LISTS
            .binary_search_by_key(&(element, bits), |list| (list.element, list.bits))
            .ok()?;
        let list = table::LISTS.get(index)?;
        table::CODES.get(usize::from(list.start)..usize::from(list.end))
    }
}

/// The list of an element, or of the one it is another number of.
fn codes_of(element: ElementId, bits: bool) -> Option<&'static [Code]> {
    let ElementId {
        enterprise_number,
        id,
    } = element;
    match enterprise_number {
        REVERSE => List::find(ElementId::iana(id), bits),
        V9_AS_ENTERPRISE => v9_codes_of(id | 0x8000, bits),
        0 if id > 0x7fff => v9_codes_of(id, bits),
        _ => List::find(element, bits),
    }
}

fn v9_codes_of(field_type: u16, bits: bool) -> Option<&'static [Code]> {
    List::find(ElementId::iana(field_type), bits)
        .or_else(|| {
            V9_RULES.iter().find_map(|rule| {
                let id = field_type.checked_sub(rule.base)?;
                List::find(ElementId::new(rule.enterprise_number, id), bits)
            })
        })
        .or_else(|| {
            // Such as 40005, which is firewallEvent (233) under an older number.
            let same = by_name(v9(field_type)?.name)?;
            List::find(same.id, bits)
        })
}

fn label(codes: &'static [Code], value: u64) -> Option<&'static str> {
    let index = codes
        .binary_search_by_key(&value, |code| u64::from(code.value))
        .ok()?;
    let code = codes.get(index)?;
    let start = usize::from(code.label);
    let end = start.checked_add(usize::from(code.label_len))?;
    table::LABELS.get(start..end)
}

/// Octets the tables take.
#[cfg(test)]
pub(super) fn size() -> usize {
    size_of_val(&table::LISTS)
        + size_of_val(&table::CODES)
        + size_of_val(&table::DROP_REASONS)
        + size_of_val(&table::HEADER_PROTOCOLS)
        + table::LABELS.len()
}
