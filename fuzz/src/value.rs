//! Octets and a type make a value, and the value is written as the same octets.

use netflow_core::element::{self, DataType, ElementId};
use netflow_core::encode::{IpfixHeader, MessageBuilder, TemplateDefinition};
use netflow_core::value::Value;

/// Reads a value by the type of the first octet, shows it, writes it, reads it.
pub fn run(octets: &[u8]) {
    let Some((number, octets)) = octets.split_first() else {
        return;
    };
    let Some(data_type) = DataType::from_number(*number % 24) else {
        return;
    };
    let Some(value) = Value::parse(data_type, octets) else {
        return;
    };
    let shown = value.to_string();
    // The least float64 has more than 320 digits.
    assert!(shown.len() <= 400 + 4 * octets.len(), "{shown}");

    let of_type = |element: &element::InformationElement| element.data_type == Some(data_type);
    let Some(element) = element::all().find(of_type) else {
        return;
    };
    let ElementId {
        enterprise_number: 0,
        ..
    } = element.id
    else {
        return;
    };
    let Ok(length) = u16::try_from(octets.len()) else {
        return;
    };
    if length == 0 || length == u16::MAX {
        return;
    }
    for length in [length, u16::MAX] {
        let template = TemplateDefinition::new(256).field(element.id, length);
        let mut message = MessageBuilder::new(IpfixHeader::default());
        message.template(&template).unwrap();
        if message.record(&template, [value]).is_err() {
            // Only what is too long for a message may be refused.
            assert!(octets.len() > 60_000);
            return;
        }
        let payload = message.finish();
        let mut decoder = crate::decoder();
        let message = decoder.decode(crate::datagram(&payload)).unwrap();
        let record = message.records().next().unwrap();
        let read = record.fields().next().unwrap().value();
        assert_eq!(read.map(|value| value.to_string()), Some(shown.clone()));
    }
}
