//! Enums whose variants have stable names.

/// Adds to an enum the list of its variants and their names:
///
/// ```text
/// named!(Protocol { NetflowV9 = "netflow9", });
/// // Protocol::ALL, Protocol::NetflowV9.name()
/// ```
macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal,)+ }) => {
        impl $type {
            /// Every one, in the order of the declaration.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant,)+];

            /// The stable name, in JSON and in every binding.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

pub(crate) use named;
