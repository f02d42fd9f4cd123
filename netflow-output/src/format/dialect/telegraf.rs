//! The metrics of Telegraf's netflow input, as its JSON serializer writes them.

mod form;
mod key;
mod sample;

use netflow_core::template::{Template, TemplateField};
use netflow_core::value::Value;
use netflow_core::wire::template::{FieldKey, FieldLength};
use netflow_core::{MessageHeader, Protocol, Set, SetKind};

use self::form::TelegrafForm;
use self::key::Fields;
use super::documents::Dialect;
use super::names::TELEGRAF;
use super::record::{FieldStyle, NamedField, PlainForm, Plans, RawField, RecordPlan};
use super::{Additions, CommonMembers, Encode, Faults};
use crate::format::Selection;

/// Options of the metrics of Telegraf.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TelegrafOptions {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// Tags and fields that each metric gets.
    pub additions: Additions,
}

/// The metrics of Telegraf's netflow input for NetFlow v5 and v9, IPFIX and sFlow: a measurement, tags, fields
/// and a time.
#[derive(Debug, Default)]
pub struct Telegraf {
    options: TelegrafOptions,
    plans: Plans<RecordPlan<TelegrafForm>>,
    /// What the metrics of a set have in common: fields of the header, and what follows the fields.
    common: [CommonMembers; 2],
}

impl Telegraf {
    /// Metrics with these options.
    #[must_use]
    pub fn new(options: TelegrafOptions) -> Self {
        Self {
            options,
            plans: Plans::default(),
            common: Default::default(),
        }
    }
}

/// The tag `version` of a message; none if Telegraf does not read its protocol here.
const fn version(protocol: Protocol) -> Option<&'static str> {
    match protocol {
        Protocol::NetflowV5 => Some("NetFlowV5"),
        Protocol::NetflowV9 => Some("NetFlowV9"),
        Protocol::Ipfix => Some("IPFIX"),
        Protocol::SflowV5 => Some("sFlowV5"),
        _ => None,
    }
}

impl Dialect for Telegraf {
    fn writes(&self, set: &Set<'_>) -> bool {
        version(set.header().protocol).is_some()
    }

    fn set<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>) {
        let header = set.header();
        let name = match set.kind() {
            SetKind::Samples => return self.samples::<E>(set, selection, out),
            SetKind::Data => "netflow",
            SetKind::Options => "netflow_options",
            _ => return,
        };
        let (Some(version), Some(template)) = (version(header.protocol), set.shared_template())
        else {
            return;
        };
        let Self {
            options,
            plans,
            common: [first, after],
        } = self;
        let faults = options.faults;
        let plan = plans.of(template, |template| {
            MetricStyle::plan::<E>(template, header.protocol, faults)
        });
        let count = set.records().len();
        E::common(first, |out| {
            if header.protocol == Protocol::NetflowV5 {
                write_v5_header(header, count, faults, out);
            }
        });
        E::common(after, |out| {
            write_tags(header, name, version, out);
            options.additions.write(out);
        });
        E::documents(out, |out| {
            selection.for_each_record(set, |record| {
                out.document(|out| {
                    out.key("fields");
                    out.object(|out| {
                        out.members(first);
                        plan.write(record, &mut MetricStyle, out);
                    });
                    out.members(after);
                });
            });
        });
    }
}

impl Telegraf {
    fn samples<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>) {
        let header = set.header();
        let Self {
            options,
            common: [_, after],
            ..
        } = self;
        E::common(after, |out| {
            write_tags(header, "netflow", "sFlowV5", out);
            options.additions.write(out);
        });
        E::documents(out, |out| {
            let mut fields = Fields::new();
            selection.for_each_sample(set, |kind| {
                sample::read(header, kind, options.faults, &mut fields);
                out.document(|out| {
                    out.key("fields");
                    out.object(|out| fields.write(out));
                    out.members(after);
                });
                true
            });
        });
    }
}

/// What follows the fields of a metric: its name, its tags and its time.
fn write_tags<E: Encode>(header: &MessageHeader, name: &str, version: &str, out: &mut E) {
    out.key("name");
    out.word(name);
    out.key("tags");
    out.object(|out| {
        out.key("source");
        out.address(header.exporter.ip());
        out.key("version");
        out.word(version);
    });
    out.key("timestamp");
    // Telegraf takes the time of receipt, but for v5.
    let time = match header.protocol {
        Protocol::NetflowV5 => header.export_time.unwrap_or(header.received),
        _ => header.received,
    };
    out.signed(time.as_nanos().div_euclid(1_000_000_000));
}

/// Members of the header of v5, which are in each metric.
fn write_v5_header<E: Encode>(header: &MessageHeader, count: usize, faults: Faults, out: &mut E) {
    let sampling = header.sampling.unwrap_or(0);
    // The mode is in the upper two bits.
    let interval = if faults.are_copied() {
        sampling
    } else {
        sampling & 0x3fff
    };
    let [_, _, engine_type, engine_id] = header.observation_domain.to_be_bytes();
    for (key, number) in [
        ("flows", count as u64),
        ("sys_uptime", header.sys_uptime.unwrap_or(0).into()),
        ("seq_number", header.sequence.unwrap_or(0).into()),
        ("sampling_interval", interval.into()),
    ] {
        out.key(key);
        out.unsigned(number);
    }
    out.key("engine_type");
    TelegrafForm::EngineType.write(&[engine_type], out);
    out.key("engine_id");
    TelegrafForm::Hex.write(&[engine_id], out);
}

/// How the fields of a metric are written.
struct MetricStyle;

impl MetricStyle {
    /// The fields of the metrics for the records of one template, in the order of the record.
    fn plan<E: Encode>(
        template: &Template,
        protocol: Protocol,
        faults: Faults,
    ) -> RecordPlan<TelegrafForm> {
        let mut named: Vec<(usize, String, TelegrafForm)> = Vec::new();
        for (index, field) in template.fields().iter().enumerate() {
            if field.length() == FieldLength::Fixed(0) {
                continue;
            }
            for (name, form) in members(field, protocol, template.is_options(), faults) {
                // A later field of the same name replaces an earlier one.
                named.retain(|(_, other, _)| *other != name);
                named.push((index, name, form));
            }
        }
        let members = named.into_iter().map(|(index, name, meaning)| {
            let key = E::plan_key(&name);
            NamedField {
                index,
                key,
                meaning,
                repeated: Box::default(),
            }
        });
        RecordPlan::of_members(template, members, &Self)
    }
}

impl FieldStyle for MetricStyle {
    type Meaning = TelegrafForm;

    fn plain(&self, form: &TelegrafForm, len: u16) -> Option<PlainForm> {
        form.plain(len)
    }

    fn value<'a>(&mut self, form: &TelegrafForm, field: RawField<'a, '_>) -> Option<Value<'a>> {
        let octets = field.octets;
        form.has_value(octets).then_some(Value::Octets(octets))
    }

    fn write<E: Encode>(&self, form: Option<&TelegrafForm>, value: &Value<'_>, out: &mut E) {
        match (form, value) {
            (Some(form), Value::Octets(octets)) => form.write(octets, out),
            _ => out.null(),
        }
    }

    fn write_number<E: Encode>(&self, form: &TelegrafForm, number: u64, out: &mut E) {
        // Of one octet, by `TelegrafForm::plain`.
        form.write(&[number as u8], out);
    }
}

/// The bit of a field specifier that an enterprise number follows.
const ENTERPRISE: u16 = 0x8000;

/// The bit of an element's number by which some enterprises mark the reverse direction.
const REVERSE: u16 = 0x4000;

/// The names of the fields that an element becomes, and how each is written.
fn members(
    field: &TemplateField,
    protocol: Protocol,
    is_options: bool,
    faults: Faults,
) -> Vec<(String, TelegrafForm)> {
    let id = match field.key() {
        // Telegraf takes the number of a scope for that of an element.
        FieldKey::Scope(id) if faults.are_copied() => id,
        FieldKey::Scope(_) => return Vec::new(),
        FieldKey::Element(id) if id.enterprise_number == 0 => id.id,
        FieldKey::Element(id) if faults.are_copied() && is_options => {
            // Telegraf does not take the enterprise bit out of the number (RFC 7011, section 3.2).
            let number = id.id | ENTERPRISE;
            return vec![(
                format!("type_{}_{number}", id.enterprise_number),
                TelegrafForm::Hex,
            )];
        }
        FieldKey::Element(id) => {
            let reverse = if id.id & REVERSE == 0 { "" } else { "rev_" };
            let (enterprise, id) = (id.enterprise_number, id.id & !REVERSE);
            return vec![(
                format!("type_{enterprise}_{reverse}{id}"),
                TelegrafForm::Hex,
            )];
        }
    };
    let (prefix, id) = match protocol {
        Protocol::Ipfix if id & REVERSE != 0 => ("rev_", id & !REVERSE),
        _ => ("", id),
    };
    let Some((names, data_type)) = TELEGRAF.of_element(0, id) else {
        return match field.key() {
            // Padding of the fixed versions, or a list.
            FieldKey::Element(element) if element.id == 0 || matches!(id, 267 | 291..=293) => {
                Vec::new()
            }
            _ => vec![(format!("type_{id}"), TelegrafForm::Hex)],
        };
    };
    let names = names.split('+').enumerate();
    names
        .map(|(place, name)| {
            (
                format!("{prefix}{name}"),
                TelegrafForm::new(id, place, data_type),
            )
        })
        .collect()
}
