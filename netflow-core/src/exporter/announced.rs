//! What options announced, for whoever wants to see it.

use core::net::{IpAddr, SocketAddr};

use super::{Exporter, SamplerKey};
use crate::datagram::Protocol;
use crate::time::Timestamp;
use crate::value::Text;

/// One thing that options announced, and whose options they were.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Announcement<'d> {
    /// Address of the exporter; the port is 0 if it is not part of the session.
    pub exporter: SocketAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The observation domain.
    pub observation_domain: u32,
    /// The address the sFlow agent gives itself.
    pub agent_address: Option<IpAddr>,
    /// What was announced.
    pub fact: Fact<'d>,
}

/// What options can announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact<'d> {
    /// A sampling rate.
    Rate {
        /// What it belongs to.
        of: SamplerKey,
        /// One packet of so many is counted.
        rate: u64,
        /// The caller's number of the datagram that first told it.
        frame: u64,
    },
    /// The name of an interface, by its index.
    InterfaceName(u32, Text<'d>),
    /// The name of a VRF, by its number.
    VrfName(u32, Text<'d>),
    /// The name of an application, by its id as it is sent (RFC 6759).
    ApplicationName(&'d [u8], Text<'d>),
    /// What an application without a name is described as, by its id.
    ApplicationDescription(&'d [u8], Text<'d>),
    /// The name of a sampler or selector.
    SamplerName(SamplerKey, Text<'d>),
    /// When the exporter started.
    SystemInit(Timestamp),
}

impl Exporter {
    /// All that it taught, in no order.
    pub(crate) fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        let rates = self.samplers.iter().map(|(of, announced)| Fact::Rate {
            of,
            rate: announced.rate,
            frame: announced.frame,
        });
        let names = &self.names;
        let interfaces = names.interfaces.iter();
        let vrfs = names.vrfs.iter();
        let applications = names.applications.iter();
        let descriptions = names.descriptions.iter();
        let samplers = names.samplers.iter();
        rates
            .chain(interfaces.map(|(number, name)| Fact::InterfaceName(*number, name)))
            .chain(vrfs.map(|(number, name)| Fact::VrfName(*number, name)))
            .chain(applications.map(|(id, name)| Fact::ApplicationName(id.octets(), name)))
            .chain(descriptions.map(|(id, text)| Fact::ApplicationDescription(id.octets(), text)))
            .chain(samplers.map(|(key, name)| Fact::SamplerName(*key, name)))
            .chain(self.system_init.map(Fact::SystemInit))
    }
}
