//! The records of NetFlow v1, v5, v6, v7 and v8 as lists of fields.
//!
//! These versions have no templates: a version, and in v8 an aggregation scheme, says how
//! long a record is and where each field is. In this form they are templates that need
//! not be sent.
//!
//! ```
//! use netflow_core::wire::fixed;
//!
//! let v5 = fixed::layout(5, 0).unwrap();
//! assert_eq!(v5.record_len, 48);
//! let first = v5.fields[0];
//! assert_eq!((first.name, first.element, first.len), ("srcaddr", 8, 4));
//! ```

mod table;

/// One kind of record whose layout never changes.
///
/// ```
/// use netflow_core::wire::fixed;
///
/// let scheme = fixed::layout(8, 11).unwrap();
/// assert_eq!((scheme.version, scheme.record_len), (8, scheme.fields.iter().map(|field| field.len).sum()));
/// assert_eq!(fixed::layout(8, 99), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedLayout {
    /// The version of NetFlow: 1, 5, 6, 7 or 8.
    pub version: u16,
    /// The aggregation scheme of v8, 1 to 14; 0 in other versions.
    pub scheme: u8,
    /// The name of the scheme, empty outside v8.
    pub scheme_name: &'static str,
    /// Octets of a record.
    pub record_len: u16,
    /// The fields in the order of the wire; together they fill the record without a gap.
    pub fields: &'static [FixedField],
}

/// One field of a [`FixedLayout`].
///
/// ```
/// use netflow_core::wire::fixed;
///
/// let v5 = fixed::layout(5, 0).unwrap();
/// let octets = v5.fields.iter().find(|field| field.name == "dOctets").unwrap();
/// assert_eq!((octets.element, octets.offset, octets.len), (1, 20, 4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedField {
    /// What Cisco calls the field, such as `srcaddr`; unique within the layout.
    pub name: &'static str,
    /// The number of the IANA element that means the same, 0 where there is none.
    pub element: u16,
    /// Octets from the beginning of the record.
    pub offset: u16,
    /// Octets.
    pub len: u16,
}

/// The layout of the records of a version, and in v8 of an aggregation scheme.
///
/// Outside v8 the scheme is 0. `None` for other versions and schemes.
#[must_use]
pub fn layout(version: u16, scheme: u8) -> Option<&'static FixedLayout> {
    let wanted = (version, scheme);
    let index = table::LAYOUTS
        .binary_search_by_key(&wanted, |layout| (layout.version, layout.scheme))
        .ok()?;
    table::LAYOUTS.get(index)
}

/// Every layout, by version and scheme.
#[must_use]
pub fn layouts() -> impl ExactSizeIterator<Item = &'static FixedLayout> {
    table::LAYOUTS.iter()
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::vec::Vec;

    use super::{layout, layouts};

    #[test]
    fn fields_fill_their_record_without_a_gap() {
        for layout in layouts() {
            let mut end = 0;
            for field in layout.fields {
                assert_eq!(field.offset, end, "v{} {}", layout.version, field.name);
                end += field.len;
            }
            assert_eq!(end, layout.record_len, "v{}", layout.version);
        }
    }

    #[test]
    fn a_name_occurs_once_in_a_layout() {
        for layout in layouts() {
            for field in layout.fields {
                let same = layout.fields.iter().filter(|f| f.name == field.name);
                assert_eq!(same.count(), 1, "v{} {}", layout.version, field.name);
            }
        }
    }

    #[test]
    fn each_version_has_its_record_length() {
        let lens: Vec<_> = layouts()
            .map(|l| (l.version, l.scheme, l.record_len))
            .collect();
        assert_eq!(lens[..4], [(1, 0, 48), (5, 0, 48), (6, 0, 52), (7, 0, 52)]);
        let v8 = [28, 28, 32, 32, 40, 32, 40, 44, 32, 32, 32, 32, 40, 40];
        for (scheme, len) in (1..).zip(v8) {
            assert_eq!(lens[3 + usize::from(scheme)], (8, scheme, len));
        }
        assert_eq!(lens.len(), 4 + v8.len());
    }

    #[test]
    fn other_versions_and_schemes_have_none() {
        for (version, scheme) in [(0, 0), (5, 1), (8, 0), (8, 15), (9, 0), (10, 0)] {
            assert_eq!(layout(version, scheme), None);
        }
    }

    #[test]
    fn fields_without_an_element_keep_their_name() {
        let v1 = layout(1, 0).unwrap();
        let bare: Vec<_> = v1.fields.iter().filter(|f| f.element == 0).collect();
        let names: Vec<_> = bare.iter().map(|f| f.name).collect();
        assert_eq!(
            names,
            [
                "pad1",
                "tcp_retx_cnt",
                "tcp_retx_secs",
                "tcp_misseq_cnt",
                "reserved"
            ]
        );
        let v7 = layout(7, 0).unwrap();
        let elements: Vec<_> = v7.fields.iter().map(|f| (f.name, f.element)).collect();
        assert!(elements.contains(&("flags1", 0)));
        assert!(elements.contains(&("first", 22)));
        assert!(elements.contains(&("last", 21)));
        assert!(elements.contains(&("router_sc", 43)));
    }
}
