//! The crates `flowparser-sflow` and `sflow-parser`, which leave the sampled header to the caller.

use flowparser_sflow::{FlowRecord, SflowParser, SflowSample};
use netflow_benches::{Row, Workload};
use sflow_parser::SampleData;
use sflow_parser::models::FlowData;

pub(crate) fn flowparser(workload: &Workload, each: &mut dyn FnMut(&Row)) {
    let parser = SflowParser::default();
    for (_, payload) in workload.datagrams() {
        let result = parser.parse_bytes(payload);
        assert!(result.error.is_none(), "{:?}", result.error);
        let samples = result.datagrams.iter().flat_map(|all| &all.samples);
        for sample in samples {
            let SflowSample::Flow(sample) = sample else {
                continue;
            };
            let mut row = Row {
                packets: sample.sampling_rate.into(),
                start: sample.sequence_number.into(),
                input: sample.input,
                output: sample.output,
                ..Row::default()
            };
            for record in &sample.records {
                match record {
                    FlowRecord::RawPacketHeader(header) => {
                        row.octets = header.frame_length.into();
                        dissect(&header.header, &mut row);
                    }
                    FlowRecord::ExtendedSwitch(switch) => row.end = switch.src_vlan.into(),
                    _ => {}
                }
            }
            each(&row);
        }
    }
}

pub(crate) fn sflow_parser(workload: &Workload, each: &mut dyn FnMut(&Row)) {
    for (_, payload) in workload.datagrams() {
        let datagram = sflow_parser::parse_datagram(payload).unwrap();
        for sample in &datagram.samples {
            let SampleData::FlowSample(sample) = &sample.sample_data else {
                continue;
            };
            let mut row = Row {
                packets: sample.sampling_rate.into(),
                start: sample.sequence_number.into(),
                input: sample.input.0,
                output: sample.output.0,
                ..Row::default()
            };
            for record in &sample.flow_records {
                match &record.flow_data {
                    FlowData::SampledHeader(header) => {
                        row.octets = header.frame_length.into();
                        dissect(&header.header, &mut row);
                    }
                    FlowData::ExtendedSwitch(switch) => row.end = switch.src_vlan.into(),
                    _ => {}
                }
            }
            each(&row);
        }
    }
}

/// Ethernet, any number of VLAN tags, IPv4, and ports.
fn dissect(frame: &[u8], row: &mut Row) {
    let number = |at: usize| {
        frame
            .get(at..at + 2)
            .map(|two| u16::from_be_bytes([two[0], two[1]]))
    };
    let mut at = 12;
    while number(at) == Some(0x8100) {
        at += 4;
    }
    let Some(ip) = frame.get(at + 2..).filter(|ip| ip.len() >= 20) else {
        return;
    };
    let address = |at: usize| {
        ip[at..at + 4]
            .iter()
            .fold(0, |all, octet| all << 8 | u64::from(*octet))
    };
    row.protocol = ip[9];
    row.source = address(12);
    row.destination = address(16);
    let ports = at + 2 + usize::from(ip[0] & 0xf) * 4;
    row.source_port = number(ports).unwrap_or_default();
    row.destination_port = number(ports + 2).unwrap_or_default();
}
