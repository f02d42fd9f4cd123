//! The schemas that are the documents of other tools: their options, and what writes them.

use clap::Args;
use netflow_output::format::dialect::{
    Additions, CommunityIdSeed, Dialect, Documents, Ecs, EcsOptions, Faults, Fluentd,
    FluentdOptions, Goflow2, Goflow2Form, Goflow2Options, JsonDocument, Logstash, LogstashOptions,
    MessagePackDocument, Networks, Nfdump, NfdumpForm, NfdumpOptions,
};

use crate::args::format::{Format, SchemaName};

/// A format that any thread can have.
pub(crate) type BoxedFormat = Box<dyn netflow_output::format::Format + Send>;

/// How the documents of other tools are written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Schemas of other tools")]
pub(crate) struct DialectArgs {
    /// Copy the known faults of the tool that the schema is of
    #[arg(long)]
    compat: bool,

    /// Networks whose addresses are internal: subnets, or names such as private and loopback
    #[arg(long, value_name = "NETWORK,…", default_value = "private")]
    internal_networks: Networks,

    /// A word that each document has under `tags`; may be repeated
    #[arg(long = "tag", value_name = "WORD")]
    tags: Vec<String>,

    /// A member that each document has; may be repeated
    #[arg(id = "added", long = "add-field", value_name = "NAME=TEXT", value_parser = field)]
    fields: Vec<(String, String)>,

    /// Number that a site puts before what is hashed for a Community ID
    #[arg(long, value_name = "N", default_value_t = 0)]
    community_id_seed: u16,

    /// Schema logstash: the member that holds the fields
    #[arg(long, value_name = "NAME", default_value = "netflow")]
    target: String,

    /// Schema logstash: write the number of the set of IPFIX too
    #[arg(long)]
    include_flowset_id: bool,

    /// Format forward: the tag of the events
    #[arg(long, value_name = "TAG", default_value = "netflow.event")]
    forward_tag: String,

    /// Schema fluentd: the member that holds the time of the event
    #[arg(long, value_name = "NAME")]
    time_key: Option<String>,
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=TEXT".to_owned()),
    }
}

/// The forms that the documents of a schema can be written in, the usual one first; none if the
/// schema is not that of another tool.
pub(crate) const fn formats(schema: SchemaName) -> Option<&'static [Format]> {
    Some(match schema {
        SchemaName::Ecs | SchemaName::EcsIntegration | SchemaName::Logstash => {
            &[Format::Json, Format::Msgpack]
        }
        SchemaName::Fluentd => &[Format::Json, Format::Msgpack, Format::Forward],
        SchemaName::Nfdump => &[
            Format::Json,
            Format::Csv,
            Format::CsvFast,
            Format::Line,
            Format::Long,
            Format::Extended,
        ],
        SchemaName::Goflow2 => &[Format::Json, Format::Protobuf],
        SchemaName::Flow | SchemaName::Record | SchemaName::Wire => return None,
    })
}

/// Whether only schemas of other tools are written so.
pub(crate) const fn is_of_others(format: Format) -> bool {
    matches!(
        format,
        Format::Msgpack
            | Format::Forward
            | Format::Protobuf
            | Format::CsvFast
            | Format::Line
            | Format::Long
            | Format::Extended
    )
}

impl DialectArgs {
    /// The format of the documents of a schema, if it is that of another tool.
    pub(crate) fn documents(&self, schema: SchemaName, format: Format) -> Option<BoxedFormat> {
        Some(match schema {
            SchemaName::Ecs | SchemaName::EcsIntegration => {
                documents(Ecs::new(self.ecs(schema)), format)
            }
            SchemaName::Logstash => documents(Logstash::new(self.logstash()), format),
            SchemaName::Fluentd => documents(Fluentd::new(self.fluentd(format)), format),
            SchemaName::Goflow2 => Box::new(Goflow2::new(self.goflow2(format))),
            SchemaName::Nfdump => Box::new(Nfdump::new(self.nfdump(format))),
            SchemaName::Flow | SchemaName::Record | SchemaName::Wire => return None,
        })
    }

    const fn faults(&self) -> Faults {
        if self.compat {
            Faults::Copied
        } else {
            Faults::Corrected
        }
    }

    fn additions(&self) -> Additions {
        Additions::new(self.tags.clone(), self.fields.clone())
    }

    fn ecs(&self, schema: SchemaName) -> EcsOptions {
        let mut options = EcsOptions::default();
        options.faults = self.faults();
        options.internal_networks = self.internal_networks.clone();
        options.community_id_seed = CommunityIdSeed(self.community_id_seed);
        options.additions = self.additions();
        options.integration = schema == SchemaName::EcsIntegration;
        options
    }

    fn logstash(&self) -> LogstashOptions {
        let mut options = LogstashOptions::default();
        options.faults = self.faults();
        options.target.clone_from(&self.target);
        options.include_flowset_id = self.include_flowset_id;
        options.additions = self.additions();
        options
    }

    fn goflow2(&self, format: Format) -> Goflow2Options {
        let mut options = Goflow2Options::default();
        options.form = match format {
            Format::Protobuf => Goflow2Form::Protobuf,
            _ => Goflow2Form::Json,
        };
        options.faults = self.faults();
        options.additions = self.additions();
        options
    }

    fn nfdump(&self, format: Format) -> NfdumpOptions {
        let mut options = NfdumpOptions::default();
        options.form = match format {
            Format::Csv => NfdumpForm::Csv,
            Format::CsvFast => NfdumpForm::CsvFast,
            Format::Line => NfdumpForm::Line,
            Format::Long => NfdumpForm::Long,
            Format::Extended => NfdumpForm::Extended,
            _ => NfdumpForm::Json,
        };
        options.faults = self.faults();
        options
    }

    fn fluentd(&self, format: Format) -> FluentdOptions {
        let mut options = FluentdOptions::default();
        options.faults = self.faults();
        options.time_key.clone_from(&self.time_key);
        options.forward_tag = (format == Format::Forward).then(|| self.forward_tag.clone());
        options.additions = self.additions();
        options
    }
}

fn documents(dialect: impl Dialect + Send + 'static, format: Format) -> BoxedFormat {
    match format {
        Format::Msgpack | Format::Forward => {
            Box::new(Documents::<_, MessagePackDocument<'static>>::new(dialect))
        }
        _ => Box::new(Documents::<_, JsonDocument<'static>>::new(dialect)),
    }
}
