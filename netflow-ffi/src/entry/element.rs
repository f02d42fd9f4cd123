//! Names: of elements, of fields, of addresses.

use core::ffi::c_char;
use std::io::Write as _;

use netflow_core::element::{self, ElementId, InformationElement};
use netflow_core::field::FlowField;

use super::call;
use crate::c_types::{netflow_address, netflow_text};
use crate::element::netflow_element;
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// Writes an element that was found.
///
/// # Safety
///
/// `out` is NULL, or `size` octets may be written there.
unsafe fn find(
    out: *mut netflow_element,
    size: usize,
    look: impl FnOnce() -> Result<Option<InformationElement>, Failure>,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(out, size, "element") }?;
        let unknown = netflow_result::NETFLOW_ERROR_UNKNOWN;
        let found = look()?.ok_or(Failure::Argument(unknown, "element"))?;
        output.write(netflow_element::new(&found));
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The element of this number; enterprise 0 is IANA. `size` is `sizeof(netflow_element)`.
///
/// # Safety
///
/// `element` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_element_by_number(
    enterprise_number: u32,
    id: u16,
    element: *mut netflow_element,
    size: usize,
) -> netflow_result {
    let look = || Ok(element::get(ElementId::new(enterprise_number, id)));
    // SAFETY: as the caller promises.
    unsafe { find(element, size, look) }
}

/// The meaning of a field type of NetFlow v9, also those of vendors. `size` is
/// `sizeof(netflow_element)`.
///
/// # Safety
///
/// `element` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_element_of_v9(
    field_type: u16,
    element: *mut netflow_element,
    size: usize,
) -> netflow_result {
    // SAFETY: as the caller promises.
    unsafe { find(element, size, || Ok(element::v9(field_type))) }
}

/// The element of this name; upper and lower case matter. `size` is `sizeof(netflow_element)`.
///
/// # Safety
///
/// `name` is NULL or a NUL-terminated string. `element` is NULL, or `size` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_element_by_name(
    name: *const c_char,
    element: *mut netflow_element,
    size: usize,
) -> netflow_result {
    let look = || {
        // SAFETY: as the caller promises.
        let name = unsafe { pointer::string(name, "name of the element") }?;
        Ok(element::by_name(name))
    };
    // SAFETY: as the caller promises.
    unsafe { find(element, size, look) }
}

/// The number of the field of a flow that has this name: a `netflow_flow_field`, or less than 0, such
/// as NETFLOW_ERROR_UNKNOWN.
///
/// # Safety
///
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_field_by_name(name: *const c_char) -> i32 {
    let mut number = 0;
    let result = call(|| {
        // SAFETY: as the caller promises.
        let name = unsafe { pointer::string(name, "name of the field") }?;
        let unknown = netflow_result::NETFLOW_ERROR_UNKNOWN;
        let index = FlowField::ALL.iter().position(|field| field.name() == name);
        let index = index.and_then(|index| i32::try_from(index).ok());
        number = index.ok_or(Failure::Argument(unknown, "field"))?;
        Ok(netflow_result::NETFLOW_OK)
    });
    match result {
        netflow_result::NETFLOW_OK => number,
        error => error as i32,
    }
}

/// The name of a field of a flow, by its `netflow_flow_field`; of length 0 if there is no such field.
/// The text is always valid.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_field_name(field: u32) -> netflow_text {
    let field = usize::try_from(field).ok();
    let field = field.and_then(|field| FlowField::ALL.get(field));
    netflow_text::of(field.map(|field| field.name()))
}

/// Writes an address as NUL-terminated text: at most 46 octets.
///
/// # Safety
///
/// `address` is NULL or points to an address. `text` is NULL, or `capacity` octets may be written
/// there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_address_text(
    address: *const netflow_address,
    text: *mut c_char,
    capacity: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let address = unsafe { pointer::get(address, "address") }?;
        let address = address.address().ok_or(Failure::argument("address"))?;
        pointer::check(text, "text")?;
        let mut written = [0; 64];
        let mut rest = written.as_mut_slice();
        let space = Failure::Argument(netflow_result::NETFLOW_ERROR_SPACE, "text");
        write!(rest, "{address}\0").map_err(|_| space)?;
        let left = rest.len();
        let len = written.len() - left;
        if len > capacity {
            return Err(space);
        }
        for (index, octet) in written.iter().take(len).enumerate() {
            // SAFETY: as the caller promises; it is no further than the capacity.
            let output = unsafe { text.add(index) };
            // SAFETY: as the caller promises.
            unsafe { output.cast::<u8>().write(*octet) };
        }
        Ok(netflow_result::NETFLOW_OK)
    })
}
