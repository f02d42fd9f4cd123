//! The records of fluent-plugin-netflow.

use alloc::collections::VecDeque;
use core::net::IpAddr;

use netflow_core::element::ElementId;
use netflow_core::record::DataRecord;
use netflow_core::template::Template;
use netflow_core::wire::template::FieldKey;
use netflow_core::{MessageHeader, Protocol, Set};

use super::codec::{CodecForm, CodecStyle, CodecTool, write_v5_header};
use super::documents::Dialect;
use super::encode::write_str;
use super::record::{ElementKind, ElementPlaces, Plans, RecordPlan};
use super::{Additions, CommonMembers, Encode, Faults};
use crate::format::Selection;

/// Options of the records of Fluentd.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FluentdOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// The member that holds the time of the event, as `<inject>` adds it with `time_type float`;
    /// none if the time is not part of the record.
    pub time_key: Option<String>,
    /// The tag of events in Message Mode of Fluentd's forward protocol, for MessagePack; none to
    /// write only the records.
    pub forward_tag: Option<String>,
    /// Tags and fields that each record gets.
    pub additions: Additions,
}

/// The records of fluent-plugin-netflow.
#[derive(Debug, Default)]
pub struct Fluentd {
    options: FluentdOptions,
    plans: Plans<FluentdPlan>,
    samplers: Samplers,
    /// What the records of a set have in common, before their fields and after them.
    common: [CommonMembers; 2],
}

#[derive(Debug)]
struct FluentdPlan {
    members: RecordPlan<CodecForm>,
    /// Records announce a sampler.
    is_sampler: bool,
    /// Records name their sampler.
    has_sampler: bool,
    /// Records have an algorithm or interval of their own.
    has_algorithm: bool,
    has_interval: bool,
    /// Where the number of a sampler and what is announced of it are.
    places: ElementPlaces,
}

impl FluentdPlan {
    fn new<E: Encode>(template: &Template, style: &CodecStyle<'_>) -> Self {
        let has = |id| {
            let key = FieldKey::Element(ElementId::iana(id));
            template.fields().iter().any(|field| field.key() == key)
        };
        Self {
            members: RecordPlan::new::<E>(template, style),
            is_sampler: has(SAMPLER_ID) && has(SAMPLER_MODE) && has(SAMPLER_INTERVAL),
            has_sampler: has(SAMPLER_ID),
            has_algorithm: has(SAMPLING_ALGORITHM),
            has_interval: has(SAMPLING_INTERVAL),
            places: ElementPlaces::new(template, |id| {
                let is_read = matches!(id, SAMPLER_ID | SAMPLER_MODE | SAMPLER_INTERVAL);
                is_read.then_some(ElementKind::Number)
            }),
        }
    }
}

const SAMPLING_INTERVAL: u16 = 34;
const SAMPLING_ALGORITHM: u16 = 35;
const SAMPLER_ID: u16 = 48;
const SAMPLER_MODE: u16 = 49;
const SAMPLER_INTERVAL: u16 = 50;

impl Fluentd {
    /// Records with these options.
    #[must_use]
    pub fn new(options: FluentdOptions) -> Self {
        Self {
            options,
            plans: Plans::default(),
            samplers: Samplers::default(),
            common: Default::default(),
        }
    }

    /// The version of a message that becomes records.
    const fn version(&self, set: &Set<'_>) -> Option<u64> {
        match set.header().protocol {
            Protocol::NetflowV5 => Some(5),
            Protocol::NetflowV9 => Some(9),
            // The plugin reads no other; here their fields have the same names.
            Protocol::Ipfix if !self.options.faults.are_copied() => Some(10),
            _ => None,
        }
    }
}

impl Dialect for Fluentd {
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
            samplers,
            common: [before, after],
        } = self;
        let mut style = CodecStyle {
            tool: CodecTool::Fluentd,
            faults: options.faults,
            header,
        };
        let plan = plans.of(template, |template| FluentdPlan::new::<E>(template, &style));
        let records = set.records();
        if plan.is_sampler {
            records.for_each(|record| samplers.learn(header, &record, &plan.places));
            return;
        }
        let count = records.len();
        E::common(before, |out| {
            write_time(header, options, out);
            out.key("version");
            out.unsigned(version);
            if version == 5 {
                out.key("uptime");
                out.unsigned(header.sys_uptime.unwrap_or(0).into());
                write_v5_header(header, count, out);
            } else {
                out.key("flow_seq_num");
                out.unsigned(header.sequence.unwrap_or(0).into());
                out.key("flowset_id");
                out.unsigned(set.id().into());
            }
        });
        E::common(after, |out| {
            out.key("host");
            out.address(header.exporter.ip());
            options.additions.write(out);
        });
        let mut write = |record: &DataRecord<'_, '_>, out: &mut E::Document<'_>| {
            out.document(|out| {
                out.members(before);
                plan.members.write(record, &mut style, out);
                if plan.has_sampler {
                    samplers.write(header, record, plan, out);
                }
                out.members(after);
            });
        };
        match &options.forward_tag {
            Some(tag) => selection.for_each_record(set, |record| {
                begin_event(header, tag, out);
                E::documents(out, |out| write(record, out));
            }),
            None => E::documents(out, |out| {
                selection.for_each_record(set, |record| write(record, out));
            }),
        }
    }
}

const NANOS: i64 = 1_000_000_000;

fn write_time<E: Encode>(header: &MessageHeader, options: &FluentdOptions, out: &mut E) {
    if let Some(key) = &options.time_key {
        let time = header.export_time.unwrap_or(header.received);
        out.named_key(key);
        let (seconds, nanos) = (
            time.as_nanos().div_euclid(NANOS),
            time.as_nanos().rem_euclid(NANOS),
        );
        out.float(seconds as f64 + nanos as f64 / NANOS as f64);
    }
}

/// An array of three items, tag and time of an event; its record follows
/// (<https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1>).
fn begin_event(header: &MessageHeader, tag: &str, out: &mut Vec<u8>) {
    const ARRAY_OF_3: u8 = 0x93;
    /// An extension of eight octets of type 0: EventTime.
    const EVENT_TIME: [u8; 2] = [0xd7, 0x00];
    let time = header.export_time.unwrap_or(header.received).as_nanos();
    let seconds = u32::try_from(time.div_euclid(NANOS)).unwrap_or(0);
    let nanos = u32::try_from(time.rem_euclid(NANOS)).unwrap_or(0);
    out.push(ARRAY_OF_3);
    write_str(out, tag);
    out.extend_from_slice(&EVENT_TIME);
    out.extend_from_slice(&seconds.to_be_bytes());
    out.extend_from_slice(&nanos.to_be_bytes());
}

/// The samplers that exporters announced; beyond the limit the oldest is forgotten.
#[derive(Debug, Default)]
struct Samplers(VecDeque<Sampler>);

#[derive(Debug, Clone, Copy)]
struct Sampler {
    key: (IpAddr, u32, u64),
    mode: u64,
    interval: u64,
}

/// Samplers that are kept.
const MOST_SAMPLERS: usize = 1024;

impl Samplers {
    fn learn(
        &mut self,
        header: &MessageHeader,
        record: &DataRecord<'_, '_>,
        places: &ElementPlaces,
    ) {
        let fields = [SAMPLER_ID, SAMPLER_MODE, SAMPLER_INTERVAL];
        let fields = fields.map(|id| places.number(record, id));
        let [Some(id), Some(mode), Some(interval)] = fields else {
            return;
        };
        let sampler = Sampler {
            key: (header.exporter.ip(), header.observation_domain, id),
            mode,
            interval,
        };
        self.0.retain(|known| known.key != sampler.key);
        if self.0.len() == MOST_SAMPLERS {
            self.0.pop_front();
        }
        self.0.push_back(sampler);
    }

    /// Writes algorithm and interval of a record's sampler, where the record has none.
    fn write<E: Encode>(
        &self,
        header: &MessageHeader,
        record: &DataRecord<'_, '_>,
        plan: &FluentdPlan,
        out: &mut E,
    ) {
        if self.0.is_empty() {
            return;
        }
        let Some(id) = plan.places.number(record, SAMPLER_ID) else {
            return;
        };
        let key = (header.exporter.ip(), header.observation_domain, id);
        let Some(sampler) = self.0.iter().find(|sampler| sampler.key == key) else {
            return;
        };
        if !plan.has_algorithm {
            out.key("sampling_algorithm");
            out.unsigned(sampler.mode);
        }
        if !plan.has_interval {
            out.key("sampling_interval");
            out.unsigned(sampler.interval);
        }
    }
}
