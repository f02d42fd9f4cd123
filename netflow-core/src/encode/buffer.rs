//! The octets that a builder of messages has written, and their limit.

/// Octets that IPFIX can count, and UDP nearly carry.
pub(super) const LONGEST: usize = 65535;

/// `buffer_setters!(FixedBuilder: octets, "…")`: the methods of a builder that set `limit` and replace the
/// buffer in `octets`; the text says which limit is usual.
macro_rules! buffer_setters {
    ($builder:ident: $($member:ident).+, $usual:literal) => {
        impl $builder {
            /// Limits what is built to this many octets, at most 65535, which is the default.
            #[doc = $usual]
            #[must_use]
            pub fn with_limit(mut self, octets: usize) -> Self {
                self.limit = octets.min(LONGEST);
                self
            }

            /// Writes into this buffer. Its content is discarded and its memory reused.
            #[must_use]
            pub fn with_buffer(mut self, mut buffer: Vec<u8>) -> Self {
                buffer.clear();
                buffer.append(&mut self.$($member).+);
                self.$($member).+ = buffer;
                self
            }
        }
    };
}
pub(super) use buffer_setters;
