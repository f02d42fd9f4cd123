//! What `report` and `top` look up about addresses and ports.

use clap::Args;
use netflow_output::enrich::{Enrichment, GeoDatabase, Services};

#[derive(Debug, Args)]
pub(crate) struct EnrichmentArgs {
    /// A database of places in MaxMind's format, for countries (a report has a map of them)
    #[arg(long, value_name = "FILE")]
    geo: Option<GeoDatabase>,

    /// A database of autonomous systems in MaxMind's format, for their names
    #[arg(long, value_name = "FILE")]
    asn: Option<GeoDatabase>,

    /// Names of services by port, from a file such as /etc/services
    #[arg(long, value_name = "FILE")]
    services: Option<Services>,
}

impl EnrichmentArgs {
    pub(crate) fn enrichment(&self) -> Enrichment {
        let mut known = Enrichment::default();
        known.geo.places.clone_from(&self.geo);
        known.geo.systems.clone_from(&self.asn);
        known.services.clone_from(&self.services);
        known
    }
}
