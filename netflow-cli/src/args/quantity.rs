//! Sizes and times, as people write them.

use core::str::FromStr;
use core::time::Duration;

/// A number of octets: `1500`, `64KiB`, `16MiB`, `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OctetCount(pub(crate) usize);

/// A time: `250ms`, `30s`, `5m`, `1h`, `1d`, or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for OctetCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = split(text);
        let factor = match unit {
            "" => 1,
            "K" | "KiB" => 1 << 10,
            "M" | "MiB" => 1 << 20,
            "G" | "GiB" => 1 << 30,
            _ => return Err("it is not a size, such as 1500, 64KiB or 16MiB".to_owned()),
        };
        let number: usize = number
            .parse()
            .map_err(|_| "it is not a size, such as 1500, 64KiB or 16MiB".to_owned())?;
        let octets = number.checked_mul(factor);
        octets.map(Self).ok_or_else(|| "it is too large".to_owned())
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SHAPE: &str = "it is not a time, such as 250ms, 30s, 5m, 1h or 30d";
        let (number, unit) = split(text);
        let number: u64 = number.parse().map_err(|_| SHAPE.to_owned())?;
        let factor = match unit {
            "" if number == 0 => 1,
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(SHAPE.to_owned()),
        };
        // More than a century is as good as for ever, and clocks can still be added to.
        const LONGEST: u64 = 100 * 366 * 86_400_000;
        match number.checked_mul(factor) {
            Some(millis) if millis <= LONGEST => Ok(Self(Duration::from_millis(millis))),
            _ => Err("it is too long".to_owned()),
        }
    }
}

/// A number and what follows it.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    (number, unit.trim())
}

#[cfg(test)]
mod tests {
    use super::{OctetCount, Span};

    #[test]
    fn sizes_have_units() {
        for (text, octets) in [
            ("0", 0),
            ("1500", 1_500),
            ("64KiB", 65_536),
            ("2M", 2 << 20),
            ("3 GiB", 3 << 30),
        ] {
            assert_eq!(text.parse(), Ok(OctetCount(octets)), "{text}");
        }
        for text in [
            "",
            "MiB",
            "-1",
            "1.5M",
            "1MB",
            "99999999999999999999",
            "99999999999999GiB",
        ] {
            assert!(text.parse::<OctetCount>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_need_a_unit_but_for_zero() {
        for (text, millis) in [
            ("0", 0),
            ("250ms", 250),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
        ] {
            let span = Span(core::time::Duration::from_millis(millis));
            assert_eq!(text.parse(), Ok(span), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "1y",
            "99999999999999999999s",
            "9999999d",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
