//! Fields of a flow as bits of two words: which are asked for, and which a flow has.

use netflow_core::field::FlowField;

use super::table::netflow_flow_field;

/// The word and the bit of a field.
pub(crate) const fn of(field: netflow_flow_field) -> (usize, u64) {
    let number = field as u32;
    ((number / 64) as usize, 1 << (number % 64))
}

/// The word and the bit of the field with this number, of which there need not be one.
pub(crate) fn of_number(number: u32) -> (usize, u64) {
    let word = usize::try_from(number / 64).unwrap_or(usize::MAX);
    (word, 1 << (number % 64))
}

/// Whether the bit of the field with this number is set.
pub(crate) fn is_set(words: &[u64], number: u32) -> bool {
    let (word, bit) = of_number(number);
    words.get(word).is_some_and(|bits| bits & bit != 0)
}

/// The fields whose bits are set, in the order of their numbers.
pub(crate) fn fields(words: &[u64]) -> Vec<FlowField> {
    let numbered = (0..).zip(FlowField::ALL);
    let asked = numbered.filter(|(number, _)| is_set(words, *number));
    asked.map(|(_, field)| *field).collect()
}
