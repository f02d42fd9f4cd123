//! When two values are the same.

use serde_json::Value;

/// Octets of a fraction may be ignored up to a microsecond (RFC 7011, section 6.1.9).
const TOLERANCE: i128 = 1_000;
/// Other decoders print floats with six digits.
const FLOAT_TOLERANCE: f64 = 1e-5;

/// Whether a value is what is expected: times up to a microsecond, floats up to what
/// printing them loses.
pub(super) fn is_same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::String(expected), Value::String(found)) if expected != found => {
            match (nanoseconds(expected), nanoseconds(found)) {
                (Some(expected), Some(found)) => (expected - found).abs() <= TOLERANCE,
                _ => false,
            }
        }
        (Value::Number(expected), Value::Number(found)) if expected.is_f64() || found.is_f64() => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            (expected - found).abs() <= FLOAT_TOLERANCE * expected.abs()
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(e, f)| is_same(e, f))
        }
        (Value::Object(expected), Value::Object(found)) => {
            expected.len() == found.len()
                && expected
                    .iter()
                    .all(|(key, value)| found.get(key).is_some_and(|found| is_same(value, found)))
        }
        _ => expected == found,
    }
}

/// Nanoseconds of a time in RFC 3339 from some point in time; `None` if it is none.
pub(super) fn nanoseconds(text: &str) -> Option<i128> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    // Days in years that begin in March.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    let fraction: i128 = format!("{fraction:0<9}").parse().ok()?;
    Some(seconds * 1_000_000_000 + fraction)
}

fn numbers(text: &str, separator: char) -> Option<[i128; 3]> {
    let numbers: Vec<i128> = text
        .split(separator)
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

#[test]
fn times_are_compared_to_the_microsecond() {
    let same = |one: &str, other: &str| is_same(&Value::from(one), &Value::from(other));
    assert!(same(
        "2021-02-28T23:59:59.999999500Z",
        "2021-03-01T00:00:00Z"
    ));
    assert!(same("2020-02-29T23:59:59.999999Z", "2020-03-01T00:00:00Z"));
    assert!(!same(
        "2021-02-28T23:59:59.999998999Z",
        "2021-03-01T00:00:00Z"
    ));
    assert!(!same("x", "y"));
}
