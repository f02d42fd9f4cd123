//! A report on traffic and on the health of its exporters, as one self-contained HTML page.
//!
//! # Overview
//!
//! A [`Report`] takes everything that a decoder returns, and keeps sums within bounds of memory; its
//! [`page`](Report::page) is a text without references to anything outside of it: pictures are SVG in the
//! page, and a small script sorts tables, filters the flows that are in the page, and shows times in the
//! reader's zone. The page forbids itself every request (Content Security Policy). Names that exporters
//! send are only ever text.
//!
//! Each panel is made from the same sums as `netflow top`, and a number that rests on an assumption, such
//! as an unknown sampling rate, says so where it stands.
//!
//! # Example
//!
//! ```
//! use netflow_core::{Datagram, Decoder, Timestamp, Transport};
//! use netflow_report::{Report, ReportOptions};
//!
//! # let mut payload = [0; 24 + 48];
//! # payload[1] = 5;
//! # payload[3] = 1;
//! # payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
//! let mut decoder = Decoder::default();
//! let mut report = Report::new(ReportOptions::new("capture.pcap"));
//! let exporter = "198.51.100.1:2055".parse().unwrap();
//! let received = Timestamp::from_secs(1_700_000_000);
//! let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
//! match decoder.decode(datagram) {
//!     Ok(decoded) => report.decoded(&decoded),
//!     Err(error) => report.unreadable(&datagram, &error),
//! }
//! let page = report.page(&decoder, |_| Vec::new());
//! assert!(page.contains("192.0.2.1"));
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

mod addresses;
mod gather;
mod geography;
mod page;
mod picture;
mod quantity;
mod recent;

use alloc::sync::Arc;
use core::net::SocketAddr;

use netflow_core::{Datagram, Decoded, Decoder, Error, Limits};
use netflow_health::{Health, SourceFacts};
use netflow_query::{Filter, FlowCounter};

pub use self::addresses::Addresses;
use self::gather::Gathered;
pub use self::page::LivePage;
pub use self::recent::{RecentPart, RecentReport};

/// What a report covers, and how much it lists.
///
/// ```
/// use netflow_report::ReportOptions;
///
/// let mut options = ReportOptions::new("capture.pcap");
/// options.groups = 20;
/// assert_eq!((options.groups, options.flows), (20, 500));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReportOptions {
    /// What was read, for the title of the page.
    pub title: String,
    /// Only flows that match it are counted; the health of exporters is that of all flows.
    pub filter: Option<Filter>,
    /// Rows of a table of groups: 10.
    pub groups: usize,
    /// Flows that are listed in the page: the first 500.
    pub flows: usize,
    /// Octets of memory for the groups of each table: 16 MiB. Beyond it sums are approximate, and the
    /// page says by how much.
    pub memory: usize,
    /// What is known of addresses and ports: countries, autonomous systems, what is internal, and names of services. By
    /// default nothing.
    pub addresses: Option<Arc<dyn Addresses>>,
    /// Key of the hash tables: a random one, unknown to the senders of datagrams.
    hash_seed: u64,
}

impl ReportOptions {
    /// A report with this title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            filter: None,
            groups: 10,
            flows: 500,
            memory: 16 << 20,
            addresses: None,
            hash_seed: Limits::default().hash_seed,
        }
    }
}

/// Sums and facts for a page.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_report::{Report, ReportOptions};
///
/// let mut decoder = Decoder::default();
/// let mut report = Report::new(ReportOptions::new("example"));
/// report.decoded(&decoder.decode(example::ipfix())?);
/// assert!(report.page(&decoder, |_| Vec::new()).contains("192.0.2.1"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Report {
    options: ReportOptions,
    counter: FlowCounter,
    gathered: Gathered,
    health: Health,
}

impl Report {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(options: ReportOptions) -> Self {
        Self {
            counter: FlowCounter::new(options.filter.clone(), options.hash_seed),
            gathered: Gathered::new(&options),
            health: Health::default(),
            options,
        }
    }

    /// Adds the decoded content of a datagram; datagrams have to come in the order in which they were received.
    pub fn decoded(&mut self, decoded: &Decoded<'_>) {
        self.health.decoded(decoded);
        let Self {
            counter, gathered, ..
        } = self;
        counter.for_each(decoded, |flow, counted| gathered.add(flow, counted));
    }

    /// Takes a datagram whose first header could not be read, and why.
    pub fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        self.health.unreadable(datagram, error);
    }

    /// Takes what the decoder knows of the sessions of an exporter, before it forgets it.
    pub fn session_ended(&mut self, decoder: &Decoder, exporter: SocketAddr) {
        self.health.session_ended(decoder, exporter);
    }

    /// Sets what the caller knows of where the datagrams come from.
    pub const fn source(&mut self, facts: SourceFacts) {
        self.health.source(facts);
    }

    /// The page as it is now. `words` returns the findings on exporters as sentences, the gravest first.
    pub fn page(
        &self,
        decoder: &Decoder,
        words: impl FnOnce(&netflow_health::Report) -> Vec<String>,
    ) -> String {
        let health = self.health.report(decoder);
        let sentences = words(&health);
        page::write(&page::Content {
            options: &self.options,
            gathered: &self.gathered,
            health: &health,
            sentences: &sentences,
            live: None,
        })
    }
}
