//! What options announced, written to a snapshot and read from one.

mod rates;

use alloc::vec::Vec;
use core::hash::Hash;

use self::rates::{SavedSelection, SavedSequence};
use super::names::{ApplicationKey, NameTable, is_too_long};
use super::sampling::{MAX_SELECTORS, Sequence};
use super::{Exporter, IcmpPorts, SamplerKey};
use crate::snapshot::{EntryInputs, SnapshotWriter, kind, text, time};
use crate::time::Timestamp;
use crate::value::ApplicationId;
use crate::wire::reader::OctetReader;

/// One announcement of options, as stored in a snapshot.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Learned<'a> {
    Selection(SavedSelection),
    Sequence(SavedSequence<'a>),
    Interface(u32, &'a [u8]),
    Vrf(u32, &'a [u8]),
    Application(&'a [u8], &'a [u8]),
    Description(&'a [u8], &'a [u8]),
    Sampler(SamplerKey, &'a [u8]),
    Start(Timestamp),
    IcmpPorts(IcmpPorts),
    /// A rate that is none, or a rate or name of what is not known here.
    Meaningless,
}

impl<'a> Learned<'a> {
    /// The kinds of the sections that hold such.
    pub(crate) const KINDS: [u16; 10] = [
        kind::RATES,
        kind::SELECTIONS,
        kind::SEQUENCES,
        kind::INTERFACES,
        kind::VRFS,
        kind::APPLICATIONS,
        kind::SAMPLER_NAMES,
        kind::DESCRIPTIONS,
        kind::START,
        kind::ICMP_PORTS,
    ];

    /// Reads an entry of a section of this kind; `None` if it is cut.
    pub(crate) fn read(section: u16, reader: &mut OctetReader<'a>) -> Option<Self> {
        Some(match section {
            kind::RATES => rates::simple(reader)?.map_or(Self::Meaningless, Self::Selection),
            kind::SELECTIONS => {
                rates::selection(reader)?.map_or(Self::Meaningless, Self::Selection)
            }
            kind::SEQUENCES => Self::Sequence(rates::sequence(reader)?),
            kind::INTERFACES => Self::Interface(reader.u32()?, text(reader)?),
            kind::VRFS => Self::Vrf(reader.u32()?, text(reader)?),
            kind::APPLICATIONS => application(text(reader)?, text(reader)?, Self::Application),
            kind::DESCRIPTIONS => application(text(reader)?, text(reader)?, Self::Description),
            kind::SAMPLER_NAMES => {
                let (of, number, name) = (reader.u8()?, reader.u64()?, text(reader)?);
                let key = sampler_key(of, number);
                key.map_or(Self::Meaningless, |key| Self::Sampler(key, name))
            }
            kind::ICMP_PORTS => {
                let [type_first, type_last] = [reader.u8()?, reader.u8()?];
                reader.rest();
                Self::IcmpPorts(IcmpPorts {
                    type_first,
                    type_last,
                })
            }
            _ => {
                let start = Self::Start(time(reader)?);
                // A start is the only entry of its section.
                reader.rest();
                start
            }
        })
    }

    /// Sets the number of the input it came from.
    pub(crate) const fn with_input(mut self, input: u32) -> Self {
        match &mut self {
            Self::Selection(saved) => saved.announced.datagram.input = input,
            Self::Sequence(saved) => saved.datagram.input = input,
            _ => {}
        }
        self
    }

    /// It is meaningless, or longer than its limit.
    pub(crate) fn is_refused(&self) -> bool {
        match self {
            Self::Interface(_, name)
            | Self::Vrf(_, name)
            | Self::Sampler(_, name)
            | Self::Application(_, name)
            | Self::Description(_, name) => is_too_long(name),
            Self::Sequence(sequence) => !(1..=MAX_SELECTORS).contains(&sequence.selectors().len()),
            Self::Selection(_) | Self::Start(_) | Self::IcmpPorts(_) => false,
            Self::Meaningless => true,
        }
    }

    /// Octets it takes besides its entry in a table.
    const fn len(&self) -> usize {
        match self {
            Self::Interface(_, name) | Self::Vrf(_, name) | Self::Sampler(_, name) => name.len(),
            Self::Application(id, name) | Self::Description(id, name) => {
                id.len().saturating_add(name.len())
            }
            Self::Selection(_)
            | Self::Sequence(_)
            | Self::Start(_)
            | Self::IcmpPorts(_)
            | Self::Meaningless => 0,
        }
    }
}

/// What has a name, by its number in a snapshot.
const SAMPLER: u8 = 1;
const SELECTOR: u8 = 2;

fn sampler_key(of: u8, number: u64) -> Option<SamplerKey> {
    match of {
        SAMPLER => Some(SamplerKey::Sampler(number)),
        SELECTOR => Some(SamplerKey::Selector(number)),
        _ => None,
    }
}

/// An application; one without an id is none.
fn application<'a>(
    id: &'a [u8],
    name: &'a [u8],
    learned: fn(&'a [u8], &'a [u8]) -> Learned<'a>,
) -> Learned<'a> {
    if id.is_empty() {
        Learned::Meaningless
    } else {
        learned(id, name)
    }
}

/// The inverse of [`sampler_key`].
const fn numbered(key: SamplerKey) -> (u8, u64) {
    match key {
        SamplerKey::Sampler(id) => (SAMPLER, id),
        SamplerKey::Selector(id) => (SELECTOR, id),
    }
}

impl Exporter {
    /// Writes all that it announced.
    pub(crate) fn save(&self, inputs: &mut EntryInputs, out: &mut SnapshotWriter<'_>) {
        rates::save(&self.samplers, inputs, out);
        let names = &self.names;
        out.section(kind::INTERFACES, |out| save_names(&names.interfaces, out));
        out.section(kind::VRFS, |out| save_names(&names.vrfs, out));
        out.section(kind::APPLICATIONS, |out| {
            save_applications(&names.applications, out);
        });
        out.section(kind::DESCRIPTIONS, |out| {
            save_applications(&names.descriptions, out);
        });
        out.section(kind::SAMPLER_NAMES, |out| {
            let entries = names.samplers.entries();
            let mut entries: Vec<_> = entries.map(|(key, name)| (numbered(*key), name)).collect();
            entries.sort_unstable();
            for ((of, number), name) in entries {
                out.u8(of);
                out.u64(number);
                out.text(name);
            }
        });
        if let Some(start) = self.system_init {
            out.section(kind::START, |out| out.time(start));
        }
        if self.icmp_ports != IcmpPorts::default() {
            out.section(kind::ICMP_PORTS, |out| {
                out.u8(self.icmp_ports.type_first);
                out.u8(self.icmp_ports.type_last);
            });
        }
    }

    /// Octets that must be free to take this; `None` if there is nothing to take.
    /// What is known already is replaced only if the other is `newer`.
    pub(crate) fn room_for(&self, learned: &Learned<'_>, newer: bool) -> Option<usize> {
        let names = &self.names;
        let (known, same) = match learned {
            Learned::Selection(saved) => {
                let known = self.samplers.get(saved.selects, &saved.scope);
                (known.is_some(), known == Some(saved.announced))
            }
            Learned::Sequence(saved) => {
                let known = self.samplers.sequence(saved.id);
                let is_same = known.is_some_and(|known| *known == sequence(saved));
                (known.is_some(), is_same)
            }
            Learned::Interface(number, name) => known(&names.interfaces, number, name),
            Learned::Vrf(number, name) => known(&names.vrfs, number, name),
            Learned::Application(id, name) => known_application(&names.applications, id, name),
            Learned::Description(id, text) => known_application(&names.descriptions, id, text),
            Learned::Sampler(key, name) => known(&names.samplers, key, name),
            Learned::Start(time) => {
                let known = self.system_init;
                (known.is_some(), known == Some(*time))
            }
            Learned::IcmpPorts(ports) => {
                let known = self.icmp_ports;
                (known != IcmpPorts::default(), known == *ports)
            }
            Learned::Meaningless => return None,
        };
        let wanted = !known || newer && !same;
        let rates = match learned {
            Learned::Selection(saved) => self.samplers.growth(&saved.scope),
            Learned::Sequence(_) => self.samplers.sequence_growth(),
            _ => 0,
        };
        let growth = self.names.growth().saturating_add(rates);
        wanted.then(|| growth.saturating_add(learned.len()))
    }

    /// Restores this from a snapshot; `false` if a limit is met.
    pub(crate) fn restore(&mut self, learned: &Learned<'_>) -> bool {
        let names = &mut self.names;
        match *learned {
            Learned::Selection(saved) => {
                let SavedSelection {
                    selects,
                    scope,
                    announced,
                } = saved;
                return self.samplers.insert(selects, &scope, announced);
            }
            Learned::Sequence(saved) => {
                self.samplers.insert_sequence(saved.id, sequence(&saved));
            }
            Learned::Interface(number, name) => {
                names.interfaces.insert(number, name);
            }
            Learned::Vrf(number, name) => {
                names.vrfs.insert(number, name);
            }
            Learned::Application(id, name) => {
                names.applications.insert_application(id, name);
            }
            Learned::Description(id, text) => names.descriptions.insert_application(id, text),
            Learned::Sampler(key, name) => {
                names.samplers.insert(key, name);
            }
            Learned::Start(time) => self.system_init = Some(time),
            Learned::IcmpPorts(ports) => self.icmp_ports = ports,
            Learned::Meaningless => {}
        }
        true
    }
}

fn sequence(saved: &SavedSequence<'_>) -> Sequence {
    Sequence {
        selectors: saved.selectors().collect(),
        datagram: saved.datagram,
    }
}

/// Whether the number has a name, and whether it is this one.
fn known<K: Eq + Hash>(table: &NameTable<K>, number: &K, name: &[u8]) -> (bool, bool) {
    (table.get(number).is_some(), table.has(number, name))
}

/// Whether an application has a name, and whether it is this one.
fn known_application(table: &NameTable<ApplicationKey>, id: &[u8], name: &[u8]) -> (bool, bool) {
    let named = ApplicationId::parse(id).is_some_and(|id| table.get(&id).is_some());
    (named, table.has_application(id, name))
}

fn save_applications(table: &NameTable<ApplicationKey>, out: &mut SnapshotWriter<'_>) {
    let entries = table.entries();
    let mut entries: Vec<_> = entries.map(|(id, name)| (id.octets(), name)).collect();
    entries.sort_unstable();
    for (id, name) in entries {
        out.text(id);
        out.text(name);
    }
}

fn save_names(table: &NameTable<u32>, out: &mut SnapshotWriter<'_>) {
    let mut entries: Vec<_> = table.entries().collect();
    entries.sort_unstable();
    for (number, name) in entries {
        out.u32(*number);
        out.text(name);
    }
}
