//! Pictures of the traffic.

use maud::{Markup, PreEscaped, html};
use netflow_query::{Group, GroupValue};

use super::{assumptions, doubtful_times, section};
use crate::gather::Gathered;
use crate::gather::panel::Panel;
use crate::gather::timeline::{Band, Timeline, TimelineKind};
use crate::picture::COLOURS;
use crate::picture::bars::histogram;
use crate::picture::heat::Heat;
use crate::picture::sankey::{self, Link};
use crate::picture::time::{Chart, Quantity};
use crate::quantity::{grouped, harmless, label, short_count, span};

/// Widths of the picture on a desk and on a phone, in pixels.
const WIDE: f64 = 900.0;
const NARROW: f64 = 340.0;

/// Traffic over time, stacked in several ways.
pub(super) fn timelines(gathered: &Gathered) -> Markup {
    let mut all = html! {};
    for timeline in &gathered.timelines {
        let bands = timeline.bands(COLOURS - 1);
        // One band without a name is the same as the first picture.
        let has_names = bands.iter().any(|band| band.name.is_some());
        let Some(start) = timeline.start().filter(|_| has_names) else {
            continue;
        };
        let names: Vec<String> = bands.iter().map(|band| name(timeline.kind, band)).collect();
        let quantities: &[(Quantity, &str)] = if timeline.kind.id == "protocol" {
            &[
                (Quantity::Bits, "Bits a second"),
                (Quantity::Packets, "Packets a second"),
            ]
        } else {
            &[(Quantity::Bits, "Bits a second")]
        };
        for (quantity, what) in quantities {
            let title = format!("{what} {}", timeline.kind.title);
            let chart = Chart {
                title: &title,
                bands: &bands,
                names: &names,
                start,
                interval: timeline.interval,
                quantity: *quantity,
            };
            let content = picture(&chart, gathered, timeline);
            let id = format!(
                "over-time-{}-{}",
                timeline.kind.id,
                what.split(' ').next().unwrap_or_default().to_lowercase()
            );
            all = html! { (all) (section(&id, &title, &content)) };
        }
    }
    all
}

fn picture(chart: &Chart<'_>, gathered: &Gathered, timeline: &Timeline) -> Markup {
    html! {
        div.wide { (PreEscaped(chart.draw(WIDE))) }
        div.narrow { (PreEscaped(chart.draw(NARROW))) }
        ul.legend {
            @for (index, name) in chart.names.iter().enumerate() {
                li { i class={ "k" (index.min(COLOURS - 1)) } {} (harmless(name)) }
            }
        }
        p.note {
            "Each flow is spread evenly over the time it was active; intervals of "
            (span(timeline.interval.unsigned_abs())) "."
        }
        (doubtful_times(gathered))
        (assumptions(gathered))
    }
}

fn name(kind: TimelineKind, band: &Band) -> String {
    match (&band.name, band.is_rest) {
        (_, true) => "others".to_owned(),
        (None, _) => "not sent".to_owned(),
        (Some(name), _) => match (kind.id, name.parse()) {
            ("protocol", Ok(number)) => label(
                netflow_core::field::FlowField::Protocol,
                &GroupValue::Unsigned(number),
            ),
            _ => name.clone(),
        },
    }
}

/// How large flows are and how long they last.
pub(super) fn distributions(gathered: &Gathered) -> Markup {
    let sizes = gathered.sizes.classes().into_iter().map(|(least, count)| {
        let title = format!(
            "{} flows of {} octets or more",
            grouped(count),
            grouped(least)
        );
        (short_count(least), title, count)
    });
    let sizes: Vec<_> = sizes.collect();
    let durations = gathered
        .durations
        .classes()
        .into_iter()
        .map(|(least, count)| {
            let shown = span(least.saturating_mul(1_000_000));
            let title = format!("{} flows of {shown} or longer", grouped(count));
            (brief(least), title, count)
        });
    let durations: Vec<_> = durations.collect();
    let backwards = gathered.totals.backwards;
    html! {
        div.pair {
            @if !sizes.is_empty() {
                (section("sizes", "Flow sizes in octets", &html! {
                    (PreEscaped(histogram("Flow sizes in octets", &sizes)))
                    p.note { "Each class begins at its label and ends before twice that." }
                    (assumptions(gathered))
                }))
            }
            @if !durations.is_empty() {
                (section("durations", "Flow durations", &html! {
                    (PreEscaped(histogram("Flow durations", &durations)))
                    p.note { "Each class begins at its label and ends before twice that." }
                    @if backwards > 0 {
                        p.note { (grouped(backwards)) " flows end before they start and are left out." }
                    }
                }))
            }
        }
    }
}

/// Milliseconds in the unit that needs the fewest digits.
fn brief(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{} s", millis / 1_000),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        3_600_000..86_400_000 => format!("{} h", millis / 3_600_000),
        _ => format!("{} d", millis / 86_400_000),
    }
}

/// How much each host received on each port.
pub(super) fn heat(gathered: &Gathered) -> Markup {
    const SEEN: usize = 400;
    const SHOWN: usize = 12;
    let panel = gathered
        .panels
        .iter()
        .find(|panel| panel.kind.id == "host-ports");
    let groups = panel.map(|panel| panel.top(SEEN)).unwrap_or_default();
    let groups: Vec<Group> = groups
        .into_iter()
        .filter(|group| {
            group
                .values
                .iter()
                .all(|value| *value != GroupValue::Absent)
        })
        .collect();
    let distinct = |index: usize| {
        let mut values: Vec<&GroupValue> = Vec::new();
        for value in groups.iter().filter_map(|group| group.values.get(index)) {
            if values.len() < SHOWN && !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let (hosts, mut ports) = (distinct(0), distinct(1));
    ports.sort_unstable();
    if hosts.len() < 2 || ports.len() < 2 {
        return html! {};
    }
    let cell = |host: &GroupValue, port: &GroupValue| {
        let mut groups = groups.iter();
        let found = groups
            .find(|group| group.values.first() == Some(host) && group.values.get(1) == Some(port));
        found.map_or(0, |group| group.sums.octets)
    };
    let octets = hosts
        .iter()
        .map(|host| ports.iter().map(|port| cell(host, port)).collect());
    let heat = Heat {
        octets: octets.collect(),
        hosts: hosts.iter().map(ToString::to_string).collect(),
        ports: ports.iter().map(ToString::to_string).collect(),
    };
    section(
        "heat",
        "Destinations by port",
        &html! {
            div.scroll { (PreEscaped(heat.draw("Octets by destination and port"))) }
            p.note {
                "The hosts and ports of the " (groups.len()) " largest groups, at most " (SHOWN)
                " of each; the darker a cell, the more octets, on a logarithmic scale."
            }
            (assumptions(gathered))
        },
    )
}

/// Traffic from sources to destinations.
pub(super) fn sankeys(gathered: &Gathered) -> Markup {
    html! {
        @for (id, title) in [("conversations", "From source to destination"), ("as-pairs", "From AS to AS")] {
            @if let Some(panel) = gathered.panels.iter().find(|panel| panel.kind.id == id && panel.has_content()) {
                (sankey(panel, title, gathered))
            }
        }
    }
}

fn sankey(panel: &Panel, title: &str, gathered: &Gathered) -> Markup {
    const SHOWN: usize = 12;
    let links: Vec<Link> = panel
        .top(SHOWN)
        .iter()
        .filter(|group| group.sums.octets > 0)
        .map(|group| {
            let mut names = panel.kind.by.iter().zip(&*group.values);
            let mut name = || names.next().map(|(column, value)| column.label(value));
            Link {
                from: name().unwrap_or_default(),
                to: name().unwrap_or_default(),
                octets: group.sums.octets,
            }
        })
        .collect();
    if links.is_empty() {
        return html! {};
    }
    let id = format!("from-to-{}", panel.kind.id);
    section(
        &id,
        title,
        &html! {
            div.scroll { (PreEscaped(sankey::draw(title, &links))) }
            p.note { "The " (links.len()) " largest by octets." }
            (assumptions(gathered))
        },
    )
}
