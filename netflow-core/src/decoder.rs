//! The one type with state: it decodes a datagram into a [`Decoded`].

mod account;
mod common_properties;
mod content;
mod context;
mod data;
mod decoded;
mod delivery;
mod display;
mod doubts;
mod evidence;
mod join;
mod limits;
mod message;
mod neighbours;
mod netflow;
mod options;
mod payloads;
mod problem;
mod rewrite;
mod samples;
mod scratch;
mod session;
mod sessions;
mod set;
mod sets;
mod snapshot;
mod stats;
mod template_event;
mod templates;
mod waiting;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;

pub use self::account::DomainReport;
pub use self::content::{Flows, JoinedSets, MessageRecords, MessageSamples, Problems, Sets};
pub use self::decoded::Decoded;
pub use self::doubts::Doubt;
pub use self::limits::{Limits, OptionsScope, SessionScope};
pub use self::message::{Message, Messages};
pub use self::problem::Problem;
pub use self::rewrite::Rewrite;
use self::rewrite::Rewriting;
use self::scratch::{Content, ProblemSlot, Scratch, SetSlot};
use self::sessions::Sessions;
pub use self::set::{Records, Samples, Set, SetKind, SetTemplateRecords};
pub use self::stats::Stats;
pub use self::template_event::{TemplateEvent, TemplateEventKind};
use crate::datagram::{Datagram, DatagramId, Protocol};
use crate::domain::DomainKey;
use crate::element::Definitions;
use crate::error::{Error, ErrorKind};
use crate::exporter::{
    ConfiguredCounters, ConfiguredInterface, ConfiguredInterfaces, ConfiguredRates, Fact,
};
use crate::flow::Origin;
use crate::header::MessageHeader;
use crate::template::{Builtins, Template};
use crate::wire;

/// Decodes datagrams of any number of exporters and keeps the state that they
/// announce, such as templates, by exporter, observation domain and protocol. It
/// survives a restart by [`save`](Self::save) and [`load`](Self::load).
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// // NetFlow v5: a header that counts one record, and the record.
/// let mut payload = [0; 24 + 48];
/// payload[1] = 5;
/// payload[3] = 1;
/// payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// payload[24 + 47 - 14..24 + 47 - 12].copy_from_slice(&[0, 53]);
///
/// let mut decoder = Decoder::new(Limits::default());
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// for flow in decoded.flows() {
///     assert_eq!(flow.source_address(), Some("192.0.2.1".parse().unwrap()));
/// }
/// assert_eq!(decoded.flows().count(), 1);
/// assert_eq!(decoded.problems().count(), 0);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    scope: SessionScope,
    definitions: Definitions,
    configured_rates: ConfiguredRates,
    configured_counters: ConfiguredCounters,
    override_rates: ConfiguredRates,
    configured_interfaces: ConfiguredInterfaces,
    sessions: Sessions,
    builtins: Builtins,
    stats: Stats,
    scratch: Scratch,
    rewriting: Option<Box<Rewriting>>,
}

/// The default limits and scope, with a random key for the tables.
#[cfg(feature = "std")]
impl Default for Decoder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Decoder {
    /// A decoder without any exporter state.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            scope: SessionScope::default(),
            definitions: Definitions::default(),
            configured_rates: ConfiguredRates::default(),
            configured_counters: ConfiguredCounters::default(),
            override_rates: ConfiguredRates::default(),
            configured_interfaces: ConfiguredInterfaces::default(),
            sessions: Sessions::new(&limits),
            builtins: Builtins::new(),
            stats: Stats::default(),
            scratch: Scratch::default(),
            rewriting: None,
        }
    }

    /// Sets the scope of sessions.
    #[must_use]
    pub const fn with_scope(mut self, scope: SessionScope) -> Self {
        self.scope = scope;
        self
    }

    /// Adds elements that the registry does not have.
    #[must_use]
    pub fn with_definitions(mut self, definitions: Definitions) -> Self {
        self.definitions = definitions;
        self
    }

    /// Sets sampling rates by exporter, used where an exporter announces none.
    #[must_use]
    pub fn with_configured_rates(mut self, rates: ConfiguredRates) -> Self {
        self.configured_rates = rates;
        self
    }

    /// Sets sampling rates by exporter that replace the rates the exporter announces.
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let rates = ["198.51.100.0/24=1000".parse()?].into_iter().collect();
    /// let decoder = Decoder::new(Limits::default()).with_override_rates(rates);
    /// # let _ = decoder;
    /// # Ok::<(), netflow_core::ParseRateError>(())
    /// ```
    #[must_use]
    pub fn with_override_rates(mut self, rates: ConfiguredRates) -> Self {
        self.override_rates = rates;
        self
    }

    /// Sets names of interfaces by exporter and index. They take precedence over the names that exporters
    /// announce.
    #[must_use]
    pub fn with_configured_interfaces(mut self, interfaces: ConfiguredInterfaces) -> Self {
        self.configured_interfaces = interfaces;
        self
    }

    /// Adds names of interfaces; the last entry of an interface applies.
    pub fn add_configured_interfaces(
        &mut self,
        interfaces: impl IntoIterator<Item = ConfiguredInterface>,
    ) {
        self.configured_interfaces.extend(interfaces);
    }

    /// Sets whether options apply to other observation domains of their exporter too, or
    /// only to their own, which is the default.
    #[must_use]
    pub fn with_options_scope(mut self, scope: OptionsScope) -> Self {
        self.sessions
            .keep_neighbours(scope == OptionsScope::Exporter);
        self
    }

    /// Whether options apply to other observation domains of their exporter too.
    #[must_use]
    pub fn options_scope(&self) -> OptionsScope {
        if self.sessions.has_neighbours() {
            OptionsScope::Exporter
        } else {
            OptionsScope::Domain
        }
    }

    /// Sets the meaning of the second counters (23, 24) of exporters. It applies to templates
    /// that are learned from then on.
    #[must_use]
    pub fn with_configured_counters(mut self, counters: ConfiguredCounters) -> Self {
        self.configured_counters = counters;
        self
    }

    /// Sets whether a decreasing sequence number or uptime is treated as a restart of the exporter,
    /// which is the default. Otherwise such messages are late, [`SequenceCounts::restarted`] stays 0, and the
    /// start time that the exporter announced remains valid: for exporters with several counters or clocks.
    /// Templates are never forgotten because of a restart.
    ///
    /// [`SequenceCounts::restarted`]: crate::SequenceCounts::restarted
    #[must_use]
    pub fn with_restart_detection(mut self, detects: bool) -> Self {
        self.sessions.detect_restarts(detects);
        self
    }

    /// Decodes one datagram. The result borrows the decoder, until the next call.
    /// All lengths are checked here, so iterating the result cannot fail.
    ///
    /// # Errors
    ///
    /// Only when not even the first header can be read. Anything malformed after it
    /// costs only the part concerned and is reported by
    /// [`problems`](Decoded::problems).
    pub fn decode<'m>(&'m mut self, datagram: Datagram<'m>) -> Result<Decoded<'m>, Error> {
        self.scratch.clear();
        Stats::add(&mut self.stats.datagrams, 1);
        Stats::add(&mut self.stats.octets, datagram.payload.len());
        let first = self.message(&datagram, 0);
        let mut end = match first {
            Ok(end) => end,
            Err(error) => {
                Stats::add(&mut self.stats.unreadable, 1);
                self.stats.count_problem(&error.kind);
                return Err(error);
            }
        };
        while let Some(rest) = datagram.payload.get(end..).filter(|rest| !rest.is_empty()) {
            if rest.iter().all(|octet| *octet == 0) {
                break;
            }
            match self.following(&datagram, end) {
                Ok(next) => end = next,
                Err(error) => {
                    self.problem(error, None, rest.len());
                    break;
                }
            }
        }
        self.resolve();
        if self.scratch.refers_to_properties {
            self.join_common_properties(datagram.payload);
        }
        self.scratch.sort_problems();
        Ok(self.decoded(datagram.payload))
    }

    /// Options apply to the whole datagram that they arrive in, and to the late
    /// data that it releases. The exporter's state is shared only here, once it no
    /// longer changes: sharing it earlier would cost a copy for each message of the
    /// datagram.
    fn resolve(&mut self) {
        let scratch = &mut self.scratch;
        let has_neighbours = self.sessions.has_neighbours();
        for (origin, session) in scratch.origins.iter_mut().zip(&scratch.sessions) {
            let known = session.and_then(|session| self.sessions.get(session));
            let domain = origin.header.observation_domain;
            // Another domain may have taken the index meanwhile.
            if let Some(known) = known.filter(|known| known.key().observation_domain == domain) {
                origin.header.system_init = known.exporter.system_init();
                origin.exporter = Some(Arc::clone(&known.exporter));
                if has_neighbours {
                    let mut others = self.sessions.neighbours(known.key()).peekable();
                    if others.peek().is_some() {
                        let list = scratch.domain_lists.pop();
                        origin.other_domains = list.unwrap_or_default();
                        origin.other_domains.extend(others.map(Arc::clone));
                    }
                }
            }
        }
    }

    /// Reads a message that follows another. It has to be of the same protocol:
    /// exporters do not mix protocols, and stray octets rarely look like the same
    /// one.
    fn following(&mut self, datagram: &Datagram<'_>, offset: usize) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let trailing = || {
            let length = octets.len();
            Error::new(ErrorKind::TrailingOctets { length }, offset)
        };
        let protocol = wire::message::protocol(octets, offset).map_err(|_| trailing())?;
        let first = self.scratch.origins.first();
        if first.map(|origin| origin.header.protocol) != Some(protocol) {
            return Err(trailing());
        }
        self.message(datagram, offset)
    }

    /// Reads the message at `offset` and returns where it ends.
    fn message(&mut self, datagram: &Datagram<'_>, offset: usize) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        match wire::message::protocol(octets, offset)? {
            Protocol::NetflowV9 => self.netflow_v9(datagram, offset),
            Protocol::Ipfix => self.ipfix(datagram, offset),
            Protocol::SflowV5 => self.sflow(datagram, offset),
            protocol => self.netflow(protocol, datagram, offset),
        }
    }

    /// Begins a message, whose header `fill` completes. It is filled where it stays: headers are
    /// large, and would be copied from each function to the next.
    #[inline(always)]
    fn begin(
        &mut self,
        datagram: &Datagram<'_>,
        protocol: Protocol,
        offset: usize,
        fill: impl FnOnce(&mut MessageHeader),
    ) {
        let header = MessageHeader::new(protocol, datagram, offset);
        let origin = self.origin(datagram, header, false);
        self.scratch.begin(origin, None);
        if let Some(origin) = self.scratch.origins.last_mut() {
            fill(&mut origin.header);
        }
        Stats::add(&mut self.stats.messages, 1);
    }

    #[inline(always)]
    fn origin(&self, datagram: &Datagram<'_>, header: MessageHeader, late: bool) -> Origin {
        Origin {
            header,
            exporter: None,
            other_domains: Vec::new(),
            configured_rate: self.configured_rates.get(datagram.exporter.ip()),
            override_rate: self.override_rates.get(datagram.exporter.ip()),
            interfaces: self.configured_interfaces.of(datagram.exporter.ip()),
            late,
        }
    }

    fn problem(&mut self, error: Error, set: Option<u16>, octets: usize) {
        self.stats.count_problem(&error.kind);
        self.scratch.problems.push(ProblemSlot {
            origin: self.scratch.current,
            error,
            set,
            octets,
        });
    }

    /// Forgets the templates of a stream that has ended (RFC 7011, section 10.4).
    pub fn end_session(&mut self, exporter: SocketAddr) {
        let address = exporter.ip().to_canonical();
        self.sessions.end(SocketAddr::new(address, exporter.port()));
    }

    /// Counters of what was read and lost since the decoder was created.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The limits it was created with.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Octets of memory for the state of all exporters, as charged to
    /// [`Limits::state_octets`].
    #[must_use]
    pub fn state_octets(&self) -> usize {
        self.sessions.octets()
    }

    /// How many observation domains are known.
    #[must_use]
    pub fn domain_count(&self) -> usize {
        self.sessions.len()
    }

    /// The templates in force, in no order.
    pub fn templates(&self) -> impl Iterator<Item = KnownTemplate<'_>> {
        self.sessions.iter().flat_map(|session| {
            session.templates.iter().map(|known| KnownTemplate {
                domain: *session.key(),
                template: &known.template,
                refreshed: known.refreshed,
                datagram: known.datagram,
            })
        })
    }

    /// Announcements of options that are in force, in no order: sampling rates, and
    /// names of interfaces, VRFs and applications.
    pub fn announced(&self) -> impl Iterator<Item = Announcement<'_>> {
        self.sessions.iter().flat_map(|session| {
            session.exporter.facts().map(|fact| Announcement {
                domain: *session.key(),
                fact,
            })
        })
    }
}

/// A template in force, and its observation domain.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let mut ids: Vec<u16> = decoder.templates().map(|known| known.template.id()).collect();
/// ids.sort();
/// assert_eq!(ids, [256, 257, 258]);
/// assert!(decoder.templates().all(|known| known.domain.observation_domain == 7));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct KnownTemplate<'d> {
    /// The domain that sent it.
    pub domain: DomainKey,
    /// The template.
    pub template: &'d Template,
    /// When it was last sent.
    pub refreshed: crate::Timestamp,
    /// The datagram that defined it.
    pub datagram: DatagramId,
}

/// One announcement of options, and the exporter that sent it.
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let names = decoder.announced().filter_map(|announcement| match announcement.fact {
///     Fact::InterfaceName(index, name) => Some((index, name.to_string())),
///     _ => None,
/// });
/// assert_eq!(names.collect::<Vec<_>>(), [(3, "eth0".to_owned())]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Announcement<'d> {
    /// The domain that it belongs to.
    pub domain: DomainKey,
    /// What was announced.
    pub fact: Fact<'d>,
}
