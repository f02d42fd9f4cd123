//! `--since`, `--until` and `--last`: flows of a span of time.

use core::time::Duration;

use clap::Args;
use netflow_query::Filter;

/// Which flows are meant, by time.
#[derive(Debug, Clone, Args)]
pub(crate) struct Window {
    /// Only flows that were active at this time or later: 2026-11-29T10:00, UTC unless it has a zone;
    /// for flows without times, or with impossible ones, the receive time is used
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Bound>,

    /// Only flows that were active before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Bound>,

    /// Only flows that were active in the last 30s, 5m, 1h or 1d before the newest datagram, or before
    /// now if a capture is followed
    #[arg(
        long,
        value_name = "SPAN",
        value_parser = span,
        conflicts_with_all = ["since", "until"]
    )]
    pub(crate) last: Option<Duration>,
}

/// A time as it was written, which the language of filters can read.
#[derive(Debug, Clone)]
pub(crate) struct Bound(pub(crate) String);

impl Window {
    /// Whether it asks for anything.
    pub(crate) const fn is_some(&self) -> bool {
        self.since.is_some() || self.until.is_some() || self.last.is_some()
    }
}

/// Reads a time of the command line.
fn time(text: &str) -> Result<Bound, String> {
    let is_time = Filter::parse(&format!("received >= \"{text}\"")).is_ok();
    if is_time && !text.contains('"') {
        Ok(Bound(text.to_owned()))
    } else {
        Err(
            "write 2026-11-29, 2026-11-29T10:00, with seconds, or with a zone such as +02:00"
                .to_owned(),
        )
    }
}

/// Reads a span of time: a whole number and its unit.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    const SHAPE: &str = "write a span such as 30s, 5m, 1h or 1d";
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: u64 = number.parse().map_err(|_| SHAPE.to_owned())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(SHAPE.to_owned()),
    };
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds > 0);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| SHAPE.to_owned())
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{span, time};

    #[test]
    fn times_are_those_of_the_language_and_nothing_else() {
        for text in [
            "2026-11-29",
            "2026-11-29T10:00",
            "2026-11-29 10:00:05.5+02:00",
        ] {
            assert!(time(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "10:00",
            "2026-13-01",
            "x\" or any or received > \"2026-01-01",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_have_a_unit() {
        assert_eq!(span("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(span("1d"), Ok(Duration::from_secs(86_400)));
        for text in ["", "5", "m", "0s", "1w", "99999999999999999999s", "-1s"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
