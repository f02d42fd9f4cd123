//! Numbers and spans of time as people read them.

use netflow_arrow::Files;

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 flow`, `1,234 flows`; of a thing whose plural takes an s.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// So many of all, in per cent.
pub(crate) fn percent(part: u64, all: u64) -> String {
    if all == 0 {
        return "0 %".to_owned();
    }
    let tenths = u128::from(part) * 1_000 / u128::from(all);
    match tenths {
        0 => "less than 0.1 %".to_owned(),
        1..100 => format!("{}.{} %", tenths / 10, tenths % 10),
        _ => format!("{} %", (tenths + 5) / 10),
    }
}

/// A span of nanoseconds in the two largest units that say something.
pub(crate) fn span(nanos: i64) -> String {
    let all = nanos.unsigned_abs();
    let (seconds, millis) = (all / 1_000_000_000, all / 1_000_000 % 1_000);
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{millis:03} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// How one clock is to another: `3 ms ahead of`.
pub(crate) fn lean(nanos: i64) -> String {
    let way = if nanos < 0 { "behind" } else { "ahead of" };
    format!("{} {way}", span(nanos))
}

/// `frame 3`, and of which file if there are several.
pub(crate) fn frame(number: u64, files: &Files) -> String {
    match files.name(number) {
        Some(file) => format!("frame {} of {file}", Files::frame(number)),
        None => format!("frame {}", Files::frame(number)),
    }
}

/// Items with commas, the last with `and`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, lean, list, percent};

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(counted(1, "flow"), "1 flow");
        assert_eq!(counted(1_234_567, "flow"), "1,234,567 flows");
        assert_eq!(percent(3, 10), "30 %");
        assert_eq!(percent(1, 300), "0.3 %");
        assert_eq!(percent(1, 100_000), "less than 0.1 %");
        assert_eq!(lean(-7_384_000_000_000), "2 h 3 min behind");
        assert_eq!(lean(1_250_000_000), "1.250 s ahead of");
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(list(&words), "a, b and c");
    }
}
