//! Which observation domain of which exporter.

use core::net::{IpAddr, SocketAddr};

use crate::datagram::{Datagram, Protocol};
use crate::header::MessageHeader;

/// What identifies an observation domain: its exporter, the protocol, and its number
/// (RFC 7011, section 2). Two never share a template.
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// let payload = [0, 10, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7]; // IPFIX, domain 7
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let key = decoder.domains().next().unwrap().key;
/// assert_eq!(key.exporter, "198.51.100.1:0".parse().unwrap());
/// assert_eq!(key.observation_domain, 7);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DomainKey {
    /// Address of the exporter, never IPv4-mapped; the port is 0 if it is not part of the
    /// session.
    pub exporter: SocketAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The observation domain: [`MessageHeader::observation_domain`].
    pub observation_domain: u32,
    /// The address that the sFlow agent reports.
    pub agent_address: Option<IpAddr>,
}

impl DomainKey {
    /// A domain of any protocol except sFlow, whose domains also have an
    /// [`agent_address`](Self::agent_address).
    #[must_use]
    pub const fn new(exporter: SocketAddr, protocol: Protocol, observation_domain: u32) -> Self {
        Self {
            exporter,
            protocol,
            observation_domain,
            agent_address: None,
        }
    }

    /// Sets the address that the sFlow agent reports.
    #[must_use]
    pub const fn with_agent_address(mut self, agent_address: Option<IpAddr>) -> Self {
        self.agent_address = agent_address;
        self
    }

    /// The key for all sessions of the exporter: with port 0.
    #[must_use]
    pub fn without_port(mut self) -> Self {
        self.exporter.set_port(0);
        self
    }

    /// The address of the exporter; `None` for an IPFIX file, which does not carry it.
    #[must_use]
    pub fn exporter_address(&self) -> Option<IpAddr> {
        let address = self.exporter.ip();
        (!address.is_unspecified()).then_some(address)
    }

    /// The domain of a message, whose port is part of its session or not.
    pub(crate) fn of(datagram: &Datagram<'_>, has_port: bool, header: &MessageHeader) -> Self {
        let port = if has_port {
            datagram.exporter.port()
        } else {
            0
        };
        let exporter = SocketAddr::new(datagram.exporter.ip().to_canonical(), port);
        Self::new(exporter, header.protocol, header.observation_domain)
            .with_agent_address(header.agent_address)
    }
}

impl DomainKey {
    /// Compares with the key [`of`](Self::of) a message without building it.
    #[inline]
    pub(crate) fn is_of(
        &self,
        datagram: &Datagram<'_>,
        has_port: bool,
        header: &MessageHeader,
    ) -> bool {
        let (SocketAddr::V4(own), SocketAddr::V4(sender)) = (self.exporter, datagram.exporter)
        else {
            return *self == Self::of(datagram, has_port, header);
        };
        let port = if has_port { sender.port() } else { 0 };
        own.ip() == sender.ip()
            && own.port() == port
            && self.protocol == header.protocol
            && self.observation_domain == header.observation_domain
            && self.agent_address == header.agent_address
    }
}

impl MessageHeader {
    /// The observation domain it is of, without a port.
    #[must_use]
    pub fn domain_key(&self) -> DomainKey {
        let exporter = SocketAddr::new(self.exporter.ip().to_canonical(), 0);
        DomainKey::new(exporter, self.protocol, self.observation_domain)
            .with_agent_address(self.agent_address)
    }
}
