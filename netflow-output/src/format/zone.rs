//! The time zone of texts for people.

use alloc::sync::Arc;
use core::fmt::Write as _;
use std::env;
use std::io;

use netflow_core::Timestamp;
use netflow_core::text::{ShortText, UnixTime};
use tz::TimeZone;

/// The name by which the zone of the machine is read, from `/etc/localtime`.
const OF_MACHINE: &str = "localtime";
const MINUTE: i64 = 60;
const MINUTES_OF_HOUR: u64 = 60;
/// Octets of the longest text: date, hour, nine digits of fraction and an offset.
const LONGEST: usize = 40;

/// A time zone, with its changes to and from summer time.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: Arc<TimeZone>,
}

impl Zone {
    /// The zone of this machine: that of the variable `TZ` if it is set, else that of `/etc/localtime`;
    /// UTC if there is neither.
    ///
    /// # Errors
    ///
    /// If `TZ` names no zone, or the file of the zone cannot be read.
    pub fn of_machine() -> io::Result<Self> {
        let rules = match env::var("TZ") {
            Ok(name) if name.is_empty() => Ok(TimeZone::utc()),
            Ok(name) => TimeZone::from_posix_tz(&name),
            Err(_) => match TimeZone::from_posix_tz(OF_MACHINE) {
                Err(error) if is_missing(&error) => Ok(TimeZone::utc()),
                read => read,
            },
        };
        let invalid =
            |error: tz::Error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string());
        let rules = Arc::new(rules.map_err(invalid)?);
        Ok(Self { rules })
    }

    /// The time as RFC 3339 has it, with the fewest of 0, 3, 6 or 9 digits of fraction and the offset of
    /// the zone: `2021-04-11T12:20:00.250+02:00`.
    #[must_use]
    pub fn time(&self, time: Timestamp) -> ShortText<LONGEST> {
        let digits = UnixTime::from(time).fewest_digits();
        self.text(time, digits, "T")
    }

    /// Date and time for people, always with milliseconds: `2021-04-11 12:20:00.250+02:00`.
    pub(crate) fn plain_time(&self, time: Timestamp) -> ShortText<LONGEST> {
        self.text(time, 3, " ")
    }

    /// The time with this between date and hour.
    fn text(&self, time: Timestamp, digits: u32, between: &str) -> ShortText<LONGEST> {
        let utc = UnixTime::from(time);
        let offset = self.offset(utc.seconds);
        let local = UnixTime {
            seconds: utc.seconds.saturating_add(offset.saturating_mul(MINUTE)),
            ..utc
        };
        let mut text = ShortText::new();
        // The years of a timestamp, 1677 to 2262, all have a text. Writing never fails.
        if let Some(local) = local.text_of_digits(digits) {
            let local = local.as_str().trim_end_matches('Z');
            let (date, hour) = local.split_once('T').unwrap_or((local, ""));
            let _ = write!(text, "{date}{between}{hour}");
        }
        let (sign, offset) = (if offset < 0 { "-" } else { "+" }, offset.unsigned_abs());
        let (hours, minutes) = (offset / MINUTES_OF_HOUR, offset % MINUTES_OF_HOUR);
        let _ = write!(text, "{sign}{hours:02}:{minutes:02}");
        text
    }

    /// Minutes that clocks are ahead of UTC. RFC 3339 has no seconds of offset, as there were before 1970.
    fn offset(&self, seconds: i64) -> i64 {
        let known = self.rules.find_local_time_type(seconds);
        known.map_or(0, |known| i64::from(known.ut_offset()) / MINUTE)
    }
}

/// Whether an error says that there is no such file.
fn is_missing(error: &tz::Error) -> bool {
    let tz::Error::Io(error) = error else {
        return false;
    };
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use netflow_core::Timestamp;
    use tz::TimeZone;

    use super::Zone;

    fn zone(rules: &str) -> Zone {
        let rules = Arc::new(TimeZone::from_posix_tz(rules).unwrap());
        Zone { rules }
    }

    #[test]
    fn times_have_the_offset_that_is_in_force_at_them() {
        // Germany; the changes of 2021 were on March 28 and October 31, at 01:00 UTC.
        let berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
        for (seconds, text) in [
            (1_616_893_199, "2021-03-28T01:59:59+01:00"),
            (1_616_893_200, "2021-03-28T03:00:00+02:00"),
            (1_635_641_999, "2021-10-31T02:59:59+02:00"),
            (1_635_642_000, "2021-10-31T02:00:00+01:00"),
            (0, "1970-01-01T01:00:00+01:00"),
            (-3_600, "1970-01-01T00:00:00+01:00"),
        ] {
            let time = Timestamp::from_nanos(seconds * 1_000_000_000);
            assert_eq!(berlin.time(time).as_str(), text);
        }
    }

    #[test]
    fn offsets_of_half_an_hour_and_west_of_greenwich_are_written() {
        let time = Timestamp::from_nanos(1_618_136_400_250_000_000);
        let texts = [
            ("<+0530>-5:30", "2021-04-11T15:50:00.250+05:30"),
            ("NST3:30", "2021-04-11T06:50:00.250-03:30"),
            ("UTC0", "2021-04-11T10:20:00.250+00:00"),
        ];
        for (rules, text) in texts {
            assert_eq!(zone(rules).time(time).as_str(), text);
        }
        assert_eq!(
            zone("<+0530>-5:30").plain_time(time).as_str(),
            "2021-04-11 15:50:00.250+05:30"
        );
    }

    #[test]
    fn the_first_and_the_last_timestamp_have_a_text() {
        for nanos in [i64::MIN, i64::MAX] {
            let time = zone("<+0530>-5:30").time(Timestamp::from_nanos(nanos));
            assert_eq!(
                time.as_str().len(),
                "1677-09-21T05:42:43.145224192+05:30".len()
            );
        }
    }
}
