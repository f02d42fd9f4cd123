//! Flow records and counter records.

use crate::error::Error;
use crate::wire::sflow::block::{Blocks, OpaqueBlock, block_methods, iterator_methods};
use crate::wire::sflow::counter_record::{EthernetCounters, IfCounters};
use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::extended::{ExtendedMpls, ExtendedNat, ExtendedRouter, ExtendedUser};
use crate::wire::sflow::flow_record::{
    ExtendedDecapsulateEgress, ExtendedDecapsulateIngress, ExtendedNatPort, ExtendedSocketIpv4,
    ExtendedSocketIpv6, ExtendedSwitch, ExtendedVniEgress, ExtendedVniIngress, SampledEthernet,
    SampledHeader, SampledIpv4, SampledIpv6,
};
use crate::wire::sflow::gateway::ExtendedGateway;
use crate::wire::sflow::structure::{Members, Structure};
use crate::wire::sflow::xdr;

/// `flow_record` or `counter_record` (sFlow version 5, section 5): a data format and
/// the octets of one structure.
///
/// The `as_…` methods read one structure each: `None` if the record is another one,
/// or lacks octets of it. Octets after the known members do not matter.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// for record in flow.records() {
///     let record = record?;
///     match record.as_sampled_header() {
///         Some(sampled) => assert_eq!((sampled.protocol, sampled.frame_length), (1, 1498)),
///         None => println!("{} of {} octets", record.format(), record.length()),
///     }
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    kind: Kind,
    block: OpaqueBlock<'a>,
}

block_methods!(Record: "record", "sample");

impl<'a> Record<'a> {
    /// Whether it is a flow or a counter record.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What is known about its structure, if it is a known one.
    #[must_use]
    pub fn structure(&self) -> Option<&'static Structure> {
        Structure::get(self.kind, self.block.format)
    }

    /// The members of its structure; one named `raw` if the structure is not known.
    #[must_use]
    pub fn members(&self) -> Members<'a> {
        Members::new(
            self.structure(),
            self.block.octets,
            self.block.contents_offset(),
        )
    }

    /// A flow record as `sampled_header`; the header is cut to what is there.
    #[inline]
    #[must_use]
    pub fn as_sampled_header(&self) -> Option<SampledHeader<'a>> {
        SampledHeader::parse(self.flow(SampledHeader::FORMAT)?)
    }

    /// A flow record as `sampled_ethernet`.
    #[must_use]
    pub fn as_sampled_ethernet(&self) -> Option<SampledEthernet> {
        SampledEthernet::parse(self.flow(SampledEthernet::FORMAT)?)
    }

    /// A flow record as `sampled_ipv4`.
    #[must_use]
    pub fn as_sampled_ipv4(&self) -> Option<&'a SampledIpv4> {
        fixed(self.flow(SampledIpv4::FORMAT)?)
    }

    /// A flow record as `sampled_ipv6`.
    #[must_use]
    pub fn as_sampled_ipv6(&self) -> Option<&'a SampledIpv6> {
        fixed(self.flow(SampledIpv6::FORMAT)?)
    }

    /// A flow record as `extended_ipv4_tunnel_egress` or `extended_ipv4_tunnel_ingress`: the
    /// outer header of a tunnel (sFlow Tunnel Structures).
    #[must_use]
    pub fn as_extended_ipv4_tunnel(&self) -> Option<&'a SampledIpv4> {
        let egress = self.flow(DataFormat::new(0, 1023));
        fixed(egress.or_else(|| self.flow(DataFormat::new(0, 1024)))?)
    }

    /// A flow record as `extended_ipv6_tunnel_egress` or `extended_ipv6_tunnel_ingress`: the
    /// outer header of a tunnel (sFlow Tunnel Structures).
    #[must_use]
    pub fn as_extended_ipv6_tunnel(&self) -> Option<&'a SampledIpv6> {
        let egress = self.flow(DataFormat::new(0, 1025));
        fixed(egress.or_else(|| self.flow(DataFormat::new(0, 1026)))?)
    }

    /// A flow record as `extended_switch`.
    #[inline]
    #[must_use]
    pub fn as_extended_switch(&self) -> Option<&'a ExtendedSwitch> {
        fixed(self.flow(ExtendedSwitch::FORMAT)?)
    }

    /// A flow record as `extended_router`.
    #[must_use]
    pub fn as_extended_router(&self) -> Option<ExtendedRouter> {
        ExtendedRouter::parse(self.flow(ExtendedRouter::FORMAT)?)
    }

    /// A flow record as `extended_gateway`.
    #[must_use]
    pub fn as_extended_gateway(&self) -> Option<ExtendedGateway<'a>> {
        ExtendedGateway::parse(self.flow(ExtendedGateway::FORMAT)?)
    }

    /// A flow record as `extended_user`.
    #[must_use]
    pub fn as_extended_user(&self) -> Option<ExtendedUser<'a>> {
        ExtendedUser::parse(self.flow(ExtendedUser::FORMAT)?)
    }

    /// A flow record as `extended_mpls`.
    #[must_use]
    pub fn as_extended_mpls(&self) -> Option<ExtendedMpls<'a>> {
        ExtendedMpls::parse(self.flow(ExtendedMpls::FORMAT)?)
    }

    /// A flow record as `extended_nat`.
    #[must_use]
    pub fn as_extended_nat(&self) -> Option<ExtendedNat> {
        ExtendedNat::parse(self.flow(ExtendedNat::FORMAT)?)
    }

    /// A flow record as `extended_nat_port`.
    #[must_use]
    pub fn as_extended_nat_port(&self) -> Option<&'a ExtendedNatPort> {
        fixed(self.flow(ExtendedNatPort::FORMAT)?)
    }

    /// A flow record as `extended_vni_egress`.
    #[must_use]
    pub fn as_extended_vni_egress(&self) -> Option<&'a ExtendedVniEgress> {
        fixed(self.flow(ExtendedVniEgress::FORMAT)?)
    }

    /// A flow record as `extended_vni_ingress`.
    #[must_use]
    pub fn as_extended_vni_ingress(&self) -> Option<&'a ExtendedVniIngress> {
        fixed(self.flow(ExtendedVniIngress::FORMAT)?)
    }

    /// A flow record as `extended_decapsulate_egress`.
    #[must_use]
    pub fn as_extended_decapsulate_egress(&self) -> Option<&'a ExtendedDecapsulateEgress> {
        fixed(self.flow(ExtendedDecapsulateEgress::FORMAT)?)
    }

    /// A flow record as `extended_decapsulate_ingress`.
    #[must_use]
    pub fn as_extended_decapsulate_ingress(&self) -> Option<&'a ExtendedDecapsulateIngress> {
        fixed(self.flow(ExtendedDecapsulateIngress::FORMAT)?)
    }

    /// A flow record as `extended_socket_ipv4`.
    #[must_use]
    pub fn as_extended_socket_ipv4(&self) -> Option<&'a ExtendedSocketIpv4> {
        fixed(self.flow(ExtendedSocketIpv4::FORMAT)?)
    }

    /// A flow record as `extended_socket_ipv6`.
    #[must_use]
    pub fn as_extended_socket_ipv6(&self) -> Option<&'a ExtendedSocketIpv6> {
        fixed(self.flow(ExtendedSocketIpv6::FORMAT)?)
    }

    /// A flow record of a sampled transaction, which is not a packet: the structures 2000 to 2207 of
    /// sFlow.org (sFlow Application, HTTP, Memcache and Storage Structures).
    #[cfg(feature = "alloc")]
    pub(crate) fn is_transaction(&self) -> bool {
        let format = self.block.format;
        self.kind == Kind::Flow
            && format.enterprise() == 0
            && (2000..=2207).contains(&format.format())
    }

    /// The side of a `transaction` (structure 2000) on which the agent is: 1 client, 2 server.
    #[cfg(feature = "alloc")]
    pub(crate) fn transaction_side(&self) -> Option<u32> {
        let octets = self.flow(DataFormat::new(0, 2000))?;
        let side = octets.get(..4)?.try_into().ok()?;
        Some(u32::from_be_bytes(side))
    }

    /// A flow record of a sampled packet.
    #[cfg(feature = "alloc")]
    pub(crate) fn is_packet(&self) -> bool {
        let format = self.block.format;
        self.kind == Kind::Flow && format.enterprise() == 0 && (1..=4).contains(&format.format())
    }

    /// A counter record as `if_counters`.
    #[must_use]
    pub fn as_if_counters(&self) -> Option<&'a IfCounters> {
        fixed(self.counter(IfCounters::FORMAT)?)
    }

    /// A counter record as `ethernet_counters`.
    #[must_use]
    pub fn as_ethernet_counters(&self) -> Option<&'a EthernetCounters> {
        fixed(self.counter(EthernetCounters::FORMAT)?)
    }

    #[inline]
    fn flow(&self, format: DataFormat) -> Option<&'a [u8]> {
        (self.kind == Kind::Flow && self.block.format == format).then_some(self.block.octets)
    }

    fn counter(&self, format: DataFormat) -> Option<&'a [u8]> {
        (self.kind == Kind::Counter && self.block.format == format).then_some(self.block.octets)
    }
}

#[inline]
fn fixed<T>(octets: &[u8]) -> Option<&T>
where
    T: zerocopy::FromBytes + zerocopy::KnownLayout + zerocopy::Immutable + zerocopy::Unaligned,
{
    let (_, value) = xdr::fixed(octets).ok()?;
    Some(value)
}

/// The records of a sample.
///
/// A record that runs past its sample is returned with the octets that are there, then
/// [`SampleTooLong`](crate::ErrorKind::SampleTooLong); fewer records than announced
/// are [`SampleCount`](crate::ErrorKind::SampleCount). The iterator ends after its
/// first error.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    kind: Kind,
    blocks: Blocks<'a>,
}

iterator_methods!(Records, "the padding of the sample");

impl<'a> Records<'a> {
    #[inline]
    pub(super) const fn new(kind: Kind, octets: &'a [u8], offset: usize, count: u32) -> Self {
        Self {
            kind,
            blocks: Blocks::new(kind, octets, offset, count),
        }
    }

    /// The next record; `None` also where there is a fault.
    #[inline]
    pub(crate) fn record(&mut self) -> Option<Record<'a>> {
        let kind = self.kind;
        self.blocks.block().map(|block| Record { kind, block })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.kind;
        let record = self.blocks.next()?;
        Some(record.map(|block| Record { kind, block }))
    }
}
