//! Times of dateTimeMicroseconds and dateTimeNanoseconds (RFC 7011, sections
//! 6.1.9 and 6.1.10).

use crate::text::UnixTime;
use crate::time::Timestamp;

/// A 64-bit NTP timestamp: seconds since 1900 and a binary fraction of a second.
///
/// The seconds wrap in 2036: with their top bit set they belong to era 0
/// (1968 to 2036), clear to era 1 (2036 to 2104; RFC 5905, section 6). 64 zero
/// bits mean that no time is known.
///
/// ```
/// use netflow_core::text::UnixTime;
/// use netflow_core::value::NtpTime;
///
/// // 1,700,000,000 and a half seconds since 1970, counted from 1900.
/// let time = NtpTime::from_bits((1_700_000_000 + 2_208_988_800) << 32 | 1 << 31);
/// assert_eq!(UnixTime::from(time).to_string(), "2023-11-14T22:13:20.500Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NtpTime {
    seconds: u32,
    fraction: u32,
}

/// Seconds from 1900 to 1970.
const TO_UNIX: i64 = 2_208_988_800;
/// Seconds of an NTP era.
const ERA: i64 = 1 << 32;

impl From<NtpTime> for UnixTime {
    /// 64 zero bits, which mean that no time is known, are the year 1900.
    fn from(time: NtpTime) -> Self {
        Self {
            seconds: time.unix_seconds(),
            nanos: time.nanos(),
        }
    }
}

impl NtpTime {
    /// The time in these eight octets.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let all = u64::from_be_bytes(octets.try_into().ok()?);
        Some(Self::from_bits(all))
    }

    /// The time in these 64 bits.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        let [a, b, c, d, e, f, g, h] = bits.to_be_bytes();
        Self {
            seconds: u32::from_be_bytes([a, b, c, d]),
            fraction: u32::from_be_bytes([e, f, g, h]),
        }
    }

    /// The seconds that were sent.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// The fraction that was sent, in 2^-32 s.
    #[must_use]
    pub const fn fraction(self) -> u32 {
        self.fraction
    }

    /// The fraction in nanoseconds, rounded down.
    #[must_use]
    pub fn nanos(self) -> u32 {
        let nanos = u64::from(self.fraction).saturating_mul(1_000_000_000) >> 32;
        u32::try_from(nanos).unwrap_or(0)
    }

    /// Seconds since 1970. 64 zero bits are the year 1900 here.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        let era = if self.seconds & 0x8000_0000 == 0 && !self.is_unknown() {
            ERA
        } else {
            0
        };
        i64::from(self.seconds)
            .saturating_add(era)
            .saturating_sub(TO_UNIX)
    }

    /// 64 zero bits: no time is known.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        self.seconds == 0 && self.fraction == 0
    }

    /// The point in time; `None` when it is not known.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        let nanos = self
            .unix_seconds()
            .checked_mul(1_000_000_000)?
            .checked_add(i64::from(self.nanos()))?;
        (!self.is_unknown()).then_some(Timestamp::from_nanos(nanos))
    }
}
