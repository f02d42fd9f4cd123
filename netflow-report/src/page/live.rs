//! The part of the page that only a collector's has.

use maud::{Markup, html};

use super::overview::time;
use crate::LivePage;
use crate::quantity::grouped;

/// Seconds after which a browser loads the page again.
pub(super) const REFRESH: u32 = 30;

pub(super) fn header(live: &LivePage) -> Markup {
    html! {
        p.note {
            "Flows received from " (time(live.from)) " to " (time(live.until))
            ", loaded again every " (REFRESH) " seconds while nothing is typed into the filter."
            @for (path, name) in &live.links { " " a href=(path) { (name) } }
        }
        @if live.left_out_flows > 0 {
            p.note {
                (grouped(live.left_out_flows)) " flows were decoded and written, but are not in this page: it may "
                "take only a part of the time that receiving needs."
            }
        }
        @if live.busy > 0 {
            p.note { "The flows of " (live.busy) " of " (live.workers) " threads are missing: they wait for an output." }
        }
    }
}
