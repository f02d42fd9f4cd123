//! A relay: forwards as IPFIX what a Decoder read.

mod convert;
mod list;
mod outlet;
mod sample;
mod stream;

use alloc::collections::BTreeMap;
use core::time::Duration;

use self::convert::Conversion;
use self::outlet::Outlet;
use self::stream::RelayDomain;
use crate::decoder::{Decoded, Set, SetKind};
use crate::domain::DomainKey;
use crate::flow::Flow;
use crate::header::MessageHeader;

/// Forwards what a [`Decoder`](crate::Decoder) read as IPFIX.
///
/// Each observation domain of each exporter becomes an observation domain of the
/// relay, numbered from 1 in order of arrival, so that templates and options of two
/// exporters never mix. Records keep their fields and octets, with these exceptions:
///
/// - The uptimes of v1 to v9 (21, 22) become times since 1970 (152, 153), since
///   IPFIX has no uptime in its header. Padding and fields without an element are left
///   out; v9 types above 32767 go under enterprise 4294967295, v9 scopes become
///   the elements that mean the same.
/// - The sampling interval in the header of v5 and v6 becomes a field (34).
/// - sFlow samples become records of their normalised fields.
/// - Lists of RFC 6313 and options about a template (templateId, 145) name the relay's templates.
/// - The original exporter is reported in originalExporterIPv4Address or
///   originalExporterIPv6Address (403, 404) and originalObservationDomainId (405).
///
/// ```
/// use netflow_core::encode::{Relay, RelayLimits};
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// # let mut payload = vec![0; 24 + 48];
/// # (payload[1], payload[3], payload[24]) = (5, 1, 10);
/// let exporter = "198.51.100.1:2055".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let mut decoder = Decoder::new(Limits::default());
/// let mut relay = Relay::new(RelayLimits::default());
/// let message = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
///
/// let mut sent = Vec::new();
/// relay.forward(message, |octets| sent.push(octets.to_vec()));
/// assert_eq!(sent[0][..2], [0, 10]); // NetFlow v5 came, IPFIX goes
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Relay {
    limits: RelayLimits,
    streams: BTreeMap<DomainKey, RelayDomain>,
    /// The domain of the next stream.
    next_domain: u32,
    /// Counts messages, to find the domain idle for longest.
    tick: u64,
    stats: RelayStats,
    /// Memory of the last message.
    buffer: alloc::vec::Vec<u8>,
}

/// The limits of a [`Relay`].
///
/// ```
/// use netflow_core::encode::RelayLimits;
///
/// let limits = RelayLimits::default().with_message_octets(9000);
/// assert_eq!((limits.message_octets, limits.domains), (9000, 4096));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelayLimits {
    /// Octets of a message. Default 1400, for UDP.
    pub message_octets: usize,
    /// Observation domains that are followed at a time; a further one replaces
    /// the one not heard of for longest. Default 4096.
    pub domains: usize,
    /// Templates of one domain, 128 or more; a further one replaces the one not used
    /// for longest. Default 1024.
    pub templates: u16,
    /// How deep lists may be nested. Default 4.
    pub list_depth: u8,
    /// The time after which a template is sent again with the next record by
    /// it; `None` is never, for TCP and files. Default 5 minutes.
    pub template_refresh: Option<Duration>,
    /// Report the original exporter in each data record. Default true.
    pub origin: bool,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            message_octets: 1400,
            domains: 4096,
            templates: 1024,
            list_depth: 4,
            template_refresh: Some(Duration::from_secs(5 * 60)),
            origin: true,
        }
    }
}

crate::setters!(RelayLimits {
    with_message_octets(message_octets: usize),
    with_domains(domains: usize),
    with_templates(templates: u16),
    with_list_depth(list_depth: u8),
    with_template_refresh(template_refresh: Option<Duration>),
    with_origin(origin: bool),
});

/// Counters of a [`Relay`].
///
/// ```
/// use netflow_core::encode::{Relay, RelayLimits};
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut relay = Relay::new(RelayLimits::default());
/// relay.forward(decoder.decode(example::netflow_v5())?, |octets| assert_eq!(octets[..2], [0, 10]));
/// let stats = relay.stats();
/// assert_eq!((stats.records, stats.refused, stats.failed), (1, 0, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RelayStats {
    /// Messages sent.
    pub messages: u64,
    /// Data records sent, options among them.
    pub records: u64,
    /// Template records sent.
    pub templates: u64,
    /// Records that could not be sent: each is longer than a message, or none of its
    /// fields has an element.
    pub refused: u64,
    /// Domains and templates forgotten for [`RelayLimits`].
    pub forgotten: u64,
    /// Messages that [`Relay::try_forward`] made and could not send.
    pub failed: u64,
}

impl Relay {
    /// A relay that has sent nothing yet.
    #[must_use]
    pub const fn new(limits: RelayLimits) -> Self {
        Self {
            limits,
            streams: BTreeMap::new(),
            next_domain: 1,
            tick: 0,
            stats: RelayStats {
                messages: 0,
                records: 0,
                templates: 0,
                refused: 0,
                forgotten: 0,
                failed: 0,
            },
            buffer: alloc::vec::Vec::new(),
        }
    }

    /// Sends on the flows and options of a datagram, in one or several messages of
    /// IPFIX, each of which is passed to `send`.
    pub fn forward(&mut self, decoded: Decoded<'_>, send: impl FnMut(&[u8])) {
        self.forward_where(decoded, |_| true, send);
    }

    /// The same, through a sink that may fail.
    ///
    /// After an error the other messages of this datagram are not sent. The receiver sees their records
    /// as lost, by their sequence numbers; [`RelayStats::failed`] counts the messages. All templates are
    /// sent again before they are needed, so that the relay may go on with another connection.
    ///
    /// # Errors
    ///
    /// The first error of `send`.
    ///
    /// ```
    /// use std::io::{self, Write as _};
    ///
    /// use netflow_core::encode::{Relay, RelayLimits};
    /// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
    ///
    /// # let mut payload = vec![0; 24 + 48];
    /// # (payload[1], payload[3], payload[24]) = (5, 1, 10);
    /// # let exporter = "198.51.100.1:2055".parse().unwrap();
    /// # let received = Timestamp::from_secs(1_700_000_000);
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut relay = Relay::new(RelayLimits::default().with_template_refresh(None));
    /// let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
    ///
    /// let mut full: &mut [u8] = &mut [0; 10];
    /// let failed = relay.try_forward(decoder.decode(datagram)?, |octets| full.write_all(octets));
    /// assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::WriteZero);
    /// assert_eq!((relay.stats().messages, relay.stats().failed), (0, 1));
    ///
    /// let mut stream = Vec::new(); // in fact a new TcpStream
    /// relay.try_forward(decoder.decode(datagram)?, |octets| stream.write_all(octets)).unwrap();
    /// assert_eq!(stream[16..18], [0, 2]); // its template comes first
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    pub fn try_forward<E>(
        &mut self,
        decoded: Decoded<'_>,
        send: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.try_forward_where(decoded, |_| true, send)
    }

    /// As [`try_forward`](Self::try_forward), but of the flows only those that `matches`, as
    /// [`forward_where`](Self::forward_where) does.
    ///
    /// # Errors
    ///
    /// The first error of `send`.
    pub fn try_forward_where<E>(
        &mut self,
        decoded: Decoded<'_>,
        matches: impl FnMut(&Flow<'_>) -> bool,
        mut send: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut result = Ok(());
        let mut failed = 0_u64;
        self.forward_where(decoded, matches, |octets| {
            if result.is_ok() {
                result = send(octets);
            }
            if result.is_err() {
                failed = failed.saturating_add(1);
            }
        });
        if result.is_err() {
            self.stats.messages = self.stats.messages.saturating_sub(failed);
            self.stats.failed = self.stats.failed.saturating_add(failed);
            self.resend_templates();
        }
        result
    }

    /// Sends each template again before the next record by it. A new receiver needs this: after a new
    /// connection, or at the start of a file.
    pub fn resend_templates(&mut self) {
        for stream in self.streams.values_mut() {
            stream.forget_sent();
        }
    }

    /// As [`forward`](Self::forward), but of the flows only those that `matches`. Options are sent all the same, because
    /// rates and names in them apply to these flows.
    ///
    /// ```
    /// use netflow_core::encode::{Relay, RelayLimits};
    /// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
    ///
    /// # let mut payload = vec![0; 24 + 48];
    /// # (payload[1], payload[3], payload[24]) = (5, 1, 10);
    /// # let exporter = "198.51.100.1:2055".parse().unwrap();
    /// # let received = Timestamp::from_secs(1_700_000_000);
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut relay = Relay::new(RelayLimits::default());
    /// let message = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
    ///
    /// let is_dns = |flow: &netflow_core::Flow<'_>| flow.destination_port() == Some(53);
    /// relay.forward_where(message, is_dns, |octets| unreachable!("{octets:?}"));
    /// assert_eq!(relay.stats().records, 0);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    pub fn forward_where(
        &mut self,
        decoded: Decoded<'_>,
        mut matches: impl FnMut(&Flow<'_>) -> bool,
        mut send: impl FnMut(&[u8]),
    ) {
        for message in decoded.messages() {
            if message.sets().next().is_none() {
                continue;
            }
            let mut outlet = self.outlet(message.header(), &mut send);
            message.sets().for_each(|set| outlet.name_templates(&set));
            message
                .sets()
                .for_each(|set| outlet.set(&set, &mut matches));
            self.buffer = outlet.finish();
        }
    }

    /// Counters of what was sent so far.
    #[must_use]
    pub const fn stats(&self) -> &RelayStats {
        &self.stats
    }

    fn outlet<'r, S: FnMut(&[u8])>(
        &'r mut self,
        header: &'r MessageHeader,
        send: &'r mut S,
    ) -> Outlet<'r, S> {
        self.tick = self.tick.saturating_add(1);
        let source = header.domain_key();
        if !self.streams.contains_key(&source) {
            self.make_room();
            let stream = RelayDomain::new(self.next_domain);
            self.next_domain = self.next_domain.checked_add(1).unwrap_or(1);
            self.streams.insert(source, stream);
        }
        let stream = self
            .streams
            .entry(source)
            .or_insert_with(|| RelayDomain::new(1));
        stream.heard = self.tick;
        let buffer = core::mem::take(&mut self.buffer);
        Outlet::new(header, stream, self.limits, &mut self.stats, buffer, send)
    }

    fn make_room(&mut self) {
        if self.streams.len() < self.limits.domains.max(1) {
            return;
        }
        let oldest = self.streams.iter().min_by_key(|(_, stream)| stream.heard);
        if let Some(source) = oldest.map(|(source, _)| *source) {
            self.streams.remove(&source);
            self.stats.forgotten = self.stats.forgotten.saturating_add(1);
        }
    }
}

impl<S: FnMut(&[u8])> Outlet<'_, S> {
    fn set(&mut self, set: &Set<'_>, matches: &mut impl FnMut(&Flow<'_>) -> bool) {
        match set.kind() {
            SetKind::Data | SetKind::Options => {
                let Some(template) = set.template() else {
                    return;
                };
                let conversion = Conversion::new(template, set.header(), self.limits().origin);
                let is_options = set.kind() == SetKind::Options;
                for record in set.records() {
                    let flow = set.flow(record);
                    if is_options || matches(&flow) {
                        self.record(&conversion, &flow, &record);
                    }
                }
            }
            SetKind::Samples => {
                for flow in set.sample_flows().filter(|flow| matches(flow)) {
                    self.sample(&flow);
                }
            }
            _ => {}
        }
    }
}
