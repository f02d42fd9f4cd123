//! What only IPFIX has: variable lengths, biflows, withdrawals, lists, types.

use netflow_core::element::{ElementId, iana};
use netflow_core::encode::{SubTemplateMultiListBuilder, TemplateDefinition};
use netflow_core::value::Value;

use super::sets::{IPFIX, one};
use super::{Case, FULL};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        IPFIX
            .case(
                "records of one variable-length field that is empty",
                |number| IPFIX.full(number, 256, 0),
            )
            .announced(
                IPFIX.announce(&[TemplateDefinition::new(256).variable(iana::INTERFACE_NAME.id)]),
            ),
        IPFIX
            .case("records of 300 variable-length fields", |number| {
                IPFIX.full(number, 256, 0)
            })
            .announced(IPFIX.announce(&[
                (0..300).fold(TemplateDefinition::new(256), |template, _| {
                    template.variable(iana::INTERFACE_NAME.id)
                }),
            ])),
    ];
    cases.push(biflows());
    cases.push(withdrawals());
    cases.extend(lists());
    cases.push(types());
    cases
}

fn biflows() -> Case {
    IPFIX.case("biflow templates, compiled in both directions", |number| {
        let mut message = IPFIX.message(number).with_limit(FULL);
        let length = 1 + u16::try_from(number % 8).unwrap_or(0);
        for id in 256.. {
            let reverse = ElementId::new(29_305, 1);
            let template = TemplateDefinition::new(id).field(reverse, length);
            if message.template(&template).is_err() {
                break;
            }
        }
        message.finish()
    })
}

fn withdrawals() -> Case {
    IPFIX.case("withdrawals", |number| {
        let mut message = IPFIX.message(number).with_limit(FULL);
        for id in 256.. {
            if message.withdrawal(id, false).is_err() {
                break;
            }
        }
        message.finish()
    })
}

fn lists() -> Vec<Case> {
    let holder = TemplateDefinition::new(256)
        .variable(iana::BASIC_LIST.id)
        .variable(iana::SUB_TEMPLATE_MULTI_LIST.id);
    let basic = holder.clone();
    let parts = holder.clone();
    let templates: Vec<_> = (300..420).map(one).chain([holder]).collect();
    vec![
        IPFIX
            .case(
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
                    let mut message = IPFIX.message(number);
                    message
                        .record(&basic, [Value::List(&list), Value::List(&[0])])
                        .expect("it fits");
                    message.finish()
                },
            )
            .announced(IPFIX.announce(&templates)),
        IPFIX
            .case("a list of parts of other templates", move |number| {
                let mut list = SubTemplateMultiListBuilder::new(3);
                for id in 0..270_u16 {
                    let records: [[Value<'_>; 1]; 1] = [[Value::Unsigned(1)]];
                    list.part(&one(300 + id % 120), records).expect("it fits");
                }
                let list = list.finish();
                let mut message = IPFIX.message(number);
                message
                    .record(&parts, [Value::List(&[3, 0, 4, 0, 1]), Value::List(&list)])
                    .expect("it fits");
                message.finish()
            })
            .announced(IPFIX.announce(&templates)),
        IPFIX
            .case("records of two empty lists", move |number| {
                // Zero-length lists: each record has two.
                IPFIX.full(number, 256, 0)
            })
            .announced(IPFIX.announce(&templates)),
    ]
}

/// Each datagram announces the type of an element again, so that templates with it are compiled again.
fn types() -> Case {
    let unknown = |field: u16| ElementId::new(64_999, field);
    let wide = |id: u16| {
        (0..65_u16).fold(TemplateDefinition::new(id), |template, field| {
            template.field(unknown(field), if field == 0 { 1 } else { 0 })
        })
    };
    let type_record = TemplateDefinition::options(400, 2)
        .field(iana::PRIVATE_ENTERPRISE_NUMBER.id, 4)
        .field(iana::INFORMATION_ELEMENT_ID.id, 2)
        .field(iana::INFORMATION_ELEMENT_DATA_TYPE.id, 1)
        .variable(iana::INFORMATION_ELEMENT_NAME.id);
    let first = type_record.clone();
    let mut case = IPFIX
        .case(
            "a type announced again, 60 sets of templates with it",
            move |number| {
                let name = if number % 2 == 0 { "even" } else { "odd" };
                let mut message = IPFIX.message(number);
                let values = [64_999_u32.into(), 7_u16.into(), 1_u8.into(), name.into()];
                message.record(&first, values).expect("it fits");
                for id in 500..560 {
                    message.octets(&wide_header(id), &[1]).expect("it fits");
                }
                message.finish()
            },
        )
        .announced(IPFIX.announce(&[type_record]));
    for id in 500..560 {
        case = case.announced(IPFIX.announce(&[wide(id)]));
    }
    case
}

/// A definition whose records are as long as those of the wide ones.
fn wide_header(id: u16) -> TemplateDefinition {
    one(id)
}
