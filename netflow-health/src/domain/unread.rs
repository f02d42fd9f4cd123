//! Data without a template, and templates that cannot be used.

use netflow_core::DatagramId;

use super::add;

/// Different lengths of unread sets that are kept of each id.
const LENGTHS: usize = 8;

/// Data sets of one id that had no template when they came.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // The flow alone, without the sets of templates before it.
/// let mut payload = [&example::ipfix().payload[..16], &example::ipfix().payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let unread = &report.domains[0].unread_sets[&256];
/// assert_eq!((unread.sets, unread.octets, unread.lost_octets()), (1, 41, 41));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadSets {
    /// How many came.
    pub sets: u64,
    /// Octets of their records.
    pub octets: u64,
    /// The first.
    pub first: DatagramId,
    /// The last.
    pub last: DatagramId,
    /// Where a template for them came afterwards.
    pub template: Option<DatagramId>,
    /// Sets that were decoded when it came.
    pub late_sets: u64,
    /// Octets of these.
    pub late_octets: u64,
    /// The first different lengths of the sets in octets, to find a template that fits.
    pub(crate) lengths: Vec<u64>,
}

impl UnreadSets {
    pub(super) const fn new(place: DatagramId) -> Self {
        Self {
            sets: 0,
            octets: 0,
            first: place,
            last: place,
            template: None,
            late_sets: 0,
            late_octets: 0,
            lengths: Vec::new(),
        }
    }

    /// One more set, with records of this many octets.
    pub(super) fn add(&mut self, length: u64, place: DatagramId) {
        add(&mut self.sets, 1);
        add(&mut self.octets, length);
        self.last = place;
        if self.lengths.len() < LENGTHS && !self.lengths.contains(&length) {
            self.lengths.push(length);
        }
    }

    /// Octets that were never decoded.
    #[must_use]
    pub const fn lost_octets(&self) -> u64 {
        self.octets.saturating_sub(self.late_octets)
    }
}

/// A template that came and cannot be used.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
/// use netflow_health::Health;
///
/// let mut health = Health::default();
/// // The template has more fields than are allowed here.
/// let mut decoder = Decoder::new(Limits::default().with_template_fields(2));
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let refused = &report.domains[0].refused_templates[&256];
/// assert_eq!((refused.reason, refused.count), ("too_many_fields", 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedTemplate {
    /// Where it came first.
    pub place: DatagramId,
    /// The code of the problem, such as `empty_template`.
    pub reason: &'static str,
    /// How often it came so.
    pub count: u64,
}

impl RefusedTemplate {
    /// The templates after it in its set cannot be read.
    pub(crate) fn ends_set(&self) -> bool {
        self.reason == "template_cut"
    }

    /// It was not a template but the withdrawal of one that was never defined.
    pub(crate) fn is_withdrawal(&self) -> bool {
        self.reason == "withdrawal_unknown"
    }
}
