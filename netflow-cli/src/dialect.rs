//! The schemas that are the documents of other tools: their options, and what writes them.

use clap::Args;
use netflow_output::enrich::GeoDatabase;
use netflow_output::format::dialect::{
    Additions, CommunityIdSeed, DialectForm, DialectOptions, Faults, Networks,
};
use netflow_output::format::{Raw, RawForm, Selection};

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

    /// Schemas ecs and ecs-integration: a database of places (MaxMind's format) for `geo` of addresses
    #[arg(long, value_name = "FILE")]
    geo: Option<GeoDatabase>,

    /// Schemas ecs and ecs-integration: a database of autonomous systems for `as` of addresses
    #[arg(long, value_name = "FILE")]
    asn: Option<GeoDatabase>,

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

/// The form of documents that a format asks for; none if documents are not written so.
const fn form(format: Format) -> Option<DialectForm> {
    Some(match format {
        Format::Json => DialectForm::Json,
        Format::Msgpack => DialectForm::MessagePack,
        Format::Forward => DialectForm::Forward,
        Format::Protobuf => DialectForm::Protobuf,
        Format::Csv => DialectForm::Csv,
        Format::CsvFast => DialectForm::CsvFast,
        Format::Line => DialectForm::Line,
        Format::Long => DialectForm::Long,
        Format::Extended => DialectForm::Extended,
        Format::Table | Format::Parquet | Format::Arrow => return None,
    })
}

/// Whether the documents of a schema can be written in a format; none if the schema is not that of
/// another tool.
pub(crate) fn has_format(schema: SchemaName, format: Format) -> Option<bool> {
    match schema {
        SchemaName::Of(dialect) => {
            Some(form(format).is_some_and(|form| dialect.forms().contains(&form)))
        }
        SchemaName::Raw => Some(raw_form(format).is_some()),
        SchemaName::Flow | SchemaName::Record | SchemaName::Wire => None,
    }
}

/// The form of raw documents that a format asks for; none if they are not written so.
const fn raw_form(format: Format) -> Option<RawForm> {
    match format {
        Format::Json => Some(RawForm::Json),
        Format::Msgpack => Some(RawForm::MessagePack),
        _ => None,
    }
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
    /// The format of the documents of these flows, if the schema is that of another tool.
    pub(crate) fn documents(
        &self,
        schema: SchemaName,
        format: Format,
        selection: &Selection,
    ) -> Option<BoxedFormat> {
        match schema {
            SchemaName::Of(dialect) => {
                let mut options = self.options();
                options.selection = selection.clone();
                options.format(dialect, form(format)?)
            }
            SchemaName::Raw => Some(Box::new(Raw::new(raw_form(format)?))),
            SchemaName::Flow | SchemaName::Record | SchemaName::Wire => None,
        }
    }

    fn options(&self) -> DialectOptions {
        let mut options = DialectOptions::default();
        if self.compat {
            options.faults = Faults::Copied;
        }
        options.internal_networks = self.internal_networks.clone();
        options.additions = Additions::new(self.tags.clone(), self.fields.clone());
        options.community_id_seed = CommunityIdSeed(self.community_id_seed);
        options.geo.places.clone_from(&self.geo);
        options.geo.systems.clone_from(&self.asn);
        options.target.clone_from(&self.target);
        options.include_flowset_id = self.include_flowset_id;
        options.time_key.clone_from(&self.time_key);
        options.forward_tag.clone_from(&self.forward_tag);
        options
    }
}
