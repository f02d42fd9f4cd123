//! The steps of a filter for the records of one template.

use alloc::boxed::Box;
use alloc::vec::Vec;

use netflow_core::field::FlowField;
use netflow_core::template::FieldPlan;
use netflow_core::{Flow, FlowColumn, Set};

use super::columns::ColumnTests;
use crate::filter::condition::Condition;
use crate::filter::program::{ACCEPT, Program, REJECT, Target, index};

/// Steps without those that are decided.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) entry: Target,
    pub(super) steps: Vec<CompiledStep>,
    /// The columns of the steps, if these can be tested by columns.
    pub(super) columns: Option<Box<ColumnTests>>,
    /// While it is compiled: what a step of the program has become, from the last one.
    follows: Vec<Target>,
}

/// A step of a [`Program`], where it is known where in a record its field is.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompiledStep {
    pub(super) test: Test,
    /// Its number in the program.
    pub(super) number: Target,
    /// The field, if its values can be read column by column.
    pub(super) column: Option<FlowField>,
    pub(super) yes: Target,
    pub(super) no: Target,
}

/// How a condition is tested.
#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    /// A number in one range.
    Range { load: Load, low: u64, span: u64 },
    /// A number in one of many ranges, those of this step of the program.
    Ranges { load: Load, step: Target },
    /// A number with all of these bits.
    Bits { load: Load, bits: u64 },
    /// An IPv4 address of one network, at this offset.
    Ipv4 {
        offset: usize,
        first: u32,
        span: u32,
    },
    /// An IPv6 address of one network.
    Ipv6 {
        offset: usize,
        first: u128,
        span: u128,
    },
    /// An IPv4 address of one of many networks.
    Ipv4s { offset: usize, step: Target },
    /// An IPv6 address of one of many networks.
    Ipv6s { offset: usize, step: Target },
    /// A MAC address.
    Mac { offset: usize, address: [u8; 6] },
    /// The field is read by the accessor of the flow.
    Flow { step: Target },
}

/// A number of a record, taken from the eight octets that end with it; at the start of a record
/// from the first eight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    start: usize,
    shift: u32,
    mask: u64,
}

/// What the template decides of a step.
enum Decision {
    Known(bool),
    Open(Test),
}

impl Compiled {
    /// Nothing matches.
    pub(super) const NOTHING: Self = Self {
        entry: REJECT,
        steps: Vec::new(),
        columns: None,
        follows: Vec::new(),
    };

    /// Compiles a program for the flows of a set, whose first is `first`. Whether the result is
    /// the same for all sets of the template.
    pub(super) fn compile(&mut self, program: &Program, set: &Set<'_>, first: &Flow<'_>) -> bool {
        let Self { steps, follows, .. } = self;
        steps.clear();
        follows.clear();
        let mut is_of_template = true;
        // From the last step to the first: what follows an answer is known then. Steps that stay
        // are numbered from the end.
        let count = program.steps.len();
        let follow = |follows: &[Target], target: Target| match target {
            ACCEPT | REJECT => target,
            step => {
                let from_end = count.saturating_sub(index(step).saturating_add(1));
                follows.get(from_end).copied().unwrap_or(REJECT)
            }
        };
        for (number, step) in program.steps.iter().enumerate().rev() {
            let in_program = Target::try_from(number).unwrap_or(REJECT);
            let yes = follow(follows, step.yes);
            let no = follow(follows, step.no);
            let column = ConditionColumn::of(&step.condition, set);
            is_of_template &= column.is_of_template;
            follows.push(match column.decide(&step.condition, first, in_program) {
                Decision::Known(true) => yes,
                Decision::Known(false) => no,
                Decision::Open(_) if yes == no => yes,
                Decision::Open(test) => {
                    let number = Target::try_from(steps.len()).unwrap_or(REJECT);
                    steps.push(CompiledStep {
                        test,
                        number: in_program,
                        column: column.field_of(&step.condition),
                        yes,
                        no,
                    });
                    number
                }
            });
        }
        let last = Target::try_from(steps.len()).unwrap_or(0).wrapping_sub(1);
        let from_start = |target: Target| match target {
            ACCEPT | REJECT => target,
            from_end => last.wrapping_sub(from_end),
        };
        self.entry = from_start(follows.last().copied().unwrap_or(REJECT));
        steps.reverse();
        for step in &mut *steps {
            step.yes = from_start(step.yes);
            step.no = from_start(step.no);
        }
        // Samples, which have no template, are not read column by column.
        let before = self.columns.take();
        let columns = set.template();
        self.columns = columns.and_then(|_| ColumnTests::new(&self.steps, before));
        is_of_template
    }
}

/// What is known of the field of a condition in all flows of a set.
struct ConditionColumn {
    column: FlowColumn,
    /// It is the same in all sets of the template.
    is_of_template: bool,
}

impl ConditionColumn {
    fn of(condition: &Condition, set: &Set<'_>) -> Self {
        if let Condition::Rate(rate, _) = condition {
            let mut columns = rate
                .fields()
                .map(|field| (field, set.column(field)))
                .into_iter();
            let absent = columns.find(|(_, column)| matches!(column, FlowColumn::Absent));
            return absent.map_or(Self::EACH, |(field, column)| Self::new(field, column));
        }
        match condition.field() {
            Some(field) => Self::new(field, set.column(field)),
            None => Self::EACH,
        }
    }

    const EACH: Self = Self {
        column: FlowColumn::Each,
        is_of_template: true,
    };

    fn new(field: FlowField, column: FlowColumn) -> Self {
        let is_of_template = match column {
            FlowColumn::Absent => is_template_enough(field),
            // By the version of the address that all records have.
            FlowColumn::Same => field == FlowField::IpVersion,
            _ => true,
        };
        Self {
            column,
            is_of_template,
        }
    }

    /// The field, if its values are at the same place of each record.
    const fn field_of(&self, condition: &Condition) -> Option<FlowField> {
        match self.column {
            FlowColumn::Number(_)
            | FlowColumn::Bits { .. }
            | FlowColumn::Octets(_)
            | FlowColumn::Time(_) => condition.field(),
            _ => None,
        }
    }

    fn decide(&self, condition: &Condition, first: &Flow<'_>, step: Target) -> Decision {
        match (&self.column, condition) {
            (_, Condition::Always) => Decision::Known(true),
            (FlowColumn::Absent, _) => Decision::Known(false),
            (FlowColumn::Same, _) => Decision::Known(condition.holds(first)),
            (FlowColumn::Number(_) | FlowColumn::Octets(_), Condition::Present(_)) => {
                Decision::Known(true)
            }
            (FlowColumn::Number(place), _) => number(*place, condition, step),
            (FlowColumn::Octets(place), _) => octets(*place, condition, step),
            _ => Decision::Open(Test::Flow { step }),
        }
    }
}

/// Whether the template is enough to decide that its records lack a field: announcements of the
/// exporter and the header cannot supply it.
fn is_template_enough(field: FlowField) -> bool {
    !field.elements().is_empty()
        || matches!(
            field,
            FlowField::SourceAddress
                | FlowField::DestinationAddress
                | FlowField::NextHop
                | FlowField::BgpNextHop
                | FlowField::PostNatSourceAddress
                | FlowField::PostNatDestinationAddress
                | FlowField::Duration
                | FlowField::MplsLabels
                | FlowField::IcmpType
                | FlowField::IcmpCode
                | FlowField::Dscp
                | FlowField::Ecn
        )
}

fn number(place: FieldPlan, condition: &Condition, step: Target) -> Decision {
    let Some(load) = Load::new(place) else {
        return Decision::Open(Test::Flow { step });
    };
    Decision::Open(match condition {
        Condition::Numbers(_, ranges) => match ranges.as_slice() {
            [] => return Decision::Known(false),
            [(low, high)] => Test::Range {
                load,
                low: *low,
                span: high.saturating_sub(*low),
            },
            _ => Test::Ranges { load, step },
        },
        Condition::Bits(_, bits) => Test::Bits { load, bits: *bits },
        _ => Test::Flow { step },
    })
}

fn octets(place: FieldPlan, condition: &Condition, step: Target) -> Decision {
    let offset = place.offset;
    Decision::Open(match (condition, place.width) {
        (Condition::Addresses(_, networks), 4) => match networks.v4.as_slice() {
            [] => return Decision::Known(false),
            [(first, last)] => Test::Ipv4 {
                offset,
                first: *first,
                span: last.saturating_sub(*first),
            },
            _ => Test::Ipv4s { offset, step },
        },
        (Condition::Addresses(_, networks), 16) => match networks.v6.as_slice() {
            [] => return Decision::Known(false),
            [(first, last)] => Test::Ipv6 {
                offset,
                first: *first,
                span: last.saturating_sub(*first),
            },
            _ => Test::Ipv6s { offset, step },
        },
        (Condition::Mac(_, address), 6) => Test::Mac {
            offset,
            address: address.0,
        },
        _ => Test::Flow { step },
    })
}

impl Test {
    /// Whether the condition is true for a flow; `octets` are those of its record.
    #[inline(always)]
    pub(super) fn holds(&self, octets: &[u8], flow: &Flow<'_>, program: &Program) -> bool {
        match *self {
            Self::Range { load, low, span } => load
                .number(octets)
                .is_some_and(|number| number.wrapping_sub(low) <= span),
            Self::Bits { load, bits } => load
                .number(octets)
                .is_some_and(|number| number & bits == bits),
            Self::Ipv4 {
                offset,
                first,
                span,
            } => array(octets, offset)
                .is_some_and(|address| u32::from_be_bytes(address).wrapping_sub(first) <= span),
            Self::Ipv6 {
                offset,
                first,
                span,
            } => array(octets, offset)
                .is_some_and(|address| u128::from_be_bytes(address).wrapping_sub(first) <= span),
            Self::Mac { offset, address } => array(octets, offset) == Some(address),
            Self::Ranges { step, .. }
            | Self::Ipv4s { step, .. }
            | Self::Ipv6s { step, .. }
            | Self::Flow { step } => self.holds_by_step(octets, flow, program, step),
        }
    }

    /// Tests a condition with many values, or on a field that an accessor of the flow reads.
    #[inline(never)]
    fn holds_by_step(
        &self,
        octets: &[u8],
        flow: &Flow<'_>,
        program: &Program,
        step: Target,
    ) -> bool {
        let Some(step) = program.steps.get(index(step)) else {
            return false;
        };
        let condition = &step.condition;
        match (self, condition) {
            (Self::Ranges { load, .. }, Condition::Numbers(_, ranges)) => load
                .number(octets)
                .is_some_and(|number| ranges.contains(number)),
            (Self::Ipv4s { offset, .. }, Condition::Addresses(_, networks)) => {
                array(octets, *offset)
                    .is_some_and(|address| networks.v4.contains(u32::from_be_bytes(address)))
            }
            (Self::Ipv6s { offset, .. }, Condition::Addresses(_, networks)) => {
                array(octets, *offset)
                    .is_some_and(|address| networks.v6.contains(u128::from_be_bytes(address)))
            }
            _ => condition.holds(flow),
        }
    }
}

/// Octets of a record.
#[inline(always)]
fn array<const N: usize>(octets: &[u8], offset: usize) -> Option<[u8; N]> {
    octets.get(offset..)?.first_chunk().copied()
}

impl Load {
    /// How to load the number at a place; `None` if it is wider than eight octets.
    fn new(place: FieldPlan) -> Option<Self> {
        let bits = u32::try_from(place.width).ok()?.checked_mul(8)?;
        let unused = 64_u32.checked_sub(bits)?;
        let end = place.offset.checked_add(place.width)?;
        let (start, shift) = match end.checked_sub(8) {
            Some(start) => (start, 0),
            None => (
                0,
                64_u32.checked_sub(u32::try_from(end).ok()?.checked_mul(8)?)?,
            ),
        };
        Some(Self {
            start,
            shift,
            mask: u64::MAX.checked_shr(unused)?,
        })
    }

    #[inline(always)]
    fn number(self, octets: &[u8]) -> Option<u64> {
        match array(octets, self.start) {
            Some(octets) => Some(u64::from_be_bytes(octets).wrapping_shr(self.shift) & self.mask),
            None => self.number_of_short(octets),
        }
    }

    /// The number in a record that is shorter than eight octets.
    #[cold]
    fn number_of_short(self, octets: &[u8]) -> Option<u64> {
        let end = usize::try_from(64_u32.checked_sub(self.shift)? >> 3).ok()?;
        let octets = octets.get(..end)?;
        let number = octets
            .iter()
            .fold(0_u64, |number, octet| number << 8 | u64::from(*octet));
        Some(number & self.mask)
    }
}
