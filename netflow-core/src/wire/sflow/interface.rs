//! What a sample says about the device: interfaces and data sources.

/// Bits of the index below the class of a compact `sflow_data_source`.
const INDEX_BITS: u32 = 24;
/// Bits of the value below the format of a compact `interface`.
const VALUE_BITS: u32 = 30;
/// The value that means the device itself, and the mask of the compact form.
const INTERNAL: u32 = 0x3fff_ffff;
/// The value that means the device itself in the expanded form (sFlow Errata).
const INTERNAL_EXPANDED: u32 = 0xffff_ffff;

/// An input or output interface of a flow sample (sFlow version 5, section 5).
///
/// In the compact form two bits of format are above 30 bits of value; the
/// expanded form has a word for each.
///
/// ```
/// use netflow_core::wire::sflow::Interface;
///
/// let interface = Interface::from_compact(0x4000_0101); // discarded for reason 257
/// assert_eq!((interface.format, interface.discard_reason()), (1, Some(257)));
/// assert_eq!(interface.index(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interface {
    /// The format: 0 a single interface, 1 the packet was discarded, 2 several interfaces.
    pub format: u32,
    /// The value: an ifIndex, a reason or a number of interfaces, depending on the format.
    pub value: u32,
}

impl Interface {
    /// Reads a word of the compact form.
    #[inline]
    #[must_use]
    pub const fn from_compact(word: u32) -> Self {
        Self {
            format: word >> VALUE_BITS,
            value: word & INTERNAL,
        }
    }

    /// The ifIndex of a single interface that is known: `None` for 0 (not known),
    /// for the device itself, and for the other formats.
    ///
    /// ```
    /// use netflow_core::wire::sflow::Interface;
    ///
    /// assert_eq!(Interface { format: 0, value: 17 }.index(), Some(17));
    /// assert_eq!(Interface::from_compact(0x3fff_ffff).index(), None);
    /// assert_eq!(Interface { format: 0, value: 0xffff_ffff }.index(), None);
    /// assert_eq!(Interface::from_compact(0x8000_0003).interface_count(), Some(3));
    /// ```
    #[inline]
    #[must_use]
    pub const fn index(self) -> Option<u32> {
        match (self.format, self.value) {
            (0, 0 | INTERNAL | INTERNAL_EXPANDED) => None,
            (0, index) => Some(index),
            _ => None,
        }
    }

    /// The same of a word of the compact form, by one comparison.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(super) const fn compact_index(word: u32) -> Option<u32> {
        // 0, the device itself, and words with a format above the value are out of this range.
        if word.wrapping_sub(1) < INTERNAL - 1 {
            Some(word)
        } else {
            None
        }
    }

    /// Whether the packet came from the device itself, or was for it.
    #[must_use]
    pub const fn is_internal(self) -> bool {
        self.format == 0 && matches!(self.value, INTERNAL | INTERNAL_EXPANDED)
    }

    /// Why the packet was discarded, if it was: 0 to 255 are the codes of ICMP
    /// Destination Unreachable, above that sFlow.org's.
    #[must_use]
    pub const fn discard_reason(self) -> Option<u32> {
        if self.format == 1 {
            Some(self.value)
        } else {
            None
        }
    }

    /// Number of interfaces that the packet was sent to, if there are several; 0 if the
    /// number is not known.
    #[must_use]
    pub const fn interface_count(self) -> Option<u32> {
        if self.format == 2 {
            Some(self.value)
        } else {
            None
        }
    }
}

/// What was sampled or polled: `sflow_data_source` (sFlow version 5, section 5).
///
/// ```
/// use netflow_core::wire::sflow::SourceId;
///
/// assert_eq!(SourceId::from_compact(0x0100_0007), SourceId { class: 1, index: 7 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceId {
    /// The class: 0 ifIndex, 1 smonVlanDataSource, 2 entPhysicalEntry, 3 entLogicalEntry.
    pub class: u32,
    /// The index within the class.
    pub index: u32,
}

impl SourceId {
    /// Reads a word of the compact form: 8 bits of class above 24 bits of index.
    #[inline]
    #[must_use]
    pub const fn from_compact(word: u32) -> Self {
        Self {
            class: word >> INDEX_BITS,
            index: word & 0x00ff_ffff,
        }
    }
}
