//! What databases, name servers and files know of the addresses and ports of flows.

mod dns;
mod file;
mod geo;
mod replaceable;
mod services;

pub use self::dns::{DnsCounts, DnsError, DnsOptions, HostNames};
pub use self::geo::{AutonomousSystem, Geo, GeoDatabase, GeoError, Place};
pub use self::services::{Services, ServicesError};

/// What is added to flows that no exporter sends; each part may be missing. A clone shares it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Enrichment {
    /// Places and autonomous systems of addresses.
    pub geo: Geo,
    /// Names of addresses.
    pub host_names: Option<HostNames>,
    /// Names of services.
    pub services: Option<Services>,
}

impl Enrichment {
    /// Whether nothing has replaced a part of it.
    #[inline]
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.geo.is_latest() && self.services.as_ref().is_none_or(Services::is_latest)
    }

    /// Takes what replaced parts of it.
    #[inline]
    pub fn refresh(&mut self) {
        self.geo.refresh();
        if let Some(services) = &mut self.services {
            services.refresh();
        }
    }
}
