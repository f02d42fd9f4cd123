//! The first flows, with a box to filter them.

use maud::{Markup, html};
use netflow_core::field::FlowField;

use super::section;
use super::tables::heading;
use crate::gather::Gathered;
use crate::gather::sample::{COLUMNS, OF_EACH_SECOND};
use crate::quantity::{grouped, harmless, label, span};

pub(super) fn write(gathered: &Gathered, is_live: bool) -> Markup {
    let rows = &gathered.flows.rows;
    if rows.is_empty() {
        return html! {};
    }
    let all = gathered.totals.sums.flows;
    section(
        "flows",
        "Flows",
        &html! {
            p.filter {
                label for="where" { "Filter" }
                input id="where" type="search" autocomplete="off" spellcheck="false" placeholder="proto tcp and dst port 443";
                output id="chosen" for="where" {}
            }
            p.note {
                "The page holds the " (if is_live { "latest" } else { "first" }) " "
                (grouped(u64::try_from(rows.len()).unwrap_or(u64::MAX))) " of " (grouped(all)) " flows"
                @if is_live { ", at most " (OF_EACH_SECOND) " of each second and thread" }
                "; the filter chooses among these. Its words are those of "
                code { "netflow decode --where" } " for the columns below. Octets and packets are as they were sent."
            }
            div.scroll {
                table.sortable id="flow-table" {
                    thead {
                        tr { @for field in COLUMNS { th scope="col" data-field=(field.name()) { (heading(field.name())) } } }
                    }
                    tbody {
                        @for row in rows {
                            tr { @for (field, value) in COLUMNS.iter().zip(&row.cells) { (cell(*field, value.as_deref())) } }
                        }
                    }
                }
            }
        },
    )
}

fn cell(field: FlowField, value: Option<&str>) -> Markup {
    let Some(value) = value else {
        return html! { td {} };
    };
    let number: Option<u64> = value.parse().ok();
    match (field, number) {
        (FlowField::Start, _) => {
            html! { td data-v=(value) { time datetime=(value) title={ (value) " UTC" } data-iso="" { (value) } } }
        }
        (FlowField::Duration, Some(nanos)) => {
            html! { td.number data-n=(nanos) data-v=(nanos) { (span(nanos)) } }
        }
        (FlowField::Protocol | FlowField::TcpFlags, Some(number)) => {
            let value = netflow_query::GroupValue::Unsigned(number);
            html! { td data-n=(number) data-v=(number) { (label(field, &value)) } }
        }
        (_, Some(number)) => html! { td.number data-n=(number) data-v=(number) { (number) } },
        _ => html! { td data-v=(value) { (harmless(value)) } },
    }
}
