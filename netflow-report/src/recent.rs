//! The traffic of the last hour, for a collector that runs for years.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::net::SocketAddr;

use netflow_core::{Datagram, Decoded, Decoder, Error, Timestamp};
use netflow_health::{Health, SourceFacts};
use netflow_query::FlowCounter;

use crate::ReportOptions;
use crate::gather::Gathered;
use crate::gather::panel::PANELS;
use crate::gather::sample::FlowSample;
use crate::gather::timeline::Timeline;
use crate::gather::totals::Reach;
use crate::page::{self, Content, LivePage};

/// The hour is forgotten in steps of this length.
const STEP: i64 = 5 * 60 * 1_000_000_000;
/// Steps that are kept, with the one under way.
const STEPS: usize = 12;
const HOUR: i64 = STEP * 12;
/// Seconds of an interval of a picture at first; flows that began long before they were received can make it twice as long.
const INTERVAL: i64 = 16;
/// Parts that the memory is divided into, for each table: the steps, a copy of the one under way, and two
/// for the page while it is made.
const SHARES: usize = STEPS + 3;

/// Sums over the flows that were received in the last hour, in bounded memory.
///
/// An hour is kept as twelve steps of five minutes, of which the oldest is forgotten as a whole. Each
/// thread of a collector has one of these; a [`part`](Self::part) of each makes the [page](LivePage::write).
///
/// ```
/// use netflow_core::{Decoder, Timestamp, example};
/// use netflow_report::{LivePage, RecentReport, ReportOptions};
///
/// let options = ReportOptions::new("collector");
/// let mut decoder = Decoder::default();
/// let datagram = example::ipfix();
/// let mut recent = RecentReport::new(&options, 64 << 20, datagram.received);
/// recent.decoded(&decoder.decode(datagram)?);
/// let parts = [recent.part(&decoder)];
/// let page = LivePage::new(&parts, datagram.received).write(&options, &parts, |_| Vec::new());
/// assert!(page.contains("192.0.2.1"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct RecentReport {
    options: ReportOptions,
    counter: FlowCounter,
    health: Health,
    /// The steps that are over, the oldest first, with their numbers since 1970.
    steps: VecDeque<(i64, Arc<Step>)>,
    number: i64,
    current: Step,
}

/// What was received in a step.
#[derive(Debug)]
struct Step {
    gathered: Gathered,
    left_out_flows: u64,
    /// When the first step of all began.
    from: Timestamp,
}

/// What a thread of a collector adds to a page.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_report::{LivePage, RecentPart, RecentReport, ReportOptions};
///
/// let options = ReportOptions::new("collector");
/// let now = example::ipfix().received;
/// let of_thread = || RecentReport::new(&options, 64 << 20, now).part(&Decoder::default());
/// let parts: [RecentPart; 2] = [of_thread(), of_thread()];
/// assert_eq!(LivePage::new(&parts, now).left_out_flows, 0);
/// ```
#[derive(Debug)]
pub struct RecentPart {
    steps: Vec<Arc<Step>>,
    health: netflow_health::Report,
}

impl RecentReport {
    /// Nothing has been received yet. The groups of all tables may take `memory` octets, in place of
    /// [`ReportOptions::memory`].
    #[must_use]
    pub fn new(options: &ReportOptions, memory: usize, now: Timestamp) -> Self {
        let mut options = options.clone();
        options.memory = memory / (PANELS.len() * SHARES);
        Self {
            counter: FlowCounter::new(options.filter.clone(), options.hash_seed),
            health: Health::default(),
            steps: VecDeque::new(),
            number: step_number(now),
            current: Step::new(&options, now),
            options,
        }
    }

    /// Adds the decoded content of a datagram; datagrams have to come in the order in which they were received.
    pub fn decoded(&mut self, decoded: &Decoded<'_>) {
        self.health.decoded(decoded);
        let gathered = &mut self.current.gathered;
        self.counter
            .for_each(decoded, |flow, counted| gathered.add(flow, counted));
    }

    /// Counts the flows of a datagram without reading them, because there is no time. What is wrong with it, and what it says of its
    /// exporter, counts all the same.
    pub fn left_out(&mut self, decoded: &Decoded<'_>) {
        self.health.decoded(decoded);
        let flows = decoded.flows().count();
        let count = &mut self.current.left_out_flows;
        *count = count.saturating_add(u64::try_from(flows).unwrap_or(u64::MAX));
    }

    /// Takes a datagram whose first header could not be read, and why.
    pub fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.health.unreadable(datagram, error);
    }

    /// Takes what the decoder knows of the sessions of an exporter, before it forgets it.
    pub fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.health.session_ended(decoder, exporter);
    }

    /// Forgets what is older than an hour. To be called every few seconds, also while nothing is received.
    pub fn tick(&mut self, now: Timestamp) {
        let number = step_number(now);
        let steps = number.saturating_sub(self.number);
        if steps < 0 {
            // The clock was set back. What was received by another time is not in this hour.
            return self.begin_anew(number, now);
        }
        if steps >= HOUR / STEP {
            return self.begin_anew(number, self.current.from);
        }
        if steps > 0 {
            let next = Step::new(&self.options, self.current.from);
            let mut last = core::mem::replace(&mut self.current, next);
            // Pictures over time and the list of flows go on; all else begins anew.
            let gathered = &mut self.current.gathered;
            core::mem::swap(&mut gathered.timelines, &mut last.gathered.timelines);
            core::mem::swap(&mut gathered.flows, &mut last.gathered.flows);
            let oldest = oldest(number);
            for timeline in &mut gathered.timelines {
                timeline.forget_before(oldest.as_nanos());
            }
            gathered.flows.forget_before(oldest);
            self.steps.push_back((self.number, Arc::new(last)));
            self.number = number;
        }
        let first = first_of_hour(self.number);
        while self
            .steps
            .front()
            .is_some_and(|(number, _)| *number < first)
        {
            self.steps.pop_front();
        }
    }

    /// Forgets all but the health of the exporters.
    fn begin_anew(&mut self, number: i64, from: Timestamp) {
        self.current = Step::new(&self.options, from);
        self.steps.clear();
        self.number = number;
    }

    /// The part of this thread in a page that is made now.
    #[must_use]
    pub fn part(&self, decoder: &Decoder) -> RecentPart {
        let steps = self.steps.iter().map(|(_, step)| Arc::clone(step));
        let gathered = &self.current.gathered;
        let from = self.current.from.max(oldest(self.number));
        let mut current = Step::new(&self.options, from);
        current.left_out_flows = self.current.left_out_flows;
        current.gathered.merge(gathered);
        RecentPart {
            steps: steps.chain([Arc::new(current)]).collect(),
            health: self.health.report(decoder),
        }
    }
}

impl Step {
    /// Nothing was received in it yet.
    fn new(options: &ReportOptions, from: Timestamp) -> Self {
        let timelines = Timeline::ALL.map(|kind| Timeline::new(kind, INTERVAL));
        let flows = FlowSample::latest(options.flows);
        Self {
            gathered: Gathered::with(options, Reach::Before(HOUR), timelines, flows),
            left_out_flows: 0,
            from,
        }
    }
}

impl LivePage {
    /// A page of the parts of all threads, made now.
    #[must_use]
    pub fn new(parts: &[RecentPart], now: Timestamp) -> Self {
        let steps = || parts.iter().flat_map(|part| &part.steps);
        let current = parts.iter().filter_map(|part| part.steps.last());
        let left_out = steps().map(|step| step.left_out_flows);
        Self {
            from: current.map(|step| step.from).min().unwrap_or(now),
            until: now,
            left_out_flows: left_out.fold(0, u64::saturating_add),
            workers: parts.len(),
            busy: 0,
            links: Vec::new(),
            source: SourceFacts::default(),
        }
    }

    /// Writes the page. `words` returns the findings on exporters as sentences, the gravest first.
    pub fn write(
        &self,
        options: &ReportOptions,
        parts: &[RecentPart],
        words: impl FnOnce(&netflow_health::Report) -> Vec<String>,
    ) -> String {
        let mut options = options.clone();
        let panels = parts.iter().flat_map(|part| &part.steps);
        // Twice the memory of a step: sums of several have more groups.
        let memory = panels.flat_map(|step| step.gathered.panels.first());
        let memory = memory.map(|panel| panel.aggregate.options().memory).max();
        options.memory = memory.unwrap_or(options.memory).saturating_mul(2);
        let mut all = Step::new(&options, self.from);
        let mut health: Option<netflow_health::Report> = None;
        for part in parts {
            for step in &part.steps {
                all.gathered.merge(&step.gathered);
            }
            // One that has received nothing would only say so.
            let is_known = !part.health.domains.is_empty() || part.health.unreadable > 0;
            match &mut health {
                Some(health) if is_known => health.merge(part.health.clone()),
                health @ None => *health = Some(part.health.clone()),
                Some(_) => {}
            }
        }
        let mut health = health.unwrap_or_else(|| Health::default().report(&Decoder::default()));
        health.source = self.source;
        let sentences = words(&health);
        page::write(&Content {
            options: &options,
            gathered: &all.gathered,
            health: &health,
            sentences: &sentences,
            live: Some(self),
        })
    }
}

/// The number of the step that a time is in.
const fn step_number(time: Timestamp) -> i64 {
    time.as_nanos().div_euclid(STEP)
}

/// The number of the first step of the hour whose last step has this number.
const fn first_of_hour(number: i64) -> i64 {
    number.saturating_sub(HOUR / STEP - 1)
}

/// The beginning of that hour.
const fn oldest(number: i64) -> Timestamp {
    Timestamp::from_nanos(first_of_hour(number).saturating_mul(STEP))
}

#[cfg(test)]
mod tests {
    use netflow_core::{Datagram, Decoder, Timestamp, Transport};

    use super::{LivePage, RecentReport, STEP};
    use crate::ReportOptions;

    /// NetFlow v5 of a flow from 192.0.2.1 of 99 octets.
    fn payload(sequence: u32) -> Vec<u8> {
        let mut payload = vec![0; 24 + 48];
        payload[1] = 5;
        payload[3] = 1;
        payload[16..20].copy_from_slice(&sequence.to_be_bytes());
        payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
        payload[47] = 99;
        payload
    }

    #[test]
    fn the_page_has_the_last_hour_of_all_threads_and_no_more() {
        let options = ReportOptions::new("collector");
        let start = Timestamp::from_nanos(1_700_000_000 * 1_000_000_000 / STEP * STEP);
        let mut decoder = Decoder::default();
        let mut threads = [0, 1].map(|_| RecentReport::new(&options, 8 << 20, start));
        let mut sums = |minutes: core::ops::Range<u32>, threads: &mut [RecentReport; 2]| {
            for minute in minutes {
                let nanos = start.as_nanos() + i64::from(minute) * 60_000_000_000;
                let now = Timestamp::from_nanos(nanos);
                for thread in threads.iter_mut() {
                    thread.tick(now);
                    let payload = payload(minute);
                    let exporter = "198.51.100.1:2055".parse().unwrap();
                    let datagram = Datagram::new(exporter, Transport::Udp, now, &payload);
                    thread.decoded(&decoder.decode(datagram).unwrap());
                }
            }
            let parts = threads.each_ref().map(|thread| thread.part(&decoder));
            let page = LivePage::new(&parts, start);
            let written = page.write(&options, &parts, |_| Vec::new());
            let flows = written.split("<span class=\"value\">").nth(1).unwrap();
            let flows = flows.split('<').next().unwrap().to_owned();
            let shown = written.matches("<tr><td></td>").count();
            (flows, shown, page.from)
        };
        // A flow a minute and thread.
        let minute =
            |number: i64| Timestamp::from_nanos(start.as_nanos() + number * 60_000_000_000);
        assert_eq!(sums(0..30, &mut threads), ("60".to_owned(), 60, start));
        assert_eq!(sums(30..60, &mut threads), ("120".to_owned(), 120, start));
        let next = sums(60..63, &mut threads);
        assert_eq!(next, ("116".to_owned(), 116, minute(5)));
        // After a silence.
        assert_eq!(
            sums(1_000..1_001, &mut threads),
            ("2".to_owned(), 2, minute(945))
        );
    }

    #[test]
    fn a_clock_that_is_set_back_begins_the_hour_anew() {
        let options = ReportOptions::new("collector");
        let day = 86_400;
        let start = 1_700_000_000;
        let mut decoder = Decoder::default();
        let mut recent = RecentReport::new(&options, 8 << 20, Timestamp::from_secs(start + day));
        for (sequence, seconds) in [(0, start + day), (1, start)] {
            let now = Timestamp::from_secs(seconds);
            recent.tick(now);
            let exporter = "198.51.100.1:2055".parse().unwrap();
            let payload = payload(sequence);
            let datagram = Datagram::new(exporter, Transport::Udp, now, &payload);
            recent.decoded(&decoder.decode(datagram).unwrap());
        }
        assert_eq!(recent.current.gathered.totals.sums.flows, 1);
        let parts = [recent.part(&decoder)];
        assert_eq!(
            LivePage::new(&parts, Timestamp::from_secs(start)).from,
            Timestamp::from_secs(start)
        );
    }

    #[test]
    fn flows_of_more_than_an_hour_ago_are_shown_when_they_were_received_and_counted() {
        let options = ReportOptions::new("collector");
        let now = Timestamp::from_secs(1_700_000_000);
        let mut decoder = Decoder::default();
        let mut recent = RecentReport::new(&options, 8 << 20, now);
        // The exporter runs for three hours; the flows began and ended when it started, and just now.
        let uptime = 3 * 3_600_000_u32;
        for (sequence, time) in [(0, 0), (1, uptime)] {
            let mut payload = payload(sequence);
            payload[4..8].copy_from_slice(&uptime.to_be_bytes());
            payload[8..12].copy_from_slice(&1_700_000_000_u32.to_be_bytes());
            payload[48..52].copy_from_slice(&time.to_be_bytes());
            payload[52..56].copy_from_slice(&time.to_be_bytes());
            let exporter = "198.51.100.1:2055".parse().unwrap();
            let datagram = Datagram::new(exporter, Transport::Udp, now, &payload);
            recent.decoded(&decoder.decode(datagram).unwrap());
        }
        let totals = &recent.current.gathered.totals;
        assert_eq!((totals.distant, totals.sums.flows), (1, 2));
        assert_eq!((totals.first, totals.last), (Some(now), Some(now)));
    }
}
