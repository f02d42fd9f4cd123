//! Sampling rates in a snapshot.

use alloc::vec::Vec;

use crate::datagram::DatagramId;
use crate::element::ElementId;
use crate::exporter::sampling::{Announced, Samplers};
use crate::exporter::selection::Selection;
use crate::exporter::{RateScope, ScopeKind, SelectionMethod, Selects, Unrated};
use crate::snapshot::{EntryInputs, SnapshotWriter, kind};
use crate::wire::reader::OctetReader;

/// A rate or other selection, as a snapshot holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedSelection {
    pub(super) selects: Selects,
    pub(super) scope: RateScope,
    pub(super) announced: Announced,
}

/// A selection sequence, as a snapshot holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SavedSequence<'a> {
    pub(super) id: u64,
    pub(super) datagram: DatagramId,
    /// Eight octets each.
    selectors: &'a [u8],
}

/// What a simple rate applies to, by its number: all that earlier versions knew.
const SIMPLE: [(u8, Option<ScopeKind>); 5] = [
    (0, None),
    (1, Some(ScopeKind::Sampler)),
    (2, Some(ScopeKind::Selector)),
    (3, Some(ScopeKind::Interface)),
    (4, Some(ScopeKind::Template)),
];

/// Reads an entry of the section of simple rates: `None` if it is cut, `Some(None)` if it
/// means nothing.
pub(super) fn simple(reader: &mut OctetReader<'_>) -> Option<Option<SavedSelection>> {
    let (of, number) = (reader.u8()?, reader.u64()?);
    let (rate, datagram) = (reader.u64()?, datagram(reader)?);
    let known = SIMPLE.iter().find(|(simple, _)| *simple == of);
    let scope = known.and_then(|(_, kind)| match kind {
        None => Some(RateScope::DOMAIN),
        Some(kind) => RateScope::new(&[(*kind, number.into())]),
    });
    let scope = scope.filter(|_| rate > 0 && fits(of, number));
    Some(scope.map(|scope| SavedSelection {
        selects: Selects::Packets,
        scope,
        announced: Announced {
            selection: Selection::Rate(rate),
            datagram,
        },
    }))
}

/// Whether a simple rate can have this number: earlier versions know no larger interfaces and
/// templates.
fn fits(of: u8, number: u64) -> bool {
    match of {
        3 => number <= u32::MAX.into(),
        4 => number <= u16::MAX.into(),
        _ => true,
    }
}

/// Reads an entry of the section of selections, likewise.
pub(super) fn selection(reader: &mut OctetReader<'_>) -> Option<Option<SavedSelection>> {
    let selects = match reader.u8()? {
        0 => Some(Selects::Packets),
        1 => Some(Selects::Flows),
        _ => None,
    };
    let selection = method(reader)?;
    let datagram = datagram(reader)?;
    let scope = scope(reader)?;
    let saved = selects.zip(selection).zip(scope);
    Some(saved.map(|((selects, selection), scope)| SavedSelection {
        selects,
        scope,
        announced: Announced {
            selection,
            datagram,
        },
    }))
}

/// Its input is in a section of its own.
fn datagram(reader: &mut OctetReader<'_>) -> Option<DatagramId> {
    Some(DatagramId {
        input: 0,
        frame: reader.u64()?,
    })
}

fn method(reader: &mut OctetReader<'_>) -> Option<Option<Selection>> {
    let (number, algorithm) = (reader.u8()?, reader.u16()?);
    let (selected, total) = (reader.u64()?, reader.u64()?);
    let method = match number {
        0 => return Some((selected > 0).then_some(Selection::Rate(selected))),
        1 => SelectionMethod::Time,
        2 => SelectionMethod::Hash,
        3 => SelectionMethod::PropertyMatch,
        4 => SelectionMethod::FlowState,
        5 => SelectionMethod::Incomplete(algorithm),
        _ => return Some(None),
    };
    Some(Some(Selection::WithoutRate(Unrated {
        method,
        selected,
        total,
    })))
}

fn put_method(selection: &Selection, out: &mut SnapshotWriter<'_>) {
    let (number, algorithm, selected, total) = match *selection {
        Selection::Rate(rate) => (0, 0, rate, 0),
        Selection::WithoutRate(Unrated {
            method,
            selected,
            total,
        }) => match method {
            SelectionMethod::Time => (1, 0, selected, total),
            SelectionMethod::Hash => (2, 0, selected, total),
            SelectionMethod::PropertyMatch => (3, 0, selected, total),
            SelectionMethod::FlowState => (4, 0, selected, total),
            SelectionMethod::Incomplete(algorithm) => (5, algorithm, selected, total),
        },
    };
    out.u8(number);
    out.u16(algorithm);
    out.u64(selected);
    out.u64(total);
}

fn scope(reader: &mut OctetReader<'_>) -> Option<Option<RateScope>> {
    let mut scope = Some(RateScope::DOMAIN);
    for _ in 0..reader.u8()? {
        let kind = kind_of(reader.u8()?, reader.u32()?, reader.u16()?);
        let value = u128::from(reader.u64()?) << 64 | u128::from(reader.u64()?);
        scope = scope.zip(kind).and_then(|(mut scope, kind)| {
            let is_new = scope.get(kind).is_none();
            (is_new && scope.insert(kind, value)).then_some(scope)
        });
    }
    Some(scope)
}

fn kind_of(number: u8, enterprise_number: u32, id: u16) -> Option<ScopeKind> {
    match number {
        0 => Some(ScopeKind::Element(ElementId::new(enterprise_number, id))),
        1 => Some(ScopeKind::Sampler),
        2 => Some(ScopeKind::Selector),
        3 => Some(ScopeKind::Interface),
        4 => Some(ScopeKind::Template),
        5 => Some(ScopeKind::SelectionSequence),
        6 => Some(ScopeKind::ScopeType(id)),
        _ => None,
    }
}

fn put_kind(kind: ScopeKind, out: &mut SnapshotWriter<'_>) {
    let (number, enterprise_number, id) = match kind {
        ScopeKind::Element(id) => (0, id.enterprise_number, id.id),
        ScopeKind::Sampler => (1, 0, 0),
        ScopeKind::Selector => (2, 0, 0),
        ScopeKind::Interface => (3, 0, 0),
        ScopeKind::Template => (4, 0, 0),
        ScopeKind::SelectionSequence => (5, 0, 0),
        ScopeKind::ScopeType(number) => (6, 0, number),
    };
    out.u8(number);
    out.u32(enterprise_number);
    out.u16(id);
}

/// Reads an entry of the section of selection sequences; `None` if it is cut.
pub(super) fn sequence<'a>(reader: &mut OctetReader<'a>) -> Option<SavedSequence<'a>> {
    let (id, datagram) = (reader.u64()?, datagram(reader)?);
    let octets = usize::from(reader.u8()?).checked_mul(size_of::<u64>())?;
    let selectors = reader.take(octets)?;
    Some(SavedSequence {
        id,
        datagram,
        selectors,
    })
}

impl SavedSequence<'_> {
    pub(super) fn selectors(&self) -> impl ExactSizeIterator<Item = u64> {
        let chunks = self.selectors.chunks(size_of::<u64>());
        chunks.map(|octets| octets.try_into().map_or(0, u64::from_be_bytes))
    }
}

/// Writes the sections of rates, selections and sequences. What an earlier version can read
/// is in the first.
pub(super) fn save(samplers: &Samplers, inputs: &mut EntryInputs, out: &mut SnapshotWriter<'_>) {
    let mut all: Vec<_> = samplers.iter().collect();
    all.sort_unstable_by_key(|(selects, scope, _)| (*selects, *scope));
    out.section(kind::RATES, |out| {
        let mut simple: Vec<_> = all.iter().filter_map(simply).collect();
        simple.sort_unstable();
        for (index, (of, number, rate, datagram)) in (0..).zip(simple) {
            out.u8(of);
            out.u64(number);
            out.u64(rate);
            out.u64(datagram.frame);
            inputs.add(kind::RATES, index, datagram.input);
        }
    });
    let others = || all.iter().filter(|one| simply(one).is_none());
    if others().next().is_some() {
        out.section(kind::SELECTIONS, |out| {
            for (index, (selects, scope, announced)) in (0..).zip(others()) {
                out.u8(u8::from(*selects == Selects::Flows));
                put_method(&announced.selection, out);
                out.u64(announced.datagram.frame);
                inputs.add(kind::SELECTIONS, index, announced.datagram.input);
                out.u8(u8::try_from(scope.parts().count()).unwrap_or(0));
                for (kind, value) in scope.parts() {
                    put_kind(kind, out);
                    let [high, low] = halves(value);
                    out.u64(high);
                    out.u64(low);
                }
            }
        });
    }
    let mut sequences: Vec<_> = samplers.sequences().collect();
    sequences.sort_unstable_by_key(|(id, _)| *id);
    if !sequences.is_empty() {
        out.section(kind::SEQUENCES, |out| {
            for (index, (id, sequence)) in (0..).zip(sequences) {
                out.u64(id);
                out.u64(sequence.datagram.frame);
                inputs.add(kind::SEQUENCES, index, sequence.datagram.input);
                out.u8(u8::try_from(sequence.selectors.len()).unwrap_or(0));
                for selector in &sequence.selectors {
                    out.u64(*selector);
                }
            }
        });
    }
}

/// What a simple rate applies to, its number, the rate and the datagram.
fn simply(
    (selects, scope, announced): &(Selects, RateScope, Announced),
) -> Option<(u8, u64, u64, DatagramId)> {
    let Selection::Rate(rate) = announced.selection else {
        return None;
    };
    let mut parts = scope.parts();
    let (kind, number) = match (parts.next(), parts.next()) {
        (None, _) => (None, 0),
        (Some((kind, number)), None) => (Some(kind), u64::try_from(number).ok()?),
        _ => return None,
    };
    let (of, _) = SIMPLE.iter().find(|(_, simple)| *simple == kind)?;
    let is_simple = *selects == Selects::Packets && fits(*of, number);
    is_simple.then_some((*of, number, rate, announced.datagram))
}

fn halves(value: u128) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, low @ ..] = value.to_be_bytes();
    [
        u64::from_be_bytes([a, b, c, d, e, f, g, h]),
        u64::from_be_bytes(low),
    ]
}
