//! Elements of the registries, and addresses as text.

use core::ffi::c_char;
use std::io::Write as _;

use netflow_core::element::{self, ElementId, InformationElement};

use super::call;
use crate::c_types::netflow_address;
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
