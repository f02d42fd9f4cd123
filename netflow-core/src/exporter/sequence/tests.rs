mod fast_path;
mod unusual;

use alloc::vec::Vec;

use super::{
    CountingScheme, MessageStamp, NumberedMessage, PerScheme, Sequence, SequenceCounts,
    SequenceEvent, Undecoded, Units,
};
use crate::time::Timestamp;

/// When the exporter of [`v5`] started, in milliseconds since 1970.
const START: u64 = 1_700_000_000_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

/// A message of v5, one millisecond a flow after the first minute.
fn v5(number: u32, count: u32) -> NumberedMessage {
    running(START, u64::from(number) + 60_000, number, count)
}

/// A message of v5 that was sent this number of milliseconds after the start.
fn running(start: u64, age: u64, number: u32, count: u32) -> NumberedMessage {
    NumberedMessage {
        stamp: MessageStamp {
            number,
            uptime: Some(u32::try_from(age % (1 << 32)).unwrap()),
            time: at(start + age),
            received: at(start + age),
        },
        units: PerScheme {
            flows: Some(Units::decoded(count)),
            ..PerScheme::default()
        },
    }
}

/// A message of v9 that numbers flows before it, or messages.
fn v9(number: u32, flows: u32) -> NumberedMessage {
    NumberedMessage {
        units: PerScheme {
            messages: Some(Units::decoded(1)),
            flows: Some(Units::decoded(flows)),
            ..PerScheme::default()
        },
        ..v5(number, 1)
    }
}

fn ipfix_units(count: u32, undecoded: Undecoded) -> PerScheme<Option<Units>> {
    let records = Units {
        undecoded,
        ..Units::decoded(count)
    };
    PerScheme {
        messages: Some(Units::decoded(1)),
        data_records: Some(records),
        flows: Some(records),
        flows_included: Some(Units {
            included: true,
            ..records
        }),
    }
}

/// A message of IPFIX sent this number of seconds after the first.
fn ipfix(second: u64, number: u32, count: u32, undecoded: Undecoded) -> NumberedMessage {
    NumberedMessage {
        stamp: MessageStamp {
            number,
            uptime: None,
            time: at(START + second * 1_000),
            received: at(START + second * 1_000),
        },
        units: ipfix_units(count, undecoded),
    }
}

/// The sequence of an exporter whose first message this is.
fn sequence_of(message: &NumberedMessage) -> Sequence {
    Sequence::new(match message.units {
        PerScheme {
            data_records: Some(_),
            ..
        } => CountingScheme::DataRecords,
        PerScheme {
            messages: Some(_), ..
        } => CountingScheme::Messages,
        _ => CountingScheme::Flows,
    })
}

fn run(steps: impl IntoIterator<Item = NumberedMessage>) -> SequenceCounts {
    let mut steps = steps.into_iter().peekable();
    let mut sequence = sequence_of(steps.peek().unwrap());
    let mut seen = Vec::new();
    for step in steps {
        let is_repeated = seen.contains(&step);
        seen.push(step);
        sequence.observe(&step, || is_repeated);
    }
    sequence.counts()
}

fn counts(received: u64, lost: u64, late: u64, duplicated: u64, restarted: u64) -> SequenceCounts {
    SequenceCounts {
        received,
        lost,
        late,
        duplicated,
        restarted,
        unread: 0,
    }
}

#[test]
fn what_is_in_order_is_received() {
    let found = run((0..10).map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(300, 0, 0, 0, 0));
}

#[test]
fn numbers_wrap() {
    let start = u32::MAX - 50;
    let number = |n: u32| start.wrapping_add(n * 30);
    let found = run((0..10).map(|n| running(START, u64::from(n), number(n), 30)));
    assert_eq!(found, counts(300, 0, 0, 0, 0));
}

#[test]
fn what_is_missing_is_lost_and_what_comes_late_is_not() {
    let order = [0, 3, 1, 4, 2, 6, 7];
    let found = run(order.map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(210, 30, 60, 0, 0));
}

#[test]
fn duplicates_are_counted_once() {
    let found = run([0, 1, 1, 2, 0].map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(90, 0, 0, 2, 0));
}

#[test]
fn a_late_message_received_again_is_a_duplicate() {
    let found = run([0, 5, 2, 2, 4, 1, 4].map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(150, 30, 90, 2, 0));
}

#[test]
fn what_was_sent_before_the_first_message_received_is_late() {
    let found = run([5, 2, 2, 3, 6].map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(120, 30, 60, 1, 0));
}

#[test]
fn old_gaps_are_forgotten_and_the_newest_kept() {
    let order = (0..100).map(|n| n * 2).chain([197, 195]);
    let found = run(order.map(|n| v5(n * 30, 30)));
    assert_eq!(found, counts(102 * 30, 97 * 30, 60, 0, 0));
}

#[test]
fn a_fallen_uptime_is_a_restart_and_no_loss() {
    let mut sequence = Sequence::new(CountingScheme::Flows);
    sequence.observe(&v5(1_000_000, 30), || false);
    let after = running(START + 1_070_000, 500, 90, 30);
    assert_eq!(sequence.observe(&after, || false), SequenceEvent::Restart);
    assert_eq!(sequence.counts(), counts(60, 0, 0, 0, 1));
}

#[test]
fn a_restart_is_found_after_any_uptime_and_any_number() {
    for age in [
        20_000,
        1 << 20,
        1 << 31,
        3 << 30,
        (1 << 32) - 60_000,
        1 << 33,
    ] {
        for number in [100, 3_000_000_000, u32::MAX] {
            let before = running(START, age, number, 30);
            let after = running(START + age + 30_000, 1_000, 0, 30);
            assert_eq!(run([before, after]).restarted, 1, "{age} {number}");
            assert_eq!(run([before, after]).lost, 0, "{age} {number}");
        }
    }
}

#[test]
fn a_restart_is_found_if_its_first_minutes_are_lost() {
    let before = running(START, 60_000, 90_000, 30);
    let after = running(START + 70_000, 300_000, 4_000, 30);
    assert_eq!(run([before, after]), counts(60, 0, 0, 0, 1));
}

#[test]
fn a_wrapped_uptime_is_no_restart() {
    let wrap = 1 << 32;
    let mut sequence = Sequence::new(CountingScheme::Flows);
    sequence.observe(&running(START, wrap - 5, 0, 30), || false);
    let after = running(START, wrap + 20_000, 60, 30);
    assert_eq!(sequence.observe(&after, || false), SequenceEvent::Gap(30));
    // What was sent before the wrap and comes after it.
    let late = running(START, wrap - 2, 30, 30);
    assert_eq!(sequence.observe(&late, || false), SequenceEvent::Late);
    assert_eq!(sequence.counts(), counts(90, 0, 30, 0, 0));
}

#[test]
fn a_clock_that_is_set_is_no_restart() {
    for days in [1, 20_000] {
        let later = START + days * 86_400_000;
        for [before, after] in [[START, later], [later, START]] {
            let steps = [
                running(before, 60_000, 0, 30),
                running(after, 61_000, 30, 30),
                running(after, 62_000, 90, 30),
                running(after, 61_500, 60, 30),
            ];
            assert_eq!(run(steps), counts(120, 0, 30, 0, 0));
        }
    }
}

#[test]
fn a_clock_that_starts_in_1970_is_a_restart_all_the_same() {
    let before = running(START, 90_000_000, 90_000, 30);
    let after = running(0, 2_000, 0, 30);
    assert_eq!(run([before, after]).restarted, 1);
}

#[test]
fn what_was_sent_before_a_restart_and_received_after_it_is_late() {
    let old = |n: u32| running(START, 90_000_000 + u64::from(n), n * 30, 30);
    let anew = START + 90_060_000;
    let new = |n: u32| running(anew, u64::from(n), n * 30, 30);
    // 2 of the old is lost, 3 and 5 are late, 1 comes again.
    let steps = [
        old(0),
        old(1),
        old(4),
        new(0),
        old(3),
        new(2),
        old(5),
        old(1),
        new(1),
    ];
    assert_eq!(run(steps), counts(240, 30, 90, 1, 1));
}

#[test]
fn ipfix_that_falls_and_was_sent_later_is_a_restart() {
    let all = Undecoded::Nothing;
    let steps = [
        ipfix(0, 9_000, 10, all),
        ipfix(1, 9_020, 10, all),
        ipfix(20, 0, 10, all),
        // From before.
        ipfix(1, 9_010, 10, all),
        ipfix(20, 10, 10, all),
    ];
    assert_eq!(run(steps), counts(50, 0, 10, 0, 1));
    // What came first since the restart was not what was sent first.
    let steps = [
        ipfix(0, 9_000, 10, all),
        ipfix(21, 20, 10, all),
        ipfix(20, 10, 10, all),
        ipfix(0, 9_010, 10, all),
    ];
    assert_eq!(run(steps), counts(40, 0, 20, 0, 1));
}

#[test]
fn ipfix_from_before_that_was_sent_before_is_late() {
    let steps = [9_020, 9_000, 9_010].map(|number| ipfix(0, number, 10, Undecoded::Nothing));
    assert_eq!(run(steps), counts(30, 0, 20, 0, 0));
}

#[test]
fn ipfix_from_long_before_the_first_is_late_if_no_restart_fits_in_between() {
    let of = |sent: u64, received: u64, number: u32, count: u32| {
        let mut message = ipfix(received, number, count, Undecoded::Nothing);
        message.stamp.time = at(START + sent * 1_000);
        message
    };
    // Received within a second, though sent 5 minutes before.
    let steps = [of(300, 600, 9_000, 10), of(0, 601, 8_990, 10)];
    assert_eq!(run(steps), counts(20, 0, 10, 0, 0));
    // An exporter that was started again in the meantime, with a clock that is behind, or that
    // begins to count.
    for (received, number) in [(640, 100), (601, 0)] {
        let steps = [of(300, 600, 9_000, 10), of(0, received, number, 10)];
        assert_eq!(run(steps), counts(20, 0, 0, 0, 1));
    }
    // Templates show that its clock was that of the older message before.
    let steps = [
        of(0, 590, 0, 0),
        of(300, 600, 9_000, 10),
        of(0, 640, 8_990, 10),
    ];
    assert_eq!(run(steps), counts(20, 0, 10, 0, 0));
}

#[test]
fn a_message_without_units_is_neither_late_nor_a_duplicate() {
    let all = Undecoded::Nothing;
    let steps = [
        ipfix(0, 0, 10, all),
        ipfix(0, 10, 0, all),
        ipfix(0, 10, 10, all),
        ipfix(1, 10, 0, all),
    ];
    assert_eq!(run(steps), counts(20, 0, 0, 0, 0));
}

#[test]
fn what_can_never_be_read_may_have_come_or_not() {
    let steps = [
        ipfix(0, 0, 10, Undecoded::Nothing),
        ipfix(0, 10, 5, Undecoded::Never),
        ipfix(0, 30, 10, Undecoded::Nothing),
    ];
    let found = run(steps);
    assert_eq!((found.received, found.lost, found.unread), (25, 0, 15));
}

/// Messages of 10 records that wait, of which the third is lost and the sixth
/// is the last to come.
fn waiting() -> Sequence {
    let mut sequence = Sequence::new(CountingScheme::DataRecords);
    sequence.observe(&ipfix(0, 0, 10, Undecoded::Nothing), || false);
    for number in [10, 20, 50, 40] {
        sequence.observe(&ipfix(0, number, 0, Undecoded::Waiting), || false);
    }
    let again = ipfix(0, 20, 0, Undecoded::Waiting);
    assert_eq!(sequence.observe(&again, || true), SequenceEvent::Duplicate);
    assert_eq!(sequence.counts().received, 10);
    assert_eq!(sequence.counts().unread, 40);
    sequence
}

#[test]
fn what_waited_and_was_read_is_received_and_the_rest_is_lost() {
    let mut sequence = waiting();
    for (number, late) in [(10, false), (20, false), (50, false), (40, true)] {
        let stamp = ipfix(0, number, 10, Undecoded::Nothing).stamp;
        sequence.settle(&stamp, late, &ipfix_units(10, Undecoded::Nothing));
    }
    sequence.resolve(false);
    assert_eq!(sequence.counts(), counts(50, 10, 10, 1, 0));
    // The gap is still known, and so is what came.
    sequence.observe(&ipfix(0, 30, 10, Undecoded::Nothing), || false);
    sequence.observe(&ipfix(0, 40, 10, Undecoded::Nothing), || true);
    sequence.observe(&ipfix(0, 60, 10, Undecoded::Nothing), || false);
    assert_eq!(sequence.counts(), counts(70, 0, 20, 2, 0));
}

#[test]
fn what_waited_and_was_given_up_is_unread() {
    let mut sequence = waiting();
    let stamp = ipfix(0, 10, 10, Undecoded::Nothing).stamp;
    sequence.settle(&stamp, false, &ipfix_units(10, Undecoded::Nothing));
    sequence.resolve(true);
    let found = sequence.counts();
    assert_eq!((found.received, found.lost, found.unread), (20, 0, 30));
}

#[test]
fn a_v9_exporter_that_counts_flows_is_recognised() {
    let flows = [20, 1, 7, 30, 2, 20, 20, 9, 1, 5];
    let numbered = flows.iter().scan(0, |number, flows| {
        let step = v9(*number, *flows);
        *number += flows;
        Some(step)
    });
    let mut steps: Vec<_> = numbered.collect();
    assert_eq!(run(steps.iter().copied()), counts(115, 0, 0, 0, 0));
    // Also if messages are lost, duplicated or late meanwhile.
    steps.swap(1, 2);
    steps.insert(6, steps[4]);
    steps.remove(3);
    assert_eq!(run(steps), counts(85, 30, 1, 1, 0));
}

#[test]
fn a_v9_exporter_that_counts_messages_is_not_taken_for_one_that_counts_flows() {
    let mut steps: Vec<_> = (0..10).map(|n| v9(n, 1 + n % 3)).collect();
    steps.remove(7);
    assert_eq!(run(steps), counts(9, 1, 0, 0, 0));
}

#[test]
fn an_ipfix_exporter_that_counts_messages_is_recognised() {
    let order = [0, 1, 3, 2, 4, 6, 7, 8, 9];
    let found = run(order.map(|n| ipfix(u64::from(n), n, 20, Undecoded::Nothing)));
    assert_eq!(found, counts(9, 1, 1, 0, 0));
}

/// Messages of an exporter that counts the flows of each in its number: flows
/// read and what it holds besides.
fn flows_included(messages: &[(u32, u32, Undecoded)]) -> Vec<NumberedMessage> {
    let mut number = 0;
    let steps = messages.iter().enumerate().map(|(second, message)| {
        let (read, others, rest) = *message;
        number += read + others;
        ipfix(u64::try_from(second).unwrap(), number, read, rest)
    });
    steps.collect()
}

#[test]
fn an_ipfix_exporter_that_includes_the_flows_of_the_message_is_recognised() {
    let flows = [24, 32, 30, 20, 24, 1, 7, 9, 28, 3];
    let mut steps = flows_included(&flows.map(|flows| (flows, 0, Undecoded::Nothing)));
    assert_eq!(run(steps.iter().copied()), counts(178, 0, 0, 0, 0));
    // The ninth is lost, the third comes after the fourth and the sixth twice.
    steps.remove(8);
    steps.insert(6, steps[5]);
    steps.swap(2, 3);
    assert_eq!(run(steps), counts(150, 28, 30, 1, 0));
}

#[test]
fn what_waited_is_received_where_the_number_includes_it() {
    let all = Undecoded::Nothing;
    let messages = [
        (24, 0, all),
        (32, 0, all),
        (30, 0, all),
        (20, 0, all),
        (25, 0, all),
        (0, 11, Undecoded::Waiting),
        (5, 12, Undecoded::Waiting),
        (6, 0, all),
        (9, 0, all),
    ];
    let mut sequence = Sequence::new(CountingScheme::DataRecords);
    let mut steps = flows_included(&messages);
    // The eighth is lost.
    steps.remove(7);
    let stamps = [steps[5].stamp, steps[6].stamp];
    for step in steps {
        sequence.observe(&step, || false);
    }
    let found = sequence.counts();
    assert_eq!((found.received, found.lost, found.unread), (145, 6, 23));
    for (stamp, count) in stamps.iter().zip([11, 12]) {
        sequence.settle(stamp, false, &ipfix_units(count, all));
    }
    assert_eq!(sequence.counts(), counts(168, 6, 0, 0, 0));
    sequence.resolve(false);
    assert_eq!(sequence.counts(), counts(168, 6, 0, 0, 0));
}

#[test]
fn without_uptime_a_restart_may_set_the_clock_back() {
    let of = |(second, number): (u64, u32)| NumberedMessage {
        stamp: MessageStamp {
            number,
            uptime: None,
            time: at(START).saturating_add(i64::try_from(second).unwrap() * 1_000_000_000),
            received: at(START).saturating_add(i64::try_from(second).unwrap() * 1_000_000_000),
        },
        units: ipfix_units(3, Undecoded::Nothing),
    };
    let run_of =
        |second: u64, number: u32| (0..5).map(move |n| (second + n, number + 3 * n as u32));
    // A minute before all that came, as if never set, and into the time of the first run.
    for back in [3_600 - 60, 0, 3_600 + 100] {
        let first = (0..50).map(|n| (3_600 + 10 * n, 1_000 + 3 * n as u32));
        let steps = first.chain(run_of(back, 0)).map(of);
        assert_eq!(run(steps), counts(165, 0, 0, 0, 1), "{back}");
    }
    // Twice, and to a number that came already.
    let steps = run_of(3_600, 0)
        .chain(run_of(7_200, 0))
        .chain(run_of(100, 0));
    assert_eq!(run(steps.map(of)), counts(45, 0, 0, 0, 2));
    // What came before the first is late all the same.
    let steps = [(3_601, 1_003), (3_600, 1_000), (3_602, 1_006)];
    assert_eq!(run(steps.map(of)), counts(9, 0, 3, 0, 0));
}

#[test]
fn numbers_that_never_change_count_nothing() {
    let mut sequence = Sequence::new(CountingScheme::DataRecords);
    for second in 0..10 {
        sequence.observe(&ipfix(second, 0, 20, Undecoded::Nothing), || false);
    }
    assert_eq!(
        (sequence.scheme(), sequence.counts()),
        (None, counts(0, 0, 0, 0, 0))
    );
    let again = sequence.observe(&ipfix(10, 0, 20, Undecoded::Nothing), || false);
    assert_eq!(again, SequenceEvent::None);
    // Of a network that doubles, it is not so.
    let twice = (0..10).flat_map(|n| [v5(n * 30, 30); 4]);
    assert_eq!(run(twice), counts(300, 0, 0, 30, 0));
}

#[test]
fn templates_without_a_number_are_no_restart() {
    let all = Undecoded::Nothing;
    let steps = (0..10).flat_map(|n: u32| {
        let second = u64::from(n) * 10;
        let data = ipfix(second, 5_000 + n * 20, 20, all);
        [ipfix(second, 0, 0, all), data]
    });
    assert_eq!(run(steps), counts(200, 0, 0, 0, 0));
}

#[test]
fn an_ipfix_exporter_that_does_not_count_options_is_recognised() {
    let messages = [
        (20, 0),
        (15, 1),
        (0, 3),
        (7, 0),
        (9, 2),
        (11, 0),
        (4, 0),
        (0, 3),
        (8, 0),
    ];
    let mut number = 0;
    let steps = (0_u64..).zip(messages).map(|(second, (flows, options))| {
        let mut step = ipfix(second, number, flows + options, Undecoded::Nothing);
        number += flows;
        step.units.flows_included = Some(Units {
            included: true,
            ..Units::decoded(flows)
        });
        step.units.flows = Some(Units::decoded(flows));
        step
    });
    assert_eq!(run(steps), counts(74, 0, 0, 0, 0));
}
