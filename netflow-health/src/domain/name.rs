//! The name of an observation domain.

use core::net::IpAddr;

use netflow_core::{DomainKey, KnownTemplate, MessageHeader, Protocol};

/// Who sent what: exporter, protocol and observation domain. Ports are not part of it: the TCP
/// sessions of one exporter count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct DomainName {
    /// Address of the exporter; unspecified for an IPFIX file, which has none.
    pub exporter: IpAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The observation domain; the sub-agent in sFlow.
    pub domain: u32,
    /// The address that the sFlow agent reports as its own.
    pub agent: Option<IpAddr>,
}

impl DomainName {
    /// The domain of a message.
    #[must_use]
    pub fn of(header: &MessageHeader) -> Self {
        header.domain_key().into()
    }

    /// The domain of a template in force.
    #[must_use]
    pub fn of_template(known: &KnownTemplate<'_>) -> Self {
        known.domain.into()
    }

    /// Whether nothing says who sent it, as in an IPFIX file.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.exporter.is_unspecified()
    }

    /// Whether it is another domain of the same exporter, in the same protocol.
    pub(crate) fn is_sibling(&self, other: &Self) -> bool {
        self.domain != other.domain
            && self.exporter == other.exporter
            && self.protocol == other.protocol
    }
}

impl From<DomainKey> for DomainName {
    fn from(key: DomainKey) -> Self {
        Self {
            exporter: key.exporter.ip(),
            protocol: key.protocol,
            domain: key.observation_domain,
            agent: key.agent_address,
        }
    }
}
