//! Numbers, spans of time and places as people read them.

use core::time::Duration;

use netflow_core::DatagramId;
use netflow_core::InputNames;
use netflow_core::text::{Grouped, Percent, Span};

/// Things of one kind that are named; further ones are counted.
pub(crate) const NAMED: usize = 3;

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    Grouped(number).to_string()
}

/// `1 flow`, `1,234 flows`; of a thing whose plural takes an s.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// A part of all in per cent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    Percent { part, whole }.to_string()
}

/// The same at the start of a sentence.
pub(super) fn percent_first(part: u64, whole: u64) -> String {
    percent(part, whole).replacen("less", "Less", 1)
}

/// `once`, `twice`, `1,234 times`
pub(crate) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{} times", grouped(count)),
    }
}

/// A span of nanoseconds, of either sign, in its two largest units.
pub(crate) fn span(nanos: i64) -> String {
    Span(Duration::from_nanos(nanos.unsigned_abs())).to_string()
}

/// How one clock differs from another: `3 ms ahead of`.
pub(crate) fn skew_in_words(nanos: i64) -> String {
    let way = if nanos < 0 { "behind" } else { "ahead of" };
    format!("{} {way}", span(nanos))
}

/// `frame 3`, and of which file if there are several.
pub(crate) fn frame(place: DatagramId, inputs: &InputNames) -> String {
    match inputs.name(place.input) {
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
    use super::{counted, list, skew_in_words};

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(counted(1, "flow"), "1 flow");
        assert_eq!(counted(1_234_567, "flow"), "1,234,567 flows");
        assert_eq!(skew_in_words(-7_384_000_000_000), "2 h 3 min behind");
        assert_eq!(skew_in_words(1_250_000_000), "1.250 s ahead of");
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(list(&words), "a, b and c");
    }
}
