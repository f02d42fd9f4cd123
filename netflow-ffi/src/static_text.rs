//! Text of the library itself that never changes, as C knows it: with a NUL after it.

use alloc::collections::BTreeMap;
use core::ffi::{CStr, c_char};
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

use crate::c_types::netflow_text;

/// Copies with a NUL, made when they are first asked for. Their number is bounded by the number of such
/// texts in the library: callers cannot make a `&'static str`. Valgrind sees that a tree still has them; a
/// hash table points into the middle of its memory, which looks like a leak.
static COPIES: Mutex<BTreeMap<&'static str, &'static CStr>> = Mutex::new(BTreeMap::new());

/// The text with a NUL after it, which is always valid.
pub(crate) fn c_string(text: &'static str) -> *const c_char {
    let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    let copy = copies.entry(text).or_insert_with(|| {
        let copy = CString::new(text).unwrap_or_default();
        Box::leak(copy.into_boxed_c_str())
    });
    copy.as_ptr()
}

/// The text, with a NUL that its length does not count.
pub(crate) fn text(text: &'static str) -> netflow_text {
    netflow_text {
        data: c_string(text),
        len: text.len(),
    }
}
