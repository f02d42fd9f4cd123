//! Learning what an options record announces.

use super::Exporter;
use super::options_record::OptionsRecord;
use super::sampling::{Announced, Sequence};
use super::selection::{Selection, Selects, Unrated};
use crate::datagram::DatagramId;
use crate::time::Timestamp;

/// What can be selected.
const BOTH: [Selects; 2] = [Selects::Packets, Selects::Flows];

/// What an options record announces that is not known.
#[derive(Debug)]
pub(crate) struct News {
    /// The selections of [`BOTH`].
    selections: [Option<Selection>; 2],
    has_sequence: bool,
    has_names: bool,
    system_init: Option<Timestamp>,
}

impl Exporter {
    /// What the record announces that is new; `None` if it is nothing: most options are sent again
    /// and again.
    pub(crate) fn news(&self, options: &OptionsRecord<'_>) -> Option<News> {
        let selections = if options.stated_selections() > 0 {
            BOTH.map(|one| self.new_selection(options, one))
        } else {
            [None; 2]
        };
        let system_init = options.system_init.and_then(Timestamp::from_millis);
        let news = News {
            selections,
            has_sequence: options.sequence.is_some() && self.new_sequence(options).is_some(),
            has_names: options.has_name() && self.has_new_name(options),
            system_init: system_init.filter(|time| self.system_init != Some(*time)),
        };
        let is_any = news.selections.iter().any(Option::is_some)
            || news.has_sequence
            || news.has_names
            || news.system_init.is_some();
        is_any.then_some(news)
    }

    fn has_new_name(&self, options: &OptionsRecord<'_>) -> bool {
        let names = &self.names;
        options
            .interface
            .zip(options.interface_text())
            .is_some_and(|(number, name)| !names.interfaces.has(&number, name))
            || [options.ingress_vrf, options.egress_vrf]
                .into_iter()
                .flatten()
                .zip(options.vrf_name)
                .any(|(number, name)| !names.vrfs.has(&number, name))
            || options
                .application
                .zip(options.application_name)
                .is_some_and(|(id, name)| !names.applications.has_application(id, name))
            || options
                .described_application()
                .is_some_and(|(id, text)| !names.descriptions.has_application(id, text))
            || options
                .named_sampler()
                .is_some_and(|(key, name)| !names.samplers.has(&key, name))
    }

    /// The selection that the record announces, if another is known or none. One that waited
    /// does not replace what arrived since, and neither does one whose parameters are
    /// missing.
    ///
    /// A rate of 0 replaces the rate of its scope, as any later announcement does: the scope then has no
    /// rate, and that of a wider scope applies if one is known. RFC 3954 (section 8) defines 34 as the
    /// number of packets of which one is selected, which cannot be 0; nfacctd of pmacct also keeps the
    /// interval of the last record and does not scale by 0. For a scope without a rate, 0 says nothing.
    fn new_selection(&self, options: &OptionsRecord<'_>, selects: Selects) -> Option<Selection> {
        let stated = options.selection(selects);
        let has_zero_rate = options.has_zero_rate(selects);
        if stated.is_none() && !has_zero_rate {
            return None;
        }
        let Some(known) = self.samplers.get(selects, &options.scope) else {
            return stated.filter(|_| self.samplers.has_room_for(selects, &options.scope));
        };
        let new = stated.unwrap_or(Selection::WithoutRate(Unrated::UNKNOWN));
        let is_rate_known = matches!(known.selection, Selection::Rate(_));
        let replaces = !new.is_incomplete() || has_zero_rate && is_rate_known;
        (known.selection != new && replaces && !options.late).then_some(new)
    }

    /// The selection sequence that the record announces, if it is not known.
    fn new_sequence<'o>(&self, options: &'o OptionsRecord<'_>) -> Option<(u64, &'o [u64])> {
        let (id, selectors) = options.selection_sequence()?;
        let is_new = match self.samplers.sequence(id) {
            Some(known) => *known.selectors != *selectors && !options.late,
            None => true,
        };
        is_new.then_some((id, selectors))
    }

    /// Whether the record announces a rate for a combination of scopes that cannot be kept.
    pub(crate) fn refuses_scope(&self, options: &OptionsRecord<'_>) -> bool {
        let has_room = |selects: &Selects| {
            options.selection(*selects).is_none()
                || self.samplers.has_room_for(*selects, &options.scope)
        };
        options.has_large_scope() || options.has_selection() && !BOTH.iter().all(has_room)
    }

    /// Octets that must be free to learn the record.
    pub(crate) fn room_for_options(&self, options: &OptionsRecord<'_>) -> usize {
        let rates = options.stated_selections();
        let rates = self.samplers.growth(&options.scope).saturating_mul(rates);
        let sequence = match options.sequence {
            Some(_) => self.samplers.sequence_growth(),
            None => 0,
        };
        let octets = options.memory();
        let names = if octets > 0 { self.names.growth() } else { 0 };
        names
            .saturating_add(octets)
            .saturating_add(rates)
            .saturating_add(sequence)
    }

    /// Learns what is new in the record; the last announcement is kept. `datagram` is the one it
    /// arrived in.
    pub(crate) fn learn(&mut self, options: &OptionsRecord<'_>, news: &News, datagram: DatagramId) {
        // A rate that is repeated beside a new announcement keeps its datagram.
        for (selects, selection) in BOTH.into_iter().zip(news.selections) {
            if let Some(selection) = selection {
                let announced = Announced {
                    selection,
                    datagram,
                };
                self.samplers.insert(selects, &options.scope, announced);
            }
        }
        if news.has_sequence {
            self.learn_sequence(options, datagram);
        }
        if news.has_names {
            self.learn_names(options);
        }
        if let Some(time) = news.system_init {
            self.system_init = Some(time);
        }
    }

    fn learn_sequence(&mut self, options: &OptionsRecord<'_>, datagram: DatagramId) {
        if let Some((id, selectors)) = options.selection_sequence() {
            let sequence = Sequence {
                selectors: selectors.into(),
                datagram,
            };
            self.samplers.insert_sequence(id, sequence);
        }
    }

    fn learn_names(&mut self, options: &OptionsRecord<'_>) {
        if let Some((number, name)) = options.interface.zip(options.interface_text()) {
            self.names.interfaces.insert(number, name);
        }
        if let Some(name) = options.vrf_name {
            for number in [options.ingress_vrf, options.egress_vrf]
                .into_iter()
                .flatten()
            {
                self.names.vrfs.insert(number, name);
            }
        }
        if let Some((id, name)) = options.application.zip(options.application_name) {
            self.names.applications.insert_application(id, name);
        }
        if let Some((id, text)) = options.described_application() {
            self.names.descriptions.insert_application(id, text);
        }
        if let Some((key, name)) = options.named_sampler() {
            self.names.samplers.insert(key, name);
        }
    }
}
