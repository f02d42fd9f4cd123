//! What an element is made of: abstract data type, semantics and units.

/// Makes an enum of a registry whose entries have a number and a name.
///
/// `Unsigned8 = 1, "unsigned8";` becomes a variant with that number and name.
macro_rules! registry {
    (
        $(#[$attribute:meta])*
        $type:ident {
            $($variant:ident = $number:literal, $name:literal;)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $type {
            $(
                #[doc = concat!("`", $name, "`, number ", $number, ".")]
                $variant = $number,
            )+
        }

        impl $type {
            /// Every entry, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The entry of this number, `None` where the registry has none.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The number in the registry.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self {
                    $(Self::$variant => $number,)+
                }
            }

            /// The name in the registry.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

mod table;

pub use self::table::{DataType, Semantics, Units};

impl DataType {
    /// The type is that of an unsigned number, of any width.
    #[must_use]
    pub const fn is_unsigned(self) -> bool {
        matches!(
            self,
            Self::Unsigned8 | Self::Unsigned16 | Self::Unsigned32 | Self::Unsigned64
        )
    }

    /// Whether values of both types are read alike. Unsigned numbers are: any may be sent with fewer octets than
    /// its type has (RFC 7011, section 6.2).
    ///
    /// ```
    /// use netflow_core::element::DataType;
    ///
    /// assert!(DataType::Unsigned32.is_encoded_like(DataType::Unsigned64));
    /// assert!(!DataType::Unsigned32.is_encoded_like(DataType::Ipv4Address));
    /// ```
    #[must_use]
    pub fn is_encoded_like(self, other: Self) -> bool {
        self == other || (self.is_unsigned() && other.is_unsigned())
    }

    /// The type is one of the lists of RFC 6313.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::BasicList | Self::SubTemplateList | Self::SubTemplateMultiList
        )
    }
}
