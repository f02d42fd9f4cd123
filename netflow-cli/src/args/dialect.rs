//! The options of schemas that are the documents of other tools.

use clap::Args;
use netflow_output::enrich::{DnsError, DnsOptions, GeoDatabase, HostNames, Services};
use netflow_output::format::dialect::{
    Additions, CommunityIdSeed, DialectOptions, Faults, Networks,
};

/// How the documents of other tools are written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Schemas of other tools")]
pub(crate) struct DialectArgs {
    /// Reproduce the known faults of the original tool
    #[arg(long)]
    compat: bool,

    /// Networks whose addresses are internal, for the schemas of Elastic and for reports: subnets, or names such as private and loopback
    #[arg(long, value_name = "NETWORK,…", default_value = "private")]
    internal_networks: Networks,

    /// A word that each document has under `tags`; may be repeated
    #[arg(long = "tag", value_name = "WORD")]
    tags: Vec<String>,

    /// A member that each document has; may be repeated
    #[arg(id = "added", long = "add-field", value_name = "NAME=TEXT", value_parser = field)]
    fields: Vec<(String, String)>,

    /// Seed of the Community ID hash
    #[arg(long, value_name = "N", default_value_t = 0)]
    community_id_seed: u16,

    /// Schemas ecs, ecs-integration, elastiflow and akvorado, and a collector's report: a GeoIP database (MaxMind's format)
    /// for countries and cities of addresses
    #[arg(long, value_name = "FILE")]
    geo: Option<GeoDatabase>,

    /// Schemas ecs, ecs-integration and elastiflow, and a collector's report: a database of autonomous systems for their
    /// numbers and names
    #[arg(long, value_name = "FILE")]
    asn: Option<GeoDatabase>,

    /// Schemas ecs, ecs-integration and elastiflow: names of addresses, asked of these name servers or of those of
    /// the system. A collector never waits for a name: flows before its answer go without. decode waits as --dns-wait says
    #[arg(
        long,
        value_name = "SERVER,…|system",
        value_parser = host_names,
        // Pseudonyms have no names, or those of others.
        conflicts_with = "anonymise"
    )]
    dns: Option<HostNames>,

    /// Schemas ecs, ecs-integration and elastiflow, and a collector's report: names of services by port, from a file
    /// such as /etc/services
    #[arg(long, value_name = "FILE")]
    services: Option<Services>,

    /// Schema logstash: the member that holds the fields
    #[arg(long, value_name = "NAME", default_value = "netflow")]
    target: String,

    /// Schema logstash: also write the Set ID of IPFIX
    #[arg(long)]
    include_flowset_id: bool,

    /// Format forward: the tag of the events
    #[arg(long, value_name = "TAG", default_value = "netflow.event")]
    forward_tag: String,

    /// Schema fluentd: the member that holds the time of the event
    #[arg(long, value_name = "NAME")]
    time_key: Option<String>,
}

impl DialectArgs {
    /// The names of addresses that are asked for.
    pub(crate) const fn host_names(&self) -> Option<&HostNames> {
        self.dns.as_ref()
    }

    /// Goes on with what others have that were in force before: with their names of addresses, if the same servers
    /// are asked, and with their databases and names of services, in whose place it puts its own for all outputs.
    #[cfg(target_os = "linux")]
    pub(crate) fn continue_from(&mut self, before: &Self) {
        let known = before.host_names();
        let is_same = |own: &HostNames| known.is_some_and(|one| one.options() == own.options());
        if self.dns.as_ref().is_some_and(is_same) {
            self.dns = known.cloned();
        }
        for (own, before) in [(&mut self.geo, &before.geo), (&mut self.asn, &before.asn)] {
            if let (Some(own), Some(before)) = (own, before) {
                before.replace(own);
                *own = before.clone();
            }
        }
        if let (Some(own), Some(before)) = (&mut self.services, &before.services) {
            before.replace(own);
            *own = before.clone();
        }
    }

    /// As netflow-output takes them.
    pub(crate) fn options(&self) -> DialectOptions {
        let mut options = DialectOptions::default();
        if self.compat {
            options.faults = Faults::Copied;
        }
        options.internal_networks = self.internal_networks.clone();
        options.additions = Additions::new(self.tags.clone(), self.fields.clone());
        options.community_id_seed = CommunityIdSeed(self.community_id_seed);
        let enrichment = &mut options.enrichment;
        enrichment.geo.places.clone_from(&self.geo);
        enrichment.geo.systems.clone_from(&self.asn);
        enrichment.host_names.clone_from(&self.dns);
        enrichment.services.clone_from(&self.services);
        options.target.clone_from(&self.target);
        options.include_flowset_id = self.include_flowset_id;
        options.time_key.clone_from(&self.time_key);
        options.forward_tag.clone_from(&self.forward_tag);
        options
    }
}

/// Starts to ask the servers that the option names.
fn host_names(servers: &str) -> Result<HostNames, DnsError> {
    let options: DnsOptions = servers.parse()?;
    HostNames::start(options)
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=TEXT".to_owned()),
    }
}
