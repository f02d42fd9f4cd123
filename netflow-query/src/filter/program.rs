//! Conditions in the order in which they are tested, each with the next step if it is true and if it is false.
//!
//! An expression becomes a list of steps without any nesting: each condition leads to a later one or to
//! the result. So neither building nor running a program recurses.

use alloc::vec::Vec;

use netflow_core::Flow;

use super::condition::Condition;

/// Where a test leads: the index of a step, or one of these.
pub(super) type Target = u32;
/// The flow matches.
pub(super) const ACCEPT: Target = Target::MAX;
/// It does not.
pub(super) const REJECT: Target = ACCEPT.wrapping_sub(1);

/// One condition.
#[derive(Debug, Clone)]
pub(super) struct ProgramStep {
    pub(super) condition: Condition,
    /// What follows if it is true.
    pub(super) yes: Target,
    /// What follows if it is false.
    pub(super) no: Target,
}

/// An expression as steps; the first is where every flow begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<ProgramStep>,
}

impl Program {
    pub(super) fn matches(&self, flow: &Flow<'_>) -> bool {
        let mut at = 0;
        while let Some(step) = self.steps.get(index(at)) {
            at = if step.condition.holds(flow) {
                step.yes
            } else {
                step.no
            };
        }
        at == ACCEPT
    }
}

/// A target as an index into the steps; accept and reject lie past the end.
#[inline]
pub(super) fn index(target: Target) -> usize {
    usize::try_from(target).unwrap_or(usize::MAX)
}

/// Builds a program from its parts. Targets that are not known yet are linked to lists: each
/// holds the next of its list until it is set, so that joining two lists takes no longer for
/// long ones.
#[derive(Debug, Default)]
pub(super) struct ProgramBuilder {
    steps: Vec<ProgramStep>,
}

/// A part of an expression: where it begins, and the targets that are still open.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProgramPart {
    entry: Target,
    yes: Open,
    no: Open,
}

/// Open targets: the first and the last of a list.
#[derive(Debug, Clone, Copy)]
struct Open {
    first: OpenTarget,
    last: OpenTarget,
}

/// One of the two targets of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OpenTarget {
    step: Target,
    of_yes: bool,
}

impl OpenTarget {
    /// The place as stored in an open target, where `ACCEPT` marks the end of a list.
    const fn to_link(self) -> Target {
        self.step << 1 | if self.of_yes { 1 } else { 0 }
    }

    fn from_link(link: Target) -> Option<Self> {
        (link != ACCEPT).then_some(Self {
            step: link >> 1,
            of_yes: link & 1 == 1,
        })
    }
}

impl ProgramBuilder {
    /// A part with this condition only.
    pub(super) fn condition(&mut self, condition: Condition) -> ProgramPart {
        // An expression is far shorter than 2^31 octets.
        let entry = Target::try_from(self.steps.len()).unwrap_or(REJECT);
        self.steps.push(ProgramStep {
            condition,
            yes: ACCEPT,
            no: ACCEPT,
        });
        let open = |of_yes| {
            let place = OpenTarget {
                step: entry,
                of_yes,
            };
            Open {
                first: place,
                last: place,
            }
        };
        ProgramPart {
            entry,
            yes: open(true),
            no: open(false),
        }
    }

    /// Both parts; the second must have been built after the first.
    pub(super) fn and(&mut self, first: ProgramPart, second: ProgramPart) -> ProgramPart {
        self.close(first.yes, second.entry);
        ProgramPart {
            entry: first.entry,
            yes: second.yes,
            no: self.join(first.no, second.no),
        }
    }

    /// Either part; the second must have been built after the first.
    pub(super) fn or(&mut self, first: ProgramPart, second: ProgramPart) -> ProgramPart {
        self.close(first.no, second.entry);
        ProgramPart {
            entry: first.entry,
            yes: self.join(first.yes, second.yes),
            no: second.no,
        }
    }

    /// The negated part.
    pub(super) const fn not(part: ProgramPart) -> ProgramPart {
        ProgramPart {
            entry: part.entry,
            yes: part.no,
            no: part.yes,
        }
    }

    /// The program of a part that is the whole.
    pub(super) fn finish(mut self, whole: ProgramPart) -> Program {
        self.close(whole.yes, ACCEPT);
        self.close(whole.no, REJECT);
        Program { steps: self.steps }
    }

    fn target(&mut self, place: OpenTarget) -> Option<&mut Target> {
        let step = self.steps.get_mut(index(place.step))?;
        Some(if place.of_yes {
            &mut step.yes
        } else {
            &mut step.no
        })
    }

    fn join(&mut self, first: Open, second: Open) -> Open {
        if let Some(target) = self.target(first.last) {
            *target = second.first.to_link();
        }
        Open {
            first: first.first,
            last: second.last,
        }
    }

    fn close(&mut self, open: Open, with: Target) {
        let mut next = Some(open.first);
        while let Some(place) = next {
            let Some(target) = self.target(place) else {
                return;
            };
            next = OpenTarget::from_link(core::mem::replace(target, with));
        }
    }
}
