//! The map of countries.

use alloc::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use netflow_query::GroupValue;

use super::{assumptions, section};
use crate::gather::Gathered;
use crate::geography;
use crate::picture::map::{self, Bubble};
use crate::quantity::{grouped, short_count};

/// Where the traffic of each country is from and goes to, if a database knows countries.
pub(super) fn write(gathered: &Gathered) -> Markup {
    let groups = |id: &str| {
        let panel = gathered.panels.iter().find(|panel| panel.kind.id == id)?;
        Some(panel.top(usize::MAX))
    };
    let (Some(sources), Some(destinations)) =
        (groups("source-countries"), groups("destination-countries"))
    else {
        return html! {};
    };
    let mut countries: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let (mut elsewhere, mut all) = (0_u64, 0_u64);
    let sent = sources.iter().map(|group| (group, group.sums.octets, 0));
    let received = destinations
        .iter()
        .map(|group| (group, 0, group.sums.octets));
    for (group, from, to) in sent.chain(received) {
        all = all.saturating_add(from.saturating_add(to));
        match group.values.first() {
            Some(GroupValue::Text(code)) if geography::country(code).is_some() => {
                let sums = countries.entry(code).or_default();
                sums.0 = sums.0.saturating_add(from);
                sums.1 = sums.1.saturating_add(to);
            }
            _ => elsewhere = elsewhere.saturating_add(from.saturating_add(to)),
        }
    }
    if countries.is_empty() {
        return html! {};
    }
    let bubbles = countries.iter().filter_map(|(code, (from, to))| {
        let country = geography::country(code)?;
        Some(Bubble {
            latitude: country.latitude.into(),
            longitude: country.longitude.into(),
            title: format!(
                "{} ({code}): {} octets sent, {} received",
                country.name,
                grouped(*from),
                grouped(*to)
            ),
            from: *from,
            to: *to,
        })
    });
    let bubbles: Vec<Bubble> = bubbles.collect();
    section(
        "map",
        "Countries",
        &html! {
            (PreEscaped(map::draw("Octets sent and received by country", &bubbles)))
            ul.legend {
                li { i.k0 {} "octets sent from there" }
                li { i.k1 {} "octets received there" }
            }
            p.note {
                "The area of a circle is proportional to the octets; it stands in the middle of its country, not where hosts are. "
                "Which country an address is in is an estimate of the database. "
                @if elsewhere > 0 {
                    "Of " (short_count(all)) " octets sent and received, " (short_count(elsewhere)) " have no known country."
                }
            }
            (assumptions(gathered))
        },
    )
}
