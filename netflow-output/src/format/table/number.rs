//! Numbers for people.

use crate::format::row::Pen;

/// A count, in full or as `12.3k`.
#[inline(always)]
pub(super) fn count(pen: &mut Pen<'_>, count: u64, exact: bool) {
    if exact || count < 10_000 {
        pen.number(count);
    } else {
        pen.outlined(|pen| rounded(pen, count));
    }
}

/// A count of 10,000 or more with three digits and a unit.
fn rounded(pen: &mut Pen<'_>, count: u64) {
    let mut unit = 1_u64;
    let mut letter = b'k';
    for next in *b"MGTPE" {
        // Rounded to three digits it would be 1000.
        if count / 1_000 < unit.saturating_mul(1_000) && !rounds_up(count, unit * 1_000) {
            break;
        }
        unit *= 1_000;
        letter = next;
    }
    let unit = unit * 1_000;
    // Thousandths of the unit.
    let thousandths = u128::from(count) * 1_000 / u128::from(unit);
    let thousandths = u32::try_from(thousandths).unwrap_or(u32::MAX);
    match thousandths {
        0..9_995 => {
            let hundredths = (thousandths + 5) / 10;
            pen.number((hundredths / 100).into());
            pen.octet(b'.');
            pen.two_digits(hundredths % 100);
        }
        9_995..99_950 => {
            let tenths = (thousandths + 50) / 100;
            pen.number((tenths / 10).into());
            pen.octet(b'.');
            pen.number((tenths % 10).into());
        }
        _ => pen.number(((thousandths + 500) / 1_000).into()),
    }
    pen.octet(letter);
}

/// Whether this many of a unit are 1000 of it when rounded.
fn rounds_up(count: u64, unit: u64) -> bool {
    u128::from(count) * 2 >= u128::from(unit) * 1_999
}

/// Nanoseconds as `250ms`, `12.3s`, `3m20s`, `2h05m`, `3d04h`.
pub(super) fn duration(pen: &mut Pen<'_>, nanos: i64) {
    if nanos < 0 {
        pen.octet(b'-');
    }
    let millis = nanos.unsigned_abs() / 1_000_000;
    let seconds = millis / 1_000;
    let (first, unit, second, end) = match seconds {
        0 => {
            pen.number(millis);
            pen.word("ms");
            return;
        }
        1..60 => {
            pen.number(seconds);
            pen.octet(b'.');
            pen.number(millis % 1_000 / 100);
            pen.octet(b's');
            return;
        }
        60..3_600 => (seconds / 60, b'm', seconds % 60, b's'),
        3_600..86_400 => (seconds / 3_600, b'h', seconds / 60 % 60, b'm'),
        _ => (seconds / 86_400, b'd', seconds / 3_600 % 24, b'h'),
    };
    pen.number(first);
    pen.octet(unit);
    pen.two_digits(u32::try_from(second).unwrap_or(0));
    pen.octet(end);
}

#[cfg(test)]
mod tests {
    use super::{count, duration};
    use crate::format::row::{Pen, RowText};

    fn written(write: impl FnOnce(&mut Pen<'_>)) -> String {
        let mut row = RowText::default();
        row.write(write);
        String::from_utf8(row.text(0, row.len()).to_vec()).unwrap()
    }

    #[test]
    fn counts_have_three_digits_and_a_unit() {
        for (number, text) in [
            (0, "0"),
            (9_999, "9999"),
            (10_000, "10.0k"),
            (12_345, "12.3k"),
            (99_949, "99.9k"),
            (99_950, "100k"),
            (999_499, "999k"),
            (999_500, "1.00M"),
            (1_234_567, "1.23M"),
            (9_994_999, "9.99M"),
            (9_995_000, "10.0M"),
            (5_000_000_000, "5.00G"),
            (u64::MAX, "18.4E"),
        ] {
            assert_eq!(written(|row| count(row, number, false)), text);
        }
    }

    #[test]
    fn durations_have_two_units() {
        for (millis, text) in [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1.0s"),
            (59_999, "59.9s"),
            (200_000, "3m20s"),
            (7_500_000, "2h05m"),
            (273_600_000, "3d04h"),
            (-250, "-250ms"),
        ] {
            assert_eq!(written(|row| duration(row, millis * 1_000_000)), text);
        }
    }
}
