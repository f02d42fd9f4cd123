//! Which normalised fields an element may supply: the table of fields turned
//! round when the crate is compiled, since exporters send many templates and a
//! hostile one sends nothing else.

use crate::element::ElementId;
use crate::field::{FieldType, FlowField, Ingredient};

/// One element that may supply one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Supplier {
    element: ElementId,
    /// Place of the field among [`FlowField::ALL`] and then [`Ingredient::ALL`].
    pub(super) field: u16,
    /// Place of the element among those of the field, best first.
    pub(super) candidate: u8,
    pub(super) field_type: FieldType,
}

/// The fields that an element may supply.
pub(super) fn of(element: ElementId) -> impl Iterator<Item = &'static Supplier> {
    let key = key(element);
    let first = SUPPLIERS.partition_point(|supplier| self::key(supplier.element) < key);
    let from = SUPPLIERS.get(first..).unwrap_or_default();
    from.iter()
        .take_while(move |supplier| supplier.element == element)
}

/// The key that the table is sorted by.
const fn key(element: ElementId) -> (u32, u16) {
    (element.enterprise_number, element.id)
}

const COUNT: usize = count();

static SUPPLIERS: [Supplier; COUNT] = table();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated when the crate is compiled: a fault would be an error there"
)]
const fn count() -> usize {
    let (mut count, mut index) = (0, 0);
    while index < FlowField::ALL.len() {
        count += FlowField::ALL[index].elements().len();
        index += 1;
    }
    index = 0;
    while index < Ingredient::ALL.len() {
        count += Ingredient::ALL[index].elements().len();
        index += 1;
    }
    count
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "evaluated when the crate is compiled: a fault would be an error there"
)]
const fn table() -> [Supplier; COUNT] {
    let mut table = [Supplier {
        element: ElementId::new(u32::MAX, u16::MAX),
        field: 0,
        candidate: 0,
        field_type: FieldType::U8,
    }; COUNT];
    let (mut len, mut field) = (0, 0);
    while field < FlowField::ALL.len() + Ingredient::ALL.len() {
        let (elements, field_type) = if field < FlowField::ALL.len() {
            let known = FlowField::ALL[field];
            (known.elements(), known.field_type())
        } else {
            let known = Ingredient::ALL[field - FlowField::ALL.len()];
            (known.elements(), known.field_type())
        };
        let mut candidate = 0;
        while candidate < elements.len() {
            let supplier = Supplier {
                element: elements[candidate],
                field: field as u16,
                candidate: candidate as u8,
                field_type,
            };
            // Sorted by insertion.
            let mut place = len;
            while place > 0 && is_less(supplier.element, table[place - 1].element) {
                table[place] = table[place - 1];
                place -= 1;
            }
            table[place] = supplier;
            len += 1;
            candidate += 1;
        }
        field += 1;
    }
    table
}

const fn is_less(a: ElementId, b: ElementId) -> bool {
    a.enterprise_number < b.enterprise_number
        || a.enterprise_number == b.enterprise_number && a.id < b.id
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{SUPPLIERS, key, of};
    use crate::field::{FlowField, Ingredient};

    #[test]
    fn the_table_is_sorted_and_holds_every_element() {
        assert!(SUPPLIERS.is_sorted_by_key(|supplier| key(supplier.element)));
        let fields = FlowField::ALL.iter().map(|field| field.elements());
        let ingredients = Ingredient::ALL.iter().map(|field| field.elements());
        for (field, elements) in (0..).zip(fields.chain(ingredients)) {
            for (candidate, element) in (0..).zip(elements) {
                let found: Vec<_> = of(*element)
                    .filter(|supplier| supplier.field == field)
                    .map(|supplier| supplier.candidate)
                    .collect();
                assert_eq!(found, [candidate], "{element}");
            }
        }
    }
}
