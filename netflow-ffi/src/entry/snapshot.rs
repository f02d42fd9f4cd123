//! The state of exporters, saved and loaded.

use core::ffi::c_void;

use super::call_with;
use crate::c_types::netflow_octets;
use crate::handle::{HandleState, netflow_decoder};
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};
use crate::stats::netflow_load_report;

/// The state of all exporters, for another decoder, such as that of the next run. The octets
/// stay until the next call of `netflow_save` or `netflow_decoder_free`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `snapshot` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_save(
    decoder: *mut netflow_decoder,
    snapshot: *mut netflow_octets,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        pointer::check(snapshot, "snapshot")?;
        let saved = decoder.state(|state| {
            let mut octets = core::mem::take(&mut state.snapshot);
            state.decoded.decoder().save_into(&mut octets);
            state.snapshot = octets;
            Ok(netflow_octets::new(&state.snapshot))
        })?;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(snapshot, saved, "snapshot") }?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Merges a snapshot into the state of the decoder, and ends the message. What exceeds the limits is
/// refused and counted. `report` may be NULL; `size` is
/// `sizeof(netflow_load_report)`.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `snapshot` is NULL or points to `len` octets.
/// `report` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_load(
    decoder: *mut netflow_decoder,
    snapshot: *const c_void,
    len: usize,
    report: *mut netflow_load_report,
    size: usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        decoder.state(HandleState::end)?;
        // SAFETY: as the caller promises.
        let octets = unsafe { pointer::items(snapshot.cast::<u8>(), len, "snapshot") }?;
        let output = if report.is_null() {
            None
        } else {
            // SAFETY: as the caller promises.
            Some(unsafe { OutputStruct::new(report, size, "report") }?)
        };
        let loaded = decoder.state(|state| {
            // A snapshot that this handle saved is its own memory.
            let loaded = state.change().load(octets);
            loaded.map_err(Failure::Snapshot)
        })?;
        if let Some(output) = output {
            output.write(netflow_load_report::new(loaded));
        }
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}
