//! Exporters with a known history, a network that loses, duplicates and reorders their
//! messages, and a Decoder that must report the history as far as it can be known.
//!
//! What cannot be known, and is therefore not required:
//! - Messages lost before the first one received, after the last, and around the
//!   restart leave no gap between two numbers: what is lost is counted between the
//!   least and the greatest number received in each run.
//! - v1 has no numbers: nothing is counted, and duplicates are not marked.
//! - The rate is the one announced last in the options received. While options
//!   are lost, the rate before them stays in force.
//! - Uptimes in IPFIX count from a start that options announce: until those of the
//!   present start are received, the times are absent.
//! - v9 states the time of its messages in whole seconds: the times of its flows are
//!   early by the fraction that is cut off.
//! - sFlow states no time: a datagram that the network delays over a restart for more
//!   than ten seconds could not be assigned to its run, so this network does not.
//!
//! A duplicated datagram is decoded again: its flows are returned again, and the
//! `sequence_event` of their header says `Duplicate`. They are counted once.

extern crate alloc;

mod history;
mod network;
mod payload;
mod receiver;

use netflow_core::{Decoder, Limits};

use self::history::{Exporter, Kind};
use self::network::Random;
use self::receiver::Receiver;

/// Histories in which messages are lost, late and duplicated everywhere, also around the
/// restart and the change of templates.
const SEEDS: u64 = 100;

#[test]
fn a_decoder_reports_the_history_of_every_exporter() {
    let mut occurred = receiver::Occurrences::default();
    for seed in 1..=SEEDS {
        let mut random = Random::new(seed);
        // All exporters have one address and one Decoder.
        let mut decoder = Decoder::new(Limits::new(seed));
        let mut receivers = Vec::new();
        let mut arrivals = Vec::new();
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            let exporter = Exporter::new(kind, &mut random);
            for arrival in network::deliver(&exporter.messages, &mut random) {
                arrivals.push((arrival.received, index, arrival));
            }
            receivers.push(Receiver::new(exporter, seed));
        }
        arrivals.sort_by_key(|(received, index, _)| (*received, *index));
        for (_, index, arrival) in &arrivals {
            receivers[*index].receive(&mut decoder, arrival);
        }
        for receiver in &receivers {
            receiver.finish(&decoder, &mut occurred);
        }
        assert_eq!(decoder.stats().given_up_sets, 0);
        assert_eq!(decoder.domain_count(), Kind::ALL.len());
    }
    // Everything that the network may do did occur.
    let counts = [
        occurred.lost,
        occurred.late,
        occurred.duplicated,
        occurred.late_over_restart,
        occurred.waited,
        occurred.without_start,
        occurred.samples_lost,
        occurred.samples_late,
    ];
    assert!(counts.iter().all(|count| *count > 20), "{occurred:?}");
}
