//! The flows of a message as plain structs.

mod batch;
mod cursor;
pub(crate) mod field_bits;
mod fill;
mod lists;
mod members;
#[expect(unsafe_code, reason = "an array of C is written")]
mod rows;
mod table;

use core::ffi::{c_int, c_void};

pub(crate) use self::batch::{Each, fill};
pub(crate) use self::cursor::{FlowCursor, Selection};
pub(crate) use self::lists::NumberLists;
pub(crate) use self::rows::FlowRows;
pub(crate) use self::table::MEMBER_OFFSETS;
pub use self::table::{netflow_flow, netflow_flow_field};

/// Receives one flow, which is valid until the callback returns. It returns 0 to continue. It must not
/// leave by `longjmp` or an exception.
pub type netflow_flow_callback =
    Option<unsafe extern "C" fn(flow: *const netflow_flow, user: *mut c_void) -> c_int>;

/// The fields have bits in two words.
const _: () = assert!(netflow_core::field::FlowField::ALL.len() <= 128);

#[cfg(test)]
mod tests {
    use netflow_core::field::FlowField;

    use super::table::NUMBERS;

    #[test]
    fn the_numbers_are_those_of_the_table_of_netflow_core() {
        assert_eq!(NUMBERS.len(), FlowField::ALL.len());
        for (number, field) in (0..).zip(FlowField::ALL) {
            let name = format!("{:?}", NUMBERS[number]);
            let expected = format!("NETFLOW_FIELD_{}", field.name().to_uppercase());
            assert_eq!(name, expected);
            assert_eq!(NUMBERS[number] as usize, number);
        }
    }
}
