//! Lists of RFC 6313, nested as deep as they may be.

use netflow_core::element::{ElementId, iana};
use netflow_core::encode::{
    IpfixHeader, MessageBuilder, SubTemplateMultiListBuilder, TemplateDefinition, basic_list,
    sub_template_list,
};
use netflow_core::record::{List, SubTemplateList};
use netflow_core::value::Value;
use netflow_core::wire::template::{FieldKey, FieldLength, FieldSpecifier};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

use crate::{datagram, decoder};

/// A list and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Values of a port.
    Ports(u8, Vec<u16>),
    /// Records of a port and a text.
    Records(u8, Vec<(u16, Vec<u8>)>),
    /// Parts of such records.
    Parts(u8, Vec<Vec<(u16, Vec<u8>)>>),
    /// A list of lists.
    Lists(u8, Vec<Self>),
}

/// Three lists inside each other; the decoder follows four.
pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    let record = (any::<u16>(), vec(1_u8.., 0..300));
    let records = vec(record, 0..4);
    let leaf = prop_oneof![
        (any::<u8>(), vec(any::<u16>(), 0..20)).prop_map(|(s, ports)| Tree::Ports(s, ports)),
        (any::<u8>(), records.clone()).prop_map(|(s, records)| Tree::Records(s, records)),
        (any::<u8>(), vec(records, 0..3)).prop_map(|(s, parts)| Tree::Parts(s, parts)),
        Just(Tree::Ports(255, Vec::new())),
    ];
    leaf.prop_recursive(2, 12, 4, |inner| {
        (any::<u8>(), vec(inner, 0..4)).prop_map(|(s, lists)| Tree::Lists(s, lists))
    })
}

/// The records of lists.
pub(crate) fn entry() -> TemplateDefinition {
    TemplateDefinition::new(300)
        .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
        .variable(iana::INTERFACE_NAME.id)
}

/// The records that lists are in.
pub(crate) fn holder() -> TemplateDefinition {
    TemplateDefinition::new(301)
        .variable(iana::BASIC_LIST.id)
        .variable(iana::SUB_TEMPLATE_LIST.id)
        .variable(iana::SUB_TEMPLATE_MULTI_LIST.id)
}

fn specifier(element: ElementId, length: FieldLength) -> FieldSpecifier {
    let key = FieldKey::Element(element);
    FieldSpecifier { key, length }
}

fn values(record: &(u16, Vec<u8>)) -> [Value<'_>; 2] {
    let text = netflow_core::value::Text::new(&record.1);
    [record.0.into(), Value::Text(text)]
}

impl Tree {
    fn octets(&self) -> Vec<u8> {
        match self {
            Self::Ports(semantic, ports) => {
                let port = specifier(iana::SOURCE_TRANSPORT_PORT.id, FieldLength::Fixed(2));
                basic_list(*semantic, &port, ports.iter().map(|port| (*port).into())).unwrap()
            }
            Self::Records(semantic, records) => {
                sub_template_list(*semantic, &entry(), records.iter().map(values)).unwrap()
            }
            Self::Parts(semantic, parts) => {
                let mut list = SubTemplateMultiListBuilder::new(*semantic);
                for part in parts {
                    list.part(&entry(), part.iter().map(values)).unwrap();
                }
                list.finish()
            }
            Self::Lists(semantic, lists) => {
                // Lists of any kind are in records of the holder.
                let rows: Vec<[Vec<u8>; 3]> = lists.iter().map(Self::row).collect();
                let rows = rows
                    .iter()
                    .map(|row| row.each_ref().map(|list| Value::List(list)));
                sub_template_list(*semantic, &holder(), rows).unwrap()
            }
        }
    }

    /// A record of the holder with this list in its place.
    pub(crate) fn row(&self) -> [Vec<u8>; 3] {
        let mut row = [
            Self::Ports(255, Vec::new()).octets(),
            Self::Records(255, Vec::new()).octets(),
            Self::Parts(255, Vec::new()).octets(),
        ];
        let place = match self {
            Self::Ports(..) => 0,
            Self::Records(..) | Self::Lists(..) => 1,
            Self::Parts(..) => 2,
        };
        row[place] = self.octets();
        row
    }
}

fn records(list: &SubTemplateList<'_, '_>) -> Vec<(u16, Vec<u8>)> {
    let read = list.records().map(|record| {
        let mut fields = record.fields();
        let port = fields.next().unwrap().value();
        let Some(Value::Unsigned(port)) = port else {
            panic!("{port:?} is not a port")
        };
        (
            u16::try_from(port).unwrap(),
            fields.next().unwrap().octets().to_vec(),
        )
    });
    read.collect()
}

/// The first list of a record that is not empty, as it is read.
pub(crate) fn read(record: &netflow_core::record::DataRecord<'_, '_>, like: &Tree) -> Tree {
    let place = match like {
        Tree::Ports(..) => 0,
        Tree::Records(..) | Tree::Lists(..) => 1,
        Tree::Parts(..) => 2,
    };
    let field = record.fields().nth(place).unwrap();
    match (field.list().unwrap(), like) {
        (List::Basic(list), _) => {
            let port = |value: Option<Value<'_>>| match value {
                Some(Value::Unsigned(port)) => u16::try_from(port).unwrap(),
                other => panic!("{other:?} is not a port"),
            };
            let ports = list.values().map(|value| port(value.value())).collect();
            Tree::Ports(list.semantic(), ports)
        }
        (List::SubTemplate(list), Tree::Lists(_, inner)) => {
            assert_eq!(list.records().count(), inner.len());
            let lists = list
                .records()
                .zip(inner)
                .map(|(record, like)| read(&record, like));
            Tree::Lists(list.semantic(), lists.collect())
        }
        (List::SubTemplate(list), _) => Tree::Records(list.semantic(), records(&list)),
        (List::SubTemplateMulti(list), _) => {
            let parts = list.parts().map(|part| records(&part)).collect();
            Tree::Parts(list.semantic(), parts)
        }
    }
}

/// A message of one record with this list.
pub(crate) fn message(tree: &Tree) -> Vec<u8> {
    let mut message = MessageBuilder::new(IpfixHeader::default());
    message.template(&entry()).unwrap();
    message.template(&holder()).unwrap();
    let row = tree.row();
    message
        .record(&holder(), row.each_ref().map(|list| Value::List(list)))
        .unwrap();
    message.finish()
}

proptest! {
    #[test]
    fn lists_are_read_as_they_were_written(tree in tree()) {
        let octets = message(&tree);
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&octets)).unwrap();
        prop_assert_eq!(message.problems().map(|p| p.error.to_string()).collect::<Vec<_>>(), [""; 0]);
        let record = message.records().next().unwrap();
        prop_assert_eq!(read(&record, &tree), tree);
    }
}
