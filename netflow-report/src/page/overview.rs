//! The figures at the top: totals over all flows.

use maud::{Markup, html};
use netflow_core::Timestamp;
use netflow_health::Report;

use super::{assumptions, doubtful_times};
use crate::gather::Gathered;
use crate::quantity::{grouped, percent, short, short_count, span, to_f64, utc, with_unit};

/// One number with its name.
struct Card {
    name: &'static str,
    value: String,
    detail: String,
}

pub(super) fn write(gathered: &Gathered, health: &Report) -> Markup {
    let cards = [
        flows(gathered),
        octets(gathered),
        packets(gathered),
        exporters(health),
        sampling(gathered),
        loss(health),
    ];
    let totals = &gathered.totals;
    html! {
        section id="overview" {
            @if let (Some(first), Some(last)) = (totals.first, totals.last) {
                p.span {
                    "Flows from " (time(first)) " to " (time(last)) " (" (span(last.as_nanos().abs_diff(first.as_nanos()))) ")"
                }
            } @else {
                p.span { "No flows." }
            }
            (doubtful_times(gathered))
            div.cards {
                @for card in &cards {
                    div.card {
                        span.name { (card.name) }
                        span.value { (card.value) }
                        span.detail { (card.detail) }
                    }
                }
            }
            (assumptions(gathered))
        }
    }
}

/// A time, which the script writes in the reader's zone.
pub(super) fn time(time: Timestamp) -> Markup {
    let written = utc(time);
    let millis = time.as_nanos().div_euclid(1_000_000);
    html! { time datetime=(written) title={ (written) " UTC" } data-time=(millis) data-full="" { (written) } }
}

fn flows(gathered: &Gathered) -> Card {
    let sums = gathered.totals.sums;
    Card {
        name: "Flows",
        value: short_count(sums.flows),
        detail: grouped(sums.flows),
    }
}

fn octets(gathered: &Gathered) -> Card {
    let octets = gathered.totals.sums.octets;
    let rate = per_second(gathered, to_f64(octets) * 8.0);
    Card {
        name: "Octets",
        value: short_count(octets),
        detail: rate.map_or_else(
            || grouped(octets),
            |rate| format!("{} on average", with_unit(rate, "bit/s")),
        ),
    }
}

fn packets(gathered: &Gathered) -> Card {
    let packets = gathered.totals.sums.packets;
    let rate = per_second(gathered, to_f64(packets));
    Card {
        name: "Packets",
        value: short_count(packets),
        detail: rate.map_or_else(
            || grouped(packets),
            |rate| format!("{} a second on average", short(rate)),
        ),
    }
}

/// A count per second over the time that all flows span; `None` if that is less than a second.
fn per_second(gathered: &Gathered, count: f64) -> Option<f64> {
    let totals = &gathered.totals;
    let span = totals.last?.as_nanos().abs_diff(totals.first?.as_nanos());
    (span >= 1_000_000_000).then(|| count * 1e9 / to_f64(span))
}

fn exporters(health: &Report) -> Card {
    let mut addresses: Vec<_> = health
        .domains
        .iter()
        .map(|domain| domain.key.exporter.ip())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    let domains = health.domains.len();
    let plural = if domains == 1 { "" } else { "s" };
    Card {
        name: "Exporters",
        value: addresses.len().to_string(),
        detail: format!("{domains} observation domain{plural}"),
    }
}

fn sampling(gathered: &Gathered) -> Card {
    let totals = &gathered.totals;
    let known = totals.sums.flows - totals.unscaled;
    Card {
        name: "Sampling rate known",
        value: percent(known, totals.sums.flows),
        detail: format!("of {} flows", short_count(totals.sums.flows)),
    }
}

fn loss(health: &Report) -> Card {
    let lost = health.domains.iter().map(|domain| domain.sequence.lost);
    let lost: u64 = lost.fold(0, u64::saturating_add);
    let octets = health.lost_octets();
    let undecoded = match octets {
        0 => "all octets decoded".to_owned(),
        octets => format!("{} octets not decoded", grouped(octets)),
    };
    Card {
        name: "Lost by sequence numbers",
        value: short_count(lost),
        detail: undecoded,
    }
}
