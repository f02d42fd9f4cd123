//! Exporters with several clocks or series of numbers, or with numbers that say nothing.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::{
    START, Sequence, SequenceEvent, Undecoded, Units, counts, ipfix, ipfix_units, run, running,
    sequence_of, v9,
};
use crate::exporter::{CountingScheme, NumberedMessage, PerScheme};

/// A message of v9 with one flow, sent when the exporter had this uptime, in milliseconds.
fn v9_at(time: u64, uptime: u64, number: u32) -> NumberedMessage {
    let message = v9(number, 1);
    let stamp = running(time - uptime, uptime, number, 1).stamp;
    NumberedMessage { stamp, ..message }
}

/// A message of IPFIX without flows.
fn options(second: u64, number: u32, count: u32) -> NumberedMessage {
    let message = ipfix(second, number, count, Undecoded::Nothing);
    let units = PerScheme {
        data_records: Some(Units::decoded(count)),
        ..ipfix_units(0, Undecoded::Nothing)
    };
    NumberedMessage { units, ..message }
}

fn data(second: u64, number: u32, count: u32) -> NumberedMessage {
    ipfix(second, number, count, Undecoded::Nothing)
}

#[test]
fn the_expected_number_has_lost_nothing_whatever_its_uptime() {
    let uptimes = [1_525_000, 1_001_000, 1_526_000, 1_003_000];
    let messages = (0..4).map(|n| running(START - uptimes[n], uptimes[n], 5_000 + n as u32, 1));
    assert_eq!(run(messages), counts(4, 0, 0, 0, 0));
    // Also if it is that of an exporter which really restarted.
    let messages = [v9_at(START, 90_000_000, 7), v9_at(START + 20_000, 5_000, 8)];
    assert_eq!(run(messages), counts(2, 0, 0, 0, 0));
}

#[test]
fn an_uptime_larger_than_the_time_passed_is_no_restart() {
    let before = v9_at(START, 3_872_245_664, 2_073);
    let after = v9_at(START + 16_000, 3_872_132_129, 2_089);
    assert_eq!(run([before, after]), counts(2, 15, 0, 0, 0));
    let behind = v9_at(START + 16_000, 27_000, 40);
    assert_eq!(run([before, behind]).restarted, 0);
    let restarted = v9_at(START + 16_000, 25_000, 40);
    assert_eq!(run([before, restarted]), counts(2, 0, 0, 0, 1));
}

#[test]
fn a_number_that_others_have_is_late_unless_the_payload_is_repeated() {
    let first = v9(1, 4);
    let mut sequence = sequence_of(&first);
    for number in 1..=10 {
        sequence.observe(&v9(number, 4), || false);
    }
    assert_eq!(
        sequence.observe(&v9(4, 4), || true),
        SequenceEvent::Duplicate
    );
    assert_eq!(sequence.observe(&v9(5, 3), || false), SequenceEvent::Late);
    assert_eq!(sequence.counts(), counts(11, 0, 1, 1, 0));
}

#[test]
fn what_fills_a_forgotten_gap_was_not_lost() {
    // Every other message, and then those that were missing, the oldest first.
    let odd = (0..50).map(|n| v9(2 * n, 1));
    let even = (0..49).map(|n| v9(2 * n + 1, 1));
    assert_eq!(run(odd.chain(even)), counts(99, 0, 49, 0, 0));
}

#[test]
fn numbers_that_stand_still_are_recognised_at_the_second_message() {
    let messages: Vec<_> = (0..3)
        .map(|second| data(second, 0, 1 + second as u32))
        .collect();
    let mut sequence = sequence_of(&messages[0]);
    for message in &messages {
        assert_eq!(sequence.observe(message, || false), SequenceEvent::None);
    }
    assert_eq!(sequence.scheme(), None);
    assert_eq!(
        sequence.observe(&messages[2], || true),
        SequenceEvent::Duplicate
    );
    assert_eq!(sequence.counts(), counts(0, 0, 0, 1, 0));
    // With any first number.
    let messages = (0..6).map(|second| data(second, if second == 0 { 77 } else { 0 }, 5));
    assert_eq!(run(messages), counts(0, 0, 0, 0, 0));
}

#[test]
fn an_unusual_first_number_loses_nothing() {
    for first in [2_855, 4_000_000_000] {
        let rest = (0..20).map(|n| v9(60_342_277 + n, 16));
        let messages = core::iter::once(v9(first, 16)).chain(rest);
        assert_eq!(run(messages), counts(21, 0, 0, 0, 0), "{first}");
        let rest = (0..20).map(|n| data(u64::from(n), 60_342_277 + 16 * n, 16));
        let messages = core::iter::once(data(0, first, 16)).chain(rest);
        assert_eq!(run(messages), counts(336, 0, 0, 0, 0), "{first}");
        // Also if it is received after the others.
        let rest = (0..20).map(|n| v9(60_342_277 + n, 16));
        let found = run(rest.chain([v9(first, 16)]));
        assert_eq!(
            (found.lost.min(1 << 20), found.restarted),
            (found.lost, 0),
            "{first}"
        );
    }
}

/// A message of v9 without flows.
fn templates(number: u32) -> NumberedMessage {
    v9(number, 0)
}

#[test]
fn templates_before_all_data_lose_nothing_until_their_numbers_are_those_of_the_data() {
    // Juniper MX: the routing engine counts what it sends, and each line card its data.
    let mx = |first: u32| {
        let rest = (0..20).map(move |n| v9(first + n, 16));
        [templates(0)].into_iter().chain(rest)
    };
    for first in [2, 100, 1_000, 50_000] {
        assert_eq!(run(mx(first)), counts(21, 0, 0, 0, 0), "{first}");
        let more = mx(first).chain([templates(1), v9(first + 20, 16), templates(2)]);
        assert_eq!(run(more), counts(24, 0, 0, 0, 0), "{first}");
    }
    // One series, of which ten were lost.
    let one = |first: u32| {
        let rest = (0..20).map(move |n| v9(first + n, 16));
        let after = [templates(first + 20), v9(first + 21, 16)];
        [templates(0)].into_iter().chain(rest).chain(after)
    };
    assert_eq!(run(one(11)), counts(23, 10, 0, 0, 0));
    assert_eq!(run(one(1)), counts(23, 0, 0, 0, 0));
    // One of them is late.
    assert_eq!(run(one(11).chain([v9(4, 16)])), counts(24, 9, 1, 0, 0));
}

#[test]
fn a_first_number_out_of_order_does_not_decide_the_scheme() {
    let order = [14_u32].into_iter().chain(0..14).chain(15..30);
    let flows = |number: u32| 1 + number % 3 / 2;
    let messages = order.map(|number| v9(1_000 + number, flows(number)));
    assert_eq!(run(messages), counts(30, 0, 14, 0, 0));
}

/// Data and options of a Juniper MX: each line card and the routing engine count alone.
fn separate() -> Vec<NumberedMessage> {
    let mut messages = Vec::new();
    for round in 0..10 {
        let second = u64::from(round) * 60;
        messages.push(options(second, 668 + round, 1));
        let data = (0..5).map(|n| data(second + u64::from(n), 100_000 + (5 * round + n) * 20, 20));
        messages.extend(data);
    }
    messages
}

#[test]
fn options_that_are_numbered_separately_are_no_restart_and_lose_nothing() {
    let messages = separate();
    assert_eq!(run(messages.iter().copied()), counts(1_010, 0, 0, 0, 0));
    // Two messages of data and one of options are lost; which were the first.
    for skipped in [vec![13, 14, 30], vec![0, 1, 2], vec![1, 7]] {
        let left = (0..)
            .zip(&messages)
            .filter(|(index, _)| !skipped.contains(index));
        let found = run(left.map(|(_, message)| *message));
        assert_eq!((found.restarted, found.late), (0, 0), "{skipped:?}");
        let lost = if skipped[0] == 13 { 41 } else { found.lost };
        assert_eq!(found.lost, lost);
        assert!(found.lost <= 41, "{skipped:?}");
    }
}

/// Options, and after each of them messages of data, 60 of them together. Options are numbered from
/// `control`, data of `flows` flows a message from `data`.
fn series(
    [control, data]: [u32; 2],
    every: u32,
    flows: u32,
    is_ipfix: bool,
) -> impl Iterator<Item = NumberedMessage> {
    let [mut control, mut data] = [control, data];
    (0..60).map(move |index| {
        let is_control = index % every == 0;
        let (number, count) = if is_control {
            (&mut control, 1)
        } else {
            (&mut data, flows)
        };
        let second = u64::from(index);
        let message = match (is_ipfix, is_control) {
            (true, true) => options(second, *number, 1),
            (true, false) => ipfix(second, *number, flows, Undecoded::Nothing),
            (false, _) => {
                let units = v9(*number, if is_control { 0 } else { flows }).units;
                let stamp = running(START, 60_000 + 1_000 * second, *number, 1).stamp;
                NumberedMessage { stamp, units }
            }
        };
        *number += if is_ipfix { count } else { 1 };
        message
    })
}

#[test]
fn options_and_data_with_numbers_of_their_own_begin_with_any_two_numbers() {
    for is_ipfix in [true, false] {
        let firsts = (0..8_u32).flat_map(|control| (0..16_u32).map(move |data| [control, data]));
        let firsts = firsts.chain([[100, 103], [100, 100], [7, 1_000], [1_000, 50], [0, 50]]);
        for [control, data] in firsts {
            for (every, flows) in [(9, 3), (9, 1), (3, 3), (4, 2), (5, 7)] {
                let found = run(series([control, data], every, flows, is_ipfix));
                let case = format!("{is_ipfix} {control} {data} {every} {flows} {found:?}");
                let between = data.saturating_sub(control + 1);
                assert!(found.lost <= between.into(), "{case}");
                assert_eq!(
                    (found.restarted, found.late, found.duplicated),
                    (0, 0, 0),
                    "{case}"
                );
                let units = |message: NumberedMessage| {
                    let units = [message.units.messages, message.units.data_records];
                    units[usize::from(is_ipfix)].unwrap().count
                };
                let sent = series([control, data], every, flows, is_ipfix).map(units);
                assert_eq!(found.received, sent.sum::<u32>().into(), "{case}");
            }
        }
    }
}

#[test]
fn options_whose_number_is_missing_from_the_data_by_chance_are_no_restart() {
    let before = [data(0, 0, 10), data(1, 10, 10), data(3, 40, 10)];
    let messages = before
        .into_iter()
        .chain([options(4, 25, 1), data(5, 50, 10)]);
    assert_eq!(run(messages), counts(41, 20, 0, 0, 0));
    // Of the same series, sent before what was received.
    let messages = before
        .into_iter()
        .chain([options(2, 25, 1), data(5, 50, 10)]);
    assert_eq!(run(messages), counts(41, 19, 1, 0, 0));
}

#[test]
fn options_of_the_same_series_are_counted_with_the_data() {
    // The second message and the options after it are lost, and then the data before options.
    let messages = [
        data(0, 0, 10),
        data(1, 20, 10),
        options(2, 33, 2),
        data(3, 35, 10),
    ];
    let mut sequence = sequence_of(&messages[0]);
    let events = messages.map(|message| sequence.observe(&message, || false));
    let gap = SequenceEvent::Gap;
    assert_eq!(
        events,
        [SequenceEvent::None, gap(10), SequenceEvent::None, gap(3)]
    );
    assert_eq!(sequence.counts(), counts(32, 13, 0, 0, 0));
}

#[test]
fn a_restart_that_begins_with_options_is_one() {
    let before = (0..10).map(|n| data(u64::from(n), 5_000 + 10 * n, 10));
    let after = (0..10).map(|n| data(100 + u64::from(n), 3 + 10 * n, 10));
    let messages = before.chain([options(100, 0, 3)]).chain(after);
    assert_eq!(run(messages), counts(203, 0, 0, 0, 1));
}

#[test]
fn messages_of_one_datagram_may_include_their_flows_in_the_number() {
    // softflowd: 6, 1 and 5 flows.
    let messages = [data(0, 6, 6), data(0, 7, 1), data(2, 12, 5)];
    let mut sequence = Sequence::new(CountingScheme::DataRecords);
    for message in &messages {
        sequence.observe(message, || false);
    }
    assert_eq!(sequence.scheme(), Some(CountingScheme::FlowsIncluded));
    assert_eq!(sequence.counts(), counts(12, 0, 0, 0, 0));
}
