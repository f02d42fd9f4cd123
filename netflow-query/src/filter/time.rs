//! Times as they are written: RFC 3339, where the end may be left out.

/// Nanoseconds since 1970 of `2026-11-29`, `2026-11-29T10:00`, with seconds, with a fraction of a
/// second, each with or without a zone; without one it is UTC. A blank may stand for the `T`.
pub(super) fn time(word: &str) -> Option<i64> {
    let (date, clock) = match word.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, clock),
        None => (word, "00:00"),
    };
    let days = days(date)?;
    let (clock, zone) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => clock.split_at_checked(at)?,
        None => (clock, "Z"),
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = two(parts.next()?, 23)?;
    let minute = two(parts.next()?, 59)?;
    let second = parts.next().map_or(Some(0), |second| two(second, 60))?;
    if parts.next().is_some() {
        return None;
    }
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    let minutes = days
        .checked_mul(1_440)?
        .checked_add(minutes)?
        .checked_sub(zone_minutes(zone)?)?;
    minutes
        .checked_mul(60)?
        .checked_add(second)?
        .checked_mul(1_000_000_000)?
        .checked_add(fraction.map_or(Some(0), nanos)?)
}

/// Minutes that a zone is ahead of UTC.
fn zone_minutes(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        (_, rest) => return rest.is_empty().then_some(0),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let minutes = two(hours, 23)?
        .checked_mul(60)?
        .checked_add(two(minutes, 59)?)?;
    minutes.checked_mul(sign)
}

fn nanos(fraction: &str) -> Option<i64> {
    let are_digits = fraction.bytes().all(|digit| digit.is_ascii_digit());
    let missing = 9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let number: i64 = fraction.parse().ok().filter(|_| are_digits)?;
    number.checked_mul(10_i64.checked_pow(missing)?)
}

/// Days from 1970-01-01 to a date (the Gregorian calendar, whose cycle is 400 years of 146,097
/// days; years begin in March here, so that a leap day is the last of its year).
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let is_number = year.bytes().all(|digit| digit.is_ascii_digit());
    let year: i64 = year.parse().ok().filter(|_| is_number)?;
    let (month, day) = (two(month, 12)?, two(day, 31)?);
    let is_leap =
        year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if month == 0 || day == 0 || day > last {
        return None;
    }
    let is_early = month < 3;
    let year = year.checked_sub(i64::from(is_early))?;
    let month = month.checked_add(if is_early { 9 } else { -3 })?;
    let of_months = month.checked_mul(153)?.checked_add(2)?.div_euclid(5);
    let leap_days = year
        .div_euclid(4)
        .checked_sub(year.div_euclid(100))?
        .checked_add(year.div_euclid(400))?;
    // From 0000-03-01 to 1970-01-01 it is 719,468 days.
    year.checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(of_months)?
        .checked_add(day)?
        .checked_sub(719_469)
}

/// Two digits.
fn two(digits: &str, most: i64) -> Option<i64> {
    let are_digits = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| are_digits);
    number.filter(|number| *number <= most)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use netflow_core::Timestamp;

    use super::time;

    #[test]
    fn what_is_left_out_is_zero_and_utc() {
        for (word, written) in [
            ("2026-11-29", "2026-11-29T00:00:00Z"),
            ("2026-11-29T10:00", "2026-11-29T10:00:00Z"),
            ("2026-11-29 10:00:05", "2026-11-29T10:00:05Z"),
            ("2026-11-29T10:00:05.25Z", "2026-11-29T10:00:05.250Z"),
            ("2026-11-29T10:00+01:30", "2026-11-29T08:30:00Z"),
            ("2026-11-29T23:00-02:00", "2026-11-30T01:00:00Z"),
            ("1970-01-01", "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59", "1969-12-31T23:59:59Z"),
            ("2000-02-29", "2000-02-29T00:00:00Z"),
            (
                "2024-12-31T23:59:59.999999999",
                "2024-12-31T23:59:59.999999999Z",
            ),
        ] {
            let nanos = time(word).unwrap();
            assert_eq!(Timestamp::from_nanos(nanos).to_string(), written, "{word}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for wrong in [
            "",
            "T",
            "2026",
            "2026-11",
            "2026-13-01",
            "2026-02-29",
            "2100-02-29",
            "2026-11-31",
            "2026-1-1",
            "2026-11-29T",
            "2026-11-29T10",
            "2026-11-29T24:00",
            "2026-11-29T10:60",
            "2026-11-29T10:00:00.",
            "2026-11-29T10:00:00.1234567890",
            "2026-11-29T10:00+1",
            "2026-11-29T10:00Zz",
            "9999-01-01",
            "2026-11-29T10:00:00:00",
            "+026-11-29",
        ] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
