//! Text of the library itself that never changes, as C knows it: with a NUL after it.

use alloc::collections::BTreeMap;
use core::cell::Cell;
use core::ffi::{CStr, c_char};
use core::ptr;
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

use crate::c_types::{ToC, netflow_text};

/// Copies with a NUL, made when they are first asked for. Their number is bounded by the number of such
/// texts in the library: callers cannot make a `&'static str`. Valgrind sees that a tree still has them; a
/// hash table points into the middle of its memory, which looks like a leak.
static COPIES: Mutex<BTreeMap<&'static str, &'static CStr>> = Mutex::new(BTreeMap::new());

/// Copies that a thread has found before, by the address of the text: names of fields and of rules are asked for
/// with every record.
#[derive(Clone, Copy)]
struct KnownCopy {
    address: usize,
    len: usize,
    copy: *const c_char,
}

/// A power of two.
const KNOWN: usize = 256;

thread_local! {
    // An array needs no destructor, which could run after the library is unloaded.
    static COPIES_KNOWN: [Cell<KnownCopy>; KNOWN] = const {
        const NONE: KnownCopy = KnownCopy { address: 0, len: 0, copy: ptr::null() };
        [const { Cell::new(NONE) }; KNOWN]
    };
}

/// The text with a NUL after it, which is always valid.
#[inline]
pub(crate) fn c_string(text: &'static str) -> *const c_char {
    let (address, len) = (text.as_ptr().addr(), text.len());
    // Texts lie one after the other, without alignment.
    let slot = address.wrapping_mul(0x9e37_79b1) >> 16 & (KNOWN - 1);
    COPIES_KNOWN.with(|known| {
        let known = &known[slot];
        let found = known.get();
        if found.address == address && found.len == len {
            return found.copy;
        }
        let copy = find_copy(text);
        known.set(KnownCopy { address, len, copy });
        copy
    })
}

#[cold]
fn find_copy(text: &'static str) -> *const c_char {
    let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    let copy = copies.entry(text).or_insert_with(|| {
        let copy = CString::new(text).unwrap_or_default();
        Box::leak(copy.into_boxed_c_str())
    });
    copy.as_ptr()
}

/// The text, with a NUL that its length does not count.
#[inline]
pub(crate) fn text(text: &'static str) -> netflow_text {
    netflow_text {
        data: c_string(text),
        len: text.len(),
    }
}

/// The text, if there is one.
pub(crate) fn optional(text: Option<&'static str>) -> netflow_text {
    text.map_or(netflow_text::NONE, self::text)
}

impl ToC for &'static str {
    type Member = netflow_text;

    #[inline]
    fn to_c(&self) -> netflow_text {
        text(self)
    }
}

#[cfg(test)]
mod tests {
    use netflow_core::field::FlowField;

    use super::{c_string, find_copy};

    #[test]
    fn every_text_has_its_copy_however_often_it_is_asked_for() {
        for _ in 0..3 {
            for field in FlowField::ALL {
                // Others end inside the same octets.
                for text in [field.name(), &field.name()[1..], field.meaning()] {
                    assert_eq!(c_string(text), find_copy(text), "{text}");
                }
            }
        }
    }
}
