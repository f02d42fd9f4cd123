//! The decoder, as its users call it.

use core::net::IpAddr;

use netflow_core::{
    Datagram, Decoded, Decoder, Flow, Limits, Timestamp, Transport, wire::sflow::Sample,
    wire::sflow::SampleKind,
};

use crate::row::{Row, fold};
use crate::workload::{Kind, Workload};

/// A decoder with the same tables in every run.
#[must_use]
pub fn new() -> Decoder {
    Decoder::new(Limits::new(0x5eed))
}

/// Decodes all datagrams; `each` is called with what each of them held.
///
/// # Panics
///
/// If the decoder refuses a datagram.
#[inline]
pub fn decode(decoder: &mut Decoder, workload: &Workload, mut each: impl FnMut(Decoded<'_>)) {
    let received = Timestamp::from_secs(workload.received_seconds());
    for (exporter, payload) in workload.datagrams() {
        let exporter = workload.exporter(exporter);
        let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
        each(decoder.decode(datagram).unwrap());
    }
}

/// Decodes all datagrams and reads the 11 fields of each flow.
///
/// # Panics
///
/// If the decoder refuses a datagram.
#[inline]
pub fn read(decoder: &mut Decoder, workload: &Workload, mut each: impl FnMut(Row)) {
    let sflow = workload.kind() == Kind::Sflow;
    decode(decoder, workload, |message| {
        if sflow {
            for flow in message.flows() {
                each(sample(&flow));
            }
        } else {
            for flow in message.flows() {
                each(record(&flow));
            }
        }
    });
}

// Inlined as the floors are: a row that is returned in memory costs more than
// some of its fields.
#[inline(always)]
fn record(flow: &Flow<'_>) -> Row {
    Row {
        source: number(flow.source_address()),
        destination: number(flow.destination_address()),
        octets: flow.octets().unwrap_or_default(),
        packets: flow.packets().unwrap_or_default(),
        start: nanos(flow.start()),
        end: nanos(flow.end()),
        input: flow.input_interface().unwrap_or_default(),
        output: flow.output_interface().unwrap_or_default(),
        source_port: flow.source_port().unwrap_or_default(),
        destination_port: flow.destination_port().unwrap_or_default(),
        protocol: flow.protocol().unwrap_or_default(),
    }
}

#[inline(always)]
fn sample(flow: &Flow<'_>) -> Row {
    let sequence = match flow.sample().map(Sample::kind) {
        Some(Ok(SampleKind::Flow(sample))) => sample.sequence_number(),
        _ => 0,
    };
    Row {
        source: number(flow.source_address()),
        destination: number(flow.destination_address()),
        octets: flow.octets().unwrap_or_default(),
        packets: flow.sampling_rate().unwrap_or_default(),
        start: u64::from(sequence),
        end: u64::from(flow.vlan().unwrap_or_default()),
        input: flow.input_interface().unwrap_or_default(),
        output: flow.output_interface().unwrap_or_default(),
        source_port: flow.source_port().unwrap_or_default(),
        destination_port: flow.destination_port().unwrap_or_default(),
        protocol: flow.protocol().unwrap_or_default(),
    }
}

#[inline]
fn number(address: Option<IpAddr>) -> u64 {
    address.map_or(0, fold)
}

#[inline]
fn nanos(time: Option<Timestamp>) -> u64 {
    time.map_or(0, |time| time.as_nanos() as u64)
}
