//! The part of the page that only a collector's has.

use maud::{Markup, html};
use netflow_core::Timestamp;
use netflow_health::SourceFacts;

use super::overview::time;
use crate::quantity::grouped;

/// Seconds after which a browser loads the page again.
pub(super) const REFRESH: u32 = 30;

/// What the page of a collector says about itself.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_report::{LivePage, RecentReport, ReportOptions};
///
/// let options = ReportOptions::new("collector");
/// let now = example::ipfix().received;
/// let parts = [RecentReport::new(&options, 64 << 20, now).part(&Decoder::default())];
/// let page = LivePage::new(&parts, now).write(&options, &parts, |_| Vec::new());
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LivePage {
    /// The page shows the flows that were received from this time.
    pub from: Timestamp,
    /// When the page was made.
    pub until: Timestamp,
    /// Flows that were received in this time and are not in the page.
    pub left_out_flows: u64,
    /// Threads whose part is in the page.
    pub workers: usize,
    /// Threads that did not answer.
    pub busy: usize,
    /// Paths of further pages, and their names.
    pub links: Vec<(&'static str, &'static str)>,
    /// What the sockets received and lost.
    pub source: SourceFacts,
}

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
            p.note { "The flows of " (live.busy) " of " (live.workers) " threads are missing: they did not answer in time." }
        }
    }
}
