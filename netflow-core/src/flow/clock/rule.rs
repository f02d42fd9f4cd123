//! The rules by which start and end are computed, and the reasons why there is none.

use crate::named::named;
use crate::time::Timestamp;

/// How start and end were computed.
///
/// ```
/// use netflow_core::{ClockRule, Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut rule = |datagram| decoder.decode(datagram).unwrap().flows().next()?.clock_rule();
/// assert_eq!(rule(example::ipfix()), Some(ClockRule::Milliseconds));
/// assert_eq!(rule(example::netflow_v5()), Some(ClockRule::Uptime));
/// assert_eq!(ClockRule::Uptime.name(), "uptime");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClockRule {
    /// NTP times of nanoseconds (elements 156 and 157).
    Nanoseconds,
    /// NTP times of microseconds (154 and 155).
    Microseconds,
    /// Elements of NTP times that hold a plain count of microseconds instead:
    /// after NTP seconds (Citrix NetScaler), or since 1970. Assumed when
    /// both fractions are below a million, or when an NTP time would be years
    /// from the time of the header and the count is near it.
    MicrosecondCount,
    /// Milliseconds since 1970 (152 and 153).
    Milliseconds,
    /// Seconds since 1970 (150 and 151).
    Seconds,
    /// Another unit than the element has: seconds, milliseconds or an uptime in
    /// elements 150 to 153. Assumed when the time would be years from
    /// that of the header, and in the other unit is within a day of it. Or
    /// milliseconds since 1970 in uptimes (21 and 22) of eight octets.
    OtherUnit,
    /// Uptimes in milliseconds (22 and 21), counted back from the uptime and
    /// time of the header.
    Uptime,
    /// Uptimes in milliseconds, counted from the start of the exporter
    /// (systemInitTimeMilliseconds), in IPFIX.
    SystemInit,
    /// Microseconds before the time of the header (158 and 159).
    DeltaMicroseconds,
    /// Elements 154 and 155 of sixteen octets: seconds since 1970 and microseconds, each a
    /// word of 64 bits, instead of an NTP time (pmacct nfprobe, `pm_v10.pcap`).
    SecondsAndMicroseconds,
    /// The one time of an event (322 to 325).
    Observation,
    /// The time the sFlow datagram was received.
    Received,
}

named!(ClockRule {
    Nanoseconds = "nanoseconds",
    Microseconds = "microseconds",
    MicrosecondCount = "microsecond_count",
    Milliseconds = "milliseconds",
    Seconds = "seconds",
    OtherUnit = "other_unit",
    Uptime = "uptime",
    SystemInit = "system_init",
    DeltaMicroseconds = "delta_microseconds",
    SecondsAndMicroseconds = "seconds_and_microseconds",
    Observation = "observation",
    Received = "received",
});

/// Why a flow has no start or no end.
///
/// ```
/// use netflow_core::{Decoder, Limits, NoTime, example};
///
/// // The template without the start and the end of flows.
/// let ipfix = example::ipfix();
/// let mut payload = ipfix.payload[..16].to_vec();
/// payload.extend([0, 2, 0, 12, 1, 0, 0, 1, 0, 1, 0, 4]); // template 256: octets
/// payload.extend([1, 0, 0, 8, 0, 0, 5, 220]);
/// payload[3] = 36; // the length of the message
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(ipfix.with_payload(&payload))?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!(flow.start_by_rule(), Err(NoTime::NotSent));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoTime {
    /// The record has no element that carries it.
    NotSent,
    /// The element is zero, which is not a time in elements 150 to 157 and 322 to 325: exporters
    /// leave it there while they know no time. RFC 5905, section 6, defines this for NTP times.
    Zero,
    /// The element counts from an origin that is not known: uptimes (21, 22) of IPFIX without
    /// systemInitTimeMilliseconds (160), or with one of zero, or uptimes and deltas (158, 159)
    /// under a header whose time is zero. The duration is known all the same.
    UnknownOrigin,
    /// The number is not a time from 1970 to 2262, or the element cannot have this length.
    Unreadable,
}

named!(NoTime {
    NotSent = "not_sent",
    Zero = "zero",
    UnknownOrigin = "unknown_origin",
    Unreadable = "unreadable",
});

/// A time and the rule that it was found by, or why there is none.
pub(super) type RuledTime = Result<(Timestamp, ClockRule), NoTime>;
