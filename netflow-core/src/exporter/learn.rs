//! Learning what an options record announces.

use super::Exporter;
use super::options_record::OptionsRecord;
use super::sampling::{Announced, Sequence};
use super::selection::{Selection, Selects};
use crate::datagram::DatagramId;
use crate::time::Timestamp;

/// What can be selected.
const BOTH: [Selects; 2] = [Selects::Packets, Selects::Flows];

impl Exporter {
    /// Whether the record announces anything new: most options are sent again and
    /// again.
    pub(crate) fn is_news(&self, options: &OptionsRecord<'_>) -> bool {
        let names = &self.names;
        options.has_selection()
            && BOTH
                .iter()
                .any(|one| self.new_selection(options, *one).is_some())
            || options.sequence.is_some() && self.new_sequence(options).is_some()
            || options
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
            || options
                .system_init
                .and_then(Timestamp::from_millis)
                .is_some_and(|time| self.system_init != Some(time))
    }

    /// The selection that the record announces, if another is known or none. One that waited
    /// does not replace what arrived since, and neither does one whose parameters are
    /// missing.
    fn new_selection(&self, options: &OptionsRecord<'_>, selects: Selects) -> Option<Selection> {
        let selection = options.selection(selects)?;
        let is_new = match self.samplers.get(selects, &options.scope) {
            Some(known) => {
                known.selection != selection && !options.late && !selection.is_incomplete()
            }
            None => self.samplers.has_room_for(selects, &options.scope),
        };
        is_new.then_some(selection)
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
        let selections = [options.packets, options.flows];
        let rates = selections.iter().flatten().count();
        let rates = self.samplers.growth(&options.scope).saturating_mul(rates);
        let sequence = match options.sequence {
            Some(_) => self.samplers.sequence_growth(),
            None => 0,
        };
        self.names
            .growth()
            .saturating_add(options.memory())
            .saturating_add(rates)
            .saturating_add(sequence)
    }

    /// Learns what the record announces; the last announcement is kept. `datagram`
    /// is the one it arrived in.
    pub(crate) fn learn(&mut self, options: &OptionsRecord<'_>, datagram: DatagramId) {
        // A rate that is repeated beside a new announcement keeps its datagram.
        for selects in BOTH {
            if let Some(selection) = self.new_selection(options, selects) {
                let announced = Announced {
                    selection,
                    datagram,
                };
                self.samplers.insert(selects, &options.scope, announced);
            }
        }
        if let Some((id, selectors)) = self.new_sequence(options) {
            let selectors = selectors.into();
            self.samplers.insert_sequence(
                id,
                Sequence {
                    selectors,
                    datagram,
                },
            );
        }
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
        if let Some(time) = options.system_init.and_then(Timestamp::from_millis) {
            self.system_init = Some(time);
        }
    }
}
