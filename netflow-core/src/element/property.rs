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

registry! {
    /// An abstract data type (RFC 7012, section 3.1; unsigned256 of RFC 9740).
    ///
    /// The numbers are those of informationElementDataType (RFC 5610, section 3.1).
    ///
    /// ```
    /// use netflow_core::element::DataType;
    ///
    /// assert_eq!(DataType::from_number(18), Some(DataType::Ipv4Address));
    /// assert_eq!(DataType::Ipv4Address.name(), "ipv4Address");
    /// assert_eq!(DataType::from_number(200), None);
    /// ```
    DataType {
        OctetArray = 0, "octetArray";
        Unsigned8 = 1, "unsigned8";
        Unsigned16 = 2, "unsigned16";
        Unsigned32 = 3, "unsigned32";
        Unsigned64 = 4, "unsigned64";
        Signed8 = 5, "signed8";
        Signed16 = 6, "signed16";
        Signed32 = 7, "signed32";
        Signed64 = 8, "signed64";
        Float32 = 9, "float32";
        Float64 = 10, "float64";
        Boolean = 11, "boolean";
        MacAddress = 12, "macAddress";
        String = 13, "string";
        DateTimeSeconds = 14, "dateTimeSeconds";
        DateTimeMilliseconds = 15, "dateTimeMilliseconds";
        DateTimeMicroseconds = 16, "dateTimeMicroseconds";
        DateTimeNanoseconds = 17, "dateTimeNanoseconds";
        Ipv4Address = 18, "ipv4Address";
        Ipv6Address = 19, "ipv6Address";
        BasicList = 20, "basicList";
        SubTemplateList = 21, "subTemplateList";
        SubTemplateMultiList = 22, "subTemplateMultiList";
        Unsigned256 = 23, "unsigned256";
    }
}

registry! {
    /// What the values of an element mean (RFC 7012, section 3.2).
    ///
    /// The numbers are those of informationElementSemantics (RFC 5610, section 3.2).
    Semantics {
        Default = 0, "default";
        Quantity = 1, "quantity";
        TotalCounter = 2, "totalCounter";
        DeltaCounter = 3, "deltaCounter";
        Identifier = 4, "identifier";
        Flags = 5, "flags";
        List = 6, "list";
        SnmpCounter = 7, "snmpCounter";
        SnmpGauge = 8, "snmpGauge";
    }
}

registry! {
    /// The units of an element; `None` where it has none or they are not known.
    ///
    /// The numbers are those of informationElementUnits (RFC 5610, section 3.3).
    Units {
        None = 0, "none";
        Bits = 1, "bits";
        Octets = 2, "octets";
        Packets = 3, "packets";
        Flows = 4, "flows";
        Seconds = 5, "seconds";
        Milliseconds = 6, "milliseconds";
        Microseconds = 7, "microseconds";
        Nanoseconds = 8, "nanoseconds";
        FourOctetWords = 9, "4-octet words";
        Messages = 10, "messages";
        Hops = 11, "hops";
        Entries = 12, "entries";
        Frames = 13, "frames";
        Ports = 14, "ports";
        Inferred = 15, "inferred";
    }
}

impl DataType {
    /// The type is one of the lists of RFC 6313.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::BasicList | Self::SubTemplateList | Self::SubTemplateMultiList
        )
    }
}
