//! IPFIX and v9: templates of any fields, records of any values.

use netflow_core::encode::{IpfixHeader, MessageBuilder, NetflowV9Header, TemplateDefinition};
use netflow_core::wire::template::{FieldKey, FieldLength};
use netflow_core::{Decoded, Error, ErrorKind, SetKind};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_assume, proptest};

use crate::value::{Field, Owned, field};
use crate::{NOW, datagram, decoder};

/// A template and records by it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) template: TemplateDefinition,
    pub(crate) records: Vec<Vec<Owned>>,
}

/// Scopes are types of their own in v9.
const SCOPES: [u16; 5] = [1, 2, 3, 4, 5];

fn table(id: u16, ipfix: bool) -> impl Strategy<Value = Table> {
    let fields = vec(field(ipfix), 1..12);
    let scope = (any::<u16>(), any::<bool>());
    (fields, scope).prop_flat_map(move |(fields, (scope, options))| {
        let values: Vec<_> = fields.iter().map(Field::value).collect();
        let scope = 1 + scope % u16::try_from(fields.len()).unwrap();
        let mut template = if options {
            TemplateDefinition::options(id, scope)
        } else {
            TemplateDefinition::new(id)
        };
        for (index, field) in fields.iter().enumerate() {
            let mut specifier = field.specifier;
            if options && !ipfix && index < usize::from(scope) {
                specifier.key = FieldKey::Scope(SCOPES[index % SCOPES.len()]);
            }
            template = template.specifier(specifier);
        }
        (Just(template), vec(values, 0..6))
            .prop_map(|(template, records)| Table { template, records })
    })
}

fn tables(ipfix: bool) -> impl Strategy<Value = Vec<Table>> {
    (table(256, ipfix), table(257, ipfix), table(65535, ipfix)).prop_map(|(a, b, c)| vec![a, b, c])
}

/// A template whose records have no octets cannot have any.
fn has_octets(table: &Table) -> bool {
    let fields = table.template.fields();
    fields
        .iter()
        .any(|field| field.length != FieldLength::Fixed(0))
}

fn write(message: &mut MessageBuilder, tables: &[Table]) {
    for table in tables {
        message.template(&table.template).unwrap();
    }
    for table in tables {
        for record in &table.records {
            let values = record.iter().map(Owned::value);
            message.record(&table.template, values).unwrap();
        }
    }
}

/// The first problem, but for those of what options mean: scopes of any kind and number are made up.
fn fault(message: Decoded<'_>) -> Option<Error> {
    let meaning = ErrorKind::Limit {
        limit: "rate_scopes",
    };
    let mut problems = message.problems().map(|problem| problem.error);
    problems.find(|error| error.kind != meaning)
}

/// The content of a message agrees with the tables.
fn compare(message: Decoded<'_>, tables: &[Table], typed: bool) -> Result<(), String> {
    if let Some(fault) = fault(message) {
        return Err(fault.to_string());
    }
    let templates: Vec<TemplateDefinition> = message
        .sets()
        .flat_map(|set| set.template_records())
        .map(|record| TemplateDefinition::from(&record))
        .collect();
    if !templates
        .iter()
        .eq(tables.iter().map(|table| &table.template))
    {
        return Err(format!("templates are {templates:?}"));
    }
    let mut records = message.records();
    for table in tables {
        for expected in &table.records {
            let record = records.next().ok_or("a record is missing")?;
            if record.template().id() != table.template.id() {
                return Err("a record is of another template".into());
            }
            if record.fields().count() != expected.len() {
                return Err("a field is missing".into());
            }
            for (field, expected) in record.fields().zip(expected) {
                let is_scope = matches!(field.template().key(), FieldKey::Scope(_));
                let known = field.template().data_type().is_some() && typed && !is_scope;
                if known && !expected.is(field.value()) {
                    return Err(format!("{expected:?} is {:?}", field.value()));
                }
                match expected {
                    Owned::Octets(octets) if field.octets() != octets => {
                        return Err(format!("{octets:?} is {:?}", field.octets()));
                    }
                    _ => {}
                }
            }
        }
    }
    records
        .next()
        .map_or(Ok(()), |_| Err("a record too many".into()))
}

proptest! {
    #[test]
    fn ipfix_is_read_as_it_was_written(tables in tables(true), sequence: u32, domain: u32) {
        prop_assume!(tables.iter().all(has_octets));
        let header = IpfixHeader::default().with_export_time(NOW).with_sequence(sequence).with_observation_domain(domain);
        let mut message = MessageBuilder::new(header);
        write(&mut message, &tables);
        let octets = message.finish();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        let header = message.headers().next().unwrap();
        prop_assert_eq!(header.sequence, Some(sequence));
        prop_assert_eq!(header.observation_domain, domain);
        prop_assert_eq!(compare(message, &tables, true), Ok(()));
    }

    #[test]
    fn v9_is_read_as_it_was_written(tables in tables(false), uptime: u32, source_id: u32) {
        prop_assume!(tables.iter().all(has_octets));
        let header = NetflowV9Header::default().with_sys_uptime(uptime).with_unix_secs(NOW).with_sequence(3).with_source_id(source_id);
        let mut message = MessageBuilder::new(header);
        write(&mut message, &tables);
        let octets = message.finish();
        // RFC 3954, section 5.1: the count is that of template and data records.
        let count: usize = tables.iter().map(|table| 1 + table.records.len()).sum();
        prop_assert_eq!(usize::from(u16::from_be_bytes([octets[2], octets[3]])), count);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        let header = message.headers().next().unwrap();
        prop_assert_eq!(header.sys_uptime, Some(uptime));
        prop_assert_eq!(header.observation_domain, source_id);
        prop_assert_eq!(compare(message, &tables, true), Ok(()));
    }

    /// With any limit, a message is no longer than it, and what does not fit changes nothing.
    #[test]
    fn no_message_is_longer_than_its_limit(tables in tables(true), limit in 16_usize..600) {
        let header = IpfixHeader::default().with_export_time(NOW);
        let mut message = MessageBuilder::new(header).with_limit(limit);
        let mut written = 0;
        for table in &tables {
            if message.template(&table.template).is_ok() {
                for record in &table.records {
                    let added = message.record(&table.template, record.iter().map(Owned::value));
                    written += u32::from(added.is_ok());
                }
            }
        }
        prop_assert_eq!(message.data_records(), written);
        let octets = message.finish();
        prop_assert!(octets.len() <= limit);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        prop_assert_eq!(fault(message), None);
        prop_assert_eq!(message.records().count(), usize::try_from(written).unwrap());
    }
}

#[test]
fn withdrawals_have_sets_of_their_own() {
    let template = TemplateDefinition::new(256).field(netflow_core::element::ElementId::iana(8), 4);
    let mut message = MessageBuilder::new(IpfixHeader::default());
    message.template(&template).unwrap();
    message.withdrawal(256, false).unwrap();
    message.template(&template.clone().with_id(257)).unwrap();
    message.withdrawal_of_all(false).unwrap();
    message.withdrawal_of_all(true).unwrap();
    let octets = message.finish();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&octets)).unwrap();
    assert_eq!(message.problems().count(), 0);
    let kinds: Vec<_> = message.sets().map(|set| (set.id(), set.kind())).collect();
    let (templates, options) = (SetKind::Templates, SetKind::OptionsTemplates);
    assert_eq!(
        kinds,
        [
            (2, templates),
            (2, templates),
            (2, templates),
            (2, templates),
            (3, options)
        ]
    );
    assert_eq!(decoder.templates().count(), 0);
    assert_eq!(decoder.stats().withdrawals, 3);
}

#[test]
fn a_buffer_is_used_again() {
    let template = TemplateDefinition::new(256).field(netflow_core::element::ElementId::iana(8), 4);
    let mut buffer = Vec::with_capacity(4096);
    let memory = buffer.as_ptr();
    for _ in 0..3 {
        let mut message = MessageBuilder::new(NetflowV9Header::default()).with_buffer(buffer);
        message.template(&template).unwrap();
        message.record(&template, [[192, 0, 2, 1].into()]).unwrap();
        buffer = message.finish();
        assert_eq!((buffer.as_ptr(), buffer.len()), (memory, 20 + 12 + 8));
    }
}
