use alloc::vec;
use alloc::vec::Vec;

use super::{Mark, Rest, Sequence, SequenceCounts, SequenceEvent, Step, Units, Ways};
use crate::time::Timestamp;

/// When the exporter of [`step`] started, in milliseconds since 1970.
const START: u64 = 1_700_000_000_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

/// A message of v5, one millisecond a flow after the first minute.
fn step(number: u32, count: u32) -> Step {
    running(START, u64::from(number) + 60_000, number, count)
}

/// A message of v5 that was sent so many milliseconds after the start.
fn running(start: u64, age: u64, number: u32, count: u32) -> Step {
    Step {
        mark: Mark {
            number,
            uptime: Some(u32::try_from(age % (1 << 32)).unwrap()),
            time: at(start + age),
        },
        ways: [Some(Units::whole(count)), None, None, None],
        twice: false,
    }
}

/// A message of v9 that numbers flows before it, or messages.
fn v9(number: u32, flows: u32) -> Step {
    Step {
        ways: [Some(Units::whole(1)), Some(Units::whole(flows)), None, None],
        ..step(number, 1)
    }
}

fn ipfix_ways(count: u32, rest: Rest) -> Ways<Units> {
    let counted_in = Units {
        count,
        rest,
        counted_in: true,
    };
    let first = Units {
        counted_in: false,
        ..counted_in
    };
    [
        Some(first),
        Some(Units::whole(1)),
        Some(counted_in),
        Some(first),
    ]
}

/// A message of IPFIX sent so many seconds after the first.
fn ipfix(second: u64, number: u32, count: u32, rest: Rest) -> Step {
    Step {
        mark: Mark {
            number,
            uptime: None,
            time: at(START + second * 1_000),
        },
        ways: ipfix_ways(count, rest),
        twice: false,
    }
}

fn run(steps: impl IntoIterator<Item = Step>) -> SequenceCounts {
    let mut sequence = Sequence::default();
    for step in steps {
        sequence.step(step);
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
    let found = run((0..10).map(|n| step(n * 30, 30)));
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
    let found = run(order.map(|n| step(n * 30, 30)));
    assert_eq!(found, counts(210, 30, 60, 0, 0));
}

#[test]
fn what_comes_twice_is_counted_once() {
    let found = run([0, 1, 1, 2, 0].map(|n| step(n * 30, 30)));
    assert_eq!(found, counts(90, 0, 0, 2, 0));
}

#[test]
fn what_came_late_and_comes_again_is_a_duplicate() {
    let found = run([0, 5, 2, 2, 4, 1, 4].map(|n| step(n * 30, 30)));
    assert_eq!(found, counts(150, 30, 90, 2, 0));
}

#[test]
fn what_was_sent_before_the_first_that_came_is_late() {
    let found = run([5, 2, 2, 3, 6].map(|n| step(n * 30, 30)));
    assert_eq!(found, counts(120, 30, 60, 1, 0));
}

#[test]
fn old_gaps_are_forgotten_and_the_newest_kept() {
    let order = (0..100).map(|n| n * 2).chain([197, 195]);
    let found = run(order.map(|n| step(n * 30, 30)));
    assert_eq!(found, counts(102 * 30, 97 * 30, 60, 0, 0));
}

#[test]
fn a_fallen_uptime_is_a_restart_and_no_loss() {
    let mut sequence = Sequence::default();
    sequence.step(step(1_000_000, 30));
    let after = running(START + 1_070_000, 500, 90, 30);
    assert_eq!(sequence.step(after), SequenceEvent::Restart);
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
fn a_restart_whose_first_minutes_are_lost_is_one() {
    let before = running(START, 60_000, 90_000, 30);
    let after = running(START + 70_000, 300_000, 4_000, 30);
    assert_eq!(run([before, after]), counts(60, 0, 0, 0, 1));
}

#[test]
fn a_wrapped_uptime_is_no_restart() {
    let wrap = 1 << 32;
    let mut sequence = Sequence::default();
    sequence.step(running(START, wrap - 5, 0, 30));
    let after = running(START, wrap + 20_000, 60, 30);
    assert_eq!(sequence.step(after), SequenceEvent::Gap(30));
    // What was sent before the wrap and comes after it.
    let late = running(START, wrap - 2, 30, 30);
    assert_eq!(sequence.step(late), SequenceEvent::Late);
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
fn what_was_sent_before_a_restart_and_comes_after_it_is_late() {
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
    let all = Rest::Nothing;
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
    let steps = [9_020, 9_000, 9_010].map(|number| ipfix(0, number, 10, Rest::Nothing));
    assert_eq!(run(steps), counts(30, 0, 20, 0, 0));
}

#[test]
fn a_message_without_units_is_neither_late_nor_a_duplicate() {
    let all = Rest::Nothing;
    let steps = [
        ipfix(0, 0, 10, all),
        ipfix(0, 10, 0, all),
        ipfix(0, 10, 10, all),
        ipfix(0, 10, 0, all),
    ];
    assert_eq!(run(steps), counts(20, 0, 0, 0, 0));
}

#[test]
fn what_can_never_be_read_may_have_come_or_not() {
    let steps = [
        ipfix(0, 0, 10, Rest::Nothing),
        ipfix(0, 10, 5, Rest::Unread),
        ipfix(0, 30, 10, Rest::Nothing),
    ];
    let found = run(steps);
    assert_eq!((found.received, found.lost, found.unread), (25, 0, 15));
}

/// Messages of 10 records that wait, of which the third is lost and the sixth
/// is the last to come.
fn waiting() -> Sequence {
    let mut sequence = Sequence::default();
    sequence.step(ipfix(0, 0, 10, Rest::Nothing));
    for number in [10, 20, 50, 40] {
        sequence.step(ipfix(0, number, 0, Rest::Waits));
    }
    let again = ipfix(0, 20, 0, Rest::Waits);
    let twice = Step {
        twice: true,
        ..again
    };
    assert_eq!(sequence.step(twice), SequenceEvent::Duplicate);
    assert_eq!(sequence.counts().received, 10);
    assert_eq!(sequence.counts().unread, 40);
    sequence
}

#[test]
fn what_waited_and_was_read_is_received_and_the_rest_is_lost() {
    let mut sequence = waiting();
    for (number, late) in [(10, false), (20, false), (50, false), (40, true)] {
        let mark = ipfix(0, number, 10, Rest::Nothing).mark;
        sequence.settle(&mark, late, ipfix_ways(10, Rest::Nothing));
    }
    sequence.resolve(false);
    assert_eq!(sequence.counts(), counts(50, 10, 10, 1, 0));
    // The gap is still known, and so is what came.
    sequence.step(ipfix(0, 30, 10, Rest::Nothing));
    sequence.step(ipfix(0, 40, 10, Rest::Nothing));
    sequence.step(ipfix(0, 60, 10, Rest::Nothing));
    assert_eq!(sequence.counts(), counts(70, 0, 20, 2, 0));
}

#[test]
fn what_waited_and_was_given_up_is_unread() {
    let mut sequence = waiting();
    let mark = ipfix(0, 10, 10, Rest::Nothing).mark;
    sequence.settle(&mark, false, ipfix_ways(10, Rest::Nothing));
    sequence.resolve(true);
    let found = sequence.counts();
    assert_eq!((found.received, found.lost, found.unread), (20, 0, 30));
}

#[test]
fn a_v9_exporter_that_counts_flows_is_found_out() {
    let flows = [20, 1, 7, 30, 2, 20, 20, 9, 1, 5];
    let numbered = flows.iter().scan(0, |number, flows| {
        let step = v9(*number, *flows);
        *number += flows;
        Some(step)
    });
    let mut steps: Vec<_> = numbered.collect();
    assert_eq!(run(steps.iter().copied()), counts(115, 0, 0, 0, 0));
    // Whatever is lost, comes twice or late meanwhile.
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
fn an_ipfix_exporter_that_counts_messages_is_found_out() {
    let order = [0, 1, 3, 2, 4, 6, 7, 8, 9];
    let found = run(order.map(|n| ipfix(u64::from(n), n, 20, Rest::Nothing)));
    assert_eq!(found, counts(9, 1, 1, 0, 0));
}

/// Messages of an exporter that counts the flows of each in its number: flows
/// read and what it holds besides.
fn counted_in(messages: &[(u32, u32, Rest)]) -> Vec<Step> {
    let mut number = 0;
    let steps = messages.iter().enumerate().map(|(second, message)| {
        let (read, others, rest) = *message;
        number += read + others;
        ipfix(u64::try_from(second).unwrap(), number, read, rest)
    });
    steps.collect()
}

#[test]
fn an_ipfix_exporter_that_counts_its_own_flows_in_is_found_out() {
    let flows = [24, 32, 30, 20, 24, 1, 7, 9, 28, 3];
    let mut steps = counted_in(&flows.map(|flows| (flows, 0, Rest::Nothing)));
    assert_eq!(run(steps.iter().copied()), counts(178, 0, 0, 0, 0));
    // The ninth is lost, the third comes behind the fourth and the sixth twice.
    steps.remove(8);
    steps.insert(6, steps[5]);
    steps.swap(2, 3);
    assert_eq!(run(steps), counts(150, 28, 30, 1, 0));
}

#[test]
fn what_waited_is_received_where_the_number_counts_it_in() {
    let all = Rest::Nothing;
    let messages = [
        (24, 0, all),
        (32, 0, all),
        (30, 0, all),
        (20, 0, all),
        (25, 0, all),
        (0, 11, Rest::Waits),
        (5, 12, Rest::Waits),
        (6, 0, all),
        (9, 0, all),
    ];
    let mut sequence = Sequence::default();
    let mut steps = counted_in(&messages);
    // The eighth is lost.
    steps.remove(7);
    let marks = [steps[5].mark, steps[6].mark];
    for step in steps {
        sequence.step(step);
    }
    let found = sequence.counts();
    assert_eq!((found.received, found.lost, found.unread), (145, 6, 23));
    for (mark, count) in marks.iter().zip([11, 12]) {
        sequence.settle(mark, false, ipfix_ways(count, all));
    }
    assert_eq!(sequence.counts(), counts(168, 6, 0, 0, 0));
    sequence.resolve(false);
    assert_eq!(sequence.counts(), counts(168, 6, 0, 0, 0));
}

#[test]
fn without_uptime_a_restart_may_set_the_clock_back() {
    let of = |(second, number): (u64, u32)| Step {
        mark: Mark {
            number,
            uptime: None,
            time: at(START).saturating_add(i64::try_from(second).unwrap() * 1_000_000_000),
        },
        ways: ipfix_ways(3, Rest::Nothing),
        twice: false,
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
    let mut sequence = Sequence::default();
    for second in 0..10 {
        sequence.step(ipfix(second, 0, 20, Rest::Nothing));
    }
    assert_eq!(
        (sequence.way(), sequence.counts()),
        (None, counts(0, 0, 0, 0, 0))
    );
    let again = sequence.step(ipfix(10, 0, 20, Rest::Nothing));
    assert_eq!(again, SequenceEvent::None);
    // Of a network that doubles, it is not so.
    let twice = (0..10).flat_map(|n| [step(n * 30, 30); 4]);
    assert_eq!(run(twice), counts(300, 0, 0, 30, 0));
}

#[test]
fn templates_without_a_number_are_no_restart() {
    let all = Rest::Nothing;
    let steps = (0..10).flat_map(|n: u32| {
        let second = u64::from(n) * 10;
        let data = ipfix(second, 5_000 + n * 20, 20, all);
        [ipfix(second, 0, 0, all), data]
    });
    assert_eq!(run(steps), counts(200, 0, 0, 0, 0));
}

#[test]
fn an_ipfix_exporter_that_does_not_count_options_is_found_out() {
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
        let mut step = ipfix(second, number, flows + options, Rest::Nothing);
        number += flows;
        step.ways[2] = Some(Units {
            counted_in: true,
            ..Units::whole(flows)
        });
        step.ways[3] = Some(Units::whole(flows));
        step
    });
    assert_eq!(run(steps), counts(74, 0, 0, 0, 0));
}

/// What an exporter sends, at random.
struct Exporter {
    state: u64,
    /// v9 or IPFIX.
    is_v9: bool,
    with_uptime: bool,
    /// In which way it counts.
    way: usize,
    /// Flows and options of a message are fewer.
    most: u64,
    number: u32,
    second: u64,
    begun: u64,
}

impl Exporter {
    fn new(seed: u64) -> Self {
        let mut exporter = Self {
            state: seed,
            is_v9: false,
            with_uptime: false,
            way: 0,
            most: 0,
            number: 1_000,
            second: 0,
            begun: 0,
        };
        exporter.is_v9 = exporter.below(2) == 0;
        exporter.with_uptime = exporter.below(2) == 0;
        exporter.way = [0, 0, 0, 1, 2, 3][usize::try_from(exporter.below(6)).unwrap()];
        exporter.most = [2, 3, 30][usize::try_from(exporter.below(3)).unwrap()];
        exporter
    }

    fn below(&mut self, below: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % below
    }

    fn ways(&self, flows: u32, options: u32, rest: Rest) -> Ways<Units> {
        let units = |count, counted_in| {
            Some(Units {
                count,
                rest,
                counted_in,
            })
        };
        let message = Some(Units::whole(1));
        let (first, behind) = (units(flows, false), units(flows, true));
        if self.is_v9 {
            [message, first, behind, None]
        } else {
            [units(flows + options, false), message, behind, first]
        }
    }

    /// A message, and what it holds if that waits.
    fn next(&mut self) -> (Step, Option<Ways<Units>>) {
        let number = |most| u32::try_from(most).unwrap();
        let mut flows = number(self.below(self.most + 1));
        let most = self.most;
        let options = match self.below(6) {
            0 => number(self.below(most + 1)),
            _ => 0,
        };
        if self.below(9) == 0 {
            flows = 0;
        }
        self.second += self.below(3);
        let held = self.ways(flows, options, Rest::Nothing);
        let grown = held[self.way].map_or(0, |units| units.count);
        let is_behind = held[self.way].is_some_and(|units| units.counted_in);
        let age = 100 + self.second - self.begun;
        let mark = Mark {
            number: if is_behind {
                self.number + grown
            } else {
                self.number
            },
            uptime: self
                .with_uptime
                .then(|| u32::try_from(age * 1_000).unwrap()),
            time: at(START + self.second * 1_000),
        };
        self.number += grown;
        if self.below(150) == 0 {
            (self.number, self.begun) = (0, self.second);
            self.second += 60;
        }
        let (ways, waits) = match self.below(60) {
            0 => (self.ways(0, 0, Rest::Unread), None),
            1 if flows + options > 0 => (self.ways(0, 0, Rest::Waits), Some(held)),
            _ => (held, None),
        };
        let step = Step {
            mark,
            ways,
            twice: false,
        };
        (step, waits)
    }
}

/// What comes next is passed quickly: that may tell nothing else than the long way,
/// whatever is lost, late, sent twice, sent anew or waits, and in whatever way the
/// exporter counts. Only what is missing in a way that did not count is not noted.
#[test]
fn the_short_way_tells_the_same_as_the_long_one() {
    let mut quick = 0;
    for seed in 1..600_u64 {
        let mut exporter = Exporter::new(seed);
        let [mut short, mut long] = [Sequence::default(), Sequence::default()];
        let (mut held_back, mut waiting) = (Vec::new(), Vec::new());
        let mut is_same_way = true;
        for _ in 0..400 {
            let (sent, waits) = exporter.next();
            let now = match exporter.below(100) {
                0..4 => continue,
                4..6 => vec![sent, sent],
                6..9 => {
                    held_back.push(sent);
                    Vec::new()
                }
                9..20 => core::iter::once(sent).chain(held_back.drain(..)).collect(),
                _ => vec![sent],
            };
            waiting.extend(
                waits
                    .filter(|_| !now.is_empty())
                    .map(|held| (sent.mark, held)),
            );
            for step in now {
                quick += u64::from(short.clone().follows(&step));
                let told = [short.step(step), long.step_aside(step)];
                assert_eq!(short.way(), long.way(), "{seed}");
                is_same_way &= long.way().is_none_or(|way| way == 0);
                if is_same_way {
                    assert_eq!(told[0], told[1], "{seed}");
                }
            }
            if exporter.below(8) == 0 && !waiting.is_empty() {
                for (mark, units) in waiting.drain(..) {
                    short.settle(&mark, false, units);
                    long.settle(&mark, false, units);
                }
                short.resolve(false);
                long.resolve(false);
            }
            if is_same_way {
                assert_eq!(short.counts(), long.counts(), "{seed}");
            }
        }
    }
    assert!(quick > 50_000, "{quick}");
}
