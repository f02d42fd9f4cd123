//! The state of a decoder, saved and loaded.

mod domain;
mod load;
mod save;
mod waiting;

use alloc::vec::Vec;

use self::domain::SavedDomain;
use self::load::Load;
use super::Decoder;
use crate::datagram::Protocol;
use crate::domain::DomainKey;
use crate::snapshot::{DOMAIN, LoadReport, Sections, SnapshotError, SnapshotWriter};

impl Decoder {
    /// The state of all exporters, as a [snapshot](crate::snapshot) for another
    /// decoder, such as that of the next run. It is at most about as large as the
    /// state itself.
    ///
    /// ```
    /// # use netflow_core::{Datagram, Timestamp, Transport};
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let mut decoder = Decoder::new(Limits::default());
    /// // ... decode; here a NetFlow v9 message with template 256 ...
    /// # let payload = [
    /// #     0, 9, 0, 1, 0, 0, 0, 0, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 0,
    /// #     0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4,
    /// # ];
    /// # let exporter = "198.51.100.1:50000".parse().unwrap();
    /// # let received = Timestamp::from_secs(1_700_000_000);
    /// # decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
    /// let snapshot = decoder.save();
    ///
    /// let mut next = Decoder::new(Limits::default());
    /// let report = next.load(&snapshot).expect("what was saved can be loaded");
    /// assert_eq!((report.domains, report.templates, report.refused), (1, 1, 0));
    /// assert_eq!(next.templates().count(), 1);
    /// assert_eq!(next.save(), snapshot);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut snapshot = Vec::new();
        self.save_into(&mut snapshot);
        snapshot
    }

    /// Does the same as [`save`](Self::save), but replaces the content of `snapshot` and reuses its
    /// memory.
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let decoder = Decoder::new(Limits::default());
    /// let mut snapshot = Vec::new();
    /// decoder.save_into(&mut snapshot);
    /// assert_eq!(snapshot, decoder.save());
    /// ```
    pub fn save_into(&self, snapshot: &mut Vec<u8>) {
        self.write(snapshot, true);
    }

    /// A snapshot without the data that waits for its template: for decoders that run
    /// beside this one, which will decode that data itself.
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let decoder = Decoder::new(Limits::default());
    /// assert_eq!(decoder.save_learned(), decoder.save()); // nothing waits
    /// ```
    #[must_use]
    pub fn save_learned(&self) -> Vec<u8> {
        let mut snapshot = Vec::new();
        self.write(&mut snapshot, false);
        snapshot
    }

    /// A snapshot of one observation domain, without the data that waits; `None` if the domain is not
    /// known. For a store of the caller's: a database, a cache that collectors share.
    ///
    /// The store is written where templates change, and read once for each exporter:
    ///
    /// ```
    /// use std::collections::{BTreeMap, HashSet};
    /// use std::net::IpAddr;
    ///
    /// use netflow_core::{Datagram, Decoder, DomainKey, Limits};
    /// # use netflow_core::{Timestamp, Transport};
    ///
    /// #[derive(Default)]
    /// struct Collector {
    ///     decoder: Decoder,
    ///     seen: HashSet<IpAddr>,
    /// }
    ///
    /// /// Stands for a database.
    /// type Store = BTreeMap<DomainKey, Vec<u8>>;
    ///
    /// impl Collector {
    ///     fn decode(&mut self, datagram: Datagram<'_>, store: &mut Store) -> Result<usize, netflow_core::Error> {
    ///         let exporter = datagram.exporter.ip();
    ///         if self.seen.insert(exporter) {
    ///             for (_, snapshot) in store.iter().filter(|(key, _)| key.exporter.ip() == exporter) {
    ///                 // One that is damaged is as good as none.
    ///                 let _ = self.decoder.load(snapshot);
    ///             }
    ///         }
    ///         let decoded = self.decoder.decode(datagram)?;
    ///         let flows = decoded.flows().count();
    ///         let changed: Vec<DomainKey> =
    ///             decoded.template_events().iter().map(|event| event.domain).collect();
    ///         for domain in changed {
    ///             store.extend(self.decoder.save_domain(&domain).map(|snapshot| (domain, snapshot)));
    ///         }
    ///         Ok(flows)
    ///     }
    /// }
    ///
    /// # // IPFIX: template 256 of a source address; and a record of it in a message of its own.
    /// # let template = [
    /// #     0, 10, 0, 28, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, 0, 2, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4,
    /// # ];
    /// # let data = [0, 10, 0, 24, 0x60, 0x72, 0xcc, 0x41, 0, 0, 0, 1, 0, 0, 0, 7, 1, 0, 0, 8, 192, 0, 2, 1];
    /// # let exporter = "198.51.100.1:50000".parse().unwrap();
    /// # let datagram = |payload| {
    /// #     Datagram::new(exporter, Transport::Udp, Timestamp::from_secs(1_618_136_128), payload)
    /// # };
    /// let mut store = Store::new();
    /// assert_eq!(Collector::default().decode(datagram(&template), &mut store)?, 0);
    /// // Another process, which never receives the template.
    /// assert_eq!(Collector::default().decode(datagram(&data), &mut store)?, 1);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    #[must_use]
    pub fn save_domain(&self, domain: &DomainKey) -> Option<Vec<u8>> {
        let session = self.sessions.of(domain)?;
        let mut snapshot = Vec::new();
        let mut out = SnapshotWriter::new(&mut snapshot);
        save::one_domain(session, false, &mut out);
        out.finish();
        Some(snapshot)
    }

    fn write(&self, snapshot: &mut Vec<u8>, waiting: bool) {
        let mut out = SnapshotWriter::new(snapshot);
        save::domains(&self.sessions, waiting, &mut out);
        out.finish();
    }

    /// Merges a [snapshot](crate::snapshot) into the state of this decoder. Several
    /// may be loaded one after the other, in any order.
    ///
    /// - If both know a template, the one sent later is kept. It is compiled
    ///   by the registry and definitions of this decoder.
    /// - If both know an observation domain, the side that received from it
    ///   last decides counts, sequences and sources, and its rates, names and types
    ///   take precedence.
    /// - Templates keep their age: those from UDP expire by
    ///   [`Limits::template_lifetime`](crate::Limits::template_lifetime) after they
    ///   were last sent.
    /// - Nothing is forgotten to make room. State that does not fit into the
    ///   [`Limits`](crate::Limits) is refused and counted; the domains received
    ///   last are loaded first.
    /// - Waiting data is added, unless it waits here already. Data for a template
    ///   that is in the snapshot is decoded when that template is next sent.
    ///
    /// Domains keep their ports: a decoder with another
    /// [`SessionScope`](crate::SessionScope) does not find domains saved with a
    /// port. Call [`end_session`](Self::end_session) for the streams that have
    /// ended meanwhile.
    ///
    /// ```
    /// use netflow_core::snapshot::SnapshotError;
    /// use netflow_core::{Decoder, Limits};
    ///
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut snapshot = decoder.save();
    /// assert!(decoder.load(&snapshot).is_ok());
    ///
    /// snapshot.pop();
    /// let cut = SnapshotError::Length { length: 22, found: 21 };
    /// assert_eq!(decoder.load(&snapshot), Err(cut));
    /// ```
    ///
    /// # Errors
    ///
    /// The octets are not a snapshot of a supported version, or are damaged.
    /// Nothing is loaded then.
    pub fn load(&mut self, snapshot: &[u8]) -> Result<LoadReport, SnapshotError> {
        self.load_where(snapshot, |_| true)
    }

    /// Merges only some observation domains of a snapshot: if several decoders share the exporters
    /// among them, each loads its own.
    ///
    /// ```
    /// # use netflow_core::{Datagram, Timestamp, Transport};
    /// use netflow_core::{Decoder, Limits};
    ///
    /// # let payload = [
    /// #     0, 9, 0, 1, 0, 0, 0, 0, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 0,
    /// #     0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4,
    /// # ];
    /// # let received = Timestamp::from_secs(1_700_000_000);
    /// let mut decoder = Decoder::new(Limits::default());
    /// for exporter in ["198.51.100.1:50000", "198.51.100.2:50000"] {
    ///     let exporter = exporter.parse().unwrap();
    ///     decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
    /// }
    /// let snapshot = decoder.save();
    ///
    /// let first: core::net::IpAddr = "198.51.100.1".parse().unwrap();
    /// let mut next = Decoder::new(Limits::default());
    /// let report = next.load_where(&snapshot, |domain| domain.exporter.ip() == first);
    /// assert_eq!(report.expect("what was saved can be loaded").domains, 1);
    /// assert_eq!(next.domain_count(), 1);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`load`](Self::load).
    pub fn load_where(
        &mut self,
        snapshot: &[u8],
        mut belongs: impl FnMut(&DomainKey) -> bool,
    ) -> Result<LoadReport, SnapshotError> {
        let sections = Sections::open(snapshot)?;
        let mut count = 0_u64;
        for section in sections.clone() {
            let section = section?;
            if section.kind == DOMAIN {
                SavedDomain::check(section.body)?;
                count = count.saturating_add(1);
            }
        }
        // The last message is no longer in use, so its shared state does not have
        // to be copied.
        self.scratch.clear();
        let ticks = self.sessions.reserve_ticks(count);
        let mut load = Load::new(self, ticks);
        for section in sections.flatten() {
            if section.kind == DOMAIN {
                load.domain(section.body, &mut belongs);
            }
        }
        Ok(load.report())
    }
}

/// Protocols by their number in a snapshot.
const PROTOCOLS: [(u8, Protocol); 8] = [
    (1, Protocol::NetflowV1),
    (5, Protocol::NetflowV5),
    (6, Protocol::NetflowV6),
    (7, Protocol::NetflowV7),
    (8, Protocol::NetflowV8),
    (9, Protocol::NetflowV9),
    (10, Protocol::Ipfix),
    (105, Protocol::SflowV5),
];
