//! The largest groups, as `netflow top` has them.

use maud::{Markup, PreEscaped, html};
use netflow_core::field::FlowField;
use netflow_query::{Group, GroupValue, Sum};

use super::{assumptions, section};
use crate::ReportOptions;
use crate::gather::Gathered;
use crate::gather::column::Column;
use crate::gather::panel::Panel;
use crate::picture::bars;
use crate::quantity::{grouped, harmless, percent, short_count, to_f64};

pub(super) fn write(options: &ReportOptions, gathered: &Gathered) -> Markup {
    let shown: Vec<&Panel> = gathered
        .panels
        .iter()
        .filter(|panel| panel.kind.id != "host-ports" && panel.has_content())
        .collect();
    let missing: Vec<&str> = gathered
        .panels
        .iter()
        .filter(|panel| !panel.has_content())
        .map(|panel| panel.kind.title)
        .collect();
    html! {
        div.tables {
            @for panel in shown {
                (section(panel.kind.id, panel.kind.title, &table(panel, options, gathered)))
            }
        }
        @if !missing.is_empty() {
            p.note { "Not sent by any exporter, or not known: " (missing.join(", ")) "." }
        }
    }
}

fn table(panel: &Panel, options: &ReportOptions, gathered: &Gathered) -> Markup {
    let groups = panel.top(options.groups);
    let totals = panel.aggregate.totals();
    let largest = groups.first().map_or(0, |group| group.sums.octets);
    let has_error = groups.iter().any(|group| group.error > 0);
    let more = panel
        .aggregate
        .least_group_count()
        .saturating_sub(groups.len());
    let is_all = panel.aggregate.least_group_count() == panel.aggregate.group_count();
    html! {
        div.scroll {
            table.sortable data-panel=(panel.kind.id) {
                thead {
                    tr {
                        @for column in panel.kind.by { th scope="col" { (heading(column.name())) } }
                        td.graph {}
                        @for sum in Sum::ALL { th.number scope="col" { (sum.name()) } }
                        th.number scope="col" { "share" }
                        @if has_error { th.number scope="col" { "error" } }
                    }
                }
                tbody {
                    @for group in &groups {
                        tr {
                            @for (column, value) in panel.kind.by.iter().zip(&*group.values) {
                                td { (harmless(&label(*column, value, panel, group, gathered))) }
                            }
                            td.graph { (PreEscaped(bars::bar(part(group, largest)))) }
                            @for sum in Sum::ALL {
                                td.number data-n=(group.sums.get(sum)) title=(grouped(group.sums.get(sum))) {
                                    (short_count(group.sums.get(sum)))
                                }
                            }
                            td.number data-n=(group.sums.octets) { (percent(group.sums.octets, totals.octets)) }
                            @if has_error { td.number data-n=(group.error) { "≤ " (short_count(group.error)) } }
                        }
                    }
                }
            }
        }
        @if more > 0 {
            p.note {
                @if !is_all { "At least " }
                (grouped(u64::try_from(more).unwrap_or(u64::MAX))) " more groups."
            }
        }
        @if let (true, Some(addresses)) = (panel.kind.id == "locality", &gathered.addresses) {
            p.note { "Internal networks: " (harmless(&addresses.internal())) ". A flow from an internal to an external address is outbound." }
        }
        @if has_error { p.note { "The groups did not fit in memory: octets may be too high by the error, packets and flows too low." } }
        (assumptions(gathered))
    }
}

/// A value for people; a port with the name of its service, if that is known.
fn label(
    column: Column,
    value: &GroupValue,
    panel: &Panel,
    group: &Group,
    gathered: &Gathered,
) -> String {
    let service = || {
        let GroupValue::Unsigned(port) = *value else {
            return None;
        };
        let mut values = panel.kind.by.iter().zip(&*group.values);
        let protocol = values.find_map(|(column, value)| match (column, value) {
            (Column::Field(FlowField::Protocol), GroupValue::Unsigned(number)) => Some(*number),
            _ => None,
        });
        let (protocol, port) = (protocol?.try_into().ok()?, port.try_into().ok()?);
        let name = gathered.addresses.as_ref()?.service(protocol, port)?;
        Some(format!("{name} ({port})"))
    };
    match column {
        Column::Field(FlowField::DestinationPort) => service(),
        _ => None,
    }
    .unwrap_or_else(|| column.label(value))
}

/// The name of a field as a heading.
pub(super) fn heading(name: &str) -> String {
    name.replace('_', " ")
}

fn part(group: &Group, largest: u64) -> f64 {
    to_f64(group.sums.octets) / to_f64(largest).max(1.0)
}
