//! Numbers as people read them.

use core::time::Duration;

use netflow_core::Timestamp;
use netflow_core::element::{self, iana};
use netflow_core::field::FlowField;
use netflow_core::text::{Grouped, Percent, Span, UnixTime};
use netflow_query::GroupValue;

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    Grouped(number).to_string()
}

/// `1.23 M`: at most four digits and a power of 1,000.
pub(crate) fn short(number: f64) -> String {
    const PREFIXES: [&str; 7] = ["", " k", " M", " G", " T", " P", " E"];
    let mut scaled = number;
    let mut prefix = 0;
    while scaled >= 999.5 && prefix + 1 < PREFIXES.len() {
        scaled /= 1_000.0;
        prefix += 1;
    }
    let digits = if prefix == 0 || scaled >= 99.95 {
        0
    } else if scaled >= 9.995 {
        1
    } else {
        2
    };
    let unit = PREFIXES.get(prefix).copied().unwrap_or_default();
    if prefix == 0 && scaled > 0.0 && scaled < 9.995 && scaled.fract() > 0.0 {
        return format!("{scaled:.1}");
    }
    format!("{scaled:.digits$}{unit}")
}

/// `1.23 Mbit/s`, `12 packets/s`: a number as [`short`] writes it, and its unit.
pub(crate) fn with_unit(number: f64, unit: &str) -> String {
    let short = short(number);
    match short.split_once(' ') {
        Some((digits, prefix)) if unit == "bit/s" => format!("{digits} {prefix}{unit}"),
        _ => format!("{short} {unit}"),
    }
}

/// A count as [`short`] writes it.
pub(crate) fn short_count(number: u64) -> String {
    short(to_f64(number))
}

/// The number, rounded where it has more than 53 bits.
#[expect(
    clippy::cast_precision_loss,
    reason = "pictures have fewer pixels than the number has digits"
)]
pub(crate) const fn to_f64(number: u64) -> f64 {
    number as f64
}

/// A part in per cent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    Percent { part, whole }.to_string()
}

/// A span of nanoseconds in its two largest units; whole seconds have no fraction.
pub(crate) fn span(nanos: u64) -> String {
    let span = Duration::from_nanos(nanos);
    if (1..60).contains(&span.as_secs()) && span.subsec_millis() == 0 {
        return format!("{} s", span.as_secs());
    }
    Span(span).to_string()
}

/// RFC 3339, in UTC.
pub(crate) fn utc(time: Timestamp) -> String {
    UnixTime::from(time).to_string()
}

/// A value of a group; a number that has a name in the registry, with it.
pub(crate) fn label(field: FlowField, value: &GroupValue) -> String {
    match value {
        GroupValue::Absent => "not sent".to_owned(),
        GroupValue::Unsigned(number) => number_label(field, *number),
        other => other.to_string(),
    }
}

fn number_label(field: FlowField, number: u64) -> String {
    let named = |name: Option<&str>| match name {
        Some(name) => format!("{name} ({number})"),
        None => number.to_string(),
    };
    match field {
        FlowField::Protocol => named(element::code(iana::PROTOCOL_IDENTIFIER.id, number)),
        FlowField::IpVersion => format!("IPv{number}"),
        FlowField::TcpFlags => flags(number),
        FlowField::Direction => named(match number {
            0 => Some("ingress"),
            1 => Some("egress"),
            _ => None,
        }),
        FlowField::FirewallEvent | FlowField::NatEvent => {
            let mut elements = field.elements().iter();
            named(elements.find_map(|id| element::code(*id, number)))
        }
        _ => number.to_string(),
    }
}

/// TCP flags by their letters (RFC 9293, section 3.1).
fn flags(number: u64) -> String {
    const LETTERS: [(u64, char); 8] = [
        (0x80, 'C'),
        (0x40, 'E'),
        (0x20, 'U'),
        (0x10, 'A'),
        (0x08, 'P'),
        (0x04, 'R'),
        (0x02, 'S'),
        (0x01, 'F'),
    ];
    let set = LETTERS.iter().filter(|(bit, _)| number & bit != 0);
    let letters: String = set.map(|(_, letter)| letter).collect();
    if letters.is_empty() {
        "none".to_owned()
    } else {
        letters
    }
}

/// The text of a hostile name in a page: characters that change the direction of what surrounds them and
/// control characters are replaced, and it is cut.
pub(crate) fn harmless(text: &str) -> String {
    const SHOWN: usize = 120;
    let is_harmful = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    };
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|character| {
            if is_harmful(character) {
                char::REPLACEMENT_CHARACTER
            } else {
                character
            }
        })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{flags, grouped, harmless, percent, short, span, with_unit};

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (0.25, "0.2"),
            (999.0, "999"),
            (999.6, "1.00 k"),
            (1_500.0, "1.50 k"),
            (23_456.0, "23.5 k"),
            (999_499_999.0, "999 M"),
            (1.0e18, "1.00 E"),
        ] {
            assert_eq!(short(number), text);
        }
        assert_eq!(with_unit(592_000.0, "bit/s"), "592 kbit/s");
        assert_eq!(with_unit(5.0, "packets/s"), "5 packets/s");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(percent(9_997, 10_000), "99.97 %");
        assert_eq!(span(61_000_000_000), "1 min 1 s");
        assert_eq!(span(2_000_000_000), "2 s");
        assert_eq!(flags(0x12), "AS");
    }

    #[test]
    fn hostile_text_is_cut_and_changes_no_direction() {
        assert_eq!(harmless("a\u{202e}b\n"), "a\u{fffd}b\u{fffd}");
        assert_eq!(harmless(&"x".repeat(1_000)).chars().count(), 121);
    }
}
