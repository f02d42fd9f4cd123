//! Sums over groups of flows, in bounded memory.

mod columns;
mod counter;
mod encoded;
mod key;
mod looked_up;
mod series;
mod space_saving;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, Flow, KeyedHash, Set, Timestamp};

use self::columns::{CountedColumns, CountedRow};
pub use self::counter::{CountedFlow, FlowCounter};
use self::encoded::KeyBuilder;
pub use self::key::{GroupValue, PrefixLengths};
pub use self::looked_up::AddressColumn;
use self::series::{INTERVALS, Intervals, Series};
use self::space_saving::BoundedGroups;
use crate::{Chosen, Filter};

/// What is summed.
///
/// ```
/// use netflow_query::Sum;
///
/// assert_eq!(Sum::by_name("packets"), Some(Sum::Packets));
/// assert_eq!(Sum::ALL.map(Sum::name), ["octets", "packets", "flows"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sum {
    /// Octets, times the sampling rate where it is known.
    Octets,
    /// Packets, times the sampling rate where it is known.
    Packets,
    /// Flows; a record of two directions counts as two.
    Flows,
}

impl Sum {
    /// Every sum.
    pub const ALL: [Self; 3] = [Self::Octets, Self::Packets, Self::Flows];

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Octets => "octets",
            Self::Packets => "packets",
            Self::Flows => "flows",
        }
    }

    /// The sum with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sum| sum.name() == name)
    }
}

/// Octets, packets and flows.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Aggregate, AggregateOptions, Sum};
///
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let options = AggregateOptions::new(vec![FlowField::DestinationPort], limits.hash_seed);
/// let mut ports = Aggregate::new(options);
/// ports.add(&decoder.decode(example::ipfix())?);
/// let totals = ports.totals();
/// assert_eq!((totals.octets, totals.packets, totals.flows), (150_000, 200, 1));
/// assert_eq!(totals.get(Sum::Packets), 200);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Sums {
    /// Octets.
    pub octets: u64,
    /// Packets.
    pub packets: u64,
    /// Flows.
    pub flows: u64,
}

impl Sums {
    /// The value of one sum.
    #[must_use]
    pub const fn get(&self, sum: Sum) -> u64 {
        match sum {
            Sum::Octets => self.octets,
            Sum::Packets => self.packets,
            Sum::Flows => self.flows,
        }
    }

    /// Adds the others; a sum that does not fit stays at its largest value.
    pub fn add(&mut self, other: Self) {
        self.octets = self.octets.saturating_add(other.octets);
        self.packets = self.packets.saturating_add(other.packets);
        self.flows = self.flows.saturating_add(other.flows);
    }
}

/// How flows are grouped.
///
/// ```
/// use netflow_core::Limits;
/// use netflow_core::field::FlowField;
/// use netflow_query::{AggregateOptions, Filter, PrefixLengths, Sum};
///
/// let by = vec![FlowField::SourceAddress];
/// let mut options = AggregateOptions::new(by, Limits::default().hash_seed);
/// options.order = Sum::Packets;
/// options.prefixes = PrefixLengths::new(24, 56).unwrap();
/// options.filter = Some(Filter::parse("proto tcp")?);
/// assert_eq!(options.by, [FlowField::SourceAddress]);
/// # Ok::<(), netflow_query::FilterError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AggregateOptions {
    /// Flows with the same values of these fields are one group.
    pub by: Vec<FlowField>,
    /// The sum by which groups are ordered.
    pub order: Sum,
    /// Lengths of the prefixes by which addresses are grouped.
    pub prefixes: PrefixLengths,
    /// Only flows that match it are counted; each direction of a record of two directions is tested
    /// separately.
    pub filter: Option<Filter>,
    /// Octets of memory that groups may take: 256 MiB. Beyond it the smallest group makes room for
    /// a new one, and sums have a bound of error ([`Group::error`]).
    pub memory: usize,
    /// Whether it is also recorded how the sum that groups are ordered by is spread over time
    /// ([`Group::series`]); it is not by default.
    pub series: bool,
    /// Key of the hash tables of groups and of flows that were counted before; it must be unknown to the senders of datagrams.
    pub hash_seed: u64,
}

impl AggregateOptions {
    /// Groups by these fields, ordered by octets.
    #[must_use]
    pub fn new(by: Vec<FlowField>, hash_seed: u64) -> Self {
        Self {
            by,
            order: Sum::Octets,
            prefixes: PrefixLengths::default(),
            filter: None,
            memory: 256 << 20,
            series: false,
            hash_seed,
        }
    }
}

/// Sums over groups of flows: exact while they fit in memory, then by the space-saving algorithm
/// (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data
/// Streams", 2005), which never misses a group that is larger than the bound it states.
///
/// Counters are scaled by the sampling rate of each flow where it is known. Records that repeat what
/// others counted, running totals and the teardowns of firewalls, add only the increase
/// ([`Increments`](netflow_core::Increments)). A record of two directions (RFC 5103) counts as two flows.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
/// use netflow_query::{Aggregate, AggregateOptions};
///
/// # let mut payload = [0; 24 + 48];
/// # payload[1] = 5;
/// # payload[3] = 1;
/// # payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// # payload[47] = 99;
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let exporter = "198.51.100.1:2055".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let options = AggregateOptions::new(vec![FlowField::SourceAddress], limits.hash_seed);
/// let mut talkers = Aggregate::new(options);
/// talkers.add(&decoded);
/// for group in talkers.top(10) {
///     println!("{} {}", group.values[0], group.sums.octets);
/// }
/// # assert_eq!(talkers.top(10)[0].values[0].to_string(), "192.0.2.1");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Aggregate {
    counter: FlowCounter,
    /// Once a datagram was added: aggregates of counted flows do without.
    columns: Option<CountedColumns>,
    gathered: Gathered,
}

/// The sums so far.
#[derive(Debug)]
struct Gathered {
    options: AggregateOptions,
    groups: BoundedGroups,
    totals: Sums,
    unscaled_flows: u64,
    is_exact: bool,
    /// The group of the flow being added.
    key: KeyBuilder,
    intervals: Intervals,
    /// The series of all flows.
    series: Option<Series>,
}

/// One group.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_query::{Aggregate, AggregateOptions};
///
/// let limits = Limits::default();
/// let mut decoder = Decoder::new(limits);
/// let options = AggregateOptions::new(vec![FlowField::DestinationPort], limits.hash_seed);
/// let mut ports = Aggregate::new(options);
/// ports.add(&decoder.decode(example::ipfix())?);
/// let group = &ports.top(1)[0];
/// assert_eq!(group.values[0].to_string(), "443");
/// assert_eq!(group.sums.octets, 150_000); // 1500, of one packet in 100
/// assert_eq!(group.error, 0);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Group {
    /// The values that its flows have in common, in the order of the fields.
    pub values: Arc<[GroupValue]>,
    /// Its sums. If [`error`](Self::error) is not 0, the sum that groups are ordered by is too high by
    /// at most that, and the others are lower bounds.
    pub sums: Sums,
    /// Upper bound on how far the ordering sum is overestimated; 0 while all groups fit.
    pub error: u64,
    /// The ordering sum in 16 intervals of the same length, by when flows were received, if
    /// [asked for](AggregateOptions::series). They begin with the first flow of all.
    pub series: Option<Box<[u64; 16]>>,
}

impl Aggregate {
    /// Sums without any flows yet.
    #[must_use]
    pub fn new(options: AggregateOptions) -> Self {
        Self {
            counter: FlowCounter::new(options.filter.clone(), options.hash_seed),
            columns: None,
            gathered: Gathered::new(options),
        }
    }

    /// How flows are grouped.
    #[must_use]
    pub const fn options(&self) -> &AggregateOptions {
        &self.gathered.options
    }

    /// Adds the flows of a datagram, which have to come in the order in which they were received.
    pub fn add(&mut self, decoded: &Decoded<'_>) {
        for set in decoded.joined_sets() {
            if self.add_columns(&set).is_some() {
                continue;
            }
            let Self {
                counter, gathered, ..
            } = self;
            counter.set(&set, &mut |flow, counted| {
                gathered.add(flow, counted, core::iter::empty());
            });
        }
    }

    /// Adds the flows of a set column by column; `None` if that is not possible.
    fn add_columns(&mut self, set: &Set<'_>) -> Option<()> {
        let Self {
            counter,
            columns,
            gathered,
        } = self;
        let matched = counter.prepare(set)?;
        let received = set.header().received;
        let options = &gathered.options;
        let columns =
            columns.get_or_insert_with(|| CountedColumns::new(&options.by, options.prefixes));
        for start in (0..set.record_count()).step_by(Chosen::FLOWS) {
            for run in counter.choose(set, matched, start).runs() {
                let [first, end] = [run.start, run.end].map(|row| start.saturating_add(row));
                gathered.add_rows(columns.read(set, first..end)?, received);
            }
        }
        Some(())
    }

    /// The sums of all flows.
    #[must_use]
    pub const fn totals(&self) -> Sums {
        self.gathered.totals
    }

    /// Flows without a known sampling rate, whose counters were added as they were sent.
    #[must_use]
    pub const fn unscaled_flows(&self) -> u64 {
        self.gathered.unscaled_flows
    }

    /// Whether every running total was added exactly: none may belong to a flow whose earlier records
    /// are unknown.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.gathered.is_exact
    }

    /// Number of groups; if they did not fit in memory, of those that are left.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.gathered.groups.len()
    }

    /// Number of groups that there are at least, those among them that did not fit in memory.
    #[must_use]
    pub fn least_group_count(&self) -> usize {
        self.gathered.groups.least_count()
    }

    /// The largest groups, the largest first; groups of equal size are ordered by their values.
    #[must_use]
    pub fn top(&self, count: usize) -> Vec<Group> {
        self.gathered.groups.top(count)
    }

    /// The ordering sum of all flows in the intervals of [`Group::series`].
    #[must_use]
    pub fn series(&self) -> Option<&[u64; 16]> {
        self.gathered.series.as_deref()
    }

    /// Adds the sums of another, which has to be grouped and ordered in the same way: those of other flows,
    /// such as another interval or another thread's. The errors of both add up. [`Group::series`] are dropped.
    ///
    /// ```
    /// use netflow_core::field::FlowField;
    /// use netflow_core::{Decoder, Limits, example};
    /// use netflow_query::{Aggregate, AggregateOptions};
    ///
    /// let limits = Limits::default();
    /// let mut decoder = Decoder::new(limits);
    /// let options = AggregateOptions::new(vec![FlowField::Protocol], limits.hash_seed);
    /// let mut all = Aggregate::new(options.clone());
    /// for datagram in [example::ipfix(), example::netflow_v5()] {
    ///     let mut part = Aggregate::new(options.clone());
    ///     part.add(&decoder.decode(datagram)?);
    ///     all.merge(&part);
    /// }
    /// assert_eq!(all.totals().flows, 2);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) {
        let (own, other) = (&mut self.gathered, &other.gathered);
        own.totals.add(other.totals);
        own.unscaled_flows = own.unscaled_flows.saturating_add(other.unscaled_flows);
        own.is_exact &= other.is_exact;
        own.groups.merge(&other.groups);
        own.series = None;
    }

    /// Forgets all groups and sums, to begin another interval; what running totals have counted is
    /// still known.
    pub fn restart(&mut self) {
        self.gathered = Gathered::new(self.gathered.options.clone());
    }

    /// Adds a flow that a [`FlowCounter`] counted: for several aggregates over the same flows.
    pub fn add_counted(&mut self, flow: &Flow<'_>, counted: CountedFlow) {
        self.gathered.add(flow, counted, core::iter::empty());
    }

    /// The same; groups also have these values in common, after those of the fields.
    pub fn add_counted_with(
        &mut self,
        flow: &Flow<'_>,
        counted: CountedFlow,
        values: impl IntoIterator<Item = GroupValue>,
    ) {
        self.gathered.add(flow, counted, values);
    }
}

impl Gathered {
    fn new(options: AggregateOptions) -> Self {
        let hash = KeyedHash::new(options.hash_seed);
        Self {
            groups: BoundedGroups::new(options.order, options.memory, hash)
                .with_series(options.series),
            totals: Sums::default(),
            unscaled_flows: 0,
            is_exact: true,
            key: KeyBuilder::new(),
            intervals: Intervals::default(),
            series: options.series.then(|| Box::new([0; INTERVALS])),
            options,
        }
    }

    fn add(
        &mut self,
        flow: &Flow<'_>,
        counted: CountedFlow,
        more: impl IntoIterator<Item = GroupValue>,
    ) {
        let mut key = core::mem::replace(&mut self.key, KeyBuilder::new());
        key.clear();
        for field in &self.options.by {
            key.push(&GroupValue::of(flow, *field, self.options.prefixes));
        }
        more.into_iter().for_each(|value| key.push(&value));
        self.add_key(&key, counted, flow.header().received);
        self.key = key;
    }

    fn add_key(&mut self, key: &KeyBuilder, counted: CountedFlow, received: Timestamp) {
        self.is_exact &= counted.is_exact;
        let interval = self.interval(received);
        self.groups.add(key, counted.sums, interval);
        self.count(counted.sums, u64::from(!counted.is_scaled), interval);
    }

    /// Adds flows that were received at one time.
    fn add_rows(&mut self, rows: &[CountedRow], received: Timestamp) {
        let interval = self.interval(received);
        let (mut sums, mut unscaled) = (Sums::default(), 0_u64);
        for row in rows {
            let counted = row.counted();
            self.groups.add(&row.key, counted.sums, interval);
            sums.add(counted.sums);
            unscaled = unscaled.saturating_add(u64::from(!counted.is_scaled));
        }
        self.count(sums, unscaled, interval);
    }

    /// Adds to the sums of all flows.
    fn count(&mut self, sums: Sums, unscaled: u64, interval: Option<usize>) {
        self.totals.add(sums);
        self.unscaled_flows = self.unscaled_flows.saturating_add(unscaled);
        if let (Some(all), Some(place)) = (&mut self.series, interval) {
            series::add(all, place, sums.get(self.options.order));
        }
    }

    /// The interval of a time, if there are series.
    fn interval(&mut self, received: Timestamp) -> Option<usize> {
        let all = self.series.as_deref_mut()?;
        let (place, halvings) = self.intervals.place(received);
        for _ in 0..halvings {
            series::halve(all);
            self.groups.halve();
        }
        Some(place)
    }
}
