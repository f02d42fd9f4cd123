//! The report on the last hour, made when a browser asks for it.

use core::time::Duration;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Instant, SystemTime};

use netflow_core::{InputNames, Timestamp};
use netflow_report::{LivePage, RecentPart, ReportOptions};

use super::Snapshot;
use crate::explain;
use crate::listen::worker::Request;
use crate::source::live_facts;

/// How long a page is reused: making one takes time from the workers.
const FRESH: Duration = Duration::from_secs(5);
/// How long a worker may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What makes the page, and the last page.
pub(in crate::listen) struct ReportPages {
    options: ReportOptions,
    workers: Vec<SyncSender<Request>>,
    last: Mutex<Option<(Instant, String)>>,
}

impl ReportPages {
    pub(in crate::listen) const fn new(
        options: ReportOptions,
        workers: Vec<SyncSender<Request>>,
    ) -> Self {
        Self {
            options,
            workers,
            last: Mutex::new(None),
        }
    }

    /// The page of now, or of a few seconds ago; `None` if a thread has failed. Clients that ask at the
    /// same time wait for the same page.
    pub(super) fn page(&self, state: &Snapshot) -> Option<String> {
        let mut last = self.last.lock().ok()?;
        if let Some((made, page)) = &*last {
            if made.elapsed() < FRESH {
                return Some(page.clone());
            }
        }
        let page = self.make(state);
        *last = Some((Instant::now(), page.clone()));
        Some(page)
    }

    fn make(&self, state: &Snapshot) -> String {
        let asked = self.workers.iter().map(|worker| {
            let (sender, answer) = sync_channel(1);
            worker
                .try_send(Request::Report(sender))
                .ok()
                .map(|()| answer)
        });
        let asked: Vec<_> = asked.collect();
        let deadline = Instant::now() + PATIENCE;
        let answers = asked.into_iter().flatten().filter_map(|answer| {
            let left = deadline.saturating_duration_since(Instant::now());
            answer.recv_timeout(left).ok()
        });
        let parts: Vec<RecentPart> = answers.collect();
        let now = Timestamp::from_system_time(SystemTime::now());
        let mut page = LivePage::new(&parts, now);
        page.workers = self.workers.len();
        page.busy = self.workers.len().saturating_sub(parts.len());
        page.links = vec![
            ("/state", "State of the collector"),
            ("/metrics", "Metrics"),
        ];
        page.source = live_facts(&state.received);
        page.write(&self.options, &parts, |health| {
            let mut sentences = explain::losses(&state.received);
            sentences.extend(explain::sentences(health, &InputNames::default()));
            sentences
        })
    }
}
