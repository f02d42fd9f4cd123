//! What databases and name servers know of the addresses of flows.

mod dns;
mod geo;

pub use self::dns::{DnsCounts, DnsError, DnsOptions, HostNames};
pub use self::geo::{AutonomousSystem, Geo, GeoDatabase, GeoError, Place};

/// All that is added to flows which they do not say themselves; each part may be missing. A clone shares it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Enrichment {
    /// Places and autonomous systems of addresses.
    pub geo: Geo,
    /// Names of addresses.
    pub host_names: Option<HostNames>,
}
