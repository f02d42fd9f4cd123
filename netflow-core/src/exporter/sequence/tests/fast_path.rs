//! The fast path for the next message reports the same as the full accounting.

use alloc::vec;
use alloc::vec::Vec;

use super::{
    CountingScheme, MessageStamp, NumberedMessage, PerScheme, START, Sequence, SequenceEvent,
    Undecoded, Units, at,
};

/// An exporter that sends at random.
struct Exporter {
    state: u64,
    standard: CountingScheme,
    with_uptime: bool,
    /// The scheme in which it counts.
    scheme: CountingScheme,
    /// Flows and options of a message are no more.
    most: u64,
    number: u32,
    second: u64,
    started: u64,
}

impl Sequence {
    /// Accounts for a message without the fast path.
    fn observe_fully(&mut self, message: &NumberedMessage, is_repeated: bool) -> SequenceEvent {
        if is_repeated {
            self.duplicated += 1;
            return SequenceEvent::Duplicate;
        }
        self.observe_any(message)
    }
}

impl Exporter {
    fn new(seed: u64) -> Self {
        let mut exporter = Self {
            state: seed,
            standard: CountingScheme::DataRecords,
            with_uptime: false,
            scheme: CountingScheme::DataRecords,
            most: 0,
            number: 1_000,
            second: 0,
            started: 0,
        };
        if exporter.below(2) == 0 {
            exporter.standard = CountingScheme::Messages;
        }
        exporter.with_uptime = exporter.below(2) == 0;
        let all = CountingScheme::ALL.map(|scheme| {
            let is_of_v9 = scheme == CountingScheme::DataRecords
                && exporter.standard == CountingScheme::Messages;
            if is_of_v9 { exporter.standard } else { scheme }
        });
        exporter.scheme = match usize::try_from(exporter.below(6)).unwrap() {
            index @ 0..4 => all[index],
            _ => exporter.standard,
        };
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

    fn units(&self, flows: u32, options: u32, undecoded: Undecoded) -> PerScheme<Option<Units>> {
        let units = |count, included| {
            Some(Units {
                count,
                undecoded,
                included,
            })
        };
        let is_v9 = self.standard == CountingScheme::Messages;
        PerScheme {
            messages: Some(Units::decoded(1)),
            data_records: units(flows + options, false).filter(|_| !is_v9),
            flows: units(flows, false),
            flows_included: units(flows, true),
        }
    }

    /// A message, and what it holds if that waits.
    fn next(&mut self) -> (NumberedMessage, Option<PerScheme<Option<Units>>>) {
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
        let held = self.units(flows, options, Undecoded::Nothing);
        let counted = held.get(self.scheme).unwrap();
        let age = 100 + self.second - self.started;
        let stamp = MessageStamp {
            number: if counted.included {
                self.number + counted.count
            } else {
                self.number
            },
            uptime: self
                .with_uptime
                .then(|| u32::try_from(age * 1_000).unwrap()),
            time: at(START + self.second * 1_000),
            received: at(START + self.second * 1_000),
        };
        self.number += counted.count;
        if self.below(150) == 0 {
            // Its uptime is no larger than the time that passes.
            (self.number, self.started) = (0, self.second + 100);
            self.second += 60;
        }
        let (units, waiting) = match self.below(60) {
            0 => (self.units(0, 0, Undecoded::Never), None),
            1 if flows + options > 0 => (self.units(0, 0, Undecoded::Waiting), Some(held)),
            _ => (held, None),
        };
        let message = NumberedMessage { stamp, units };
        (message, waiting)
    }
}

/// With messages that are lost, late, duplicated or wait, with restarts anywhere, and in
/// every scheme. Only what is missing in a scheme that did not count is not noted.
#[test]
fn the_fast_path_reports_the_same_as_the_full_accounting() {
    let mut quick = 0;
    for seed in 1..600_u64 {
        let mut exporter = Exporter::new(seed);
        let standard = exporter.standard;
        let [mut fast, mut full] = [Sequence::new(standard), Sequence::new(standard)];
        let (mut held_back, mut waiting) = (Vec::new(), Vec::new());
        let mut seen = Vec::new();
        let mut is_standard = true;
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
                    .map(|held| (sent.stamp, held)),
            );
            for message in now {
                let is_repeated = seen.contains(&message);
                seen.push(message);
                let units = message.decoded_units();
                let is_next = |units| fast.clone().observe_next(&message.stamp, units);
                let is_quick = units.is_some_and(is_next);
                quick += u64::from(is_quick);
                let event = fast.observe(&message, || is_repeated);
                let events = [event, full.observe_fully(&message, is_repeated)];
                assert_eq!(fast.scheme(), full.scheme(), "{seed}");
                if is_quick {
                    // Messages that follow are reported in the unit of the protocol.
                    let unit = full.scheme().map(CountingScheme::unit);
                    assert_eq!(unit, Some(fast.standard().unit()), "{seed}");
                }
                is_standard &= full.scheme().is_none_or(|scheme| scheme == standard);
                if is_standard {
                    assert_eq!(events[0], events[1], "{seed}");
                }
            }
            if exporter.below(8) == 0 && !waiting.is_empty() {
                for (stamp, units) in waiting.drain(..) {
                    fast.settle(&stamp, false, &units);
                    full.settle(&stamp, false, &units);
                }
                fast.resolve(false);
                full.resolve(false);
            }
            // What was put aside may speak for another scheme.
            let mut placed = full.clone();
            placed.place_pending(None);
            let is_standard_then = placed.scheme().is_none_or(|scheme| scheme == standard);
            if is_standard && is_standard_then {
                assert_eq!(fast.counts(), full.counts(), "{seed}");
            }
        }
    }
    assert!(quick > 50_000, "{quick}");
}
