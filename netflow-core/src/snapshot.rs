//! The state of a [`Decoder`](crate::Decoder) as octets, so that it survives a
//! restart.
//!
//! [`Decoder::save`](crate::Decoder::save) writes a snapshot and
//! [`Decoder::load`](crate::Decoder::load) reads one. It holds the state of
//! exporters, by observation domain: templates, sampling rates, names, types of RFC
//! 5610, common properties, the start of the exporter, its place in the sequences, and the data that
//! waits for its template. The same state yields the same octets.
//!
//! It does not hold what belongs to the caller (limits, scope, definitions,
//! configured rates), nor the counters of [`Stats`](crate::Stats), nor the payloads
//! received last: a duplicate of a message received before the restart counts as
//! late.
//!
//! # Format
//!
//! Numbers are big-endian. Times are nanoseconds since 1970 as 64 bits in two's
//! complement. A *text* is a 16-bit length N and N octets. An *optional* is an
//! octet 1 and the value, or an octet 0 and zeros instead of the value. An
//! *address* is an octet 4 or 6 and the 4 or 16 octets of an IPv4 or IPv6 address;
//! 0 alone is none.
//!
//! | octets | what |
//! |---|---|
//! | 8 | `89 6e 65 74 66 6c 6f 77`, which is an octet that is not text, and `netflow` |
//! | 2 | version, 1 |
//! | 8 | octets of the whole snapshot, checksum included |
//! | … | sections |
//! | 4 | checksum of all octets before it: CRC-32 of IEEE 802.3, as in zip and PNG |
//!
//! A section is a kind of 16 bits, a length of 64 bits that counts the octets after
//! it, and these octets. Sections of a kind that is not known are skipped. The
//! version changes only if a reader of version 1 would read something wrong.
//!
//! | kind | section | holds |
//! |---|---|---|
//! | 1 | domain | one observation domain: the sections below, in any order. The domain received last comes first |
//!
//! | kind | section of a domain | holds |
//! |---|---|---|
//! | 1 | key | protocol (8 bits: 1, 5 to 10 the version in the header, 105 is sFlow version 5), port or 0 (16), observation domain (32), address of the exporter, address of the sFlow agent |
//! | 2 | account | messages (64), first received, last received, optional clock skew in nanoseconds (64, signed) |
//! | 4 | sample counts | samples received, lost, late, restarts, drops (64 each), how often the
//! agent restarted (32) |
//! | 5 | sources | entries: 1 if counters samples, else 0 (8), class (32), index (32), least number and next (32 each), 1 if there are numbers from before the restart, else 0 (8), least of these and next (32 each), the start of the agent it belongs to (32), drops (optional of 32) |
//! | 6 | elements | entries: enterprise number (32), id (16), data type, semantics, units (8 each, numbers of RFC 5610), name (text, UTF-8) |
//! | 7 | templates | entries: time of the last refresh, frame (64), flags (8: 1 an options template, 2 records showed that elements 23 and 24 are of the reverse direction), the template record as v9 or IPFIX send it (text) |
//! | 8 | rates | entries: what it applies to (8: 0 all, 1 sampler, 2 selector, 3 interface, 4 template), its number (64), one packet of this many (64), frame that announced it (64) |
//! | 9 | interfaces | entries: number (32), name (text) |
//! | 10 | VRFs | entries: number (32), name (text) |
//! | 11 | applications | entries: applicationId as it is sent (text), name (text) |
//! | 12 | start | systemInitTimeMilliseconds as a time |
//! | 13 | sampler names | entries: what has the name (8: 1 sampler, 2 selector), its number (64), name (text) |
//! | 14 | descriptions | of applications without a name, as kind 11: applicationId as it is sent (text), description (text) |
//! | 15 | waiting | entries: set id (16), its offset in the datagram (32), port (16), offset of its message (32), received, frame (64), optional time of export, uptime and sequence number (optionals of 32), result of the number (8: 0 none, 1 in order, 2 a gap, 3 late, 4 a duplicate, 5 a restart) and the units missing (32), what it counts (8: 0 unknown, 1 flows, 2 flows counted in, 3 messages, 4 data records), optional start of the exporter, body of the set (text) |
//! | 16 | sequence | four *tallies* of messages, data records, flows, and flows with those of the message included, each followed by how much more often numbers followed each other in it than not (8, signed); two *clocks*, of the last message and of the last before the restart; 1 if a message followed another since, else 0 (8); the last number (optional of 32), how much more often messages had the number of the one before than not (8, signed); of messages without flows that are numbered separately the counts, the ledger, and how much more often there were such (8, signed), then 1 if some were put aside until the next message, else 0 (8), and if so the number of the first (32), its uptime (optional of 32), time and time of receipt, and how many units they are in each of the four tallies (optionals of 32); messages duplicated (64); such messages before the first data, in the same form; while messages follow each other, in which of the four tallies they are counted, a bit each, else 0 (8). Kind 3 held less, in another order |
//! | 17 | selections | entries: 0 of packets, 1 of flows (8); how they are selected (8: 0 a rate, 1 time, 2 hash, 3 filter, 4 state of flows, 5 unknown), the number of the algorithm if it is unknown (16); one of this many, or the part selected (64), and all of which that is a part (64); frame that announced it (64); how many things it applies to (8), each a kind (8: 0 element, 1 sampler, 2 selector, 3 interface, 4 template, 5 selection sequence, 6 scope type of v9), the element's enterprise number (32) and id, or the scope type (16), and its number (128). Rates that kind 8 can hold are not among them |
//! | 18 | selection sequences | entries: id (64), frame that announced it (64), how many selectors (8), their ids (64 each) |
//! | 19 | inputs | entries: kind of a section above (8: 7, 8, 15, 17 or 18), number of an entry of it, counted from 0 (32), number of the input of that entry's datagram (32). In the order of the entries; the others have the input 0 |
//! | 20 | ICMP ports | destination ports of ICMP that only make sense with the type in the high octet, and those that only do with it in the low octet (8 each; how often seen, halved together at 256) |
//! | 24 | series | of the sources of kind 5, entries: 1 if counters samples, else 0 (8), class (32), index (32); samples lost (64, signed), late and restarts (64 each) of it alone; three series that its numbers left, each with the number expected next (optional of 32) and how often they returned to it (8); 1 if the last number was in order, else 0 (8); numbers that were repeated (8); 1 if several counters number it, else 0 (8) |
//! | 25 | common properties | entries: commonPropertiesId (64), fields of the options template before the properties (16), the options template as v9 or IPFIX send it (text), the properties: the octets of the fields after those (text) |
//!
//! Key and account come with every domain, the others if they hold something. A tally is the counts
//! and two *ledgers*, of the numbers since the last restart and of those before it. Counts are
//! units received, lost, late, restarts, units unread (64 each). A ledger is the least number (32),
//! whether its message was not all read (8, as below), the next (optional of 32), the same of the
//! last message (8), the number after the message received last (optional of 32), units of gaps
//! that are no longer listed (32), a count N (8) and N gaps, oldest first: first number, number of
//! units (32 each), 0 if they did not come, 1 if they may have come unread, 2 if they may be in
//! data that waits (8). A clock is 1 or 0 if there is none (8), uptime (optional of 32), time, time
//! of receipt, start.
//!
//! Octets after what is listed for the sections key, account, sequence, sample
//! counts and start belong to later writers and are skipped.

mod checksum;
mod read;
mod write;

use thiserror::Error;

pub(crate) use self::read::{Section, Sections, address, entries, malformed, optional, text, time};
pub(crate) use self::write::{EntryInputs, SnapshotWriter};

/// Counts of what [`Decoder::load`](crate::Decoder::load) loaded from a snapshot.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let mut other = Decoder::new(Limits::default());
/// let report = other.load(&decoder.save())?;
/// assert_eq!((report.domains, report.templates, report.refused), (1, 3, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LoadReport {
    /// Observation domains, new or known before.
    pub domains: usize,
    /// Templates that came into force or were refreshed.
    pub templates: usize,
    /// Domains, templates and other entries that were not kept: they did not
    /// fit into the limits, or mean nothing here. A domain counts as one.
    pub refused: usize,
}

/// Why a snapshot was refused. Nothing of it was loaded.
///
/// ```
/// use netflow_core::snapshot::SnapshotError;
/// use netflow_core::{Decoder, Limits};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut snapshot = decoder.save();
/// *snapshot.last_mut().unwrap() ^= 1;
/// assert!(matches!(decoder.load(&snapshot), Err(SnapshotError::Checksum { .. })));
/// assert_eq!(decoder.load(b"no snapshot"), Err(SnapshotError::NotSnapshot));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The octets do not begin with the magic number of a snapshot.
    #[error("the octets are not a snapshot")]
    NotSnapshot,
    /// It is of another version.
    #[error("snapshot version {version} cannot be read, only {VERSION}")]
    Version {
        /// The version it is of.
        version: u16,
    },
    /// It is cut, or something follows it.
    #[error("snapshot of {length} octets has {found}")]
    Length {
        /// Octets by its header, or those of the shortest snapshot.
        length: u64,
        /// Octets there are.
        found: usize,
    },
    /// It was damaged.
    #[error("snapshot checksum is {stored:08x}, its octets have {computed:08x}")]
    Checksum {
        /// The checksum it ends with.
        stored: u32,
        /// The checksum computed from its octets.
        computed: u32,
    },
    /// A section is malformed.
    #[error("snapshot is malformed at octet {offset}")]
    Malformed {
        /// Octets from the start of the snapshot.
        offset: usize,
    },
}

/// What every snapshot begins with.
const MAGIC: [u8; 8] = *b"\x89netflow";
/// The version written here, and the only one so far.
const VERSION: u16 = 1;
/// Octets before the first section.
const HEADER_LEN: usize = 18;
/// Octets of the length of a section or snapshot.
const LENGTH_LEN: usize = 8;
/// Octets of the checksum.
const CHECKSUM_LEN: usize = 4;

/// Kind of the sections of observation domains.
pub(crate) const DOMAIN: u16 = 1;

/// Kinds of the sections of one domain.
pub(crate) mod kind {
    pub(crate) const KEY: u16 = 1;
    pub(crate) const ACCOUNT: u16 = 2;
    pub(crate) const SAMPLE_COUNTS: u16 = 4;
    pub(crate) const SOURCES: u16 = 5;
    pub(crate) const ELEMENTS: u16 = 6;
    pub(crate) const TEMPLATES: u16 = 7;
    pub(crate) const RATES: u16 = 8;
    pub(crate) const INTERFACES: u16 = 9;
    pub(crate) const VRFS: u16 = 10;
    pub(crate) const APPLICATIONS: u16 = 11;
    pub(crate) const START: u16 = 12;
    pub(crate) const SAMPLER_NAMES: u16 = 13;
    pub(crate) const DESCRIPTIONS: u16 = 14;
    pub(crate) const WAITING: u16 = 15;
    pub(crate) const SEQUENCE: u16 = 16;
    pub(crate) const SELECTIONS: u16 = 17;
    pub(crate) const SEQUENCES: u16 = 18;
    pub(crate) const INPUTS: u16 = 19;
    pub(crate) const ICMP_PORTS: u16 = 20;
    pub(crate) const SERIES: u16 = 24;
    pub(crate) const COMMON_PROPERTIES: u16 = 25;
}
