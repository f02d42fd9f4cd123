//! A template and data by it: the frame around both is always right, so that all
//! octets go into fields and records.

use arbitrary::Arbitrary;
use netflow_core::element::ElementId;
use netflow_core::encode::{IpfixHeader, MessageBuilder, NetflowV9Header, TemplateDefinition};
use netflow_core::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// A template and the body of a data set.
#[derive(Debug, Arbitrary)]
struct Input<'a> {
    ipfix: bool,
    options: bool,
    scope: u8,
    fields: Vec<Field>,
    body: &'a [u8],
}

#[derive(Debug, Arbitrary)]
struct Field {
    number: u16,
    /// One of few, so that elements of vendors are met that are known.
    vendor: u8,
    length: u8,
}

/// Vendors of the registry.
const VENDORS: [u32; 8] = [0, 0, 0, 0, 29305, 35632, 9, 6871];

impl Field {
    fn specifier(&self, ipfix: bool, in_scope: bool) -> FieldSpecifier {
        let vendor = VENDORS[usize::from(self.vendor) % VENDORS.len()];
        let key = if ipfix {
            FieldKey::Element(ElementId::new(vendor, self.number & 0x7fff))
        } else if in_scope {
            FieldKey::Scope(self.number % 8)
        } else {
            FieldKey::Element(ElementId::iana(self.number))
        };
        let length = match self.length {
            255 => FieldLength::Variable,
            length => FieldLength::Fixed(length.into()),
        };
        FieldSpecifier { key, length }
    }
}

/// Decodes template and data.
pub fn run(octets: &[u8]) {
    let mut source = arbitrary::Unstructured::new(octets);
    let Ok(input) = Input::arbitrary(&mut source) else {
        return;
    };
    let Ok(count @ 1..) = u16::try_from(input.fields.len()) else {
        return;
    };
    let scope = if input.options {
        1 + u16::from(input.scope) % count
    } else {
        0
    };
    let empty = if input.options {
        TemplateDefinition::options(256, scope)
    } else {
        TemplateDefinition::new(256)
    };
    let template = (0_u16..)
        .zip(&input.fields)
        .fold(empty, |template, (index, field)| {
            template.specifier(field.specifier(input.ipfix, index < scope))
        });
    let mut message = if input.ipfix {
        MessageBuilder::new(IpfixHeader::default().with_export_time(1_700_000_000))
    } else {
        MessageBuilder::new(NetflowV9Header::default().with_unix_secs(1_700_000_000))
    };
    message.template(&template).unwrap();
    let mut payload = message.finish();
    let len = u16::try_from(input.body.len() + 4).unwrap_or(u16::MAX);
    payload.extend([1, 0]);
    payload.extend(len.to_be_bytes());
    payload.extend(input.body);
    if input.ipfix {
        let all = u16::try_from(payload.len()).unwrap_or(u16::MAX);
        payload[2..4].copy_from_slice(&all.to_be_bytes());
    }
    let mut decoder = crate::decoder();
    crate::read(&mut decoder, crate::datagram(&payload));
    let stats = decoder.stats();
    assert_eq!(stats.templates, 1);
}
