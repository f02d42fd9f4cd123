//! The crate `netflow_parser`.

use netflow_benches::{Row, Workload};
use netflow_parser::static_versions::v5::V5;
use netflow_parser::variable_versions::field_value::{DurationValue, FieldValue};
use netflow_parser::variable_versions::ipfix::lookup::{IANAIPFixField as Element, IPFixField};
use netflow_parser::variable_versions::ipfix::{FlowSetBody as IpfixBody, IPFix};
use netflow_parser::variable_versions::v9::lookup::V9Field as Field;
use netflow_parser::variable_versions::v9::{FlowSetBody as V9Body, V9};
use netflow_parser::{NetflowPacket, NetflowParser};

use netflow_benches::row::fold;

pub(crate) fn read(workload: &Workload, each: &mut dyn FnMut(&Row)) {
    let mut parser = NetflowParser::default();
    for (_, payload) in workload.datagrams() {
        let result = parser.parse_bytes(payload);
        assert!(result.error.is_none(), "{:?}", result.error);
        for packet in &result.packets {
            match packet {
                NetflowPacket::V5(packet) => v5(packet, each),
                NetflowPacket::V9(packet) => v9(packet, each),
                NetflowPacket::IPFix(packet) => ipfix(packet, each),
                _ => panic!("another version"),
            }
        }
    }
}

fn v5(packet: &V5, each: &mut dyn FnMut(&Row)) {
    for flow in &packet.flowsets {
        each(&Row {
            source: fold(flow.src_addr.into()),
            destination: fold(flow.dst_addr.into()),
            octets: flow.d_octets.into(),
            packets: flow.d_pkts.into(),
            start: flow.first.into(),
            end: flow.last.into(),
            input: flow.input.into(),
            output: flow.output.into(),
            source_port: flow.src_port,
            destination_port: flow.dst_port,
            protocol: flow.protocol_number,
        });
    }
}

fn v9(packet: &V9, each: &mut dyn FnMut(&Row)) {
    for set in &packet.flowsets {
        let V9Body::Data(data) = &set.body else {
            continue;
        };
        for record in &data.fields {
            let mut row = Row::default();
            for (field, value) in record {
                let number = number(value);
                match field {
                    Field::Ipv4SrcAddr => row.source = number,
                    Field::Ipv4DstAddr => row.destination = number,
                    Field::InBytes => row.octets = number,
                    Field::InPkts => row.packets = number,
                    Field::FirstSwitched => row.start = number,
                    Field::LastSwitched => row.end = number,
                    Field::InputSnmp => row.input = number as u32,
                    Field::OutputSnmp => row.output = number as u32,
                    Field::L4SrcPort => row.source_port = number as u16,
                    Field::L4DstPort => row.destination_port = number as u16,
                    Field::Protocol => row.protocol = number as u8,
                    _ => {}
                }
            }
            each(&row);
        }
    }
}

fn ipfix(packet: &IPFix, each: &mut dyn FnMut(&Row)) {
    for set in &packet.flowsets {
        let IpfixBody::Data(data) = &set.body else {
            continue;
        };
        for record in &data.fields {
            let mut row = Row::default();
            for (field, value) in record {
                let IPFixField::IANA(element) = field else {
                    continue;
                };
                let number = number(value);
                match element {
                    Element::SourceIpv4address | Element::SourceIpv6address => row.source = number,
                    Element::DestinationIpv4address | Element::DestinationIpv6address => {
                        row.destination = number;
                    }
                    Element::OctetDeltaCount => row.octets = number,
                    Element::PacketDeltaCount => row.packets = number,
                    Element::FlowStartMilliseconds => row.start = number,
                    Element::FlowEndMilliseconds => row.end = number,
                    Element::IngressInterface => row.input = number as u32,
                    Element::EgressInterface => row.output = number as u32,
                    Element::SourceTransportPort => row.source_port = number as u16,
                    Element::DestinationTransportPort => row.destination_port = number as u16,
                    Element::ProtocolIdentifier => row.protocol = number as u8,
                    _ => {}
                }
            }
            each(&row);
        }
    }
}

fn number(value: &FieldValue) -> u64 {
    match value {
        FieldValue::DataNumber(number) => number.as_u64().unwrap_or_default(),
        FieldValue::Ip4Addr(address) => fold((*address).into()),
        FieldValue::Ip6Addr(address) => fold((*address).into()),
        FieldValue::ProtocolType(protocol) => u64::from(u8::from(*protocol)),
        FieldValue::Duration(DurationValue::Millis { value, .. }) => *value,
        _ => 0,
    }
}
