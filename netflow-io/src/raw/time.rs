//! Times of RFC 3339.

use netflow_core::Timestamp;

const NANOS: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// Reads `2023-11-14T22:13:20.123456789Z`, or with an offset such as `+01:00`; further digits of the fraction
/// are passed over. `None` if it is not such a time, or one that nanoseconds in 64 bits cannot hold.
pub(super) fn parse(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let &[_, _, _, _, b'-', _, _, b'-', _, _] = date else {
        return None;
    };
    let &[b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _] = time else {
        return None;
    };
    let month = digits(date.get(5..7)?, 12)?;
    let days = days(
        digits(date.get(..4)?, 9_999)?,
        month,
        digits(date.get(8..)?, 31)?,
    )?;
    let hours = digits(time.get(1..3)?, 23)?;
    let minutes = digits(time.get(4..6)?, 59)?;
    // 60 is a leap second.
    let seconds = digits(time.get(7..)?, 60)?;
    let (nanos, rest) = fraction(rest)?;
    let of_day = hours.checked_mul(3_600)?;
    let of_day = of_day.checked_add(minutes.checked_mul(60)?)?;
    let of_day = of_day.checked_add(seconds)?.checked_sub(offset(rest)?)?;
    let seconds = days.checked_mul(DAY)?.checked_add(of_day)?;
    let nanos = seconds.checked_mul(NANOS)?.checked_add(nanos)?;
    Some(Timestamp::from_nanos(nanos))
}

fn digits(text: &[u8], most: i64) -> Option<i64> {
    let mut number = 0_i64;
    for octet in text {
        let digit = char::from(*octet).to_digit(10)?;
        number = number.checked_mul(10)?.checked_add(digit.into())?;
    }
    (number <= most).then_some(number)
}

/// The nanoseconds of a fraction, if there is one, and what follows it.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let len = rest
        .iter()
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    let (fraction, rest) = rest.split_at_checked(len)?;
    let zeros = core::iter::repeat(&b'0');
    let mut nanos = 0_i64;
    for octet in fraction.iter().chain(zeros).take(9) {
        let digit = i64::from(octet.checked_sub(b'0')?);
        nanos = nanos.checked_mul(10)?.checked_add(digit)?;
    }
    (len > 0).then_some((nanos, rest))
}

/// Seconds that a zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), hours @ .., b':', tens, ones] => {
            let minutes = digits(&[*tens, *ones], 59)?;
            let hours = digits(hours, 23).filter(|_| hours.len() == 2)?;
            let seconds = hours.checked_mul(3_600)?;
            let seconds = seconds.checked_add(minutes.checked_mul(60)?)?;
            if *sign == b'-' {
                seconds.checked_neg()
            } else {
                Some(seconds)
            }
        }
        _ => None,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap =
        year.checked_rem(4)? == 0 && (year.checked_rem(100)? != 0 || year.checked_rem(400)? == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March have their leap day at the end; `153 * m + 2) / 5` are the days of their
    // first `m` months.
    let (years, months) = if month > 2 {
        (year, month.checked_sub(3)?)
    } else {
        (year.checked_sub(1)?, month.checked_add(9)?)
    };
    let leap_days = [4, -100, 400]
        .into_iter()
        .try_fold(0_i64, |days, every: i64| {
            let count = years.checked_div_euclid(every.checked_abs()?)?;
            days.checked_add(count.checked_mul(every.signum())?)
        })?;
    let before = months.checked_mul(153)?.checked_add(2)?.checked_div(5)?;
    let since = years.checked_mul(365)?.checked_add(leap_days)?;
    let since = since.checked_add(before)?.checked_add(day)?;
    // 0000-03-01 is 719,468 days before 1970-01-01; the first day of a month is 1.
    since.checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use netflow_core::Timestamp;

    use super::parse;

    #[test]
    fn times_read_back_as_they_were_written() {
        let day = 86_400 * 1_000_000_000_i64;
        for step in -100_000..100_000 {
            let nanos = step * day / 2 + step;
            let time = Timestamp::from_nanos(nanos);
            assert_eq!(parse(time.to_string().as_bytes()), Some(time), "{time}");
        }
    }

    #[test]
    fn zones_and_fractions_of_any_length_are_read() {
        let expected = Some(Timestamp::from_nanos(1_700_000_000_120_000_000));
        for text in [
            "2023-11-14T22:13:20.12Z",
            "2023-11-14t22:13:20.120000000999z",
            "2023-11-14 23:13:20.12+01:00",
            "2023-11-14T16:43:20.12-05:30",
        ] {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-31T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-11-14T24:13:20Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20+1:00",
            "2023-11-14T22:13:20Z ",
            "9999-11-14T22:13:20Z",
            "2023/11/14T22:13:20Z",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
