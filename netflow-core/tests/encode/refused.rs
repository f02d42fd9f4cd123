//! What cannot be written is an error and changes nothing.

use netflow_core::element::{ElementId, iana};
use netflow_core::encode::sflow::{FlowSampleHeader, SampleBuilder};
use netflow_core::encode::{
    EncodeError, FixedBuilder, FixedHeader, IpfixHeader, MessageBuilder, NetflowV9Header,
    TemplateDefinition, basic_list,
};
use netflow_core::value::Value;
use netflow_core::wire::fixed;
use netflow_core::wire::sflow::{Interface, SourceId};

fn ipfix() -> MessageBuilder {
    MessageBuilder::new(IpfixHeader::default())
}

fn v9() -> MessageBuilder {
    MessageBuilder::new(NetflowV9Header::default())
}

/// The code of an error: its name in Rust.
fn code<T>(result: Result<T, EncodeError>) -> String {
    let error = result.err().expect("it was written");
    assert!(!error.to_string().is_empty());
    let name = format!("{error:?}");
    name.split(' ').next().unwrap().to_owned()
}

#[test]
fn templates_that_no_exporter_may_send_are_refused() {
    let port = iana::SOURCE_TRANSPORT_PORT.id;
    let good = TemplateDefinition::new(256).field(port, 2);
    assert_eq!(
        code(ipfix().template(&good.clone().with_id(255))),
        "TemplateId"
    );
    assert_eq!(
        code(ipfix().template(&TemplateDefinition::new(256))),
        "FieldCount"
    );
    let scope = TemplateDefinition::options(256, 2).field(port, 2);
    assert_eq!(code(ipfix().template(&scope)), "FieldCount");
    let no_scope = TemplateDefinition::options(256, 0).field(port, 2);
    assert_eq!(code(ipfix().template(&no_scope)), "FieldCount");
    v9().template(&no_scope).unwrap();
    let many = (0..65_536).fold(TemplateDefinition::new(256), |t, _| t.field(port, 2));
    assert_eq!(code(ipfix().template(&many)), "FieldCount");
    let octets = (0..20_000).fold(TemplateDefinition::options(256, 1).scope(1, 4), |t, _| {
        t.field(port, 2)
    });
    assert_eq!(code(v9().template(&octets)), "FieldCount");
}

#[test]
fn fields_of_the_other_protocol_are_refused() {
    let enterprise = TemplateDefinition::new(256).field(ElementId::new(9, 1), 4);
    assert_eq!(code(v9().template(&enterprise)), "Field");
    let v9_type = TemplateDefinition::new(256).field(ElementId::iana(33002), 2);
    v9().template(&v9_type).unwrap();
    assert_eq!(code(ipfix().template(&v9_type)), "Field");
    let scope = TemplateDefinition::options(256, 1)
        .scope(1, 4)
        .field(ElementId::iana(34), 4);
    v9().template(&scope).unwrap();
    assert_eq!(code(ipfix().template(&scope)), "Field");
    let element = TemplateDefinition::options(256, 1).field(ElementId::iana(34), 4);
    assert_eq!(code(v9().template(&element)), "Field");
    assert_eq!(code(v9().withdrawal(256, false)), "Withdrawal");
    assert_eq!(code(ipfix().withdrawal(255, false)), "TemplateId");
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let field = |element: ElementId, length, value| {
        let template = TemplateDefinition::new(256).field(element, length);
        let mut message = ipfix();
        let added = message.record(&template, [value]);
        // What was refused has no effect.
        let empty = message.is_empty();
        assert_eq!(
            (empty, message.finish().len()),
            (
                added.is_err(),
                if empty {
                    16
                } else {
                    16 + 4 + usize::from(length)
                }
            )
        );
        added
    };
    let port = iana::SOURCE_TRANSPORT_PORT.id;
    assert_eq!(code(field(port, 1, 256_u16.into())), "Length");
    assert_eq!(code(field(port, 0, 0_u16.into())), "RecordLength");
    assert_eq!(code(field(port, 33, 0_u16.into())), "Length");
    assert_eq!(code(field(port, 2, "text".into())), "Type");
    assert_eq!(code(field(port, 2, Value::Signed(-1))), "Type");
    assert_eq!(
        code(field(
            iana::SOURCE_IPV4_ADDRESS.id,
            4,
            core::net::IpAddr::from([0; 16]).into()
        )),
        "Type"
    );
    assert_eq!(
        code(field(iana::SOURCE_IPV4_ADDRESS.id, 3, [1, 2, 3, 4].into())),
        "Length"
    );
    assert_eq!(
        code(field(iana::INTERFACE_NAME.id, 3, "eth0".into())),
        "Length"
    );
    assert_eq!(
        code(field(
            iana::MIB_OBJECT_VALUE_INTEGER.id,
            1,
            Value::Signed(128)
        )),
        "Length"
    );
    assert_eq!(
        code(field(
            iana::MIB_OBJECT_VALUE_INTEGER.id,
            1,
            Value::Signed(-129)
        )),
        "Length"
    );
    field(iana::MIB_OBJECT_VALUE_INTEGER.id, 1, Value::Signed(-128)).unwrap();
    assert_eq!(
        code(field(iana::SAMPLING_PROBABILITY.id, 4, Value::Float(0.1))),
        "Length"
    );
    assert_eq!(
        code(field(iana::SAMPLING_PROBABILITY.id, 2, Value::Float(0.5))),
        "Length"
    );
    field(iana::SAMPLING_PROBABILITY.id, 4, Value::Float(0.5)).unwrap();
    assert_eq!(
        code(field(ElementId::iana(32000), 4, Value::Octets(&[1, 2, 3]))),
        "Length"
    );
}

#[test]
fn records_of_another_shape_are_refused() {
    let template = TemplateDefinition::new(256).field(iana::SOURCE_TRANSPORT_PORT.id, 2);
    let two = [80_u16.into(), 443_u16.into()];
    assert_eq!(code(ipfix().record(&template, [])), "ValueCount");
    assert_eq!(code(ipfix().record(&template, two)), "ValueCount");
    assert_eq!(code(ipfix().octets(&template, &[1])), "RecordLength");
    assert_eq!(code(ipfix().octets(&template, &[1, 2, 3])), "RecordLength");
    ipfix().octets(&template, &[1, 2]).unwrap();
    let nothing = TemplateDefinition::new(256).field(iana::INTERFACE_NAME.id, 0);
    assert_eq!(code(ipfix().record(&nothing, ["".into()])), "RecordLength");
    assert_eq!(
        code(ipfix().record(&template.clone().with_id(2), [1_u16.into()])),
        "TemplateId"
    );
    let long = TemplateDefinition::new(256).variable(iana::INTERFACE_NAME.id);
    assert_eq!(
        code(ipfix().record(&long, [Value::Octets(&[0; 65_536])])),
        "Length"
    );
    assert_eq!(
        code(ipfix().record(&long, [Value::Octets(&[0; 65_520])])),
        "Full"
    );
}

#[test]
fn fixed_versions_refuse_what_their_layout_has_not() {
    let layout = fixed::layout(5, 0).unwrap();
    let builder = || FixedBuilder::new(layout, FixedHeader::default());
    assert_eq!(
        code(builder().named([("peer_nexthop", 0_u32.into())])),
        "Name"
    );
    assert_eq!(
        code(builder().named([("dstport", 65_536_u32.into())])),
        "Length"
    );
    assert_eq!(code(builder().record([0_u8.into()])), "Type");
    assert_eq!(code(builder().record([])), "ValueCount");
    assert_eq!(code(builder().octets(&[0; 47])), "RecordLength");
    let mut small = builder().with_limit(24 + 48);
    small.octets(&[0; 48]).unwrap();
    assert_eq!(code(small.octets(&[0; 48])), "Full");
    assert_eq!(small.finish().len(), 24 + 48);
}

#[test]
fn numbers_that_need_the_expanded_form_are_refused_in_the_short_one() {
    let mut header = FlowSampleHeader::default().with_source_id(SourceId {
        class: 0,
        index: 1 << 24,
    });
    assert_eq!(code(SampleBuilder::flow(&header)), "Compact");
    header.source_id = SourceId {
        class: 256,
        index: 0,
    };
    assert_eq!(code(SampleBuilder::flow(&header)), "Compact");
    header.source_id = SourceId { class: 0, index: 0 };
    header.output = Interface {
        format: 0,
        value: 1 << 30,
    };
    assert_eq!(code(SampleBuilder::flow(&header)), "Compact");
    header.expanded = true;
    SampleBuilder::flow(&header).unwrap();
}

#[test]
fn a_basic_list_of_a_v9_scope_is_refused() {
    use netflow_core::wire::template::{FieldKey, FieldLength, FieldSpecifier};
    let scope = FieldSpecifier {
        key: FieldKey::Scope(1),
        length: FieldLength::Fixed(4),
    };
    assert_eq!(code(basic_list(0, &scope, [])), "Field");
}
