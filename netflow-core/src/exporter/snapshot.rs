//! What options taught, written to a snapshot and read from one.

use alloc::vec::Vec;
use core::hash::Hash;

use super::names::{ApplicationKey, NameTable, is_too_long};
use super::sampling::Announced;
use super::{Exporter, SamplerKey};
use crate::snapshot::{Writer, kind, text, time};
use crate::time::Timestamp;
use crate::value::ApplicationId;
use crate::wire::reader::Reader;

/// One thing that options taught, as a snapshot holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Learned<'a> {
    Rate(SamplerKey, Announced),
    Interface(u32, &'a [u8]),
    Vrf(u32, &'a [u8]),
    Application(&'a [u8], &'a [u8]),
    Description(&'a [u8], &'a [u8]),
    Sampler(SamplerKey, &'a [u8]),
    Start(Timestamp),
    /// A rate that is none, or a rate or name of what is not known here.
    Meaningless,
}

impl<'a> Learned<'a> {
    /// The kinds of the sections that hold such.
    pub(crate) const KINDS: [u16; 7] = [
        kind::RATES,
        kind::INTERFACES,
        kind::VRFS,
        kind::APPLICATIONS,
        kind::SAMPLER_NAMES,
        kind::DESCRIPTIONS,
        kind::START,
    ];

    /// Reads an entry of a section of this kind; `None` if it is cut.
    pub(crate) fn read(section: u16, reader: &mut Reader<'a>) -> Option<Self> {
        Some(match section {
            kind::RATES => rate(reader.u8()?, reader.u64()?, announced(reader)?),
            kind::INTERFACES => Self::Interface(reader.u32()?, text(reader)?),
            kind::VRFS => Self::Vrf(reader.u32()?, text(reader)?),
            kind::APPLICATIONS => application(text(reader)?, text(reader)?, Self::Application),
            kind::DESCRIPTIONS => application(text(reader)?, text(reader)?, Self::Description),
            kind::SAMPLER_NAMES => {
                let (of, number, name) = (reader.u8()?, reader.u64()?, text(reader)?);
                let named = matches!(of, SAMPLER | SELECTOR);
                let key = sampler_key(of, number).filter(|_| named);
                key.map_or(Self::Meaningless, |key| Self::Sampler(key, name))
            }
            _ => {
                let start = Self::Start(time(reader)?);
                // A start is alone in its section.
                reader.rest();
                start
            }
        })
    }

    /// It means nothing, or its name is too long.
    pub(crate) fn is_refused(&self) -> bool {
        match self {
            Self::Interface(_, name)
            | Self::Vrf(_, name)
            | Self::Sampler(_, name)
            | Self::Application(_, name)
            | Self::Description(_, name) => is_too_long(name),
            Self::Rate(..) | Self::Start(_) => false,
            Self::Meaningless => true,
        }
    }

    /// Octets it takes besides its place in a table.
    const fn len(&self) -> usize {
        match self {
            Self::Interface(_, name) | Self::Vrf(_, name) | Self::Sampler(_, name) => name.len(),
            Self::Application(id, name) | Self::Description(id, name) => {
                id.len().saturating_add(name.len())
            }
            Self::Rate(..) | Self::Start(_) | Self::Meaningless => 0,
        }
    }
}

/// What a rate belongs to, by its number in a snapshot.
const EXPORTER: u8 = 0;
const SAMPLER: u8 = 1;
const SELECTOR: u8 = 2;
const INTERFACE: u8 = 3;
const TEMPLATE: u8 = 4;

fn announced(reader: &mut Reader<'_>) -> Option<Announced> {
    Some(Announced {
        rate: reader.u64()?,
        frame: reader.u64()?,
    })
}

fn sampler_key(of: u8, number: u64) -> Option<SamplerKey> {
    match of {
        EXPORTER => Some(SamplerKey::Exporter),
        SAMPLER => Some(SamplerKey::Sampler(number)),
        SELECTOR => Some(SamplerKey::Selector(number)),
        INTERFACE => u32::try_from(number).ok().map(SamplerKey::Interface),
        TEMPLATE => u16::try_from(number).ok().map(SamplerKey::Template),
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

/// What [`sampler_key`] reads again.
fn numbered(key: SamplerKey) -> (u8, u64) {
    match key {
        SamplerKey::Exporter => (EXPORTER, 0),
        SamplerKey::Sampler(id) => (SAMPLER, id),
        SamplerKey::Selector(id) => (SELECTOR, id),
        SamplerKey::Interface(index) => (INTERFACE, u64::from(index)),
        SamplerKey::Template(id) => (TEMPLATE, u64::from(id)),
    }
}

fn rate<'a>(of: u8, number: u64, announced: Announced) -> Learned<'a> {
    match sampler_key(of, number) {
        Some(key) if announced.rate > 0 => Learned::Rate(key, announced),
        _ => Learned::Meaningless,
    }
}

impl Exporter {
    /// Writes all that it taught.
    pub(crate) fn save(&self, out: &mut Writer<'_>) {
        out.section(kind::RATES, |out| self.save_rates(out));
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
    }

    fn save_rates(&self, out: &mut Writer<'_>) {
        let entries = self.samplers.iter();
        let mut entries: Vec<_> = entries
            .map(|(key, announced)| (numbered(key), announced))
            .collect();
        entries.sort_unstable_by_key(|(numbered, _)| *numbered);
        for ((of, number), announced) in entries {
            out.u8(of);
            out.u64(number);
            out.u64(announced.rate);
            out.u64(announced.frame);
        }
    }

    /// Octets that must be free to take this; `None` if there is nothing to
    /// take. What is known already gives way only to what is `newer`.
    pub(crate) fn room_for(&self, learned: &Learned<'_>, newer: bool) -> Option<usize> {
        let names = &self.names;
        let (known, same) = match learned {
            Learned::Rate(key, announced) => {
                let known = self.samplers.get(*key);
                (known.is_some(), known == Some(*announced))
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
            Learned::Meaningless => return None,
        };
        let wanted = !known || newer && !same;
        wanted.then(|| self.growth().saturating_add(learned.len()))
    }

    /// Takes this from a snapshot.
    pub(crate) fn restore(&mut self, learned: &Learned<'_>) {
        let names = &mut self.names;
        match *learned {
            Learned::Rate(key, announced) => self.samplers.insert(key, announced),
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
            Learned::Meaningless => {}
        }
    }
}

/// Whether the number has a name, and whether it is this one.
fn known<K: Eq + Hash>(table: &NameTable<K>, number: &K, name: &[u8]) -> (bool, bool) {
    (table.get(number).is_some(), table.has(number, name))
}

/// The same of an application.
fn known_application(table: &NameTable<ApplicationKey>, id: &[u8], name: &[u8]) -> (bool, bool) {
    let named = ApplicationId::parse(id).is_some_and(|id| table.get(&id).is_some());
    (named, table.has_application(id, name))
}

fn save_applications(table: &NameTable<ApplicationKey>, out: &mut Writer<'_>) {
    let entries = table.entries();
    let mut entries: Vec<_> = entries.map(|(id, name)| (id.octets(), name)).collect();
    entries.sort_unstable();
    for (id, name) in entries {
        out.text(id);
        out.text(name);
    }
}

fn save_names(table: &NameTable<u32>, out: &mut Writer<'_>) {
    let mut entries: Vec<_> = table.entries().collect();
    entries.sort_unstable();
    for (number, name) in entries {
        out.u32(*number);
        out.text(name);
    }
}
