//! What each record adds to a sum over flows, if records repeat what others counted.

mod identity;

use self::identity::{FlowIdentity, Life, Named, Start, is_behind, is_duplicate};
use super::Flow;
use crate::element::{self, ElementId, Semantics};
use crate::field::FlowField;
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::time::Timestamp;

/// Computes what the counters of each record add to a sum.
///
/// Most records count the traffic since the last record (`delta`), and add just that. Two kinds do
/// not, and would be counted several times:
///
/// - A running total (octetTotalCount and others; RFC 7012, section 3.2) adds its increase over
///   the last total of the same flow: exporter, observation domain, addresses, ports, protocol,
///   input interface, flow id and start. Of a flow without a start, a lower total that is not
///   late is that of another flow.
/// - The teardown of a connection of a firewall (firewallEvent 2) has its total in elements that
///   are deltas in updates (Cisco ASA NetFlow Implementation Guide, flow-update and flow-teardown
///   events). It adds its total less the updates of the same exporter and connection; updates that
///   are received after it add nothing.
///
/// Both need memory for each flow, which has a limit: the flows not heard of for longest are
/// forgotten. A record that may belong to a forgotten flow is not [exact](Increment::is_exact).
///
/// ```
/// use netflow_core::{Datagram, Decoder, Increments, Limits, Timestamp, Transport};
///
/// # fn sum(decoder: &mut Decoder, datagram: Datagram<'_>) -> Result<(), netflow_core::Error> {
/// let mut increments = Increments::new(1 << 20, Limits::default().hash_seed);
/// let (mut octets, mut is_exact) = (0_u64, true);
/// for flow in decoder.decode(datagram)?.flows() {
///     let increment = increments.add(&flow);
///     octets = octets.saturating_add(increment.octets.unwrap_or(0));
///     is_exact &= increment.is_exact;
/// }
/// # let _ = (octets, is_exact);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Increments {
    /// Flows that were heard of lately, and those that were before.
    recent: Generation,
    before: Generation,
    /// Octets that one generation may take.
    limit: usize,
    forgotten: u64,
    /// When the last of the forgotten flows was heard of.
    forgotten_until: Option<Timestamp>,
}

/// What the counters of one record add to sums; `None` where it has no such counter.
///
/// ```
/// use netflow_core::{Decoder, Increments, Limits, example};
///
/// let limits = Limits::default();
/// let mut increments = Increments::new(1 << 20, limits.hash_seed);
/// let mut decoder = Decoder::new(limits);
/// let decoded = decoder.decode(example::ipfix())?;
/// let increment = increments.add(&decoded.flows().next().unwrap());
/// assert_eq!((increment.octets, increment.packets), (Some(1500), Some(2)));
/// assert!(increment.is_exact);
/// assert_eq!(increment.reverse_octets, None); // the record has one direction
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Increment {
    /// Octets.
    pub octets: Option<u64>,
    /// Packets.
    pub packets: Option<u64>,
    /// Octets of the reverse direction.
    pub reverse_octets: Option<u64>,
    /// Packets of the reverse direction.
    pub reverse_packets: Option<u64>,
    /// Whether nothing in it was counted before. `false` if it may belong to a flow that was
    /// forgotten: then it is the whole total of the flow.
    pub is_exact: bool,
}

impl Increments {
    /// Remembers flows in up to `octets` octets of memory; with 0, none. The seed keys the hash
    /// tables, as [`Limits::hash_seed`](crate::Limits::hash_seed) does.
    #[must_use]
    pub fn new(octets: usize, hash_seed: u64) -> Self {
        let hash = KeyedHash::new(hash_seed);
        Self {
            recent: Generation::new(hash),
            before: Generation::new(hash),
            limit: octets >> 1,
            forgotten: 0,
            forgotten_until: None,
        }
    }

    /// What a record adds. Each record has to be passed once, in the order of arrival; do not also pass
    /// its [reverse](Flow::reverse), whose counters are in the record.
    pub fn add(&mut self, flow: &Flow<'_>) -> Increment {
        let counters = FIELDS.map(|field| Counter::of(flow, field));
        let has = |kind| {
            counters
                .iter()
                .flatten()
                .any(|counter| counter.kind == kind)
        };
        let values = counters.map(|counter| Some(counter?.value));
        let is_connection = has(CounterKind::Connection) && flow.firewall_event().is_some();
        let connection = flow.flow_id().filter(|_| is_connection);
        if !has(CounterKind::Total) && connection.is_none() {
            return Increment::new(values, true);
        }
        let key = FlowIdentity::new(flow, connection);
        let received = flow.header().received;
        let is_new = self.remember(key, received);
        let is_first = (is_new || self.is_reused(&key, flow)) && self.is_first(flow);
        let is_teardown = flow.firewall_event() == Some(FLOW_DELETED);
        let is_behind = is_behind(flow);
        let Some(counted) = self.recent.flows.get_mut(&key) else {
            // There is no memory for any.
            return Increment::new(values, is_connection && !is_teardown);
        };
        if is_connection && (counted.closed.is_some() || is_duplicate(flow)) {
            // Its total was counted, or the record was.
            return Increment::new(values.map(|value| value.map(|_| 0)), true);
        }
        counted.is_whole |= is_first;
        // Of a total the last one suffices, of a teardown all updates are needed.
        let is_exact = if is_connection {
            counted.is_whole
        } else {
            is_first || !is_new
        };
        // Without its start, a flow cannot be distinguished from the next with the same addresses.
        let may_begin_again = matches!(
            key.flow,
            Named::Packets {
                start: Start::Unknown,
                ..
            }
        );
        let restarts = may_begin_again && !is_behind;
        let added = counted.add(counters, is_teardown, restarts);
        if is_connection && is_teardown {
            // The id may be that of another connection next, or of updates that are late.
            counted.closed = Some(Life::of(flow));
            self.recent.closed = self.recent.closed.saturating_add(1);
        }
        // Updates count what they say, independent of earlier records.
        let is_update = is_connection && !is_teardown;
        Increment::new(added, is_exact || is_update)
    }

    /// Whether records of this flow's template may repeat traffic that earlier records counted, in either
    /// direction. Pass all of these, in order, to [`add`](Self::add). Of other records, the counters are
    /// what they add.
    #[must_use]
    pub fn may_repeat(flow: &Flow<'_>) -> bool {
        let counters = FIELDS.into_iter();
        let mut counters = counters.filter_map(|field| Counter::of(flow, field));
        flow.firewall_event().is_some()
            || counters.any(|counter| counter.kind == CounterKind::Total)
    }

    /// Flows that were forgotten because the memory limit was reached.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Octets of memory it takes.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.recent
            .flows
            .memory()
            .saturating_add(self.before.flows.memory())
    }

    /// Finds a place for a flow among the recent ones, and returns whether it was not known.
    fn remember(&mut self, key: FlowIdentity, received: Timestamp) -> bool {
        if self.recent.flows.get(&key).is_some() {
            self.recent.heard(received);
            return false;
        }
        let growth = self.recent.flows.growth();
        let peak = self.recent.flows.memory().saturating_add(growth);
        if growth > 0 && peak > self.limit {
            self.forget();
        }
        let known = self.before.flows.remove(&key);
        let growth = self.recent.flows.growth();
        let peak = self.recent.flows.memory().saturating_add(growth);
        if growth == 0 || peak <= self.limit {
            if known.is_some_and(|known| known.closed.is_some()) {
                self.before.closed = self.before.closed.saturating_sub(1);
                self.recent.closed = self.recent.closed.saturating_add(1);
            }
            self.recent.flows.insert(key, known.unwrap_or_default());
            self.recent.heard(received);
        } else {
            // Not even one fits.
            self.forgotten = self.forgotten.saturating_add(1);
            self.forgotten_until = self.forgotten_until.max(Some(received));
        }
        known.is_none()
    }

    /// Makes room for another connection with the id of one that ended. Returns whether it is
    /// another.
    fn is_reused(&mut self, key: &FlowIdentity, flow: &Flow<'_>) -> bool {
        let Some(counted) = self.recent.flows.get_mut(key) else {
            return false;
        };
        let is_reused = counted.closed.is_some_and(|life| !life.holds(flow));
        if is_reused {
            *counted = FlowTotals::default();
            self.recent.closed = self.recent.closed.saturating_sub(1);
        }
        is_reused
    }

    /// Forgets the flows that were not heard of since the last time. Of those that ended nothing
    /// more is counted.
    fn forget(&mut self) {
        let count = self.before.flows.len().saturating_sub(self.before.closed);
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if count > 0 {
            self.forgotten = self.forgotten.saturating_add(count);
            self.forgotten_until = self.forgotten_until.max(self.before.last_heard);
        }
        core::mem::swap(&mut self.recent, &mut self.before);
        self.recent.flows.clear();
        self.recent.last_heard = None;
        self.recent.closed = 0;
    }

    /// A flow that is not known was never heard of: it began after the last of the forgotten
    /// ones was.
    fn is_first(&self, flow: &Flow<'_>) -> bool {
        self.forgotten_until
            .is_none_or(|until| flow.start().is_some_and(|start| start > until))
    }
}

impl Increment {
    const fn new(
        [octets, packets, reverse_octets, reverse_packets]: [Option<u64>; 4],
        is_exact: bool,
    ) -> Self {
        Self {
            octets,
            packets,
            reverse_octets,
            reverse_packets,
            is_exact,
        }
    }
}

/// The counters, in the order of [`Increment`].
const FIELDS: [FlowField; 4] = [
    FlowField::Octets,
    FlowField::Packets,
    FlowField::ReverseOctets,
    FlowField::ReversePackets,
];

/// firewallEvent of a flow that was deleted.
const FLOW_DELETED: u8 = 2;

/// Counters of a connection of a firewall: of its initiator and its responder.
const OF_CONNECTION: [ElementId; 4] = [
    ElementId::iana(231),
    ElementId::iana(232),
    ElementId::iana(298),
    ElementId::iana(299),
];

/// One counter of a record.
#[derive(Debug, Clone, Copy)]
struct Counter {
    kind: CounterKind,
    value: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CounterKind {
    Delta,
    Total,
    /// A delta, or at the end of a connection its total.
    Connection,
}

impl Counter {
    fn of(flow: &Flow<'_>, field: FlowField) -> Option<Self> {
        let value = match field {
            FlowField::Octets => flow.octets(),
            FlowField::Packets => flow.packets(),
            FlowField::ReverseOctets => flow.reverse_octets(),
            _ => flow.reverse_packets(),
        }?;
        let supplier = flow.supplied_by(field);
        let kind = supplier.map_or(CounterKind::Delta, |supplier| {
            let semantics = element::get(supplier).map(|element| element.semantics);
            if OF_CONNECTION.contains(&supplier) {
                CounterKind::Connection
            } else if semantics == Some(Semantics::TotalCounter)
                || REVERSE_TOTALS.contains(&supplier)
            {
                CounterKind::Total
            } else {
                CounterKind::Delta
            }
        });
        Some(Self { kind, value })
    }
}

/// octetTotalCount and packetTotalCount of the reverse direction (RFC 5103).
const REVERSE_TOTALS: [ElementId; 2] = [ElementId::new(29_305, 85), ElementId::new(29_305, 86)];

/// Flows, and when the last of them was heard of.
#[derive(Debug)]
struct Generation {
    flows: Table<FlowIdentity, FlowTotals>,
    /// How many of them are connections that ended.
    closed: usize,
    last_heard: Option<Timestamp>,
}

impl Generation {
    fn new(hash: KeyedHash) -> Self {
        Self {
            flows: Table::new(hash),
            closed: 0,
            last_heard: None,
        }
    }

    fn heard(&mut self, received: Timestamp) {
        self.last_heard = self.last_heard.max(Some(received));
    }
}

/// What was counted of a flow.
#[derive(Debug, Clone, Copy, Default)]
struct FlowTotals {
    values: [u64; 4],
    /// Since its first record.
    is_whole: bool,
    /// The connection ended.
    closed: Option<Life>,
}

impl FlowTotals {
    /// What the counters of a record add, each by its kind. At a teardown, those of a connection are its
    /// totals; if `restarts`, a lower total is the first of another flow.
    fn add(
        &mut self,
        counters: [Option<Counter>; 4],
        is_teardown: bool,
        restarts: bool,
    ) -> [Option<u64>; 4] {
        let mut added = counters.map(|counter| Some(counter?.value));
        let sums = added.iter_mut().zip(&mut self.values);
        for ((added, counted), counter) in sums.zip(counters) {
            let Some(Counter { kind, value }) = counter else {
                continue;
            };
            let is_total = match kind {
                CounterKind::Delta => continue,
                CounterKind::Total => true,
                CounterKind::Connection => is_teardown,
            };
            *added = Some(if is_total {
                if value < *counted && restarts {
                    *counted = 0;
                }
                // A lower total came late: the higher was counted.
                let increase = value.saturating_sub(*counted);
                *counted = value.max(*counted);
                increase
            } else {
                *counted = counted.saturating_add(value);
                value
            });
        }
        added
    }
}
