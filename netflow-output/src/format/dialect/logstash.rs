//! The events of Logstash's netflow codec.

use netflow_core::text::UnixTime;
use netflow_core::{Protocol, Set};

use super::codec::{CodecForm, CodecStyle, CodecTool, write_v5_header};
use super::documents::Dialect;
use super::record::{Plans, RecordPlan};
use super::{Additions, CommonMembers, Encode, Faults, PlannedText};
use crate::format::Selection;

/// Options of the events of Logstash.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogstashOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// The member that holds the fields; the codec's option `target`.
    pub target: String,
    /// Whether events of IPFIX have the number of their set; the codec's option
    /// `include_flowset_id`.
    pub include_flowset_id: bool,
    /// The versions that become events; empty for all that the codec reads: 5, 9 and 10.
    pub versions: Vec<u16>,
    /// Tags and fields that each event gets.
    pub additions: Additions,
}

impl Default for LogstashOptions {
    fn default() -> Self {
        Self {
            faults: Faults::default(),
            target: "netflow".to_owned(),
            include_flowset_id: false,
            versions: Vec::new(),
            additions: Additions::default(),
        }
    }
}

/// The events of Logstash's netflow codec, version 4.3.
#[derive(Debug, Default)]
pub struct Logstash {
    options: LogstashOptions,
    plans: Plans<RecordPlan<CodecForm>>,
    /// What the events of a set have in common: before the fields, among them, after them.
    common: [CommonMembers; 3],
    /// The key of the member that holds the fields.
    target: Option<PlannedText>,
}

impl Logstash {
    /// Events with these options.
    #[must_use]
    pub fn new(options: LogstashOptions) -> Self {
        Self {
            options,
            plans: Plans::default(),
            common: Default::default(),
            target: None,
        }
    }

    /// The version of a message that becomes events.
    fn version(&self, set: &Set<'_>) -> Option<u16> {
        let version = match set.header().protocol {
            Protocol::NetflowV5 => 5,
            Protocol::NetflowV9 => 9,
            Protocol::Ipfix => 10,
            _ => return None,
        };
        let versions = &self.options.versions;
        (versions.is_empty() || versions.contains(&version)).then_some(version)
    }
}

impl Dialect for Logstash {
    fn writes(&self, set: &Set<'_>) -> bool {
        self.version(set).is_some()
    }

    fn set<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>) {
        let header = set.header();
        let (Some(version), Some(template)) = (self.version(set), set.shared_template()) else {
            return;
        };
        let Self {
            options,
            plans,
            common: [before, first, after],
            target,
        } = self;
        let target = target.get_or_insert_with(|| E::plan_key(&options.target));
        let mut style = CodecStyle {
            tool: CodecTool::Logstash,
            faults: options.faults,
            header,
        };
        let plan = plans.of(template, |template| RecordPlan::new::<E>(template, &style));
        let count = set.records().len();
        E::common(before, |out| {
            out.key("@timestamp");
            let time = header.export_time.unwrap_or(header.received);
            style.write_time(UnixTime::from(time), out);
        });
        E::common(first, |out| {
            out.key("version");
            out.unsigned(version.into());
            if version == 5 {
                write_v5_header(header, count, out);
            }
            if version == 9 {
                out.key("flow_seq_num");
                out.unsigned(header.sequence.unwrap_or(0).into());
            }
            if version == 9 || version == 10 && options.include_flowset_id {
                out.key("flowset_id");
                out.unsigned(set.id().into());
            }
        });
        E::common(after, |out| {
            out.key("@version");
            out.word("1");
            options.additions.write(out);
        });
        E::documents(out, |out| {
            selection.for_each_record(set, |record| {
                out.document(|out| {
                    out.members(before);
                    out.planned_key(target);
                    out.object(|out| {
                        out.members(first);
                        plan.write(record, &mut style, out);
                    });
                    out.members(after);
                });
            });
        });
    }
}
