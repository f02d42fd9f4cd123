//! Methods that set one public member of a struct that may get more of them.

/// Makes a method `with_NAME` of each line:
///
/// ```text
/// setters!(Limits { with_templates(templates: usize), });
/// // pub const fn with_templates(mut self, templates: usize) -> Self
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! setters {
    ($type:ident { $($method:ident($member:ident: $value:ty),)+ }) => {
        impl $type {
            $(
                #[doc = concat!(
                    "Sets [`", stringify!($member), "`](Self::", stringify!($member), ")."
                )]
                #[must_use]
                pub const fn $method(mut self, $member: $value) -> Self {
                    self.$member = $member;
                    self
                }
            )+
        }
    };
}
