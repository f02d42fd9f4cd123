//! The caller's structs, read and written.
//!
//! A struct that may get more members comes with its size: in its first member if the caller fills it,
//! as an argument if the library does. A size smaller than here means that the program was compiled
//! against an older header; a larger one, against a newer header.

use core::ffi::{CStr, c_char};
use core::{ptr, slice};

use crate::result::{Failure, netflow_result};

const MISALIGNED: netflow_result = netflow_result::NETFLOW_ERROR_MISALIGNED;
const SIZE: netflow_result = netflow_result::NETFLOW_ERROR_SIZE;

/// A size that no version of a struct reaches; an uninitialised size is most often larger.
pub(crate) const TOO_LARGE: usize = 4096;

/// A struct that may get more members.
pub(crate) trait Extensible: Copy {
    /// Octets of its first version.
    const FIRST_SIZE: usize;
}

/// A struct that the caller fills and for which every pattern of octets is a valid value.
///
/// # Safety
///
/// It is `repr(C)`, and no member is an enum, a `bool`, a reference or anything else for which some
/// pattern of octets is invalid.
pub(crate) unsafe trait FromOctets: Extensible {}

/// Checks that a pointer is not NULL and aligned.
pub(crate) fn check<T>(pointer: *const T, what: &'static str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::null(what));
    }
    if !pointer.is_aligned() {
        return Err(Failure::Argument(MISALIGNED, what));
    }
    Ok(())
}

/// Reads a struct whose first member is its size; members that it does not reach are `default`.
///
/// # Safety
///
/// If `pointer` is not NULL and aligned, it points to a `usize`, and to the number of octets that
/// it holds.
pub(crate) unsafe fn read<T: FromOctets>(
    pointer: *const T,
    default: T,
    what: &'static str,
) -> Result<T, Failure> {
    check(pointer, what)?;
    // SAFETY: it points to a size; any pattern of octets is one.
    let size = unsafe { pointer.cast::<usize>().read() };
    if !(T::FIRST_SIZE..TOO_LARGE).contains(&size) {
        return Err(Failure::Argument(SIZE, what));
    }
    let known = size.min(size_of::<T>());
    let start = pointer.cast::<u8>();
    if size > known {
        // SAFETY: it points to `size` octets, of which `known` are passed over.
        let unknown = unsafe { start.add(known) };
        // SAFETY: they point to this many octets.
        let unknown = unsafe { slice::from_raw_parts(unknown, size - known) };
        if unknown.iter().any(|octet| *octet != 0) {
            return Err(Failure::Argument(SIZE, what));
        }
    }
    let mut value = default;
    let place = ptr::from_mut(&mut value).cast::<u8>();
    // SAFETY: both hold `known` octets, and any pattern of them is a value (`FromOctets`).
    unsafe { ptr::copy_nonoverlapping(start, place, known) };
    Ok(value)
}

/// Reads a struct as [`read`] does; NULL stands for all defaults.
///
/// # Safety
///
/// As for [`read`].
pub(crate) unsafe fn read_or_default<T: FromOctets + Default>(
    pointer: *const T,
    what: &'static str,
) -> Result<T, Failure> {
    if pointer.is_null() {
        return Ok(T::default());
    }
    // SAFETY: as the caller promises.
    unsafe { read(pointer, T::default(), what) }
}

/// The caller's memory for a struct that the library writes and that may get more members.
#[derive(Debug)]
pub(crate) struct OutputStruct<T> {
    start: *mut u8,
    size: usize,
    value: core::marker::PhantomData<T>,
}

impl<T: Extensible> OutputStruct<T> {
    /// The caller's struct of `size` octets.
    ///
    /// # Safety
    ///
    /// If `pointer` is not NULL, `size` octets may be written there as long as the returned value exists.
    pub(crate) unsafe fn new(
        pointer: *mut T,
        size: usize,
        what: &'static str,
    ) -> Result<Self, Failure> {
        check(pointer, what)?;
        if !(T::FIRST_SIZE..TOO_LARGE).contains(&size) {
            return Err(Failure::Argument(SIZE, what));
        }
        Ok(Self {
            start: pointer.cast(),
            size,
            value: core::marker::PhantomData,
        })
    }

    /// Octets of the caller's struct.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// Writes the members that the caller knows; members that only the caller knows become 0.
    pub(crate) fn write(self, value: T) {
        let known = self.size.min(size_of::<T>());
        let from = ptr::from_ref(&value).cast::<u8>();
        // SAFETY: `value` holds `known` octets, and the caller's memory has no fewer (`new`).
        unsafe { ptr::copy_nonoverlapping(from, self.start, known) };
        // SAFETY: the caller's memory has `size` octets (`new`), and `known` is no more.
        let rest = unsafe { self.start.add(known) };
        // SAFETY: this many of them are left.
        unsafe { ptr::write_bytes(rest, 0, self.size - known) };
    }
}

/// Reads a struct that never gets more members.
///
/// # Safety
///
/// If `pointer` is not NULL and aligned, it points to a `T`.
pub(crate) unsafe fn get<T: Copy>(pointer: *const T, what: &'static str) -> Result<T, Failure> {
    check(pointer, what)?;
    // SAFETY: it points to a `T`.
    Ok(unsafe { pointer.read() })
}

/// Writes a value that never gets more members; what it owns belongs to the caller from then on.
///
/// # Safety
///
/// If `pointer` is not NULL and aligned, a `T` may be written there.
pub(crate) unsafe fn set<T>(pointer: *mut T, value: T, what: &'static str) -> Result<(), Failure> {
    check(pointer, what)?;
    // SAFETY: a `T` may be written there.
    unsafe { pointer.write(value) };
    Ok(())
}

/// Writes NULL where a handle will be: a caller that frees without checking the result then frees NULL.
///
/// # Safety
///
/// If `place` is not NULL and aligned, a pointer may be written there.
pub(crate) unsafe fn set_no_handle<T>(
    place: *mut *mut T,
    what: &'static str,
) -> Result<(), Failure> {
    // SAFETY: as the caller promises.
    unsafe { set(place, ptr::null_mut(), what) }
}

/// Makes a handle, which belongs to the caller until it is freed.
///
/// # Safety
///
/// If `place` is not NULL and aligned, a pointer may be written there.
pub(crate) unsafe fn set_handle<T>(
    place: *mut *mut T,
    handle: T,
    what: &'static str,
) -> Result<(), Failure> {
    // SAFETY: as the caller promises.
    unsafe { set(place, Box::into_raw(Box::new(handle)), what) }
}

/// The items of an array, which may be NULL if it has none.
///
/// # Safety
///
/// If `pointer` is not NULL and aligned, it points to `count` items that stay as they are for `'a`.
pub(crate) unsafe fn items<'a, T>(
    pointer: *const T,
    count: usize,
    what: &'static str,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    check(pointer, what)?;
    let octets = count.checked_mul(size_of::<T>().max(1));
    if octets.is_none_or(|octets| isize::try_from(octets).is_err()) {
        return Err(Failure::Argument(SIZE, what));
    }
    // SAFETY: it points to `count` items, which are no more octets than there can be.
    Ok(unsafe { slice::from_raw_parts(pointer, count) })
}

/// A C string, as UTF-8.
///
/// # Safety
///
/// If `pointer` is not NULL, a NUL ends the string, which stays as it is for `'a`.
pub(crate) unsafe fn string<'a>(
    pointer: *const c_char,
    what: &'static str,
) -> Result<&'a str, Failure> {
    check(pointer, what)?;
    // SAFETY: a NUL ends the string.
    let string = unsafe { CStr::from_ptr(pointer) };
    string.to_str().map_err(|_| Failure::argument(what))
}
