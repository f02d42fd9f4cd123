//! The array that a caller lends for flows.

use core::marker::PhantomData;

/// Rows of `stride` octets, of which members are written.
#[derive(Debug)]
pub(crate) struct Rows<'c> {
    start: *mut u8,
    stride: usize,
    count: usize,
    lent: PhantomData<&'c mut u8>,
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

    /// How many rows there are.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The rows from `first` on.
    pub(crate) fn from(&mut self, first: usize) -> Rows<'_> {
        let first = first.min(self.count);
        Rows {
            // `wrapping_add`, so that this is no statement about the octets there.
            start: self.start.wrapping_add(first * self.stride),
            stride: self.stride,
            count: self.count - first,
            lent: PhantomData,
        }
    }

    /// The member at `offset` of each row; `None` if the rows are too short for it.
    #[inline]
    pub(crate) fn column<T: Copy>(&mut self, offset: usize) -> Option<Column<'_, T>> {
        let end = offset.checked_add(size_of::<T>())?;
        (end <= self.stride).then_some(Column {
            start: self.start.wrapping_add(offset),
            stride: self.stride,
            count: self.count,
            lent: PhantomData,
        })
    }
}

/// One member of each row.
#[derive(Debug)]
pub(crate) struct Column<'r, T> {
    start: *mut u8,
    stride: usize,
    count: usize,
    lent: PhantomData<&'r mut T>,
}

impl<T: Copy> Column<'_, T> {
    /// Writes the member of a row; nothing if there is no such row.
    #[inline]
    pub(crate) fn set(&mut self, row: usize, value: T) {
        if row < self.count {
            let place = self.start.wrapping_add(row * self.stride).cast::<T>();
            // SAFETY: the row is one of those that were lent (`Rows::new`), and the member ends
            // within it (`Rows::column`). Alignment is not asked for.
            unsafe { place.write_unaligned(value) };
        }
    }
}
