//! Elements that flows work their own fields out from, from `registry/ingredients.csv`.

mod table;

use self::table::ingredient_table;
use super::FieldType;
use crate::element::ElementId;

/// What the flow works its own fields out from: elements that are looked up
/// once, when a template is compiled, as those of the table are. Of an element that
/// is `second` the second field of a template counts, not the first: headers
/// inside others follow them (RFC 7011, section 8).
macro_rules! ingredients {
    ($($(#[$doc:meta])+ $variant:ident $type:ident $source:tt $($second:ident)?;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Ingredient {
            $($(#[$doc])+ $variant,)+
        }

        impl Ingredient {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[expect(clippy::as_conversions, reason = "the number of the variant")]
            pub(crate) const fn index(self) -> u8 {
                self as u8
            }

            pub(crate) const fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$type,)+ }
            }

            pub(crate) const fn elements(self) -> &'static [ElementId] {
                match self { $(Self::$variant => elements!($source),)+ }
            }

            /// The second field of the element is meant.
            pub(crate) const fn is_second(self) -> bool {
                match self { $(Self::$variant => second!($($second)?),)+ }
            }
        }
    };
}
macro_rules! second {
    () => {
        false
    };
    (second) => {
        true
    };
}

ingredient_table!(ingredients);
