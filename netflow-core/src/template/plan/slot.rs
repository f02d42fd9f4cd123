//! Where a field is in a record.

use crate::wire::template::FieldLength;

/// Where one field is in a record.
///
/// Octets are counted from the start of the record, or after the last
/// variable-length field before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Octets from there to the field.
    pub(crate) offset: u16,
    /// Octets of the field; 0 if the template has no such field.
    pub(crate) width: u16,
    /// How many variable-length fields come before it.
    pub(crate) segment: u8,
    /// Which of the elements of the table it is.
    pub(crate) candidate: u8,
    /// Bits by which the eight octets at `loaded_at` are shifted to get the number in the field.
    pub(crate) shift: u8,
    /// The same as `offset` if the number is read by one load of eight octets, fits its type and
    /// depends on nothing else. Otherwise [`NOWHERE`](Self::NOWHERE): the comparison with the end
    /// of the octets, which every load needs, then finds that too.
    pub(crate) loaded_at: u16,
    /// Its place is known, but each record decides whether the field is this one.
    pub(crate) is_chosen_by_record: bool,
}

impl Slot {
    pub(crate) const ABSENT: Self = Self {
        offset: 0,
        width: 0,
        segment: 0,
        candidate: u8::MAX,
        shift: 0,
        loaded_at: Self::NOWHERE,
        is_chosen_by_record: false,
    };
    /// The record holds the length of the field.
    pub(crate) const VARIABLE: u16 = FieldLength::VARIABLE;

    /// An offset beyond every record: numbers are loaded from
    /// [this many](crate::record::DataRecord::reach) at most.
    pub(crate) const NOWHERE: u16 = u16::MAX;

    /// A field at this place. It is loaded if it is a number of up to `room` octets.
    pub(super) fn new(
        length: FieldLength,
        offset: u16,
        segment: u8,
        candidate: u8,
        room: u16,
    ) -> Self {
        let width = length.number();
        let shift = match width {
            1 => 56,
            2 => 48,
            3 => 40,
            4 => 32,
            5 => 24,
            6 => 16,
            7 => 8,
            _ => 0,
        };
        let is_loaded = segment == 0 && (1..=room).contains(&width);
        Self {
            offset,
            width,
            segment,
            candidate,
            shift,
            loaded_at: if is_loaded { offset } else { Self::NOWHERE },
            is_chosen_by_record: false,
        }
    }

    /// `N` octets that no variable-length field precedes.
    #[inline]
    pub(crate) fn is_array<const N: usize>(self) -> bool {
        usize::from(self.width) == N && self.segment == 0
    }

    pub(crate) const fn is_present(self) -> bool {
        self.width != 0
    }

    /// Each record decides whether the field is this one, so it is not loaded from its place.
    pub(super) const fn choose_by_record(&mut self) {
        self.is_chosen_by_record = true;
        self.loaded_at = Self::NOWHERE;
    }
}

/// Where an address is in every record, if it is one of one version at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SoleAddress {
    /// Four octets there.
    Ipv4(u16),
    /// Sixteen octets there.
    Ipv6(u16),
    /// Only a record shows it, or there is none.
    No,
}

impl SoleAddress {
    pub(super) fn new(four: Slot, six: Slot) -> Self {
        match (four.is_array::<4>(), six.is_array::<16>()) {
            (true, false) if !six.is_present() => Self::Ipv4(four.offset),
            (false, true) if !four.is_present() => Self::Ipv6(six.offset),
            _ => Self::No,
        }
    }
}
