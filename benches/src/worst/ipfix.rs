//! IPFIX, whose code is that of v9 too.

use netflow_core::element::{ElementId, iana};
use netflow_core::encode::{
    IpfixHeader, MessageBuilder, SubTemplateMultiListBuilder, TemplateDefinition,
};
use netflow_core::value::Value;

use super::{Case, FULL, NOW};

fn message(number: u32) -> MessageBuilder {
    domain(number, 1)
}

fn domain(number: u32, observation_domain: u32) -> MessageBuilder {
    let header = IpfixHeader {
        export_time: NOW,
        sequence: number,
        observation_domain,
    };
    MessageBuilder::new(header)
}

/// What routers send: eleven fields, 39 octets.
fn usual() -> TemplateDefinition {
    TemplateDefinition::new(256)
        .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
        .field(iana::DESTINATION_IPV4_ADDRESS.id, 4)
        .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
        .field(iana::DESTINATION_TRANSPORT_PORT.id, 2)
        .field(iana::PROTOCOL_IDENTIFIER.id, 1)
        .field(iana::OCTET_DELTA_COUNT.id, 4)
        .field(iana::PACKET_DELTA_COUNT.id, 4)
        .field(iana::FLOW_START_MILLISECONDS.id, 8)
        .field(iana::FLOW_END_MILLISECONDS.id, 8)
        .field(iana::INGRESS_INTERFACE.id, 4)
        .field(iana::EGRESS_INTERFACE.id, 4)
}

/// A message full of records of these octets, by the template of this id.
fn records(number: u32, id: u16, len: usize) -> Vec<u8> {
    sets(number, &[(id, vec![1; (FULL - 20) / len * len])])
}

/// A message of these sets as they are.
fn sets(number: u32, sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut octets = message(number).finish();
    for (id, body) in sets {
        octets.extend(id.to_be_bytes());
        octets.extend(
            u16::try_from(body.len() + 4)
                .expect("a set is short")
                .to_be_bytes(),
        );
        octets.extend(body);
    }
    let len = u16::try_from(octets.len()).expect("a message is short");
    octets[2..4].copy_from_slice(&len.to_be_bytes());
    octets
}

fn teach(templates: &[TemplateDefinition]) -> Vec<u8> {
    let mut message = message(0);
    for template in templates {
        message.template(template).expect("templates fit");
    }
    message.finish()
}

/// A template of so many fields of no octets, and one of one octet.
fn hollow(fields: u16) -> TemplateDefinition {
    (0..fields)
        .fold(TemplateDefinition::new(256), |template, _| {
            template.field(iana::INTERFACE_NAME.id, 0)
        })
        .field(iana::PROTOCOL_IDENTIFIER.id, 1)
}

fn one(id: u16) -> TemplateDefinition {
    TemplateDefinition::new(id).field(iana::PROTOCOL_IDENTIFIER.id, 1)
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("ipfix", "normal: 30 records of 11 fields", |number| {
            records(number, 256, 45)
        })
        .taught(teach(&[usual()])),
        Case::new("ipfix", "records of one octet", |number| {
            records(number, 256, 1)
        })
        .taught(teach(&[one(256)])),
        Case::new(
            "ipfix",
            "records of one octet and 4,000 fields of none",
            |number| records(number, 256, 1),
        )
        .taught(teach(&[hollow(4000)])),
        Case::new(
            "ipfix",
            "records of one variable-length field that is empty",
            |number| sets(number, &[(256, vec![0; FULL - 20])]),
        )
        .taught(teach(&[
            TemplateDefinition::new(256).variable(iana::INTERFACE_NAME.id)
        ])),
        Case::new("ipfix", "records of 300 variable-length fields", |number| {
            sets(number, &[(256, vec![0; FULL - 20])])
        })
        .taught(teach(&[(0..300)
            .fold(TemplateDefinition::new(256), |template, _| {
                template.variable(iana::INTERFACE_NAME.id)
            })])),
    ];
    cases.extend(template_floods());
    cases.extend(id_floods());
    cases.extend(lists());
    cases.push(types());
    cases.push(options());
    cases
}

fn template_floods() -> Vec<Case> {
    vec![
        Case::new(
            "ipfix",
            "templates of one field, each time another",
            |number| {
                let mut message = message(number).with_limit(FULL);
                let number = u16::try_from(number % 30_000).unwrap_or(0);
                for id in 256.. {
                    let element = ElementId::iana(1 + number % 400);
                    let template = TemplateDefinition::new(id).field(element, 4);
                    if message.template(&template).is_err() {
                        break;
                    }
                }
                message.finish()
            },
        ),
        Case::new(
            "ipfix",
            "a template of 300 fields, each time another",
            |number| {
                let number = u16::try_from(number % 30_000).unwrap_or(0);
                let template =
                    (0..300_u16).fold(TemplateDefinition::new(256), |template, field| {
                        template.field(ElementId::iana(1 + (number + field) % 400), 4)
                    });
                let mut message = message(1);
                message.template(&template).expect("it fits");
                message.finish()
            },
        ),
        Case::new("ipfix", "biflow templates, compiled twice", |number| {
            let mut message = message(number).with_limit(FULL);
            let length = 1 + u16::try_from(number % 8).unwrap_or(0);
            for id in 256.. {
                let reverse = ElementId::new(29_305, 1);
                let template = TemplateDefinition::new(id).field(reverse, length);
                if message.template(&template).is_err() {
                    break;
                }
            }
            message.finish()
        }),
        Case::new(
            "ipfix",
            "a template that announces 65,535 fields",
            |number| {
                let body = [1, 0, 0xff, 0xff]
                    .into_iter()
                    .chain([0, 8, 0, 4].into_iter().cycle());
                sets(number, &[(2, body.take(FULL - 20).collect())])
            },
        ),
        Case::new("ipfix", "withdrawals", |number| {
            let mut message = message(number).with_limit(FULL);
            for id in 256.. {
                if message.withdrawal(id, false).is_err() {
                    break;
                }
            }
            message.finish()
        }),
    ]
}

fn id_floods() -> Vec<Case> {
    vec![
        Case::new("ipfix", "empty sets of unknown ids", |number| {
            let all: Vec<_> = (0..345).map(|id| (300 + id, Vec::new())).collect();
            sets(number, &all)
        }),
        Case::new(
            "ipfix",
            "sets of one octet that wait, never given",
            |number| {
                let all: Vec<_> = (0..276).map(|id| (300 + id, vec![1])).collect();
                sets(number, &all)
            },
        ),
        Case::new("ipfix", "empty sets of a known id", |number| {
            let all: Vec<_> = (0..345).map(|_| (256, Vec::new())).collect();
            sets(number, &all)
        })
        .taught(teach(&[usual()])),
        Case::new("ipfix", "reserved sets", |number| {
            let all: Vec<_> = (0..345).map(|_| (9, Vec::new())).collect();
            sets(number, &all)
        }),
        Case::new(
            "ipfix",
            "messages without sets, 87 in a datagram",
            |number| (0..87).flat_map(|_| message(number).finish()).collect(),
        ),
        Case::new(
            "ipfix",
            "messages without sets, each of another domain",
            |number| {
                (0..87)
                    .flat_map(|part| domain(1, number.wrapping_mul(87).wrapping_add(part)).finish())
                    .collect()
            },
        ),
        Case::new(
            "ipfix",
            "a template of another address each time",
            |number| {
                let mut message = message(number);
                message.template(&one(256)).expect("it fits");
                message.finish()
            },
        )
        .forged(),
    ]
}

fn lists() -> Vec<Case> {
    let holder = TemplateDefinition::new(256)
        .variable(iana::BASIC_LIST.id)
        .variable(iana::SUB_TEMPLATE_MULTI_LIST.id);
    let basic = holder.clone();
    let parts = holder.clone();
    let templates: Vec<_> = (300..420).map(one).chain([holder]).collect();
    vec![
        Case::new(
            "ipfix",
            "lists inside lists, as deep as there are octets",
            move |number| {
                let list = (0..150).fold(Vec::new(), |inner, _| {
                    // A basicList of basicLists, of variable length.
                    let mut list = vec![3, 1, 35, 255, 255];
                    let len = u16::try_from(inner.len()).expect("it is short");
                    list.push(255);
                    list.extend(len.to_be_bytes());
                    list.extend(inner);
                    list
                });
                let mut message = message(number);
                message
                    .record(&basic, [Value::List(&list), Value::List(&[0])])
                    .expect("it fits");
                message.finish()
            },
        )
        .taught(teach(&templates)),
        Case::new(
            "ipfix",
            "a list of parts of other templates",
            move |number| {
                let mut list = SubTemplateMultiListBuilder::new(3);
                for id in 0..270_u16 {
                    let records: [[Value<'_>; 1]; 1] = [[Value::Unsigned(1)]];
                    list.part(&one(300 + id % 120), records).expect("it fits");
                }
                let list = list.finish();
                let mut message = message(number);
                message
                    .record(&parts, [Value::List(&[3, 0, 4, 0, 1]), Value::List(&list)])
                    .expect("it fits");
                message.finish()
            },
        )
        .taught(teach(&templates)),
        Case::new("ipfix", "records of two empty lists", move |number| {
            // Lists of no octets: each record has two.
            sets(number, &[(256, vec![0; FULL - 20])])
        })
        .taught(teach(&templates)),
    ]
}

/// Each datagram teaches a type anew, so that templates with it are compiled anew.
fn types() -> Case {
    let unknown = |field: u16| ElementId::new(64_999, field);
    let wide = |id: u16| {
        (0..2000_u16).fold(TemplateDefinition::new(id), |template, field| {
            template.field(unknown(field), if field == 0 { 1 } else { 0 })
        })
    };
    let type_record = TemplateDefinition::options(400, 2)
        .field(iana::PRIVATE_ENTERPRISE_NUMBER.id, 4)
        .field(iana::INFORMATION_ELEMENT_ID.id, 2)
        .field(iana::INFORMATION_ELEMENT_DATA_TYPE.id, 1)
        .variable(iana::INFORMATION_ELEMENT_NAME.id);
    let first = type_record.clone();
    let mut case = Case::new(
        "ipfix",
        "a type taught anew, 60 sets of templates with it",
        move |number| {
            let name = if number % 2 == 0 { "even" } else { "odd" };
            let mut message = message(number);
            let values = [64_999_u32.into(), 7_u16.into(), 1_u8.into(), name.into()];
            message.record(&first, values).expect("it fits");
            for id in 500..560 {
                message.octets(&wide_header(id), &[1]).expect("it fits");
            }
            message.finish()
        },
    )
    .taught(teach(&[type_record]));
    for id in 500..560 {
        case = case.taught(teach(&[wide(id)]));
    }
    case
}

/// A definition whose records are as long as those of the wide ones.
fn wide_header(id: u16) -> TemplateDefinition {
    one(id)
}

/// Names of interfaces, each time others.
fn options() -> Case {
    let template = TemplateDefinition::options(400, 1)
        .field(iana::INGRESS_INTERFACE.id, 4)
        .variable(iana::INTERFACE_NAME.id);
    let names = template.clone();
    Case::new(
        "ipfix",
        "names of interfaces, each time others",
        move |number| {
            let mut message = message(number).with_limit(FULL);
            for interface in 0.. {
                let values = [(number.wrapping_mul(250) + interface).into(), "a".into()];
                if message.record(&names, values).is_err() {
                    break;
                }
            }
            message.finish()
        },
    )
    .taught(teach(&[template]))
}
