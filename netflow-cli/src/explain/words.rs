//! Numbers, spans of time and places as people read them.

use netflow_health::Place;
use netflow_output::format::Files;

/// Things of one kind that are named; further ones are counted.
pub(crate) const NAMED: usize = 3;

/// The names of the inputs, if there are several.
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    names: Vec<String>,
}

impl Inputs {
    pub(crate) fn new(files: &Files) -> Self {
        let names = (0..).map_while(|file| files.name(file));
        Self {
            names: names.map(str::to_owned).collect(),
        }
    }

    pub(crate) fn named(names: &[String]) -> Self {
        Self {
            names: names.to_vec(),
        }
    }

    /// None if there is one input.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

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

/// A part of all in per cent: 0 only if it is nothing, 100 only if it is all.
pub(crate) fn percent(part: u64, all: u64) -> String {
    if all == 0 || part == 0 {
        return "0 %".to_owned();
    }
    if part >= all {
        return "100 %".to_owned();
    }
    let hundredths = u128::from(part) * 10_000 / u128::from(all);
    match hundredths {
        0..10 => "less than 0.1 %".to_owned(),
        10..1_000 => format!("{}.{} %", hundredths / 100, hundredths / 10 % 10),
        1_000..9_900 => format!("{} %", (hundredths + 50) / 100),
        _ => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
    }
}

/// `once`, `twice`, `1,234 times`
pub(crate) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{} times", grouped(count)),
    }
}

/// A span of nanoseconds in its two largest units.
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

/// How one clock differs from another: `3 ms ahead of`.
pub(crate) fn lean(nanos: i64) -> String {
    let way = if nanos < 0 { "behind" } else { "ahead of" };
    format!("{} {way}", span(nanos))
}

/// `frame 3`, and of which file if there are several.
pub(crate) fn frame(place: Place, inputs: &Inputs) -> String {
    let file = usize::try_from(place.input).ok();
    match file.and_then(|file| inputs.names.get(file)) {
        Some(file) => format!("frame {} of {file}", place.frame),
        None => format!("frame {}", place.frame),
    }
}

/// Names the first and counts the rest.
pub(crate) fn shorten(names: &mut Vec<String>) {
    if names.len() > NAMED {
        let more = names.len() - NAMED + 1;
        names.truncate(NAMED - 1);
        names.push(format!("{more} others"));
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
        assert_eq!(percent(1, 10), "10 %");
        assert_eq!(percent(989, 1_000), "99 %");
        assert_eq!(lean(-7_384_000_000_000), "2 h 3 min behind");
        assert_eq!(lean(1_250_000_000), "1.250 s ahead of");
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(list(&words), "a, b and c");
    }

    #[test]
    fn all_is_100_per_cent_and_nothing_else_is() {
        assert_eq!(percent(9_988, 10_000), "99.88 %");
        assert_eq!(percent(999_999, 1_000_000), "99.99 %");
        assert_eq!(percent(u64::MAX - 1, u64::MAX), "99.99 %");
        assert_eq!(percent(7, 7), "100 %");
        assert_eq!(percent(0, 7), "0 %");
    }
}
