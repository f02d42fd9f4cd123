//! The caller's array of flows.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;

use super::table::netflow_flow;

/// Rows of `stride` octets, each of which begins with a flow, or with as much of one as the program
/// knows.
#[derive(Debug)]
pub(crate) struct FlowRows<'c> {
    start: *mut u8,
    stride: usize,
    count: usize,
    /// Written instead of a row that is shorter than a flow, and copied to it.
    whole: MaybeUninit<netflow_flow>,
    lent: PhantomData<&'c mut u8>,
}

/// One flow, of which members are written.
#[derive(Debug)]
pub(crate) struct FlowRow<'r> {
    start: *mut u8,
    lent: PhantomData<&'r mut netflow_flow>,
}

impl FlowRows<'_> {
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
            whole: MaybeUninit::uninit(),
            lent: PhantomData,
        }
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// One of them, to be written; [`end`](Self::end) comes before the next.
    #[inline(always)]
    pub(crate) fn begin(&mut self, index: usize) -> FlowRow<'_> {
        assert!(index < self.count);
        // SAFETY: there are `count` rows of `stride` octets (`new`).
        let row = unsafe { self.start.add(index * self.stride) };
        let mut start = row;
        if self.is_short() {
            start = self.whole.as_mut_ptr().cast();
            // SAFETY: the row has `stride` octets (`new`), which are fewer than a flow.
            unsafe { ptr::copy_nonoverlapping(row, start, self.stride) };
        }
        FlowRow {
            start,
            lent: PhantomData,
        }
    }

    /// The row is written.
    #[inline(always)]
    pub(crate) fn end(&mut self, index: usize) {
        if self.is_short() {
            assert!(index < self.count);
            // SAFETY: there are `count` rows of `stride` octets (`new`).
            let row = unsafe { self.start.add(index * self.stride) };
            let whole = self.whole.as_ptr().cast();
            // SAFETY: the row has `stride` octets (`new`), which are fewer than a flow.
            unsafe { ptr::copy_nonoverlapping(whole, row, self.stride) };
        }
    }

    const fn is_short(&self) -> bool {
        self.stride < size_of::<netflow_flow>()
    }
}

impl FlowRow<'_> {
    /// Writes the member at this offset of a flow.
    #[inline(always)]
    pub(crate) fn set<const OFFSET: usize, T: Copy>(&mut self, value: T) {
        const { assert!(OFFSET + size_of::<T>() <= size_of::<netflow_flow>()) };
        // SAFETY: a row has as many octets as a flow (`FlowRows::new`), and the member is within them.
        let place = unsafe { self.start.add(OFFSET) };
        // SAFETY: nobody else uses the row (`FlowRows::new`). Alignment is not asked for.
        unsafe { place.cast::<T>().write_unaligned(value) };
    }
}
