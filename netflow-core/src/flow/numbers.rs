//! Fields that are lists of numbers: label stacks, AS paths, communities.

use super::{Flow, Source, ingredient};
use crate::field::Ingredient;
use crate::packet::MplsLabels;
use crate::record::DataRecord;
use crate::wire::sflow::{AsPathSegments, Words};

/// The sections of a label stack, each an element of its own.
const SECTIONS: [Ingredient; 10] = [
    Ingredient::MplsLabel1,
    Ingredient::MplsLabel2,
    Ingredient::MplsLabel3,
    Ingredient::MplsLabel4,
    Ingredient::MplsLabel5,
    Ingredient::MplsLabel6,
    Ingredient::MplsLabel7,
    Ingredient::MplsLabel8,
    Ingredient::MplsLabel9,
    Ingredient::MplsLabel10,
];

impl<'m> Flow<'m> {
    /// MPLS labels (20 bits each), from the top.
    #[must_use]
    pub fn mpls_labels(&self) -> Option<Numbers<'m>> {
        let numbers = match &self.source {
            Source::Record(record) => Walk::Sections(*record, 0),
            Source::Sample(flow) => match flow.mpls() {
                Some(stack) => Walk::Stack(stack.in_stack),
                None => Walk::Packet(flow.packet().mpls_labels()),
            },
        };
        Numbers::new(NumbersIter(numbers))
    }

    /// AS path to the destination, whatever its segments.
    #[must_use]
    pub fn as_path(&self) -> Option<Numbers<'m>> {
        let gateway = self.sample_flow()?.gateway()?;
        Numbers::new(NumbersIter(Walk::Path(
            gateway.dst_as_path,
            Words::default(),
        )))
    }

    /// BGP communities, each `AS * 65536 + value`.
    #[must_use]
    pub fn communities(&self) -> Option<Numbers<'m>> {
        let gateway = self.sample_flow()?.gateway()?;
        Numbers::new(NumbersIter(Walk::Words(gateway.communities)))
    }
}

/// A list of 32-bit numbers that is not empty.
#[derive(Debug, Clone)]
pub struct Numbers<'m>(NumbersIter<'m>);

impl<'m> Numbers<'m> {
    fn new(numbers: NumbersIter<'m>) -> Option<Self> {
        numbers.clone().next()?;
        Some(Self(numbers))
    }

    /// The numbers, in order.
    #[must_use]
    pub fn iter(&self) -> NumbersIter<'m> {
        self.0.clone()
    }
}

impl<'m> IntoIterator for Numbers<'m> {
    type Item = u32;
    type IntoIter = NumbersIter<'m>;

    fn into_iter(self) -> NumbersIter<'m> {
        self.0
    }
}

impl<'m> IntoIterator for &Numbers<'m> {
    type Item = u32;
    type IntoIter = NumbersIter<'m>;

    fn into_iter(self) -> NumbersIter<'m> {
        self.iter()
    }
}

/// The numbers of a list.
#[derive(Debug, Clone)]
pub struct NumbersIter<'m>(Walk<'m>);

/// Where the numbers stand.
#[derive(Debug, Clone)]
enum Walk<'m> {
    /// Sections of a label stack in a record, and how many were passed.
    Sections(DataRecord<'m, 'm>, usize),
    /// Labels in a sampled packet.
    Packet(MplsLabels<'m>),
    /// Entries of a label stack, four octets each.
    Stack(Words<'m>),
    /// Segments of an AS path, and what is left of the present one.
    Path(AsPathSegments<'m>, Words<'m>),
    /// Plain numbers.
    Words(Words<'m>),
}

impl Iterator for NumbersIter<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match &mut self.0 {
            Walk::Sections(record, passed) => {
                let section = *SECTIONS.get(*passed)?;
                *passed = passed.saturating_add(1);
                let slot = record.template().plan().ingredient(section);
                // Sections behind the bottom of the stack are sent as zero.
                let entry = ingredient(record, slot).filter(|entry| *entry != 0)?;
                let bottom = entry & 1 != 0;
                if bottom {
                    *passed = SECTIONS.len();
                }
                u32::try_from(entry >> 4).ok()
            }
            Walk::Packet(labels) => labels.next().map(|label| label.label),
            Walk::Stack(entries) => entries.next().map(|entry| entry >> 12),
            Walk::Path(segments, words) => loop {
                if let Some(number) = words.next() {
                    return Some(number);
                }
                *words = segments.next()?.autonomous_systems;
            },
            Walk::Words(words) => words.next(),
        }
    }
}
