//! The numbers of one exporter between two restarts: what was received and what is missing.

use super::{Fit, NEAR, SequenceCounts, SequenceEvent, UNRELATED, Undecoded, Units};
use crate::snapshot::{SnapshotWriter, optional};
use crate::wire::reader::OctetReader;

/// What was received of one run of numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    /// The least number received.
    first: u32,
    /// Why less may have been missing before it.
    before: Undecoded,
    /// The number expected next; `None` before the first.
    next: Option<u32>,
    /// Why more may have been received than `next` counts.
    open: Undecoded,
    /// The number after the message received last; it may be late.
    last_end: Option<u32>,
    /// What is missing; the newest last, the empty first.
    gaps: [Gap; GAPS],
    /// Units of gaps that are no longer remembered by their numbers.
    forgotten: u32,
}

/// Numbers that were not received, as far as is known.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    from: u32,
    count: u32,
    /// Why some may have been received, but not decoded.
    undecoded: Undecoded,
}

/// Gaps remembered by their numbers.
const GAPS: usize = 16;
/// Numbers are ahead or behind by less than this.
const HALF: u32 = 1 << 31;

impl Ledger {
    /// Writes it.
    pub(super) fn save(&self, out: &mut SnapshotWriter<'_>) {
        out.u32(self.first);
        out.u8(self.before.number());
        out.optional(self.next);
        out.u8(self.open.number());
        out.optional(self.last_end);
        out.u32(self.forgotten);
        let gaps = self.gaps.iter().filter(|gap| gap.count > 0);
        out.u8(u8::try_from(gaps.clone().count()).unwrap_or(u8::MAX));
        for gap in gaps {
            out.u32(gap.from);
            out.u32(gap.count);
            out.u8(gap.undecoded.number());
        }
    }

    /// Reads it; `None` if it is cut.
    pub(super) fn load(reader: &mut OctetReader<'_>) -> Option<Self> {
        let mut ledger = Self {
            first: reader.u32()?,
            before: Undecoded::load(reader)?,
            next: optional(reader, OctetReader::u32)?,
            open: Undecoded::load(reader)?,
            last_end: optional(reader, OctetReader::u32)?,
            forgotten: reader.u32()?,
            ..Self::default()
        };
        for _ in 0..reader.u8()? {
            ledger.push(Gap {
                from: reader.u32()?,
                count: reader.u32()?,
                undecoded: Undecoded::load(reader)?,
            });
        }
        Some(ledger)
    }

    /// Whether any message was received.
    pub(super) const fn has_begun(&self) -> bool {
        self.next.is_some()
    }

    /// Numbers from before: late, or duplicated.
    pub(super) fn is_behind(&self, number: u32) -> bool {
        self.next
            .is_some_and(|next| number.wrapping_sub(next) >= HALF)
    }

    /// A number from before the first one received.
    pub(super) fn precedes(&self, number: u32) -> bool {
        self.next.is_some() && number.wrapping_sub(self.first) >= HALF
    }

    /// How far the number is from the one expected, in the shorter direction.
    pub(super) fn distance(&self, number: u32) -> u32 {
        let next = self.next.unwrap_or(number);
        number.wrapping_sub(next).min(next.wrapping_sub(number))
    }

    /// The number is the one expected next.
    pub(super) fn is_next(&self, number: u32) -> bool {
        self.next == Some(number)
    }

    /// More may have been received than the number expected next says.
    pub(super) fn is_open(&self) -> bool {
        self.open != Undecoded::Nothing
    }

    /// The number is missing.
    pub(super) fn has_gap_at(&self, number: u32) -> bool {
        self.gaps.iter().any(|gap| gap.holds(number))
    }

    /// How the number of a message fits; `None` for the first, and after what was not
    /// decoded.
    pub(super) fn fit(&self, number: u32, units: Units) -> Option<Fit> {
        let number = units.first(number);
        let next = self.next?;
        if number == next || self.last_end == Some(number) {
            return Some(Fit::Follows);
        }
        if self.is_behind(number) {
            let is_free = self.precedes(number) || self.has_gap_at(number);
            return Some(if is_free { Fit::Differs } else { Fit::Overlaps });
        }
        let [before, _] = units.undecoded_around();
        let is_known = self.open == Undecoded::Nothing && before == Undecoded::Nothing;
        is_known.then_some(Fit::Differs)
    }

    /// Accounts for a message that was not received before.
    pub(super) fn observe(
        &mut self,
        number: u32,
        units: Units,
        counts: &mut SequenceCounts,
    ) -> SequenceEvent {
        let number = units.first(number);
        let Some(next) = self.next else {
            self.first = number;
            [self.before, _] = units.undecoded_around();
            self.advance(number, units, counts);
            return SequenceEvent::None;
        };
        if !self.is_behind(number) {
            let [before, _] = units.undecoded_around();
            if before != Undecoded::Nothing {
                self.open = before;
            }
            let event = self.gap(next, number.wrapping_sub(next), counts);
            self.advance(number, units, counts);
            return event;
        }
        let end = number.wrapping_add(units.count);
        self.last_end = Some(end);
        if self.precedes(number) {
            self.precede(number, units, counts);
        } else if let Some(index) = self.gaps.iter().position(|gap| gap.holds(number)) {
            self.fill(index, number, units, counts);
            self.extend(end, units);
        } else {
            // A gap was forgotten, or the exporter does not count like this.
            let filled = units.count.min(self.forgotten);
            self.forgotten = self.forgotten.saturating_sub(filled);
            subtract(&mut counts.lost, filled);
            self.extend(end, units);
        }
        add(&mut counts.received, units.count);
        add(&mut counts.late, units.count);
        SequenceEvent::Late
    }

    /// The units of this message are the next ones, all of them decoded, and so are those
    /// before them.
    pub(super) fn expects(&self, number: u32, units: Units) -> bool {
        self.next == Some(units.first(number))
            && self.open == Undecoded::Nothing
            && units.undecoded == Undecoded::Nothing
    }

    /// The number expected next, if there is one and all before it is decoded.
    pub(super) fn settled_next(&self) -> Option<u32> {
        self.next.filter(|_| !self.is_open())
    }

    /// The number after the message received last.
    pub(super) const fn last_end(&self) -> Option<u32> {
        self.last_end
    }

    /// Continues after messages that came in order in the scheme of the exporter, all of them decoded:
    /// where the last of them ends, and the one that reaches furthest. What is missing in this
    /// scheme is not noted: it is missing from a count that nobody uses.
    pub(super) fn continue_after(&mut self, last_end: u32, furthest: u32) {
        self.last_end = Some(last_end);
        let is_behind = self.is_behind(furthest);
        self.next = self.next.filter(|_| is_behind).or(Some(furthest));
    }

    /// Continues after the units that begin at `number`.
    pub(super) fn advance(&mut self, number: u32, units: Units, counts: &mut SequenceCounts) {
        add(&mut counts.received, units.count);
        self.next = Some(number.wrapping_add(units.count));
        self.last_end = self.next;
        let [_, behind] = units.undecoded_around();
        self.open = behind;
    }

    /// This number of units from `next` on is missing, or was not decoded.
    fn gap(&mut self, next: u32, count: u32, counts: &mut SequenceCounts) -> SequenceEvent {
        if count == 0 {
            return SequenceEvent::InOrder;
        }
        let undecoded = self.open;
        add(missing(counts, undecoded), count);
        match self.gaps.last_mut() {
            // Messages that wait one after the other.
            Some(newest)
                if newest.undecoded == undecoded && newest.count > 0 && newest.end() == next =>
            {
                newest.count = newest.count.saturating_add(count);
            }
            _ => self.push(Gap {
                from: next,
                count,
                undecoded,
            }),
        }
        match undecoded {
            Undecoded::Nothing => SequenceEvent::Gap(count),
            Undecoded::Waiting | Undecoded::Never => SequenceEvent::None,
        }
    }

    /// What a message from before holds beyond the number expected next is new.
    #[inline]
    fn extend(&mut self, end: u32, units: Units) {
        let is_beyond = self
            .next
            .is_some_and(|next| end != next && end.wrapping_sub(next) < HALF);
        if is_beyond {
            self.next = Some(end);
            [_, self.open] = units.undecoded_around();
        }
    }

    /// The numbers of this run began here, a little before the first one received.
    pub(super) fn lead_from(&mut self, from: u32, counts: &mut SequenceCounts) {
        let count = self.first.wrapping_sub(from);
        if self.next.is_some() && 0 < count && count <= NEAR {
            self.precede(from, Units::decoded(0), counts);
        }
    }

    /// A message from before the first one received.
    fn precede(&mut self, number: u32, units: Units, counts: &mut SequenceCounts) {
        let from = number.wrapping_add(units.count);
        let count = self.first.wrapping_sub(from);
        if self.first.wrapping_sub(number) > UNRELATED {
            // An unusual number: nothing is missing from there on.
            return;
        }
        if count < HALF {
            let undecoded = match units.undecoded_around() {
                [_, Undecoded::Nothing] => self.before,
                [_, undecoded] => undecoded,
            };
            add(missing(counts, undecoded), count);
            self.push(Gap {
                from,
                count,
                undecoded,
            });
        }
        self.first = number;
        [self.before, _] = units.undecoded_around();
    }

    /// Waiting data of the message of this number was decoded.
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
        // Next to what was decoded of the message before, or where the number says.
        let apart_and_place = |gap: &Gap| {
            if units.included {
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
            .filter(|(_, gap)| gap.undecoded == Undecoded::Waiting && gap.count > 0)
            .map(|(index, gap)| (apart_and_place(gap), index))
            .filter(|((apart, _), _)| *apart < HALF)
            .min();
        let last = self.next.filter(|_| self.open == Undecoded::Waiting);
        match (gap, last) {
            (gap, Some(next))
                if gap.is_none_or(|((apart, _), _)| next.wrapping_sub(number) <= apart) =>
            {
                self.next = Some(next.wrapping_add(count));
            }
            (Some(((_, place), index)), _) => {
                self.fill(index, place, Units::decoded(count), counts);
            }
            (None, _) if self.before == Undecoded::Waiting => {
                self.first = self.first.wrapping_sub(count);
            }
            (None, _) => subtract(&mut counts.unread, count),
        }
    }

    /// Nothing waits any more: what was not received of it is lost, unless some
    /// data was given up.
    pub(super) fn resolve(&mut self, given_up: bool, counts: &mut SequenceCounts) {
        let undecoded = if given_up {
            Undecoded::Never
        } else {
            Undecoded::Nothing
        };
        for gap in &mut self.gaps {
            if gap.undecoded == Undecoded::Waiting {
                subtract(&mut counts.unread, gap.count);
                add(missing(counts, undecoded), gap.count);
                gap.undecoded = undecoded;
            }
        }
        for open in [&mut self.before, &mut self.open] {
            if *open == Undecoded::Waiting {
                *open = undecoded;
            }
        }
    }

    /// Takes numbers out of a gap, which leaves the part before them and the part
    /// after.
    fn fill(&mut self, index: usize, number: u32, units: Units, counts: &mut SequenceCounts) {
        let Some(gap) = self.gaps.get(index).copied() else {
            return;
        };
        let before = number.wrapping_sub(gap.from);
        let left = gap.count.saturating_sub(before);
        let filled = units.count.min(left);
        let behind = left.saturating_sub(filled);
        let [undecoded_before, undecoded] =
            units.undecoded_around().map(|undecoded| match undecoded {
                Undecoded::Nothing => gap.undecoded,
                undecoded => undecoded,
            });
        subtract(missing(counts, gap.undecoded), gap.count);
        add(missing(counts, undecoded_before), before);
        add(missing(counts, undecoded), behind);
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
                undecoded: undecoded_before,
            },
            Gap {
                from: number.wrapping_add(filled),
                count: behind,
                undecoded,
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
                // The empty ones are in front, so what is left here is the oldest.
                let oldest = core::mem::replace(place, gap);
                if oldest.undecoded == Undecoded::Nothing {
                    self.forgotten = self.forgotten.saturating_add(oldest.count);
                }
            }
        }
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

/// The counter of units that were not received.
const fn missing(counts: &mut SequenceCounts, undecoded: Undecoded) -> &mut u64 {
    match undecoded {
        Undecoded::Nothing => &mut counts.lost,
        Undecoded::Waiting | Undecoded::Never => &mut counts.unread,
    }
}

fn add(counter: &mut u64, count: u32) {
    *counter = counter.saturating_add(u64::from(count));
}

fn subtract(counter: &mut u64, count: u32) {
    *counter = counter.saturating_sub(u64::from(count));
}
