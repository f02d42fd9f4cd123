//! The array that a caller lends for flows.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;

use crate::flow::netflow_flow;

/// Rows of `stride` octets, each of which begins with a flow, or with as much of one as the program
/// knows.
#[derive(Debug)]
pub(crate) struct Rows<'c> {
    start: *mut u8,
    stride: usize,
    count: usize,
    lent: PhantomData<&'c mut u8>,
}

/// One flow, of which members are written.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    start: *mut u8,
    lent: PhantomData<&'r mut netflow_flow>,
}

impl Rows<'_> {
    /// The caller's rows.
    ///
    /// # Safety
    ///
    /// For `'c` nobody else uses the `count * stride` octets at `start`, which may be written.
    pub(crate) const unsafe fn new(start: *mut u8, stride: usize, count: usize) -> Self {
        Self {
            start,
            stride,
            count,
            lent: PhantomData,
        }
    }

    /// Fills one row after the other until there is none left, or `fill` has nothing more for one.
    /// Tells how many were filled.
    #[inline(always)]
    pub(crate) fn each(&mut self, mut fill: impl FnMut(&mut Row<'_>) -> bool) -> usize {
        let is_whole = self.stride >= size_of::<netflow_flow>();
        for index in 0..self.count {
            // SAFETY: there are `count` rows of `stride` octets (`new`).
            let start = unsafe { self.start.add(index * self.stride) };
            let filled = if is_whole {
                fill(&mut Row {
                    start,
                    lent: PhantomData,
                })
            } else {
                self.short(start, &mut fill)
            };
            if !filled {
                return index;
            }
        }
        self.count
    }

    /// Fills a row that ends before a flow does: by way of a whole one.
    #[cold]
    fn short(&self, start: *mut u8, fill: &mut dyn FnMut(&mut Row<'_>) -> bool) -> bool {
        let mut whole = MaybeUninit::<netflow_flow>::uninit();
        let place = whole.as_mut_ptr().cast::<u8>();
        // What is not asked for stays as it is.
        // SAFETY: the row has `stride` octets (`new`), which are fewer than a flow (`each`).
        unsafe { ptr::copy_nonoverlapping(start, place, self.stride) };
        let filled = fill(&mut Row {
            start: place,
            lent: PhantomData,
        });
        // SAFETY: as above.
        unsafe { ptr::copy_nonoverlapping(place, start, self.stride) };
        filled
    }
}

impl Row<'_> {
    /// Writes the member at this offset of a flow.
    #[inline(always)]
    pub(crate) fn set<const OFFSET: usize, T: Copy>(&mut self, value: T) {
        const { assert!(OFFSET + size_of::<T>() <= size_of::<netflow_flow>()) };
        // SAFETY: a row has as many octets as a flow (`Rows::each`), and the member is within them.
        let place = unsafe { self.start.add(OFFSET) };
        // SAFETY: nobody else uses the row (`Rows::new`). Alignment is not asked for.
        unsafe { place.cast::<T>().write_unaligned(value) };
    }
}
