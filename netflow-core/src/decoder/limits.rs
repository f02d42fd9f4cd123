//! What bounds a Decoder's memory and work.

/// Every limit of a [`Decoder`](crate::Decoder), with its default.
///
/// ```
/// use netflow_core::Limits;
///
/// let limits = Limits { state_octets: 16 << 20, ..Limits::new(0x5eed) };
/// assert_eq!(limits.list_depth, 4);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Octets of memory for all that exporters taught. When they are used up,
    /// the observation domains not heard of for longest are forgotten, an
    /// eighth of all at a time. Default 64 MiB.
    pub state_octets: usize,
    /// Octets of memory for one observation domain, of those. What it teaches
    /// beyond them is not kept. Default 8 MiB.
    pub domain_octets: usize,
    /// Octets of memory, of those, for data of one observation domain that
    /// waits for its template; the oldest is given up first. Default 1 MiB.
    pub waiting_octets: usize,
    /// Nanoseconds after which data that waits is given up; `None` is never.
    /// Default 30 minutes.
    pub waiting_lifetime: Option<i64>,
    /// Templates of one observation domain. One more is not kept. Default 4096.
    pub templates: usize,
    /// Fields of one template. A template of more is not kept. Default 4096.
    pub template_fields: u16,
    /// How deep lists of RFC 6313 may be nested. Default 4.
    pub list_depth: u8,
    /// Different templates that the lists of one set may name. Default 64.
    pub list_templates: usize,
    /// Nanoseconds after which a template that came over UDP and was not sent
    /// again is forgotten; `None` is never. Default 30 minutes.
    pub template_lifetime: Option<i64>,
    /// Key of the hash tables: not to be known to whoever sends datagrams.
    pub hash_seed: u64,
}

impl Limits {
    /// The defaults, with this key for the hash tables.
    #[must_use]
    pub const fn new(hash_seed: u64) -> Self {
        Self {
            state_octets: 64 << 20,
            domain_octets: 8 << 20,
            waiting_octets: 1 << 20,
            waiting_lifetime: Some(30 * 60 * 1_000_000_000),
            templates: 4096,
            template_fields: 4096,
            list_depth: 4,
            list_templates: 64,
            template_lifetime: Some(30 * 60 * 1_000_000_000),
            hash_seed,
        }
    }
}

/// The defaults with a random key.
#[cfg(feature = "std")]
impl Default for Limits {
    fn default() -> Self {
        use core::hash::{BuildHasher, Hasher};

        Self::new(std::hash::RandomState::new().build_hasher().finish())
    }
}

/// What a template belongs to, besides observation domain and protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionScope {
    /// The exporter's address: exporters behind equal-cost paths change their
    /// UDP source port.
    #[default]
    Exporter,
    /// The exporter's address and port: the transport session of RFC 7011
    /// (section 2), for several exporters behind one address.
    Transport,
}

/// Which observation domains share what options announce: sampling rates and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OptionsScope {
    /// Options apply to the observation domain that sends them (RFC 7011, section 3.4.2.1;
    /// RFC 3954, section 5.1: the source id).
    #[default]
    Domain,
    /// What its own domain does not announce, a flow has by the exporter's other domains of the
    /// same protocol, as long as those agree. For exporters that send options in a domain of
    /// their own, such as one for each line card.
    Exporter,
}
