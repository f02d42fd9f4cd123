//! The functions that C calls.
//!
//! Each checks its pointers, calls the function that does the work, and returns a number. A panic
//! stops here.

mod decoder;
mod element;
mod field;
mod flows;
mod report;
mod snapshot;
mod value;
mod walk;

// Last in the header: most programs go without.
mod arrow;
mod definitions;
mod filter;
mod health;
mod json;
mod listener;
mod relay;
mod source;
mod stream;

use core::ffi::c_char;
use core::mem;
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

pub use self::arrow::{
    netflow_arrow_append, netflow_arrow_finish, netflow_arrow_free, netflow_arrow_new,
    netflow_arrow_options_init, netflow_arrow_schema,
};
pub use self::decoder::{
    NETFLOW_ABI_VERSION, NETFLOW_VERSION_MAJOR, NETFLOW_VERSION_MINOR, NETFLOW_VERSION_PATCH,
    netflow_abi_version, netflow_datagram_init, netflow_decode, netflow_decoder_free,
    netflow_decoder_new, netflow_decoder_options, netflow_decoder_read_interfaces,
    netflow_end_session, netflow_options_init, netflow_version,
};
pub use self::definitions::{
    netflow_definitions_free, netflow_definitions_list, netflow_definitions_new,
    netflow_definitions_read,
};
pub use self::element::{
    netflow_address_text, netflow_element_by_name, netflow_element_by_number, netflow_element_of_v9,
};
pub use self::field::{
    netflow_field_add, netflow_field_by_name, netflow_field_by_number, netflow_field_count,
    netflow_field_name, netflow_flow_has, netflow_flow_i64, netflow_flow_text, netflow_flow_u64,
};
pub use self::filter::{
    netflow_filter_free, netflow_filter_new, netflow_filter_set, netflow_filter_test,
};
pub use self::flows::{netflow_each_flow, netflow_flows, netflow_rewind};
pub use self::health::{
    netflow_finding_detail, netflow_health_add, netflow_health_free, netflow_health_new,
    netflow_health_report, netflow_health_session_ended, netflow_health_unreadable,
    netflow_next_finding,
};
pub use self::json::{
    netflow_json_documents, netflow_json_free, netflow_json_new, netflow_next_json,
};
pub use self::listener::{
    netflow_listener_address, netflow_listener_fd, netflow_listener_free, netflow_listener_new,
    netflow_listener_options_init, netflow_listener_stats_read, netflow_listener_stop,
    netflow_receive,
};
pub use self::relay::{
    netflow_relay_forward, netflow_relay_free, netflow_relay_new, netflow_relay_options_init,
    netflow_relay_resend_templates, netflow_relay_stats_read,
};
pub use self::report::{
    netflow_each_domain, netflow_last_error, netflow_next_problem, netflow_problem_count,
    netflow_reason_name, netflow_stats_read, netflow_strerror,
};
pub use self::snapshot::{netflow_load, netflow_save};
pub use self::source::{
    netflow_source_free, netflow_source_message, netflow_source_new, netflow_source_next,
    netflow_source_options_init, netflow_source_stats_read,
};
pub use self::stream::{
    netflow_stream_free, netflow_stream_new, netflow_stream_next, netflow_stream_pending,
    netflow_stream_push,
};
pub use self::value::{
    netflow_value_address, netflow_value_bool, netflow_value_f64, netflow_value_i64,
    netflow_value_mac, netflow_value_octets, netflow_value_text, netflow_value_time,
    netflow_value_u64,
};
pub use self::walk::{
    netflow_enter, netflow_find_record, netflow_leave, netflow_next_field, netflow_next_record,
    netflow_next_set,
};
use crate::datagram::netflow_datagram;
use crate::handle::netflow_decoder;
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// Makes a call that needs no handle.
fn call(work: impl FnOnce() -> Result<netflow_result, Failure>) -> netflow_result {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(result)) => result,
        Ok(Err(failure)) => thread::fail(failure),
        Err(panic) => {
            // To drop it could panic again.
            mem::forget(panic);
            netflow_result::NETFLOW_ERROR_INTERNAL
        }
    }
}

/// The error of the last call of this thread that failed without a handle to remember it.
mod thread {
    use core::cell::{Cell, RefCell};

    use crate::c_types::netflow_text;
    use crate::problem::netflow_error;
    use crate::result::{Failure, netflow_result};
    use crate::text_buffer::TextBuffer;

    /// Octets of the longest text that is kept, with its NUL.
    const TEXT: usize = 256;

    thread_local! {
        static FAILURE: Cell<Option<Failure>> = const { Cell::new(None) };
        // An array needs no destructor, which could run after the library is unloaded.
        static DETAIL: RefCell<[u8; TEXT]> = const { RefCell::new([0; TEXT]) };
    }

    /// Remembers a failure.
    pub(super) fn fail(failure: Failure) -> netflow_result {
        FAILURE.set(Some(failure));
        failure.result()
    }

    /// The last failure. Its text is valid until this thread asks again.
    pub(super) fn last() -> Option<netflow_error> {
        let failure = FAILURE.get()?;
        let mut composed = TextBuffer::default();
        let mut error = netflow_error::new(&failure, &mut composed);
        DETAIL.with_borrow_mut(|detail| {
            let octets = composed.octets();
            let len = octets.len().min(TEXT - 1);
            detail.fill(0);
            for (to, from) in detail.iter_mut().zip(octets.iter().take(len)) {
                *to = *from;
            }
            error.detail = netflow_text::new(detail.get(..len).unwrap_or_default());
        });
        Some(error)
    }
}

/// Makes a call with a handle, which remembers the failure.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed, and no other thread uses it.
unsafe fn call_with(
    decoder: *const netflow_decoder,
    work: impl FnOnce(&netflow_decoder) -> Result<netflow_result, Failure>,
) -> netflow_result {
    if let Err(failure) = pointer::check(decoder, "decoder") {
        return thread::fail(failure);
    }
    // SAFETY: it is a handle that is not freed. What changes in it is in cells.
    let decoder = unsafe { &*decoder };
    match catch_unwind(AssertUnwindSafe(|| work(decoder))) {
        Ok(Ok(result)) => result,
        Ok(Err(failure)) => decoder.fail(failure),
        Err(panic) => {
            mem::forget(panic);
            decoder.lose();
            netflow_result::NETFLOW_ERROR_INTERNAL
        }
    }
}

/// Frees a handle; NULL is ignored. There is no way to report a failure.
///
/// # Safety
///
/// `handle` is NULL or came from [`pointer::set_handle`], is not freed and not in use by another thread.
unsafe fn free<T>(handle: *mut T) {
    let freed = call(|| {
        pointer::check(handle, "handle")?;
        // SAFETY: as the caller promises; it is freed once.
        drop(unsafe { Box::from_raw(handle) });
        Ok(netflow_result::NETFLOW_OK)
    });
    let _ = freed;
}

/// `NETFLOW_END` if there is nothing.
const fn ok_or_end(is_there: bool) -> netflow_result {
    if is_there {
        netflow_result::NETFLOW_OK
    } else {
        netflow_result::NETFLOW_END
    }
}

/// The caller's datagram, if it wants one.
///
/// # Safety
///
/// `datagram` is NULL or points to a datagram whose `size` is right.
unsafe fn datagram_output(
    datagram: *mut netflow_datagram,
) -> Result<Option<OutputStruct<netflow_datagram>>, Failure> {
    if datagram.is_null() {
        return Ok(None);
    }
    pointer::check(datagram, "datagram")?;
    // SAFETY: its first member is its size.
    let size = unsafe { pointer::get(datagram.cast_const().cast::<usize>(), "datagram") }?;
    // SAFETY: as the caller promises.
    unsafe { OutputStruct::new(datagram, size, "datagram") }.map(Some)
}

/// Writes the caller's datagram, which keeps its size.
fn write_datagram(output: OutputStruct<netflow_datagram>, datagram: netflow_datagram) {
    let size = output.size();
    output.write(netflow_datagram { size, ..datagram });
}

/// Writes text, NUL-terminated and cut to what there is room for.
///
/// # Safety
///
/// `to` is NULL, or `capacity` octets may be written there.
unsafe fn write_text(text: &str, to: *mut c_char, capacity: usize) {
    let Some(room) = capacity.checked_sub(1).filter(|_| !to.is_null()) else {
        return;
    };
    let octets = text.bytes().filter(|octet| *octet != 0).take(room);
    for (index, octet) in octets.chain([0]).enumerate() {
        // SAFETY: as the caller promises; it is below the capacity.
        let place = unsafe { to.add(index) };
        // SAFETY: as the caller promises.
        unsafe { place.cast::<u8>().write(octet) };
    }
}

#[cfg(test)]
mod tests {
    use super::{call, call_with, netflow_decoder_free, netflow_rewind};
    use crate::handle::netflow_decoder;
    use crate::options::netflow_options;
    use crate::result::netflow_result;

    #[test]
    fn a_panic_becomes_a_number_and_the_handle_is_lost() {
        let result = call(|| panic!("on purpose"));
        assert_eq!(result, netflow_result::NETFLOW_ERROR_INTERNAL);

        let options = netflow_options::default();
        let settings = options.settings(Default::default());
        let decoder = Box::into_raw(Box::new(netflow_decoder::new(settings.ok().unwrap())));
        // SAFETY: the handle was just made.
        let result = unsafe { call_with(decoder, |_| panic!("on purpose")) };
        assert_eq!(result, netflow_result::NETFLOW_ERROR_INTERNAL);
        // SAFETY: it is not freed yet.
        let result = unsafe { netflow_rewind(decoder) };
        assert_eq!(result, netflow_result::NETFLOW_ERROR_INTERNAL);
        // SAFETY: it is freed once.
        unsafe { netflow_decoder_free(decoder) };
    }
}
