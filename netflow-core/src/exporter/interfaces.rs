//! Interfaces of exporters, as a caller names them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::net::IpAddr;

/// Interfaces that the caller names, by exporter and index. A clone shares them.
///
/// ```
/// use netflow_core::{ConfiguredInterface, ConfiguredInterfaces, Decoder, Limits, example};
///
/// let datagram = example::ipfix();
/// let mut uplink = ConfiguredInterface::new(datagram.exporter.ip(), 3);
/// uplink.name = Some("uplink".into());
/// let interfaces: ConfiguredInterfaces = [uplink].into_iter().collect();
/// let mut decoder = Decoder::new(Limits::default()).with_configured_interfaces(interfaces);
/// # let _ = decoder.decode(datagram)?;
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ConfiguredInterfaces {
    /// A tree has no worst case that the senders of datagrams could choose.
    exporters: BTreeMap<IpAddr, Arc<ExporterInterfaces>>,
}

/// The interfaces of one exporter, by index.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExporterInterfaces(BTreeMap<u32, ConfiguredInterface>);

/// What the caller knows of an interface.
///
/// ```
/// use netflow_core::ConfiguredInterface;
///
/// let mut interface = ConfiguredInterface::new("192.0.2.1".parse()?, 7);
/// interface.speed = Some(10_000_000_000);
/// assert_eq!((interface.index, interface.name), (7, None));
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfiguredInterface {
    /// The address that the exporter's datagrams come from.
    pub exporter: IpAddr,
    /// Its number in flows, which is the ifIndex of SNMP.
    pub index: u32,
    /// Its name, which takes precedence over those that the exporter announces.
    pub name: Option<Box<str>>,
    /// Bits per second.
    pub speed: Option<u64>,
    /// What it is for, as ifAlias of SNMP.
    pub description: Option<Box<str>>,
}

impl ConfiguredInterface {
    /// An interface of which nothing is known yet.
    #[must_use]
    pub const fn new(exporter: IpAddr, index: u32) -> Self {
        Self {
            exporter,
            index,
            name: None,
            speed: None,
            description: None,
        }
    }
}

impl ConfiguredInterfaces {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exporters.is_empty()
    }

    /// The interfaces of an exporter.
    #[inline]
    pub(crate) fn of(&self, exporter: IpAddr) -> Option<Arc<ExporterInterfaces>> {
        if self.exporters.is_empty() {
            return None;
        }
        self.exporters.get(&exporter.to_canonical()).cloned()
    }
}

impl ExporterInterfaces {
    /// The interface with this index.
    pub(crate) fn get(&self, index: u32) -> Option<&ConfiguredInterface> {
        self.0.get(&index)
    }
}

/// The last entry of an interface applies.
impl Extend<ConfiguredInterface> for ConfiguredInterfaces {
    fn extend<T: IntoIterator<Item = ConfiguredInterface>>(&mut self, interfaces: T) {
        for interface in interfaces {
            let exporter = interface.exporter.to_canonical();
            let known = self.exporters.entry(exporter).or_default();
            Arc::make_mut(known).0.insert(interface.index, interface);
        }
    }
}

impl FromIterator<ConfiguredInterface> for ConfiguredInterfaces {
    fn from_iter<T: IntoIterator<Item = ConfiguredInterface>>(interfaces: T) -> Self {
        let mut all = Self::default();
        all.extend(interfaces);
        all
    }
}
