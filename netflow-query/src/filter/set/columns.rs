//! Steps that are tested column by column.

use alloc::boxed::Box;
use alloc::vec::Vec;

use netflow_core::{ColumnSink, FlowValue, Projection, Set, Timestamp};

use super::chosen::Chosen;
use super::compiled::{CompiledStep, Test};
use crate::filter::condition::Condition;
use crate::filter::program::{ACCEPT, Program, Target, index};

/// Steps of which a program has at most to be tested by columns: each takes memory for each template.
const STEPS: usize = 64;

/// The columns that the steps of one template read, and what is known of some flows.
#[derive(Debug)]
pub(super) struct ColumnTests {
    projection: Projection,
    /// The step of each column.
    steps: Vec<Target>,
    answers: Vec<Answers>,
}

/// What is known of some flows at one step: a bit for each flow, the last in the lowest, so that one for the next is added
/// there.
#[derive(Debug, Clone, Copy, Default)]
struct Answers {
    /// Those for which its condition is true.
    yes: u64,
    /// Those that come to this step.
    arrived: u64,
}

impl ColumnTests {
    /// Prepares for steps; `None` if there are too many. `before` is what served others: if the columns are
    /// the same, it is kept.
    pub(super) fn new(steps: &[CompiledStep], before: Option<Box<Self>>) -> Option<Box<Self>> {
        if steps.len() > STEPS {
            return None;
        }
        let fields = || steps.iter().filter_map(|step| step.column);
        let projection = before
            .map(|before| before.projection)
            .filter(|projection| fields().eq(projection.fields().iter().copied()))
            .unwrap_or_else(|| Projection::new(fields()));
        let numbered = (0..).zip(steps);
        Some(Box::new(Self {
            projection,
            steps: numbered
                .filter(|(_, step)| step.column.is_some())
                .map(|(number, _)| number)
                .collect(),
            answers: steps.iter().map(|_| Answers::default()).collect(),
        }))
    }

    /// Which flows of a set match, of up to [`Chosen::FLOWS`] from `start` on; `None` if they cannot be read column
    /// by column.
    pub(super) fn choose(
        &mut self,
        (entry, steps): (Target, &[CompiledStep]),
        program: &Program,
        set: &Set<'_>,
        start: usize,
    ) -> Option<Chosen> {
        self.answers.fill(Answers::default());
        let mut sink = Answering {
            steps,
            columns: &self.steps,
            answers: &mut self.answers,
            program,
        };
        let rows = start..start.saturating_add(Chosen::FLOWS);
        let count = self.projection.read_columns(set, rows, &mut sink)?;
        let all = Chosen::first(count).bits();
        let mut accepted = 0;
        if let Some(first) = self.answers.get_mut(index(entry)) {
            first.arrived = all;
        } else if entry == ACCEPT {
            accepted = all;
        }
        // Steps lead to later ones only.
        for (number, step) in steps.iter().enumerate() {
            let Some(Answers { yes, arrived, .. }) = self.answers.get(number).copied() else {
                break;
            };
            if arrived == 0 {
                continue;
            }
            let yes = match step.column {
                Some(_) => arrived & yes,
                None => {
                    let arrived = turned(arrived, count);
                    turned(by_flow(step, program, set, start, arrived), count)
                }
            };
            for (target, flows) in [(step.yes, yes), (step.no, arrived & !yes)] {
                match self.answers.get_mut(index(target)) {
                    Some(next) => next.arrived |= flows,
                    None if target == ACCEPT => accepted |= flows,
                    None => {}
                }
            }
        }
        Some(Chosen::new(turned(accepted, count)))
    }
}

/// The bits of `count` flows from the last to the first.
fn turned(bits: u64, count: usize) -> u64 {
    let unused = u32::try_from(Chosen::FLOWS.saturating_sub(count)).unwrap_or(0);
    bits.reverse_bits().checked_shr(unused).unwrap_or(0)
}

/// Tests a step on some flows by their accessors.
#[inline(never)]
fn by_flow(
    step: &CompiledStep,
    program: &Program,
    set: &Set<'_>,
    start: usize,
    arrived: u64,
) -> u64 {
    let mut flows = set.flows();
    let (mut yes, mut passed) = (0, 0);
    for row in Chosen::new(arrived).rows() {
        let row = start.saturating_add(row);
        let flow = flows.nth(row.saturating_sub(passed));
        passed = row.saturating_add(1);
        if flow.is_some_and(|flow| step.test.holds(&[], &flow, program)) {
            let bit = u32::try_from(row.saturating_sub(start)).unwrap_or(u64::BITS);
            yes |= 1_u64.checked_shl(bit).unwrap_or(0);
        }
    }
    yes
}

/// Tests the values of columns as they are read.
struct Answering<'s> {
    steps: &'s [CompiledStep],
    columns: &'s [Target],
    answers: &'s mut [Answers],
    program: &'s Program,
}

impl<'s> Answering<'s> {
    /// The step that reads a column.
    #[inline]
    fn step(&mut self, position: usize) -> Option<(&'s Test, &'s Condition, &mut Answers)> {
        let number = index(*self.columns.get(position)?);
        let step = self.steps.get(number)?;
        let condition = &self.program.steps.get(index(step.number))?.condition;
        Some((&step.test, condition, self.answers.get_mut(number)?))
    }

    /// Tests values in the most general way.
    fn test<T>(
        &mut self,
        position: usize,
        values: impl ExactSizeIterator<Item = T>,
        value: impl Fn(T) -> FlowValue<'static>,
    ) {
        if let Some((_, condition, answers)) = self.step(position) {
            answers.extend(values, |number| condition.holds_of(&value(number)));
        }
    }
}

impl Answers {
    /// Adds a bit for each value.
    #[inline]
    fn extend<T>(&mut self, values: impl ExactSizeIterator<Item = T>, holds: impl Fn(T) -> bool) {
        let count = values.len();
        // A comparison that fails sets the carry flag, and the addition takes it along.
        let failed = values.fold(0_u64, |bits, value| {
            let failed = u64::from(!holds(value));
            bits.wrapping_add(bits).wrapping_add(failed)
        });
        self.add(!failed & Chosen::first(count).bits(), count);
    }

    fn add(&mut self, bits: u64, count: usize) {
        let count = u32::try_from(count).unwrap_or(u64::BITS);
        self.yes = self.yes.checked_shl(count).unwrap_or(0) | bits;
    }
}

impl ColumnSink for Answering<'_> {
    #[inline]
    fn numbers(&mut self, position: usize, values: impl ExactSizeIterator<Item = u64>) {
        match self.step(position) {
            Some((&Test::Range { low, span, .. }, _, answers)) => {
                answers.extend(values, |number| number.wrapping_sub(low) <= span);
            }
            Some((&Test::Bits { bits, .. }, _, answers)) => {
                answers.extend(values, |number| number & bits == bits);
            }
            _ => self.test(position, values, FlowValue::Unsigned),
        }
    }

    #[inline]
    fn ipv4(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
        match self.step(position) {
            Some((&Test::Ipv4 { first, span, .. }, _, answers)) => {
                let holds = |octets| u32::from_be_bytes(octets).wrapping_sub(first) <= span;
                answers.extend(values, holds);
            }
            _ => self.test(position, values, |octets| FlowValue::Address(octets.into())),
        }
    }

    #[inline]
    fn ipv6(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 16]>) {
        match self.step(position) {
            Some((&Test::Ipv6 { first, span, .. }, _, answers)) => {
                let holds = |octets| u128::from_be_bytes(octets).wrapping_sub(first) <= span;
                answers.extend(values, holds);
            }
            _ => self.test(position, values, |octets| FlowValue::Address(octets.into())),
        }
    }

    fn macs(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 6]>) {
        self.test(position, values, |octets| {
            FlowValue::Mac(netflow_core::value::MacAddress(octets))
        });
    }

    fn times(&mut self, position: usize, values: impl ExactSizeIterator<Item = Timestamp>) {
        self.test(position, values, FlowValue::Time);
    }

    fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize) {
        if let Some((_, condition, answers)) = self.step(position) {
            let holds = value.is_some_and(|value| condition.holds_of(&value));
            let bits = if holds {
                Chosen::first(count).bits()
            } else {
                0
            };
            answers.add(bits, count);
        }
    }

    fn value(&mut self, position: usize, value: Option<FlowValue<'_>>) {
        self.same(position, value, 1);
    }
}
