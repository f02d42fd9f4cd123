//! One flow to a struct.

use core::mem::offset_of;

use netflow_core::{Flow, Numbers};

use super::field_bits;
use super::lists::NumberLists;
use super::rows::FlowRow;
use super::table::{netflow_flow, netflow_flow_field};
use crate::c_types::{ToC, netflow_numbers, netflow_octets};

/// One flow on its way.
pub(super) struct Fill<'f, 'm, 'r> {
    pub(super) flow: &'f Flow<'m>,
    pub(super) row: &'f mut FlowRow<'r>,
    /// The fields asked for.
    pub(super) asked: [u64; 2],
    /// The fields that the flow has.
    pub(super) present: [u64; 2],
    pub(super) lists: &'f mut NumberLists,
}

impl<'m> Fill<'_, 'm, '_> {
    /// Whether any of eight fields is asked for: most masks pass over most of them.
    #[inline(always)]
    pub(super) const fn asks_any<const EIGHTH: usize>(&self) -> bool {
        self.asked[EIGHTH / 8] >> (EIGHTH % 8 * 8) & 0xff != 0
    }

    /// Writes one member, if it is asked for.
    #[inline(always)]
    pub(super) fn member<const OFFSET: usize, P: ToC>(
        &mut self,
        field: netflow_flow_field,
        read: impl FnOnce(&Flow<'m>) -> Option<P>,
    ) {
        let (word, bit) = field_bits::of(field);
        if self.asked[word] & bit == 0 {
            return;
        }
        match &read(self.flow) {
            Some(value) => {
                self.present[word] |= bit;
                self.row.set::<OFFSET, _>(value.to_c());
            }
            None => self.row.set::<OFFSET, _>(P::Member::default()),
        }
    }

    /// Writes a list, if it is asked for.
    #[inline(always)]
    pub(super) fn numbers<const OFFSET: usize>(
        &mut self,
        field: netflow_flow_field,
        read: impl FnOnce(&Flow<'m>) -> Option<Numbers<'m>>,
    ) {
        let (word, bit) = field_bits::of(field);
        if self.asked[word] & bit == 0 {
            return;
        }
        let mut value = netflow_numbers::default();
        if let Some(numbers) = read(self.flow) {
            self.present[word] |= bit;
            value = self.lists.keep(&numbers);
        }
        self.row.set::<OFFSET, _>(value);
    }

    /// Writes what every flow has.
    #[inline(always)]
    pub(super) fn finish(self) {
        let record = match (self.flow.record(), self.flow.sample()) {
            (Some(record), _) => record.octets(),
            (None, Some(sample)) => sample.octets(),
            (None, None) => &[],
        };
        self.row
            .set::<{ offset_of!(netflow_flow, present) }, _>(self.present);
        self.row
            .set::<{ offset_of!(netflow_flow, record) }, _>(netflow_octets::new(record));
    }
}
