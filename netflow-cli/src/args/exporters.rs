//! What the caller knows about exporters besides what they announce.

use alloc::sync::Arc;
use std::path::Path;

use clap::{Args, ValueEnum};
use netflow_core::element::DefinedElement;
use netflow_core::{ConfiguredCounter, ConfiguredInterface, ConfiguredRate, Decoder, OptionsScope};

/// Settings for exporters, besides what they announce.
#[derive(Debug, Clone, Args)]
pub(crate) struct Exporters {
    /// Sampling rate of exporters that announce none, as 192.0.2.0/24=1000 for one packet of
    /// 1000; may be repeated, the longest prefix wins
    #[arg(long = "sampling", value_name = "CIDR=RATE")]
    configured: Vec<ConfiguredRate>,

    /// Sampling rate that replaces what exporters announce; may be repeated
    #[arg(long = "sampling-override", value_name = "CIDR=RATE")]
    overrides: Vec<ConfiguredRate>,

    /// Whether sampling rates and names in options apply to other observation domains of
    /// their exporter too
    #[arg(long, value_enum, value_name = "SCOPE", default_value_t = OptionsScopeName::Domain)]
    options_scope: OptionsScopeName,

    /// What elements 23 and 24 count in records that also have 1 and 2, as
    /// 192.0.2.0/24=biflow: biflow for the reverse direction, post for the same packets after the
    /// exporter forwarded them; may be repeated, the longest prefix wins
    #[arg(long = "exporter", value_name = "CIDR=KIND")]
    counters: Vec<ConfiguredCounter>,

    /// Treat a decreasing sequence number or uptime as late data, never as a restart of the
    /// exporter; templates outlive a restart in any case
    #[arg(long)]
    no_sequence_reset: bool,

    /// File that defines elements missing from the registries: YAML (Logstash, Elastic, Fluentd, goflow2),
    /// CSV or XML (IANA); may be repeated, the last definition of an element wins
    #[arg(long, value_name = "FILE", value_parser = Definitions::read)]
    definitions: Vec<Definitions>,

    /// CSV file of interfaces with the columns exporter, index and name, and if wanted speed and description;
    /// its names take precedence over those that exporters announce; may be repeated, the last entry of an
    /// interface wins
    #[arg(long, value_name = "FILE", value_parser = Interfaces::read)]
    interface_names: Vec<Interfaces>,
}

impl Exporters {
    /// A decoder with these settings.
    pub(crate) fn apply(&self, decoder: Decoder) -> Decoder {
        let scope = match self.options_scope {
            OptionsScopeName::Domain => OptionsScope::Domain,
            OptionsScopeName::Exporter => OptionsScope::Exporter,
        };
        decoder
            .with_configured_rates(self.configured.iter().copied().collect())
            .with_override_rates(self.overrides.iter().copied().collect())
            .with_options_scope(scope)
            .with_restart_detection(!self.no_sequence_reset)
            .with_configured_counters(self.counters.iter().copied().collect())
            .with_definitions(
                self.definitions
                    .iter()
                    .flat_map(Definitions::elements)
                    .collect(),
            )
            .with_configured_interfaces(
                self.interface_names
                    .iter()
                    .flat_map(|file| file.0.iter().cloned())
                    .collect(),
            )
    }
}

/// The interfaces in a file.
#[derive(Debug, Clone)]
struct Interfaces(Arc<[ConfiguredInterface]>);

impl Interfaces {
    fn read(path: &str) -> Result<Self, netflow_definitions::DefinitionError> {
        let found = netflow_definitions::read_interfaces(Path::new(path))?;
        Ok(Self(found.into()))
    }
}

/// The definitions in a file.
#[derive(Debug, Clone)]
pub(crate) struct Definitions(Vec<DefinedElement>);

impl Definitions {
    pub(super) fn read(path: &str) -> Result<Self, netflow_definitions::DefinitionError> {
        let found = netflow_definitions::read(Path::new(path))?;
        Ok(Self(found.into_iter().map(|found| found.element).collect()))
    }

    /// The elements of the file.
    pub(crate) fn elements(&self) -> impl Iterator<Item = DefinedElement> {
        self.0.iter().cloned()
    }
}

/// Which options apply to a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OptionsScopeName {
    /// Only options of the flow's own observation domain
    Domain,
    /// Options of the exporter's other domains too, as long as they agree
    Exporter,
}
