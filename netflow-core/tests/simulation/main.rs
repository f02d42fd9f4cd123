//! Exporters with a true history, a network between that loses, duplicates and
//! reorders, and a Decoder that must tell the history as far as it can be known.
//!
//! What cannot be known, and is therefore not demanded:
//! - Messages lost before the first that came, behind the last, and around the
//!   restart leave no gap between two numbers: what is lost is counted between the
//!   least and the greatest number that came of each run.
//! - v1 has no numbers: nothing is counted, and what comes twice is told twice.
//! - The rate is the one announced last among the options that came. While options
//!   are lost the one before them stands, and that is what the rule says.
//! - Uptimes in IPFIX count from a start that options tell: while those of the
//!   present start have not come, the times are absent.
//! - v9 tells the time of its messages in whole seconds: the times of its flows are
//!   early by just what is cut off.
//! - sFlow tells no time: a datagram that the network holds over a restart for more
//!   than ten seconds could not be placed, so that this one does not.
//!
//! A datagram that comes twice is decoded twice: its flows come again, and the
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

/// Histories in which messages are lost, late and doubled everywhere, the restart and
/// the change of templates among them.
const SEEDS: u64 = 100;

#[test]
fn a_decoder_tells_the_history_of_every_exporter() {
    let mut seen = receiver::Seen::default();
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
            receiver.finish(&decoder, &mut seen);
        }
        assert_eq!(decoder.stats().given_up_sets, 0);
        assert_eq!(decoder.domain_count(), Kind::ALL.len());
    }
    // The network did its worst.
    let often = [
        seen.lost,
        seen.late,
        seen.duplicated,
        seen.late_over_restart,
        seen.waited,
        seen.without_start,
        seen.samples_lost,
        seen.samples_late,
    ];
    assert!(often.iter().all(|count| *count > 20), "{seen:?}");
}
