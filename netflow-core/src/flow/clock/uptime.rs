//! Times that exporters count from their own start.

use super::rule::ClockRule;
use super::{YEAR, is_near};
use crate::field::Ingredient;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::time::Timestamp;

/// The longest uptime in a header.
pub(super) const WRAPPING: u64 = 0xffff_ffff;

/// Uptimes up to this much later than that of the header are not 49.7 days
/// old: exporters stamp the header before the last records.
const AHEAD: i64 = 60 * 60 * 1_000;

/// Uptimes of 32 bits wrap after this many milliseconds.
const WRAP: i64 = 1 << 32;

/// An uptime in milliseconds: its age at the time of the header, modulo 2^32
/// so that a wrap between the two does no harm, before the header's time.
#[inline]
pub(super) fn by_header(
    header: &MessageHeader,
    now: u32,
    sent: u64,
) -> Option<(Timestamp, ClockRule)> {
    // Uptimes of eight octets (field types 21 and 22 of some exporters) may be
    // times since 1970.
    if sent > WRAPPING {
        let time = Timestamp::from_millis(sent);
        if let Some(time) = time.filter(|time| is_near(*time, header, YEAR)) {
            return Some((time, ClockRule::OtherUnit));
        }
    }
    let time = counted_back(header.export_time?, now, sent);
    Some((time, ClockRule::Uptime))
}

/// An uptime by that of the header, `now`, and the time of the header.
#[inline]
pub(super) fn counted_back(time: Timestamp, now: u32, sent: u64) -> Timestamp {
    // Those of eight octets do not wrap, that of the header does.
    let sent = u32::try_from(sent & WRAPPING).unwrap_or_default();
    // 2^32 ms fit by far.
    time.saturating_add(elapsed(sent, now).wrapping_mul(-1_000_000))
}

/// Milliseconds from one uptime to another, across a wrap. Up to an hour back is no wrap.
#[inline]
fn elapsed(from: u32, to: u32) -> i64 {
    let elapsed = i64::from(to.wrapping_sub(from));
    if elapsed >= WRAP - AHEAD {
        elapsed.wrapping_sub(WRAP)
    } else {
        elapsed
    }
}

/// IPFIX has no uptime in its header: systemInitTimeMilliseconds stands in the
/// record or in the options (RFC 7012, section 5.8). The uptime wraps as in
/// v9: of all times it may mean, the last before the message was sent.
#[cold]
pub(super) fn since_init(
    record: &DataRecord<'_, '_>,
    header: &MessageHeader,
    sent: u64,
) -> Option<(Timestamp, ClockRule)> {
    let slot = record.template().plan().ingredient(Ingredient::SystemInit);
    let in_record = record.unsigned(slot).and_then(Timestamp::from_millis);
    let init = in_record.or(header.system_init)?;
    let exported = header.export_time.unwrap_or(header.received);
    let running = exported.nanos_since(init).div_euclid(1_000_000);
    // Options of a later start say nothing of a message from before it.
    if in_record.is_none() && running < -SECOND {
        return None;
    }
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
