//! What databases and options say about addresses, for the report.

use core::net::IpAddr;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use netflow_output::enrich::Geo;
use netflow_output::format::dialect::Networks;
use netflow_report::Addresses;

/// Databases, and the networks that are internal, for a [`Report`](netflow_report::Report).
#[derive(Debug)]
pub struct KnownAddresses {
    /// Written only after databases were replaced; the threads of a collector share it.
    geo: RwLock<Geo>,
    internal: Networks,
}

impl KnownAddresses {
    /// What these databases know; addresses in these networks are internal.
    #[must_use]
    pub const fn new(geo: Geo, internal: Networks) -> Self {
        Self {
            geo: RwLock::new(geo),
            internal,
        }
    }

    /// The databases, or those that replaced them.
    fn databases(&self) -> RwLockReadGuard<'_, Geo> {
        let read = || self.geo.read().unwrap_or_else(PoisonError::into_inner);
        let geo = read();
        if geo.is_latest() {
            return geo;
        }
        drop(geo);
        let geo = self.geo.write();
        geo.unwrap_or_else(PoisonError::into_inner).refresh();
        read()
    }
}

impl Addresses for KnownAddresses {
    fn has_countries(&self) -> bool {
        self.databases().places.is_some()
    }

    fn has_systems(&self) -> bool {
        self.databases().systems.is_some()
    }

    fn country(&self, address: IpAddr) -> Option<String> {
        country(&self.databases(), address).map(str::to_owned)
    }

    fn system(&self, address: IpAddr) -> Option<String> {
        system(&self.databases(), address)
    }

    fn is_internal(&self, address: IpAddr) -> bool {
        self.internal.contains(address)
    }

    fn internal(&self) -> String {
        self.internal.to_string()
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
