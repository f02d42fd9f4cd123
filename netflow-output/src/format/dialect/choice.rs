//! All dialects by name, and the forms that each can be written in.

use core::fmt;
use core::str::FromStr;

use super::renamed::{self, DialectShape, Renamed};
use super::{
    Additions, CommunityIdSeed, Dialect, Documents, Ecs, EcsOptions, Faults, Fluentd,
    FluentdOptions, Goflow2, Goflow2Form, Goflow2Options, Ipfixcol2, Ipfixcol2Options,
    JsonDocument, Logstash, LogstashOptions, MessagePackDocument, Networks, Nfdump, NfdumpForm,
    NfdumpOptions, Telegraf, TelegrafOptions, Vflow, VflowOptions,
};
use crate::enrich::Enrichment;
use crate::format::{Biflows, Format, Selection};

/// A dialect by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialectName {
    /// Elastic's netflow input.
    Ecs,
    /// Elastic's netflow input and the ingest pipeline of its integration.
    EcsIntegration,
    /// Logstash's netflow codec.
    Logstash,
    /// fluent-plugin-netflow.
    Fluentd,
    /// goflow2.
    Goflow2,
    /// nfdump.
    Nfdump,
    /// ElastiFlow, the Logstash pipeline of version 3.
    Elastiflow,
    /// Datadog's NetFlow Monitoring.
    Datadog,
    /// akvorado's flows in ClickHouse.
    Akvorado,
    /// pmacct's nfacctd and sfacctd.
    Pmacct,
    /// sflowtool.
    Sflowtool,
    /// ipfixcol2's JSON.
    Ipfixcol2,
    /// vFlow's JSON.
    Vflow,
    /// Telegraf's netflow input.
    Telegraf,
}

impl DialectName {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Self; 14] = [
        Self::Ecs,
        Self::EcsIntegration,
        Self::Logstash,
        Self::Fluentd,
        Self::Goflow2,
        Self::Nfdump,
        Self::Elastiflow,
        Self::Datadog,
        Self::Akvorado,
        Self::Pmacct,
        Self::Sflowtool,
        Self::Ipfixcol2,
        Self::Vflow,
        Self::Telegraf,
    ];

    /// The name: `ecs-integration`, for example.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::EcsIntegration => "ecs-integration",
            Self::Logstash => "logstash",
            Self::Fluentd => "fluentd",
            Self::Goflow2 => "goflow2",
            Self::Nfdump => "nfdump",
            Self::Elastiflow => "elastiflow",
            Self::Datadog => "datadog",
            Self::Akvorado => "akvorado",
            Self::Pmacct => "pmacct",
            Self::Sflowtool => "sflowtool",
            Self::Ipfixcol2 => "ipfixcol2",
            Self::Vflow => "vflow",
            Self::Telegraf => "telegraf",
        }
    }

    /// What the documents are, in one line.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Ecs => "Documents of Elastic's netflow input, by the Elastic Common Schema",
            Self::EcsIntegration => "As ecs, after the ingest pipeline of Elastic's integration",
            Self::Logstash => "Events of Logstash's netflow codec",
            Self::Fluentd => "Records of Fluentd's fluent-plugin-netflow",
            Self::Goflow2 => "Flow messages of goflow2",
            Self::Nfdump => "What nfdump prints of flows",
            Self::Elastiflow => "Documents of ElastiFlow's Logstash pipeline, version 3",
            Self::Datadog => "Events of Datadog's NetFlow Monitoring",
            Self::Akvorado => "Rows of the table that akvorado keeps in ClickHouse",
            Self::Pmacct => "JSON of pmacct's nfacctd and sfacctd, one object per flow",
            Self::Sflowtool => "Lines of sflowtool -l, of sFlow only",
            Self::Ipfixcol2 => "JSON of ipfixcol2: iana:octetDeltaCount and the like",
            Self::Vflow => "JSON of vFlow: one object per message, records as numbered values",
            Self::Telegraf => {
                "Metrics of Telegraf's netflow input: name, tags, fields and timestamp"
            }
        }
    }

    /// The forms that its documents can be written in, the usual one first.
    #[must_use]
    pub const fn forms(self) -> &'static [DialectForm] {
        use DialectForm as Form;
        match self {
            Self::Ecs | Self::EcsIntegration | Self::Logstash => &[Form::Json, Form::MessagePack],
            Self::Fluentd => &[Form::Json, Form::MessagePack, Form::Forward],
            Self::Goflow2 => &[Form::Json, Form::Protobuf],
            Self::Elastiflow | Self::Datadog | Self::Akvorado | Self::Pmacct | Self::Vflow => {
                &[Form::Json]
            }
            Self::Ipfixcol2 | Self::Telegraf => &[Form::Json, Form::MessagePack],
            Self::Sflowtool => &[Form::Line],
            Self::Nfdump => &[
                Form::Json,
                Form::Csv,
                Form::CsvFast,
                Form::Line,
                Form::Long,
                Form::Extended,
            ],
        }
    }
}

impl fmt::Display for DialectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No dialect, or no form, has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    name: String,
    known: Vec<&'static str>,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is none of {}", self.name, self.known.join(", "))
    }
}

impl core::error::Error for UnknownName {}

impl FromStr for DialectName {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|dialect| dialect.name() == name);
        found.ok_or_else(|| UnknownName {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).into(),
        })
    }
}

/// How the documents of a dialect are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialectForm {
    /// One JSON object a line.
    Json,
    /// MessagePack, one value after the other.
    MessagePack,
    /// Events of Fluentd's forward protocol.
    Forward,
    /// Protobuf, each message after its length.
    Protobuf,
    /// Comma-separated values with a header line.
    Csv,
    /// CSV with the columns of nfdump's `csv-fast`.
    CsvFast,
    /// One line for people.
    Line,
    /// A longer line.
    Long,
    /// A line with rates.
    Extended,
}

impl DialectForm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Json,
        Self::MessagePack,
        Self::Forward,
        Self::Protobuf,
        Self::Csv,
        Self::CsvFast,
        Self::Line,
        Self::Long,
        Self::Extended,
    ];

    /// The name: `csv-fast`, for example.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::MessagePack => "msgpack",
            Self::Forward => "forward",
            Self::Protobuf => "protobuf",
            Self::Csv => "csv",
            Self::CsvFast => "csv-fast",
            Self::Line => "line",
            Self::Long => "long",
            Self::Extended => "extended",
        }
    }
}

impl FromStr for DialectForm {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|form| form.name() == name);
        found.ok_or_else(|| UnknownName {
            name: name.to_owned(),
            known: Self::ALL.map(Self::name).into(),
        })
    }
}

/// Options of all dialects; each takes those that it has.
///
/// ```
/// use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions};
///
/// let options = DialectOptions::default();
/// let format = options.format("ecs".parse()?, DialectForm::Json);
/// assert!(format.is_some());
/// assert!(options.format(DialectName::Ecs, DialectForm::Protobuf).is_none());
/// # Ok::<(), netflow_output::format::dialect::UnknownName>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DialectOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// The networks whose addresses are internal.
    pub internal_networks: Networks,
    /// Tags and fields that each document gets.
    pub additions: Additions,
    /// The seed of Community IDs.
    pub community_id_seed: CommunityIdSeed,
    /// What is added to flows which they do not say themselves, in dialects that have it.
    pub enrichment: Enrichment,
    /// Logstash: the member that holds the fields.
    pub target: String,
    /// Logstash: whether events of IPFIX have the number of their set.
    pub include_flowset_id: bool,
    /// Fluentd: the member that holds the time of the event, if one does.
    pub time_key: Option<String>,
    /// Fluentd, form forward: the tag of the events.
    pub forward_tag: String,
    /// The flows that get a document; by default all.
    pub selection: Selection,
}

impl Default for DialectOptions {
    fn default() -> Self {
        Self {
            faults: Faults::default(),
            internal_networks: Networks::default(),
            additions: Additions::default(),
            community_id_seed: CommunityIdSeed::default(),
            enrichment: Enrichment::default(),
            target: LogstashOptions::default().target,
            include_flowset_id: false,
            time_key: None,
            forward_tag: "netflow.event".to_owned(),
            selection: Biflows::Whole.into(),
        }
    }
}

impl DialectOptions {
    /// What writes the documents of a dialect in a form; none if it has no such form.
    #[must_use]
    pub fn format(
        &self,
        dialect: DialectName,
        form: DialectForm,
    ) -> Option<Box<dyn Format + Send>> {
        if !dialect.forms().contains(&form) {
            return None;
        }
        Some(match dialect {
            DialectName::Ecs | DialectName::EcsIntegration => {
                self.documents(Ecs::new(self.ecs(dialect)), form)
            }
            DialectName::Logstash => self.documents(Logstash::new(self.logstash()), form),
            DialectName::Fluentd => self.documents(Fluentd::new(self.fluentd(form)), form),
            DialectName::Goflow2 => {
                let messages = Goflow2::new(&self.goflow2(form));
                Box::new(messages.with_selection(self.selection.clone()))
            }
            DialectName::Nfdump => {
                let dump = Nfdump::new(NfdumpOptions {
                    form: nfdump(form),
                    faults: self.faults,
                });
                Box::new(dump.with_selection(self.selection.clone()))
            }
            DialectName::Elastiflow => self.renamed(renamed::ELASTIFLOW_SHAPE),
            DialectName::Datadog => self.renamed(renamed::DATADOG_SHAPE),
            DialectName::Akvorado => self.renamed(renamed::AKVORADO_SHAPE),
            DialectName::Pmacct => self.renamed(renamed::PMACCT_SHAPE),
            DialectName::Sflowtool => self.renamed(renamed::SFLOWTOOL_SHAPE),
            DialectName::Ipfixcol2 => {
                let options = Ipfixcol2Options {
                    faults: self.faults,
                    additions: self.additions.clone(),
                };
                self.documents(Ipfixcol2::new(options), form)
            }
            DialectName::Telegraf => {
                let options = TelegrafOptions {
                    faults: self.faults,
                    additions: self.additions.clone(),
                };
                self.documents(Telegraf::new(options), form)
            }
            DialectName::Vflow => {
                let objects = Vflow::new(&VflowOptions {
                    faults: self.faults,
                    additions: self.additions.clone(),
                });
                Box::new(objects.with_selection(self.selection.clone()))
            }
        })
    }

    fn renamed(&self, shape: DialectShape) -> Box<dyn Format + Send> {
        let selection = self.selection.clone();
        let renamed = Renamed::new(shape, self.faults, &self.additions, selection);
        Box::new(renamed.with_enrichment(self.enrichment.clone()))
    }

    fn documents(
        &self,
        dialect: impl Dialect + Send + 'static,
        form: DialectForm,
    ) -> Box<dyn Format + Send> {
        match form {
            DialectForm::MessagePack | DialectForm::Forward => {
                let documents = Documents::<_, MessagePackDocument<'static>>::new(dialect);
                Box::new(documents.with_selection(self.selection.clone()))
            }
            _ => {
                let documents = Documents::<_, JsonDocument<'static>>::new(dialect);
                Box::new(documents.with_selection(self.selection.clone()))
            }
        }
    }

    fn ecs(&self, dialect: DialectName) -> EcsOptions {
        EcsOptions {
            faults: self.faults,
            internal_networks: self.internal_networks.clone(),
            community_id_seed: self.community_id_seed,
            additions: self.additions.clone(),
            enrichment: self.enrichment.clone(),
            integration: dialect == DialectName::EcsIntegration,
            ..EcsOptions::default()
        }
    }

    fn logstash(&self) -> LogstashOptions {
        LogstashOptions {
            faults: self.faults,
            target: self.target.clone(),
            include_flowset_id: self.include_flowset_id,
            additions: self.additions.clone(),
            ..LogstashOptions::default()
        }
    }

    fn fluentd(&self, form: DialectForm) -> FluentdOptions {
        FluentdOptions {
            faults: self.faults,
            time_key: self.time_key.clone(),
            forward_tag: (form == DialectForm::Forward).then(|| self.forward_tag.clone()),
            additions: self.additions.clone(),
            ..FluentdOptions::default()
        }
    }

    fn goflow2(&self, form: DialectForm) -> Goflow2Options {
        Goflow2Options {
            form: match form {
                DialectForm::Protobuf => Goflow2Form::Protobuf,
                _ => Goflow2Form::Json,
            },
            faults: self.faults,
            additions: self.additions.clone(),
        }
    }
}

const fn nfdump(form: DialectForm) -> NfdumpForm {
    match form {
        DialectForm::Csv => NfdumpForm::Csv,
        DialectForm::CsvFast => NfdumpForm::CsvFast,
        DialectForm::Line => NfdumpForm::Line,
        DialectForm::Long => NfdumpForm::Long,
        DialectForm::Extended => NfdumpForm::Extended,
        _ => NfdumpForm::Json,
    }
}
