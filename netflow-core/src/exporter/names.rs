//! Names that options announce for interfaces, VRFs, applications and samplers.

use alloc::boxed::Box;
use core::hash::{Hash, Hasher};

use hashbrown::Equivalent;

use super::NamedKind;
use crate::hash::KeyedHash;
use crate::table::Table;
use crate::value::{ApplicationId, Text};

/// Maximum octets of a name. Every flow may repeat it, so with longer names two datagrams
/// could turn into gigabytes of written flows.
const LONGEST_NAME: usize = 1 << 10;

/// A name is not kept.
pub(super) fn is_too_long(name: &[u8]) -> bool {
    name.len() > LONGEST_NAME && Text::new(name).octets().len() > LONGEST_NAME
}

/// A sampler or selector that has a name.
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, SamplerKey, example};
///
/// // Options template 257: the name (84) of a sampler (48); sampler 1 is "edge".
/// let payload = [
///     0, 10, 0, 43, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 3, 0, 18, 1, 1, 0, 2, 0, 1, 0, 48, 0, 1, 0, 84, 0, 4, // template
///     1, 1, 0, 9, 1, b'e', b'd', b'g', b'e', // options
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix().with_payload(&payload))?;
/// let fact = decoder.announced().next().unwrap().fact;
/// let Fact::SamplerName(SamplerKey::Sampler(1), name) = fact else { panic!("{fact:?}") };
/// assert_eq!(name.to_string(), "edge");
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SamplerKey {
    /// samplerId (element 48).
    Sampler(u64),
    /// selectorId (element 302).
    Selector(u64),
}

/// The names that one observation domain announced.
#[derive(Debug, Clone)]
pub(crate) struct AnnouncedNames {
    pub(crate) interfaces: NameTable<u32>,
    pub(crate) vrfs: NameTable<u32>,
    pub(crate) applications: NameTable<ApplicationKey>,
    /// Descriptions (94) of applications whose options have no name (96).
    pub(crate) descriptions: NameTable<ApplicationKey>,
    /// Names of samplers and selectors.
    pub(crate) samplers: NameTable<SamplerKey>,
}

impl AnnouncedNames {
    pub(super) fn new(hash: KeyedHash) -> Self {
        Self {
            interfaces: NameTable::new(hash),
            vrfs: NameTable::new(hash),
            applications: NameTable::new(hash),
            descriptions: NameTable::new(hash),
            samplers: NameTable::new(hash),
        }
    }

    /// A thing of this kind has another name here than there.
    pub(super) fn differ(&self, other: &Self, of: NamedKind) -> bool {
        match of {
            NamedKind::Interfaces => self.interfaces.differs(&other.interfaces),
            NamedKind::Vrfs => self.vrfs.differs(&other.vrfs),
            NamedKind::Applications => self.applications.differs(&other.applications),
        }
    }

    /// No names were announced.
    pub(crate) fn is_empty(&self) -> bool {
        self.interfaces.is_empty()
            && self.vrfs.is_empty()
            && self.applications.is_empty()
            && self.descriptions.is_empty()
            && self.samplers.is_empty()
    }

    pub(super) fn memory(&self) -> usize {
        self.interfaces
            .memory()
            .saturating_add(self.vrfs.memory())
            .saturating_add(self.applications.memory())
            .saturating_add(self.descriptions.memory())
            .saturating_add(self.samplers.memory())
    }

    /// Octets that must be free for the tables to take one more name each.
    pub(super) fn growth(&self) -> usize {
        self.interfaces
            .names
            .growth()
            .saturating_add(self.vrfs.names.growth())
            .saturating_add(self.applications.names.growth())
            .saturating_add(self.descriptions.names.growth())
            .saturating_add(self.samplers.names.growth())
    }
}

/// Names by number.
#[derive(Debug, Clone)]
pub(crate) struct NameTable<K> {
    names: Table<K, Box<[u8]>>,
    octets: usize,
}

impl<K: Eq + Hash> NameTable<K> {
    fn new(hash: KeyedHash) -> Self {
        Self {
            names: Table::new(hash),
            octets: 0,
        }
    }

    /// Nothing has a name.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn memory(&self) -> usize {
        self.octets.saturating_add(self.names.memory())
    }

    /// The name of a number.
    pub(crate) fn get<Q>(&self, number: &Q) -> Option<Text<'_>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.names.get(number).map(|name| Text::new(name))
    }

    /// A number has another name in this table than in the other.
    fn differs(&self, other: &Self) -> bool {
        let mut names = self.names.iter();
        names.any(|(number, name)| other.names.get(number).is_some_and(|other| other != name))
    }

    /// Whether this name is known already, as when options are sent again.
    pub(super) fn has<Q>(&self, number: &Q, name: &[u8]) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.names.get(number).is_some_and(|known| **known == *name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, Text<'_>)> {
        self.names
            .iter()
            .map(|(number, name)| (number, Text::new(name)))
    }

    /// All numbers and their names as they were sent, in no order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&K, &[u8])> {
        self.names
            .iter()
            .map(|(number, name)| (number, name.as_ref()))
    }

    /// Sets the name of a number, and returns whether it had none; the last name is
    /// kept.
    pub(super) fn insert(&mut self, number: K, name: &[u8]) -> bool {
        self.octets = self.octets.saturating_add(name.len());
        let old = self.names.insert(number, name.into());
        let freed = old.as_ref().map_or(0, |old| old.len());
        self.octets = self.octets.saturating_sub(freed);
        old.is_none()
    }
}

impl NameTable<ApplicationKey> {
    /// Sets the name of an application; the id announced first is kept with it.
    pub(super) fn insert_application(&mut self, id: &[u8], name: &[u8]) {
        if self.insert(ApplicationKey(id.into()), name) {
            self.octets = self.octets.saturating_add(id.len());
        }
    }

    /// Whether this name of the application is known already.
    pub(super) fn has_application(&self, id: &[u8], name: &[u8]) -> bool {
        ApplicationId::parse(id).is_some_and(|id| self.has(&id, name))
    }
}

/// An applicationId as it was sent, which is found by what it means
/// (RFC 6759, section 4).
#[derive(Debug, Clone)]
pub(crate) struct ApplicationKey(Box<[u8]>);

impl ApplicationKey {
    pub(super) fn octets(&self) -> &[u8] {
        &self.0
    }

    fn id(&self) -> Option<ApplicationId<'_>> {
        ApplicationId::parse(&self.0)
    }
}

impl PartialEq for ApplicationKey {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for ApplicationKey {}

/// Hashes as the id in it does, so that either finds the other.
impl Hash for ApplicationKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(id) = self.id() {
            id.hash(state);
        }
    }
}

impl Equivalent<ApplicationKey> for ApplicationId<'_> {
    fn equivalent(&self, key: &ApplicationKey) -> bool {
        key.id().is_some_and(|id| id == *self)
    }
}
