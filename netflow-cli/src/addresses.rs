//! What databases, files and options say about addresses and ports, for the report.

use core::net::IpAddr;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use netflow_output::enrich::{Enrichment, Geo};
use netflow_output::format::dialect::Networks;
use netflow_report::Addresses;

/// Databases, names of services, and the networks that are internal, for a [`Report`](netflow_report::Report).
#[derive(Debug)]
pub struct KnownAddresses {
    /// Written only after parts were replaced; the threads of a collector share it.
    known: RwLock<Enrichment>,
    internal: Networks,
}

impl KnownAddresses {
    /// What is known; addresses in these networks are internal.
    #[must_use]
    pub const fn new(known: Enrichment, internal: Networks) -> Self {
        Self {
            known: RwLock::new(known),
            internal,
        }
    }

    /// What is known, or what replaced it.
    fn known(&self) -> RwLockReadGuard<'_, Enrichment> {
        let read = || self.known.read().unwrap_or_else(PoisonError::into_inner);
        let known = read();
        if known.is_latest() {
            return known;
        }
        drop(known);
        let known = self.known.write();
        known.unwrap_or_else(PoisonError::into_inner).refresh();
        read()
    }
}

impl Addresses for KnownAddresses {
    fn has_countries(&self) -> bool {
        self.known().geo.places.is_some()
    }

    fn has_systems(&self) -> bool {
        self.known().geo.systems.is_some()
    }

    fn country(&self, address: IpAddr) -> Option<String> {
        country(&self.known().geo, address).map(str::to_owned)
    }

    fn system(&self, address: IpAddr) -> Option<String> {
        system(&self.known().geo, address)
    }

    fn is_internal(&self, address: IpAddr) -> bool {
        self.internal.contains(address)
    }

    fn internal(&self) -> String {
        self.internal.to_string()
    }

    fn service(&self, protocol: u8, port: u16) -> Option<String> {
        let known = self.known();
        let name = known.services.as_ref()?.name(protocol, port)?;
        Some(name.to_owned())
    }
}

/// The two letters of the country that an address is in (ISO 3166-1).
pub(crate) fn country(geo: &Geo, address: IpAddr) -> Option<&str> {
    geo.place(address)?.country_code
}

/// The autonomous system of an address, by its number and who runs it.
pub(crate) fn system(geo: &Geo, address: IpAddr) -> Option<String> {
    let system = geo.system(address)?;
    Some(match system.organization {
        Some(organization) => format!("AS{} {organization}", system.number),
        None => format!("AS{}", system.number),
    })
}
