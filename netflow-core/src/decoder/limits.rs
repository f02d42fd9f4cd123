//! The limits on a Decoder's memory and work.

use core::time::Duration;

/// Every limit of a [`Decoder`](crate::Decoder), with its default.
///
/// ```
/// use netflow_core::Limits;
///
/// let limits = Limits::default().with_state_octets(16 << 20);
/// assert_eq!(limits.list_depth, 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of memory for the state of all exporters. When they are used up, the
    /// observation domains idle for longest are forgotten, an eighth of all
    /// at a time. Default 64 MiB.
    pub state_octets: usize,
    /// Octets of that memory for one observation domain. State that it announces
    /// beyond them is not kept. Default 8 MiB.
    pub domain_octets: usize,
    /// Octets of that memory for data of one observation domain that waits for its
    /// template; the oldest is discarded first. Default 1 MiB.
    pub waiting_octets: usize,
    /// How long data waits for its template, by [`received`](crate::Datagram::received);
    /// `None` is for ever. Default 30 minutes.
    pub waiting_lifetime: Option<Duration>,
    /// Templates of one observation domain. One more is not kept. Default 4096.
    pub templates: usize,
    /// Fields of one template. A template with more is not kept. Default 4096.
    pub template_fields: u16,
    /// How deep lists of RFC 6313 may be nested. Default 4.
    pub list_depth: u8,
    /// Different templates that the lists of one set may name. Default 64.
    pub list_templates: usize,
    /// Common properties (RFC 5473) of one observation domain. One more is not kept.
    /// Default 65,536.
    pub common_properties: usize,
    /// Octets of the data records of one datagram together with their common properties.
    /// Records beyond them are returned without common properties. Default 1 MiB.
    pub joined_octets: usize,
    /// How long a template that was received over UDP is in force after it was last sent;
    /// `None` is for ever. Default 30 minutes (RFC 7011, section 8.4).
    pub template_lifetime: Option<Duration>,
    /// Key of the hash tables: must be unknown to the senders of datagrams.
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
            waiting_lifetime: Some(Duration::from_secs(30 * 60)),
            templates: 4096,
            template_fields: 4096,
            list_depth: 4,
            list_templates: 64,
            common_properties: 1 << 16,
            joined_octets: 1 << 20,
            template_lifetime: Some(Duration::from_secs(30 * 60)),
            hash_seed,
        }
    }
}

crate::setters!(Limits {
    with_state_octets(state_octets: usize),
    with_domain_octets(domain_octets: usize),
    with_waiting_octets(waiting_octets: usize),
    with_waiting_lifetime(waiting_lifetime: Option<Duration>),
    with_templates(templates: usize),
    with_template_fields(template_fields: u16),
    with_list_depth(list_depth: u8),
    with_list_templates(list_templates: usize),
    with_common_properties(common_properties: usize),
    with_joined_octets(joined_octets: usize),
    with_template_lifetime(template_lifetime: Option<Duration>),
});

/// The defaults with a random key.
#[cfg(feature = "std")]
impl Default for Limits {
    fn default() -> Self {
        use core::hash::{BuildHasher, Hasher};

        Self::new(std::hash::RandomState::new().build_hasher().finish())
    }
}

/// What a template belongs to, besides observation domain and protocol.
///
/// ```
/// use netflow_core::{Decoder, Limits, SessionScope, example};
///
/// // Two exporters share an address, and send from ports of their own.
/// let mut other = example::ipfix();
/// other.exporter.set_port(50_001);
/// for (scope, domains) in [(SessionScope::Exporter, 1), (SessionScope::Transport, 2)] {
///     let mut decoder = Decoder::new(Limits::default()).with_scope(scope);
///     decoder.decode(example::ipfix())?;
///     decoder.decode(other)?;
///     assert_eq!(decoder.domain_count(), domains);
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionScope {
    /// The exporter's address: exporters that send over equal-cost paths change
    /// their UDP source port.
    #[default]
    Exporter,
    /// The exporter's address and port: the transport session of RFC 7011 (section
    /// 2), for several exporters that share one address.
    Transport,
}

/// Which observation domains share what options announce: sampling rates and names.
///
/// ```
/// use netflow_core::{Decoder, Limits, OptionsScope, SamplingRule, example};
///
/// let mut decoder = Decoder::new(Limits::default()).with_options_scope(OptionsScope::Exporter);
/// decoder.decode(example::ipfix())?;
/// // Domain 8 of the exporter sends the same flow without any options.
/// let ipfix = example::ipfix();
/// let mut payload = [&ipfix.payload[..64], &ipfix.payload[128..]].concat();
/// payload[3] = payload.len() as u8;
/// payload[15] = 8;
/// let domain_8 = ipfix.with_payload(&payload);
/// let decoded = decoder.decode(domain_8)?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!(flow.sampling_rate(), Some(100));
/// assert_eq!(flow.sampling_rule(), Some(SamplingRule::OtherDomain));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OptionsScope {
    /// Options apply to the observation domain that sends them (RFC 7011, section 3.4.2.1;
    /// RFC 3954, section 5.1: the source id).
    #[default]
    Domain,
    /// If a flow's own domain does not announce something, it is taken from the exporter's other
    /// domains of the same protocol, as long as those agree. For exporters that send options in a
    /// separate domain, such as one for each line card.
    Exporter,
}
