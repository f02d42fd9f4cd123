//! Lists of RFC 6313: the octets are the fields of records whose templates, and
//! those that the lists name, are known.

use netflow_core::element::iana;
use netflow_core::encode::{IpfixHeader, MessageBuilder, TemplateDefinition};
use netflow_core::value::Value;

/// Decodes a record of three lists, each a part of the octets.
pub fn run(octets: &[u8]) {
    let holder = TemplateDefinition::new(256)
        .variable(iana::BASIC_LIST.id)
        .variable(iana::SUB_TEMPLATE_LIST.id)
        .variable(iana::SUB_TEMPLATE_MULTI_LIST.id);
    let entry = TemplateDefinition::new(257)
        .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
        .variable(iana::INTERFACE_NAME.id);
    let nothing = TemplateDefinition::new(258).field(iana::INTERFACE_NAME.id, 0);
    let mut message = MessageBuilder::new(IpfixHeader::default());
    for template in [&holder, &entry, &nothing] {
        message.template(template).unwrap();
    }
    let [a, b, rest @ ..] = octets else { return };
    let (first, rest) = rest.split_at(usize::from(*a).min(rest.len()));
    let (second, third) = rest.split_at(usize::from(*b).min(rest.len()));
    let lists = [first, second, third].map(Value::List);
    if message.record(&holder, lists).is_err() {
        return;
    }
    let payload = message.finish();
    let mut decoder = crate::decoder();
    crate::read(&mut decoder, crate::datagram(&payload));
    assert_eq!(decoder.stats().records, 1);
}
