//! sFlow samples as records of their normalised fields.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::outlet::Outlet;
use crate::element::{InformationElement, iana};
use crate::encode::TemplateDefinition;
use crate::flow::Flow;

/// A record that grows with its template.
struct SampleRecord {
    definition: TemplateDefinition,
    octets: Vec<u8>,
}

impl SampleRecord {
    fn add(&mut self, element: &InformationElement, octets: &[u8]) {
        let Ok(length) = u16::try_from(octets.len()) else {
            return;
        };
        let definition = core::mem::replace(&mut self.definition, TemplateDefinition::new(0));
        self.definition = definition.field(element.id, length);
        self.octets.extend_from_slice(octets);
    }

    fn u8(&mut self, element: &InformationElement, value: Option<u8>) {
        if let Some(value) = value {
            self.add(element, &[value]);
        }
    }

    fn u16(&mut self, element: &InformationElement, value: Option<u16>) {
        if let Some(value) = value {
            self.add(element, &value.to_be_bytes());
        }
    }

    fn u32(&mut self, element: &InformationElement, value: Option<u32>) {
        if let Some(value) = value {
            self.add(element, &value.to_be_bytes());
        }
    }

    fn u64(&mut self, element: &InformationElement, value: Option<u64>) {
        if let Some(value) = value {
            self.add(element, &value.to_be_bytes());
        }
    }

    fn address(
        &mut self,
        v4: &InformationElement,
        v6: &InformationElement,
        address: Option<IpAddr>,
    ) {
        match address {
            Some(IpAddr::V4(address)) => self.add(v4, &address.octets()),
            Some(IpAddr::V6(address)) => self.add(v6, &address.octets()),
            None => {}
        }
    }
}

impl<S: FnMut(&[u8])> Outlet<'_, S> {
    /// Sends on a sample. What it does not report is not in its template.
    pub(super) fn sample(&mut self, flow: &Flow<'_>) {
        let mut fields = SampleRecord {
            definition: TemplateDefinition::new(0),
            octets: Vec::new(),
        };
        addresses(flow, &mut fields);
        counters(flow, &mut fields);
        path(flow, &mut fields);
        if self.limits().origin {
            origin(flow, &mut fields);
        }
        self.named_none();
        self.add(&fields.definition, None, &fields.octets);
    }
}

fn addresses(flow: &Flow<'_>, fields: &mut SampleRecord) {
    fields.address(
        &iana::SOURCE_IPV4_ADDRESS,
        &iana::SOURCE_IPV6_ADDRESS,
        flow.source_address(),
    );
    fields.address(
        &iana::DESTINATION_IPV4_ADDRESS,
        &iana::DESTINATION_IPV6_ADDRESS,
        flow.destination_address(),
    );
    fields.u16(&iana::SOURCE_TRANSPORT_PORT, flow.source_port());
    fields.u16(&iana::DESTINATION_TRANSPORT_PORT, flow.destination_port());
    fields.u8(&iana::PROTOCOL_IDENTIFIER, flow.protocol());
    fields.u8(&iana::IP_CLASS_OF_SERVICE, flow.tos());
    fields.u16(&iana::TCP_CONTROL_BITS, flow.tcp_flags());
    fields.u16(&iana::VLAN_ID, flow.vlan());
    if let Some(mac) = flow.source_mac() {
        fields.add(&iana::SOURCE_MAC_ADDRESS, &mac.0);
    }
    if let Some(mac) = flow.destination_mac() {
        fields.add(&iana::DESTINATION_MAC_ADDRESS, &mac.0);
    }
}

fn counters(flow: &Flow<'_>, fields: &mut SampleRecord) {
    fields.u64(&iana::OCTET_DELTA_COUNT, flow.octets());
    fields.u64(&iana::PACKET_DELTA_COUNT, flow.packets());
    let rate = flow.sampling_rate();
    fields.u32(
        &iana::SAMPLING_INTERVAL,
        rate.and_then(|rate| u32::try_from(rate).ok()),
    );
    let millis =
        |time: Option<crate::Timestamp>| u64::try_from(time?.as_nanos().div_euclid(1_000_000)).ok();
    fields.u64(&iana::FLOW_START_MILLISECONDS, millis(flow.start()));
    fields.u64(&iana::FLOW_END_MILLISECONDS, millis(flow.end()));
}

fn path(flow: &Flow<'_>, fields: &mut SampleRecord) {
    fields.u32(&iana::INGRESS_INTERFACE, flow.input_interface());
    fields.u32(&iana::EGRESS_INTERFACE, flow.output_interface());
    fields.address(
        &iana::IP_NEXT_HOP_IPV4_ADDRESS,
        &iana::IP_NEXT_HOP_IPV6_ADDRESS,
        flow.next_hop(),
    );
    fields.u32(&iana::BGP_SOURCE_AS_NUMBER, flow.source_as());
    fields.u32(&iana::BGP_DESTINATION_AS_NUMBER, flow.destination_as());
}

fn origin(flow: &Flow<'_>, fields: &mut SampleRecord) {
    let agent = flow.agent_address();
    fields.address(
        &iana::ORIGINAL_EXPORTER_IPV4_ADDRESS,
        &iana::ORIGINAL_EXPORTER_IPV6_ADDRESS,
        agent.or_else(|| flow.exporter_address()),
    );
    fields.u32(
        &iana::ORIGINAL_OBSERVATION_DOMAIN_ID,
        flow.observation_domain(),
    );
}
