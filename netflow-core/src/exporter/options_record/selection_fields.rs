//! The elements of an options record that say how packets and flows are selected.

use super::{narrow, set};
use crate::exporter::selection::{RateElements, SelectorElements};
use crate::value::unsigned;

/// The fields that say how packets and flows are selected.
#[derive(Debug, Default)]
pub(super) struct SelectionFields<'a> {
    /// One of them is there.
    pub(super) is_any: bool,
    /// One of them is there that says how flows are selected.
    pub(super) is_any_of_flows: bool,
    /// samplingAlgorithm (35) or samplerMode (49): that packets are sampled, without the rate.
    mode: Option<u64>,
    interval: Option<u64>,
    random_interval: Option<u64>,
    algorithm: Option<u16>,
    taken: Option<u64>,
    left_out: Option<u64>,
    time: [Option<u64>; 2],
    size: Option<u64>,
    population: Option<u64>,
    probability: Option<&'a [u8]>,
    hash_output: [Option<u64>; 2],
    hash_selected: [Option<u64>; 2],
    /// Another parameter of a hash function (326 to 328, 333, 334; RFC 5477, section 8.3).
    has_hash: bool,
    /// hashFlowDomain (400): what a hash function selects flows by (RFC 7014, section 7.1.11).
    has_flow_hash: bool,
    flow_algorithm: Option<u16>,
    flows_taken: Option<u64>,
    flows_left_out: Option<u64>,
    flow_time: [Option<u64>; 2],
}

impl<'a> SelectionFields<'a> {
    /// Takes an element of the IANA registry; others change nothing.
    pub(super) fn take(&mut self, id: u16, octets: &'a [u8]) {
        let number = unsigned(octets);
        match id {
            34 => set(&mut self.interval, number),
            35 | 49 => set(&mut self.mode, number.filter(|mode| *mode > 0)),
            50 => set(&mut self.random_interval, number),
            304 => set(&mut self.algorithm, narrow(octets)),
            305 => set(&mut self.taken, number),
            306 => set(&mut self.left_out, number),
            307 => set(&mut self.time[0], number),
            308 => set(&mut self.time[1], number),
            309 => set(&mut self.size, number),
            310 => set(&mut self.population, number),
            311 => set(&mut self.probability, Some(octets)),
            329 => set(&mut self.hash_output[0], number),
            330 => set(&mut self.hash_output[1], number),
            331 => set(&mut self.hash_selected[0], number),
            332 => set(&mut self.hash_selected[1], number),
            326..=328 | 333 | 334 => self.has_hash = true,
            400 => self.has_flow_hash = true,
            390 => set(&mut self.flow_algorithm, narrow(octets)),
            396 => set(&mut self.flows_taken, number),
            397 => set(&mut self.flows_left_out, number),
            398 => set(&mut self.flow_time[0], number),
            399 => set(&mut self.flow_time[1], number),
            _ => return,
        }
        self.is_any = true;
        self.is_any_of_flows |= matches!(id, 390 | 396..=400);
    }

    /// Size, population, probability and hash ranges describe the selection of flows where
    /// only a flow selector is named (RFC 7014, section 7).
    const fn are_of_flows(&self) -> bool {
        (self.flow_algorithm.is_some() || self.has_flow_hash) && self.algorithm.is_none()
    }

    pub(super) fn of_packets(&self) -> SelectorElements<'a> {
        let interval = self.random_interval.filter(|interval| *interval > 0);
        let own = SelectorElements {
            rate: RateElements {
                interval: interval.or(self.interval),
                taken: self.taken,
                left_out: self.left_out,
                ..RateElements::default()
            },
            algorithm: self.algorithm,
            has_only_mode: self.mode.is_some()
                && self.interval.is_none()
                && self.random_interval.is_none(),
            time_taken: self.time[0],
            time_left_out: self.time[1],
            ..SelectorElements::default()
        };
        if self.are_of_flows() {
            own
        } else {
            self.with_shared(own)
        }
    }

    pub(super) fn of_flows(&self) -> SelectorElements<'a> {
        let own = SelectorElements {
            rate: RateElements {
                taken: self.flows_taken,
                left_out: self.flows_left_out,
                ..RateElements::default()
            },
            algorithm: self.flow_algorithm,
            time_taken: self.flow_time[0],
            time_left_out: self.flow_time[1],
            has_hash: self.has_flow_hash,
            ..SelectorElements::default()
        };
        if self.are_of_flows() {
            self.with_shared(own)
        } else {
            own
        }
    }

    fn with_shared(&self, own: SelectorElements<'a>) -> SelectorElements<'a> {
        SelectorElements {
            rate: RateElements {
                size: self.size,
                population: self.population,
                probability: self.probability,
                ..own.rate
            },
            hash_output: self.hash_output,
            hash_selected: self.hash_selected,
            has_hash: own.has_hash || self.has_hash,
            ..own
        }
    }
}
