//! Fixed layouts: a table of members becomes a struct over the octets.

/// One line a member, in wire order: its wire type, then what its accessor returns.
///
/// ```text
/// Header "v5 header" {
///     /// Records that follow.
///     count: U16<BE> => u16,
/// }
/// ```
///
/// becomes a `#[repr(C)]` struct with the private member `count: U16<BE>`, the
/// accessor `count() -> u16`, `LEN` and `parse`.
macro_rules! layout {
    ($(#[$doc:meta])* $name:ident $structure:literal {
        $($(#[$member_doc:meta])* $member:ident: $wire:ty => $plain:ty,)+
    }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy,
            zerocopy::FromBytes, zerocopy::IntoBytes,
            zerocopy::Immutable, zerocopy::KnownLayout, zerocopy::Unaligned,
        )]
        #[repr(C)]
        pub struct $name {
            $($member: $wire,)+
        }

        impl $name {
            /// Octets on the wire.
            pub const LEN: usize = size_of::<Self>();

            /// Reads one from the start of `octets`, which are at `offset` of
            /// the payload; the rest of the octets comes with it.
            ///
            /// # Errors
            ///
            /// [`ErrorKind::Cut`](crate::ErrorKind::Cut) when there are too few octets.
            pub fn parse(
                octets: &[u8],
                offset: usize,
            ) -> Result<(&Self, &[u8]), crate::error::Error> {
                $crate::wire::prefix::read(octets, offset, $structure)
            }

            $(
                $(#[$member_doc])*
                #[must_use]
                pub fn $member(&self) -> $plain {
                    <$plain>::from(self.$member)
                }
            )+
        }
    };
}

pub(super) mod table;
