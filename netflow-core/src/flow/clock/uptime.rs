//! Times that exporters count from their own start.

use super::rule::{ClockRule, NoTime, RuledTime};
use super::{YEAR, is_near, reference, sent_time};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::time::Timestamp;

/// The longest uptime in a header.
pub(super) const WRAPPING: u64 = 0xffff_ffff;

/// Uptimes up to this much later than that of the header are not 49.7 days
/// old: exporters stamp the header before the last records.
const AHEAD: i64 = 60 * 60 * 1_000;
/// The same, to be added to an uptime.
const AHEAD_U32: u32 = 60 * 60 * 1_000;

/// Uptimes of 32 bits wrap after this many milliseconds.
const WRAP: i64 = 1 << 32;

/// An uptime in milliseconds: its age at the time of the header, modulo 2^32
/// so that a wrap between the two does no harm, before the header's time.
#[inline]
pub(super) fn by_header(header: &MessageHeader, now: u32, sent: u64) -> RuledTime {
    // Uptimes of eight octets (field types 21 and 22 of some exporters) may be
    // times since 1970.
    if sent > WRAPPING {
        let time = Timestamp::from_millis(sent);
        if let Some(time) = time.filter(|time| is_near(*time, header, YEAR)) {
            return Ok((time, ClockRule::OtherUnit));
        }
    }
    let origin = sent_time(header).ok_or(NoTime::UnknownOrigin)?;
    Ok((counted_back(origin, now, sent), ClockRule::Uptime))
}

/// An uptime by that of the header, `now`, and the time of the header, of 32 bits in seconds.
#[inline]
pub(super) const fn counted_back(time: Timestamp, now: u32, sent: u64) -> Timestamp {
    /// The latest uptime that is not taken for one from before a wrap, after that of the header.
    const LATEST: i64 = AHEAD * 1_000_000;

    // Those of eight octets do not wrap, that of the header does.
    let [.., a, b, c, d] = sent.to_be_bytes();
    let sent = u32::from_be_bytes([a, b, c, d]);
    // From the latest uptime back to this one, so that the difference has one sign.
    let [a, b, c, d] = now.wrapping_add(AHEAD_U32).wrapping_sub(sent).to_be_bytes();
    let back = i64::from_be_bytes([0, 0, 0, 0, a, b, c, d]);
    // A time of 32 bits in seconds and 2^32 ms fit by far.
    let latest = time.as_nanos().wrapping_add(LATEST);
    Timestamp::from_nanos(latest.wrapping_sub(back.wrapping_mul(1_000_000)))
}

/// Milliseconds from one uptime to another, across a wrap. Up to an hour back is not a wrap.
#[inline]
fn elapsed(from: u32, to: u32) -> i64 {
    let elapsed = i64::from(to.wrapping_sub(from));
    if elapsed >= WRAP - AHEAD {
        elapsed.wrapping_sub(WRAP)
    } else {
        elapsed
    }
}

/// Nanoseconds from one uptime to another, of exporters whose start is not known.
pub(super) fn between(first: u64, last: u64) -> Option<i64> {
    let millis = match (u32::try_from(first), u32::try_from(last)) {
        (Ok(first), Ok(last)) => elapsed(first, last),
        // Those of eight octets do not wrap.
        _ => i64::try_from(last)
            .ok()?
            .checked_sub(i64::try_from(first).ok()?)?,
    };
    millis.checked_mul(1_000_000)
}

/// IPFIX has no uptime in its header: systemInitTimeMilliseconds is in the
/// record or in the options (RFC 5102, section 5.9). The uptime wraps as in
/// v9: of all times it may mean, the last before the message was sent. A start of zero is none
/// (MikroTik sends one).
#[cold]
pub(super) fn since_init(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    sent: u64,
) -> RuledTime {
    let slot = record.template().plan().ingredient(Ingredient::SystemInit);
    let is_known = |init: &Timestamp| *init != Timestamp::UNIX_EPOCH;
    let in_record = record.unsigned(slot).and_then(Timestamp::from_millis);
    let in_record = in_record.filter(is_known);
    let init = in_record.or(header.system_init.filter(is_known));
    let init = init.ok_or(NoTime::UnknownOrigin)?;
    let running = reference(header).nanos_since(init).div_euclid(1_000_000);
    // Options of a later start say nothing of a message from before it.
    if in_record.is_none() && running < -SECOND {
        return Err(NoTime::UnknownOrigin);
    }
    after(init, running, sent).ok_or(NoTime::Unreadable)
}

/// An uptime counted from a start `running` milliseconds before the message.
fn after(init: Timestamp, running: i64, sent: u64) -> Option<(Timestamp, ClockRule)> {
    let sent = i64::try_from(sent).ok()?;
    let wraps = if running < LONGEST {
        let past = running.saturating_add(AHEAD).saturating_sub(sent);
        past.div_euclid(WRAP).max(0)
    } else {
        0
    };
    let uptime = wraps.checked_mul(WRAP)?.checked_add(sent)?;
    let time = init.saturating_add(uptime.checked_mul(1_000_000)?);
    Some((time, ClockRule::SystemInit))
}

/// A second in milliseconds: header times are whole.
const SECOND: i64 = 1_000;
/// Longer than any exporter runs, in milliseconds: a start that far back is
/// that of a clock that was not set.
const LONGEST: i64 = 20 * 365 * 86_400_000;
