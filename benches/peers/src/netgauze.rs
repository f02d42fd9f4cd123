//! The crate `netgauze-flow-pkt`.

use netflow_benches::row::fold;
use netflow_benches::{Kind, Row, Workload};
use netgauze_flow_pkt::ie::Field;
use netgauze_flow_pkt::{ipfix, netflow};
use netgauze_parse_utils::reader::SliceReader;
use netgauze_parse_utils::traits::ParseFromWithOneInput as _;

pub(crate) fn read(workload: &Workload, each: &mut dyn FnMut(&Row)) {
    if workload.kind() == Kind::NetflowV9 {
        let mut templates = netflow::TemplatesMap::default();
        for (_, payload) in workload.datagrams() {
            let mut reader = SliceReader::new(payload);
            let packet = netflow::NetFlowV9Packet::parse(&mut reader, &mut templates).unwrap();
            for set in packet.sets() {
                if let netflow::Set::Data { records, .. } = set {
                    records
                        .iter()
                        .for_each(|record| each(&row(record.fields())));
                }
            }
        }
    } else {
        let mut templates = ipfix::TemplatesMap::default();
        for (_, payload) in workload.datagrams() {
            let mut reader = SliceReader::new(payload);
            let packet = ipfix::IpfixPacket::parse(&mut reader, &mut templates).unwrap();
            for set in packet.sets() {
                if let ipfix::Set::Data { records, .. } = set {
                    records
                        .iter()
                        .for_each(|record| each(&row(record.fields())));
                }
            }
        }
    }
}

fn row(fields: &[Field]) -> Row {
    let mut row = Row::default();
    for field in fields {
        match field {
            Field::sourceIPv4Address(address) => row.source = fold((*address).into()),
            Field::sourceIPv6Address(address) => row.source = fold((*address).into()),
            Field::destinationIPv4Address(address) => row.destination = fold((*address).into()),
            Field::destinationIPv6Address(address) => row.destination = fold((*address).into()),
            Field::octetDeltaCount(number) => row.octets = *number,
            Field::packetDeltaCount(number) => row.packets = *number,
            Field::flowStartSysUpTime(number) => row.start = (*number).into(),
            Field::flowEndSysUpTime(number) => row.end = (*number).into(),
            Field::flowStartMilliseconds(time) => row.start = time.timestamp_millis() as u64,
            Field::flowEndMilliseconds(time) => row.end = time.timestamp_millis() as u64,
            Field::ingressInterface(number) => row.input = *number,
            Field::egressInterface(number) => row.output = *number,
            Field::sourceTransportPort(port) => row.source_port = *port,
            Field::destinationTransportPort(port) => row.destination_port = *port,
            Field::protocolIdentifier(protocol) => row.protocol = u8::from(*protocol),
            _ => {}
        }
    }
    row
}
