//! Flows as Arrow arrays.

use super::{call, call_with, free, ok_or_end};
use crate::arrow::{ArrowArray, ArrowSchema, Builder, netflow_arrow, netflow_arrow_options};
use crate::handle::netflow_decoder;
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};

/// Writes the default options. `size` is `sizeof(netflow_arrow_options)`.
///
/// # Safety
///
/// `options` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_options_init(
    options: *mut netflow_arrow_options,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(options, size, "Arrow options") }?;
        output.write(netflow_arrow_options {
            size,
            ..netflow_arrow_options::default()
        });
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Makes a handle that gathers flows into Arrow arrays. The columns are the fields selected by the
/// options of `decoder`, in the order of their numbers and by their names; the flags of these options
/// apply too, and so does the filter that `netflow_filter_set` set. `options` may be NULL, for all
/// defaults. NETFLOW_ERROR_UNSUPPORTED means that the library was built without Arrow.
///
/// # Safety
///
/// `decoder` is NULL or a handle that is not freed. `options` is NULL or points to options whose
/// `size` is right. `arrow` is NULL, or a pointer may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_new(
    decoder: *const netflow_decoder,
    options: *const netflow_arrow_options,
    arrow: *mut *mut netflow_arrow,
) -> netflow_result {
    // SAFETY: as the caller promises. What is freed without a look at the result is NULL then; that
    // there is no place for it is reported below.
    let output = unsafe { pointer::set_no_handle(arrow, "place for the Arrow handle") };
    let work = |decoder: &netflow_decoder| {
        output?;
        // SAFETY: as the caller promises.
        let options = unsafe { pointer::read_or_default(options, "Arrow options") }?;
        let builder =
            decoder.state(|state| Builder::new(&state.options, state.filter.as_ref(), options))?;
        let made = netflow_arrow::new(builder);
        // SAFETY: as the caller promises.
        unsafe { pointer::set_handle(arrow, made, "place for the Arrow handle") }?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Frees the handle and the flows that were not taken. Arrays that were taken stay valid. NULL is
/// ignored.
///
/// # Safety
///
/// `arrow` is NULL or a handle that is not freed and not in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_free(arrow: *mut netflow_arrow) {
    // SAFETY: as the caller promises.
    unsafe { free(arrow) };
}

/// Adds all flows of the message that `decoder` decoded last, whether they were read another way or
/// not, and writes the number of full batches to `full`. `netflow_arrow_finish` takes them; while one
/// is left, nothing more is added (NETFLOW_ERROR_SPACE). Messages of any decoder can be added.
///
/// # Safety
///
/// `arrow` and `decoder` are NULL or handles that are not freed. `full` is NULL, or a `size_t` may be
/// written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_append(
    arrow: *mut netflow_arrow,
    decoder: *mut netflow_decoder,
    full: *mut usize,
) -> netflow_result {
    let work = |decoder: &netflow_decoder| {
        // SAFETY: as the caller promises.
        unsafe { pointer::set(full, 0, "count of full batches") }?;
        // SAFETY: as the caller promises.
        let arrow = unsafe { handle(arrow) }?;
        let count = decoder.state(|state| {
            state.with(|reading, _| arrow.with(|builder| builder.append(&reading.message)))?
        })?;
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(full, count, "count of full batches") }?;
        Ok(netflow_result::NETFLOW_OK)
    };
    // SAFETY: as the caller promises.
    unsafe { call_with(decoder, work) }
}

/// Takes the oldest full batch or, if there is none, all rows so far: a struct array with one
/// child a column. NETFLOW_END means that there are no rows; then nothing is written. `schema` may be
/// NULL; it is the same every time. Both own what they point to until their `release` is called, from
/// any thread, also when the handles are freed.
///
/// # Safety
///
/// `arrow` is NULL or a handle that is not freed. `array` is NULL, or a `struct ArrowArray` may be
/// written there; `schema` is NULL, or a `struct ArrowSchema` may be. The previous content is not released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_finish(
    arrow: *mut netflow_arrow,
    array: *mut ArrowArray,
    schema: *mut ArrowSchema,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let arrow = unsafe { handle(arrow) }?;
        pointer::check(array, "array")?;
        let wants_schema = !schema.is_null();
        if wants_schema {
            pointer::check(schema, "schema")?;
        }
        let taken = arrow.with(|builder| {
            let described = wants_schema.then(|| builder.schema()).transpose()?;
            Ok(builder.finish()?.map(|array| (array, described)))
        })?;
        let Some((made, described)) = taken else {
            return Ok(ok_or_end(false));
        };
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(array.cast(), made, "array") }?;
        if let Some(described) = described {
            // SAFETY: likewise.
            unsafe { pointer::set(schema.cast(), described, "schema") }?;
        }
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The schema of all arrays; it can be asked for before the first array. It is released as any other.
///
/// # Safety
///
/// `arrow` is NULL or a handle that is not freed. `schema` is NULL, or a `struct ArrowSchema` may be
/// written there. The previous content is not released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_arrow_schema(
    arrow: *mut netflow_arrow,
    schema: *mut ArrowSchema,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let arrow = unsafe { handle(arrow) }?;
        pointer::check(schema, "schema")?;
        let described = arrow.with(|builder| builder.schema())?;
        // SAFETY: as the caller promises; it was checked above.
        unsafe { pointer::set(schema.cast(), described, "schema") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// The handle that a pointer points to.
///
/// # Safety
///
/// `arrow` is NULL or a handle that is not freed, and nobody else uses it for `'a`.
unsafe fn handle<'a>(arrow: *mut netflow_arrow) -> Result<&'a mut netflow_arrow, Failure> {
    pointer::check(arrow, "Arrow handle")?;
    // SAFETY: it is a handle that is not freed, and one thread uses it; nothing calls back.
    Ok(unsafe { &mut *arrow })
}
