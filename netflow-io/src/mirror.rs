//! One datagram that was captured several times, on several paths: outside and inside tunnels of
//! mirrored traffic, with other MPLS labels or VLAN tags, before and after a router.
//!
//! A datagram that is seen again on another path ([`CapturePath`]) is a copy, and is returned
//! once. One that is seen again on the same path was sent, or duplicated by the network, again: it
//! is returned, and the decoder counts it as a duplicate. The identification of IPv4 does not
//! decide: RFC 6864, section 4, says nothing of it for packets that are not fragmented.

mod key_counts;
mod path;

use core::net::{IpAddr, SocketAddr};

use self::key_counts::KeyCounts;
pub(crate) use self::path::CapturePath;
use self::path::fold;
use crate::connection::Endpoints;

/// Octets at either end of a datagram by which it is recognised, with its ends and its length. The
/// first hold the sequence number and the time of the exporter, and of NetFlow v1, which numbers
/// nothing, the first record; of a datagram that is cut, only they count.
const EDGE: usize = 64;

/// Maximum sightings that one datagram is compared with.
const MAX_COMPARED: usize = 16;

/// How a copy differs from the datagram that was returned.
///
/// ```
/// use netflow_io::CopyKind;
///
/// let names = CopyKind::ALL.map(CopyKind::name);
/// assert_eq!(names[..2], ["tunnel", "MPLS labels"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CopyKind {
    /// One is in a tunnel, or in another one.
    Tunnel,
    /// The MPLS labels.
    MplsLabels,
    /// The PPPoE session (RFC 2516).
    PppoeSession,
    /// The VLAN tags, as on the two sides of a mirrored trunk.
    VlanTags,
    /// The hop limit, called Time to Live in IPv4, as before and after a router.
    HopLimit,
    /// The interface on which it was captured, where each packet names it: in pcapng, and in cooked
    /// captures of Linux, version 2.
    Interface,
}

impl CopyKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Tunnel,
        Self::MplsLabels,
        Self::PppoeSession,
        Self::VlanTags,
        Self::HopLimit,
        Self::Interface,
    ];

    /// What differs, in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tunnel => "tunnel",
            Self::MplsLabels => "MPLS labels",
            Self::PppoeSession => "PPPoE session",
            Self::VlanTags => "VLAN tags",
            Self::HopLimit => "hop limit",
            Self::Interface => "interface",
        }
    }
}

/// The datagrams that were seen last, in a ring.
///
/// A datagram is returned as often as it was seen on the path where it was seen most: one that an
/// exporter has repeated is not a copy. Each sighting has the counts up to it, so that they remain
/// right when the first sightings have been forgotten.
#[derive(Debug)]
pub(crate) struct Recent {
    /// A hash of each sighting, compared first.
    keys: Vec<u64>,
    counts: KeyCounts,
    sightings: Vec<Sighting>,
    /// Where the next goes.
    next: usize,
    limit: usize,
    has_tunnels: bool,
}

#[derive(Debug)]
struct Sighting {
    datagram: SeenDatagram,
    path: CapturePath,
    is_returned: bool,
    counts: SightingCounts,
}

/// What is known of a datagram that was seen.
#[derive(Debug)]
enum SeenDatagram {
    Read(Fingerprint),
    /// It was read before reading began here: the hash of its last octets, if it was whole.
    BeforeMark(Option<u64>),
}

/// How often a datagram has been seen, up to one sighting of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SightingCounts {
    /// On the path of this sighting.
    pub(crate) on_path: u32,
    /// How often it was returned, on any path.
    pub(crate) returned: u32,
}

/// A sighting before reading began here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FormerSighting {
    /// The hash by which the datagram is looked for.
    pub(crate) key: u64,
    /// The hash of its last octets, if it was captured whole.
    pub(crate) tail: Option<u64>,
    pub(crate) path: CapturePath,
    pub(crate) is_returned: bool,
    pub(crate) counts: SightingCounts,
}

/// What is compared of a datagram. A capture with a snap length has less of a copy in a tunnel or
/// after a label, so one that is cut is a copy if its first octets are the same. One that is whole
/// is not a copy of one that was cut: it has more to read.
#[derive(Debug)]
struct Fingerprint {
    /// As sent.
    length: usize,
    is_cut: bool,
    first: [u8; EDGE],
    /// Zeros if it is cut.
    last: [u8; EDGE],
    ends: Endpoints,
}

/// What earlier sightings of a datagram say about another one, from the latest of them on.
#[derive(Debug, Default)]
struct Earlier {
    /// How often it was seen on this path; absent if it was not.
    on_path: Option<u32>,
    /// How often it was returned; absent if it was never seen.
    returned: Option<u32>,
    /// How the first that was returned on another path differs.
    from_returned: Option<CopyKind>,
    /// How the last copy on another path differs.
    from_copy: Option<CopyKind>,
}

impl Recent {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            keys: Vec::new(),
            counts: KeyCounts::new(),
            sightings: Vec::new(),
            next: 0,
            limit,
            has_tunnels: false,
        }
    }

    /// Whether a datagram inside a tunnel or after a label was seen.
    pub(crate) const fn has_tunnels(&self) -> bool {
        self.has_tunnels
    }

    /// The datagrams that were seen last, the oldest first, for [`resume`](Self::resume)
    /// elsewhere. They are of use as long as no tunnel was seen.
    pub(crate) fn sightings(&self) -> Vec<FormerSighting> {
        let [last, first] = self.in_order();
        let all = first.chain(last);
        all.map(|(key, sighting)| sighting.hashed(*key)).collect()
    }

    /// Takes these for datagrams that were seen before, the oldest first.
    pub(crate) fn resume(&mut self, sightings: &[FormerSighting]) {
        let excess = sightings.len().saturating_sub(self.limit);
        for former in sightings.iter().skip(excess) {
            let sighting = Sighting {
                datagram: SeenDatagram::BeforeMark(former.tail),
                path: former.path,
                is_returned: former.is_returned,
                counts: former.counts,
            };
            self.remember(former.key, sighting);
        }
    }

    /// Remembers a datagram that was sent with a payload of `length` octets, of which those of
    /// `payload` were captured, and returns how it differs from the one that was returned, if it
    /// is a copy.
    pub(crate) fn copy_of(
        &mut self,
        path: &CapturePath,
        ends: Endpoints,
        (payload, length): (&[u8], usize),
    ) -> Option<CopyKind> {
        let datagram = Fingerprint::of(ends, payload, length);
        self.has_tunnels |= path.is_encapsulated();
        let key = datagram.key();
        let mut earlier = Earlier::default();
        // Nearly every datagram is seen once: that is found before sightings are gone through in order.
        if self.counts.may_have(key) {
            let same = self.newest_first().filter(|(other, _)| **other == key);
            for (_, sighting) in same.take(MAX_COMPARED) {
                if sighting.datagram.is(&datagram) {
                    let difference = path.difference(&sighting.path);
                    earlier.count(difference, sighting.is_returned, sighting.counts);
                }
            }
        }
        let (copy, counts) = earlier.one_more(self.limit);
        let sighting = Sighting {
            datagram: SeenDatagram::Read(datagram),
            path: *path,
            is_returned: copy.is_none(),
            counts,
        };
        self.remember(key, sighting);
        copy
    }

    fn newest_first(&self) -> impl Iterator<Item = (&u64, &Sighting)> {
        let [last, first] = self.in_order();
        last.rev().chain(first.rev())
    }

    /// The last ones, up to `next`, and those before them, each in order.
    fn in_order(&self) -> [impl DoubleEndedIterator<Item = (&u64, &Sighting)>; 2] {
        let keys = self.keys.split_at_checked(self.next).unwrap_or_default();
        let sightings = self.sightings.split_at_checked(self.next);
        let sightings = sightings.unwrap_or_default();
        let last = keys.0.iter().zip(sightings.0);
        [last, keys.1.iter().zip(sightings.1)]
    }

    fn remember(&mut self, key: u64, sighting: Sighting) {
        if let (Some(oldest_key), Some(oldest)) = (
            self.keys.get_mut(self.next),
            self.sightings.get_mut(self.next),
        ) {
            self.counts.remove(*oldest_key);
            self.counts.add(key);
            *oldest_key = key;
            *oldest = sighting;
        } else if self.sightings.len() < self.limit {
            self.counts.add(key);
            self.keys.push(key);
            self.sightings.push(sighting);
        }
        self.next = self.next.saturating_add(1);
        if self.next >= self.limit {
            self.next = 0;
        }
    }
}

impl Earlier {
    fn count(&mut self, difference: Option<CopyKind>, is_returned: bool, counts: SightingCounts) {
        self.returned = self.returned.or(Some(counts.returned));
        match difference {
            None => self.on_path = self.on_path.or(Some(counts.on_path)),
            Some(kind) if is_returned => self.from_returned = Some(kind),
            Some(kind) => self.from_copy = self.from_copy.or(Some(kind)),
        }
    }

    /// How another sighting differs, if it is a copy, and the counts up to it. A path on which the
    /// datagram was not seen recently lags by at most `limit` sightings; a datagram that is repeated
    /// on a new path only is returned again after that number.
    fn one_more(&self, limit: usize) -> (Option<CopyKind>, SightingCounts) {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let returned = self.returned.unwrap_or(0);
        let least = returned.saturating_sub(limit);
        let on_path = self.on_path.unwrap_or(0).max(least);
        let difference = self.from_returned.or(self.from_copy);
        let copy = difference.filter(|_| on_path < returned);
        let counts = SightingCounts {
            on_path: on_path.saturating_add(1),
            returned: returned.saturating_add(copy.is_none().into()),
        };
        (copy, counts)
    }
}

impl Sighting {
    fn hashed(&self, key: u64) -> FormerSighting {
        FormerSighting {
            key,
            tail: self.datagram.tail(),
            path: self.path,
            is_returned: self.is_returned,
            counts: self.counts,
        }
    }
}

impl SeenDatagram {
    /// Whether it is this datagram, which has the same key.
    fn is(&self, datagram: &Fingerprint) -> bool {
        match self {
            Self::Read(seen) => seen.is(datagram),
            Self::BeforeMark(tail) => match (tail, datagram.tail()) {
                (Some(one), Some(other)) => *one == other,
                (None, Some(_)) => false,
                (_, None) => true,
            },
        }
    }

    fn tail(&self) -> Option<u64> {
        match self {
            Self::Read(seen) => seen.tail(),
            Self::BeforeMark(tail) => *tail,
        }
    }
}

impl Fingerprint {
    fn of(ends: Endpoints, payload: &[u8], length: usize) -> Self {
        let is_cut = payload.len() < length;
        let mut first = [0; EDGE];
        let mut last = [0; EDGE];
        if let (Some(head), Some(tail)) = (payload.first_chunk(), payload.last_chunk()) {
            (first, last) = (*head, *tail);
        } else if let Some(short) = first.get_mut(..payload.len()) {
            short.copy_from_slice(payload);
        }
        if is_cut {
            last = [0; EDGE];
        }
        Self {
            length,
            is_cut,
            first,
            last,
            ends,
        }
    }

    /// A number that two datagrams seldom share, even if both have the same payload. The last
    /// octets are left out, because they may be cut off in one of two copies.
    fn key(&self) -> u64 {
        let length = u64::try_from(self.length).unwrap_or(u64::MAX);
        let ends = [self.ends.source, self.ends.destination];
        let ends = ends.into_iter().flat_map(words_of);
        fold(fold(length, ends), words(&self.first))
    }

    /// A hash of what the key leaves out, if it is known.
    fn tail(&self) -> Option<u64> {
        (!self.is_cut).then(|| fold(0, words(&self.last)))
    }

    /// Whether `other`, which was captured later, is the same datagram and has no octets that
    /// are cut off here.
    fn is(&self, other: &Self) -> bool {
        self.length == other.length
            && self.first == other.first
            && self.ends == other.ends
            && (other.is_cut || (!self.is_cut && self.last == other.last))
    }
}

/// Address and port.
fn words_of(end: SocketAddr) -> [u64; 3] {
    let (high, low) = match end.ip() {
        IpAddr::V4(address) => (0, u64::from(address.to_bits())),
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h] = address.segments().map(u64::from);
            (
                a << 48 | b << 32 | c << 16 | d,
                e << 48 | f << 32 | g << 16 | h,
            )
        }
    };
    [high, low, end.port().into()]
}

/// The octets of an edge, the same on every machine.
fn words(edge: &[u8; EDGE]) -> impl Iterator<Item = u64> {
    let words = edge.chunks_exact(size_of::<u64>());
    let words = words.filter_map(<[u8]>::first_chunk);
    words.map(|word| u64::from_le_bytes(*word))
}
