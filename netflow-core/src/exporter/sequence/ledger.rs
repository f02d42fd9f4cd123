//! The numbers of one exporter between two restarts: what came and what is missing.

use super::{SequenceCounts, SequenceEvent};
use crate::snapshot::{Writer, optional};
use crate::wire::reader::Reader;

/// Units of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Units {
    /// Those that were read.
    pub(crate) count: u32,
    /// What it holds besides.
    pub(crate) rest: Rest,
    /// The number of the message counts them in, and does not stand before them.
    pub(crate) counted_in: bool,
}

impl Units {
    /// Nothing besides them, and numbered by the first.
    pub(crate) const fn whole(count: u32) -> Self {
        Self {
            count,
            rest: Rest::Nothing,
            counted_in: false,
        }
    }

    /// Nothing came, and nothing waits.
    pub(super) const fn is_none(self) -> bool {
        self.count == 0 && matches!(self.rest, Rest::Nothing)
    }

    /// The number of the first of them that was read.
    pub(super) const fn first(self, number: u32) -> u32 {
        if self.counted_in {
            number.wrapping_sub(self.count)
        } else {
            number
        }
    }

    /// What lies before them and what behind them, of what was not read.
    const fn rests(self) -> [Rest; 2] {
        if self.counted_in {
            [self.rest, Rest::Nothing]
        } else {
            [Rest::Nothing, self.rest]
        }
    }
}

/// What a message holds besides the units that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Rest {
    /// Nothing.
    #[default]
    Nothing,
    /// Data that waits for its template.
    Waits,
    /// Data that will never be read.
    Unread,
}

/// What came of one run of numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    /// The least number that came.
    first: u32,
    /// Why less may have been missing before it.
    before: Rest,
    /// The number expected next; `None` before the first.
    next: Option<u32>,
    /// Why more may have come than `next` counts.
    open: Rest,
    /// What is missing; the newest last, the empty first.
    gaps: [Gap; GAPS],
}

/// Numbers that have not come, as far as is known.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    from: u32,
    count: u32,
    /// Why some may have come all the same, unread.
    rest: Rest,
}

/// What is missing for longer is not remembered by its numbers: if it comes, it
/// is taken for a duplicate.
const GAPS: usize = 16;
/// Numbers are ahead or behind by less than this.
const HALF: u32 = 1 << 31;

impl Ledger {
    /// Writes it. What waits is not saved: it will never be read.
    pub(super) fn save(&self, out: &mut Writer<'_>) {
        out.u32(self.first);
        out.u8(self.before.number());
        out.optional(self.next);
        out.u8(self.open.number());
        let gaps = self.gaps.iter().filter(|gap| gap.count > 0);
        out.u8(u8::try_from(gaps.clone().count()).unwrap_or(u8::MAX));
        for gap in gaps {
            out.u32(gap.from);
            out.u32(gap.count);
            out.u8(gap.rest.number());
        }
    }

    /// Reads it; `None` if it is cut.
    pub(super) fn load(reader: &mut Reader<'_>) -> Option<Self> {
        let mut ledger = Self {
            first: reader.u32()?,
            before: Rest::load(reader)?,
            next: optional(reader, Reader::u32)?,
            open: Rest::load(reader)?,
            ..Self::default()
        };
        for _ in 0..reader.u8()? {
            ledger.push(Gap {
                from: reader.u32()?,
                count: reader.u32()?,
                rest: Rest::load(reader)?,
            });
        }
        Some(ledger)
    }

    /// Whether any message came.
    pub(super) const fn has_begun(&self) -> bool {
        self.next.is_some()
    }

    /// Numbers from before: late, or sent twice.
    pub(super) fn is_behind(&self, number: u32) -> bool {
        self.next
            .is_some_and(|next| number.wrapping_sub(next) >= HALF)
    }

    /// A number from before the first that came.
    pub(super) fn precedes(&self, number: u32) -> bool {
        self.next.is_some() && number.wrapping_sub(self.first) >= HALF
    }

    /// How far the number is from the one expected, in the shorter direction.
    pub(super) fn distance(&self, number: u32) -> u32 {
        let next = self.next.unwrap_or(number);
        number.wrapping_sub(next).min(next.wrapping_sub(number))
    }

    /// Takes a message into account; `twice` if it is known to have come before.
    pub(super) fn step(
        &mut self,
        number: u32,
        units: Units,
        twice: bool,
        counts: &mut SequenceCounts,
    ) -> SequenceEvent {
        let number = units.first(number);
        let Some(next) = self.next else {
            self.first = number;
            [self.before, _] = units.rests();
            self.advance(number, units, counts);
            return SequenceEvent::None;
        };
        if twice {
            return duplicate(counts);
        }
        if !self.is_behind(number) {
            let [before, _] = units.rests();
            if before != Rest::Nothing {
                self.open = before;
            }
            let event = self.gap(next, number.wrapping_sub(next), counts);
            self.advance(number, units, counts);
            return event;
        }
        if number.wrapping_sub(self.first) >= HALF {
            self.precede(number, units, counts);
        } else if units.count == 0 && units.rest == Rest::Nothing {
            // The number is that of what follows: it tells nothing of this message.
            return SequenceEvent::None;
        } else if let Some(index) = self.gaps.iter().position(|gap| gap.holds(number)) {
            self.fill(index, number, units, counts);
        } else {
            return duplicate(counts);
        }
        add(&mut counts.received, units.count);
        add(&mut counts.late, units.count);
        SequenceEvent::Late
    }

    /// Units of this message come next, all of them read, and behind what was read.
    #[inline]
    pub(super) fn expects(&self, number: u32, units: Units) -> bool {
        self.next == Some(units.first(number))
            && self.open == Rest::Nothing
            && units.rest == Rest::Nothing
    }

    /// Counts on from a message that came in order in another way to count, as
    /// [`step`](Self::step) does, but notes nothing that is missing. Tells whether it was
    /// expected in this way too; `None` of the first, and behind what was not read.
    #[inline]
    pub(super) fn go_along(
        &mut self,
        number: u32,
        units: Units,
        counts: &mut SequenceCounts,
    ) -> Option<bool> {
        let number = units.first(number);
        let [before, _] = units.rests();
        let Some(next) = self.next else {
            self.first = number;
            self.before = before;
            self.advance(number, units, counts);
            return None;
        };
        if self.is_behind(number) {
            if self.precedes(number) {
                self.first = number;
                self.before = before;
            }
            return Some(false);
        }
        let open = if before == Rest::Nothing {
            self.open
        } else {
            before
        };
        self.advance(number, units, counts);
        match next == number {
            true => Some(true),
            false if open == Rest::Nothing => Some(false),
            false => None,
        }
    }

    /// Counts on from the units that begin at `number`.
    #[inline]
    pub(super) fn advance(&mut self, number: u32, units: Units, counts: &mut SequenceCounts) {
        add(&mut counts.received, units.count);
        self.next = Some(number.wrapping_add(units.count));
        let [_, behind] = units.rests();
        self.open = behind;
    }

    /// So many numbers from `next` on are missing, or were not read.
    fn gap(&mut self, next: u32, count: u32, counts: &mut SequenceCounts) -> SequenceEvent {
        if count == 0 {
            return SequenceEvent::InOrder;
        }
        let rest = self.open;
        add(missing(counts, rest), count);
        match self.gaps.last_mut() {
            // Messages that wait one behind the other.
            Some(newest) if newest.rest == rest && newest.count > 0 && newest.end() == next => {
                newest.count = newest.count.saturating_add(count);
            }
            _ => self.push(Gap {
                from: next,
                count,
                rest,
            }),
        }
        match rest {
            Rest::Nothing => SequenceEvent::Gap(count),
            Rest::Waits | Rest::Unread => SequenceEvent::None,
        }
    }

    /// A message from before the first that came.
    fn precede(&mut self, number: u32, units: Units, counts: &mut SequenceCounts) {
        let from = number.wrapping_add(units.count);
        let count = self.first.wrapping_sub(from);
        if count < HALF {
            let rest = match units.rests() {
                [_, Rest::Nothing] => self.before,
                [_, rest] => rest,
            };
            add(missing(counts, rest), count);
            self.push(Gap { from, count, rest });
        }
        self.first = number;
        [self.before, _] = units.rests();
    }

    /// Data that waited was read: so many units of the message of this number.
    pub(super) fn settle(
        &mut self,
        number: u32,
        units: Units,
        late: bool,
        counts: &mut SequenceCounts,
    ) {
        let count = units.count;
        add(&mut counts.received, count);
        if late {
            add(&mut counts.late, count);
        }
        // Next to what was read of the message before, or where the number says.
        let apart_and_place = |gap: &Gap| {
            if units.counted_in {
                let inside = gap.holds(number.wrapping_sub(1));
                let end = if inside { number } else { gap.end() };
                let count = count.min(end.wrapping_sub(gap.from));
                (number.wrapping_sub(end), end.wrapping_sub(count))
            } else {
                let place = if gap.holds(number) { number } else { gap.from };
                (place.wrapping_sub(number), place)
            }
        };
        let waiting = self.gaps.iter().enumerate();
        let gap = waiting
            .filter(|(_, gap)| gap.rest == Rest::Waits && gap.count > 0)
            .map(|(index, gap)| (apart_and_place(gap), index))
            .filter(|((apart, _), _)| *apart < HALF)
            .min();
        let last = self.next.filter(|_| self.open == Rest::Waits);
        match (gap, last) {
            (gap, Some(next))
                if gap.is_none_or(|((apart, _), _)| next.wrapping_sub(number) <= apart) =>
            {
                self.next = Some(next.wrapping_add(count));
            }
            (Some(((_, place), index)), _) => {
                self.fill(index, place, Units::whole(count), counts);
            }
            (None, _) if self.before == Rest::Waits => {
                self.first = self.first.wrapping_sub(count);
            }
            (None, _) => subtract(&mut counts.unread, count),
        }
    }

    /// Nothing waits any more: what has not come of it is lost, unless some
    /// that had come was given up.
    pub(super) fn resolve(&mut self, given_up: bool, counts: &mut SequenceCounts) {
        let rest = if given_up {
            Rest::Unread
        } else {
            Rest::Nothing
        };
        for gap in &mut self.gaps {
            if gap.rest == Rest::Waits {
                subtract(&mut counts.unread, gap.count);
                add(missing(counts, rest), gap.count);
                gap.rest = rest;
            }
        }
        for open in [&mut self.before, &mut self.open] {
            if *open == Rest::Waits {
                *open = rest;
            }
        }
    }

    /// Takes numbers out of a gap, which falls into the part before them and
    /// the part behind.
    fn fill(&mut self, index: usize, number: u32, units: Units, counts: &mut SequenceCounts) {
        let Some(gap) = self.gaps.get(index).copied() else {
            return;
        };
        let before = number.wrapping_sub(gap.from);
        let left = gap.count.saturating_sub(before);
        let filled = units.count.min(left);
        let behind = left.saturating_sub(filled);
        let [rest_before, rest] = units.rests().map(|rest| match rest {
            Rest::Nothing => gap.rest,
            rest => rest,
        });
        subtract(missing(counts, gap.rest), gap.count);
        add(missing(counts, rest_before), before);
        add(missing(counts, rest), behind);
        // The places up to this one move, so that the empty stay in front.
        if let Some(older) = self.gaps.get_mut(..=index) {
            older.rotate_right(1);
            if let Some(free) = older.first_mut() {
                *free = Gap::default();
            }
        }
        let parts = [
            Gap {
                from: gap.from,
                count: before,
                rest: rest_before,
            },
            Gap {
                from: number.wrapping_add(filled),
                count: behind,
                rest,
            },
        ];
        for part in parts.into_iter().filter(|part| part.count > 0) {
            self.insert(index, part);
        }
    }

    fn push(&mut self, gap: Gap) {
        if gap.count > 0 {
            self.insert(GAPS.saturating_sub(1), gap);
        }
    }

    /// Puts a gap in this place; the oldest is forgotten.
    fn insert(&mut self, index: usize, gap: Gap) {
        if let Some(older) = self.gaps.get_mut(..=index) {
            older.rotate_left(1);
            if let Some(place) = older.last_mut() {
                *place = gap;
            }
        }
    }
}

impl Rest {
    const fn number(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Unread => 1,
            Self::Waits => 2,
        }
    }

    fn load(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.u8()? {
            0 => Self::Nothing,
            2 => Self::Waits,
            _ => Self::Unread,
        })
    }
}

impl Gap {
    const fn holds(&self, number: u32) -> bool {
        number.wrapping_sub(self.from) < self.count
    }

    const fn end(&self) -> u32 {
        self.from.wrapping_add(self.count)
    }
}

fn duplicate(counts: &mut SequenceCounts) -> SequenceEvent {
    add(&mut counts.duplicated, 1);
    SequenceEvent::Duplicate
}

/// What counts units that have not come.
const fn missing(counts: &mut SequenceCounts, rest: Rest) -> &mut u64 {
    match rest {
        Rest::Nothing => &mut counts.lost,
        Rest::Waits | Rest::Unread => &mut counts.unread,
    }
}

fn add(counter: &mut u64, count: u32) {
    *counter = counter.saturating_add(u64::from(count));
}

fn subtract(counter: &mut u64, count: u32) {
    *counter = counter.saturating_sub(u64::from(count));
}
