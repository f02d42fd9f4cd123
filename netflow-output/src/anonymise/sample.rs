//! Samples of sFlow.

use netflow_core::Set;
use netflow_core::packet::HeaderProtocol;
use netflow_core::wire::sflow::structure::{Member, MemberValue};
use netflow_core::wire::sflow::{Sample, SampledHeader};

use super::{Anonymiser, place};

/// Octets of a datagram before the address of the agent: version and kind of address (sFlow version 5,
/// section 5).
const AGENT: usize = 8;
/// The kind of an address of IPv6.
const IPV6: u8 = 2;

impl Anonymiser {
    /// Fills the body of the samples of a datagram, which is all of it.
    pub(super) fn samples(&self, set: &Set<'_>, body: &mut [u8]) {
        body.copy_from_slice(set.body());
        let len = if body.get(AGENT - 1) == Some(&IPV6) {
            16
        } else {
            4
        };
        if let Some(agent) = body.get_mut(AGENT..AGENT + len) {
            self.replace_address(agent);
        }
        for sample in set.samples() {
            self.sample(&sample, set.body(), body);
        }
    }

    fn sample(&self, sample: &Sample<'_>, datagram: &[u8], body: &mut [u8]) {
        let records = sample.kind().ok().map(|kind| kind.records());
        for member in sample.members() {
            self.member(&member, None, datagram, body);
        }
        for record in records.into_iter().flatten().filter_map(Result::ok) {
            let header = record.as_sampled_header();
            for member in record.members() {
                self.member(&member, header.as_ref(), datagram, body);
            }
        }
    }

    /// Replaces the addresses of a member; `header` is the record it is of, if that holds the first
    /// octets of a packet.
    fn member(
        &self,
        member: &Member<'_>,
        header: Option<&SampledHeader<'_>>,
        datagram: &[u8],
        body: &mut [u8],
    ) {
        let place = place(member.octets, datagram);
        let Some(octets) = place.and_then(|place| body.get_mut(place)) else {
            return;
        };
        match (member.value, header) {
            (Some(MemberValue::Address(_)), _) => self.replace_address(octets),
            (Some(MemberValue::MacAddress(_)), _) => self.replace_mac(octets),
            (Some(MemberValue::Octets(_)), Some(header)) => {
                let protocol = HeaderProtocol(header.protocol);
                self.replace_packet(protocol, &header.packet(), octets);
            }
            (Some(MemberValue::Octets(_)) | None, _) => octets.fill(0),
            (Some(_), _) => {}
        }
    }
}
