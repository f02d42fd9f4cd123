//! Fields of the message that carried a flow: its header, and how its datagram was received.

use core::net::IpAddr;

use super::Flow;
use crate::time::Timestamp;

impl Flow<'_> {
    /// Address of the exporter, the source of the datagram; absent if none is known,
    /// as in an IPFIX file.
    #[must_use]
    pub fn exporter_address(&self) -> Option<IpAddr> {
        let address = self.origin.header.exporter.ip();
        (!address.is_unspecified()).then_some(address)
    }

    /// Port the exporter sent from; absent if none is known.
    #[must_use]
    pub const fn exporter_port(&self) -> Option<u16> {
        match self.origin.header.exporter.port() {
            0 => None,
            port => Some(port),
        }
    }

    /// Address that the sFlow agent reports.
    #[must_use]
    pub const fn agent_address(&self) -> Option<IpAddr> {
        self.origin.header.agent_address
    }

    /// The protocol that carried the flow, such as `netflow9`.
    #[must_use]
    pub const fn export_protocol(&self) -> Option<&'static str> {
        Some(self.origin.header.protocol.name())
    }

    /// Observation domain: the v9 source id, the IPFIX domain, engine type and
    /// id (`type * 256 + id`) in v5, v6 and v8, the sub-agent in sFlow.
    #[must_use]
    pub const fn observation_domain(&self) -> Option<u32> {
        Some(self.origin.header.observation_domain)
    }

    /// Template the record was read by; absent in the fixed versions and sFlow.
    #[must_use]
    pub fn template_id(&self) -> Option<u16> {
        let template = self.record()?.template();
        (!template.is_fixed_version()).then_some(template.id())
    }

    /// Sequence number of the message, in the unit of its protocol.
    #[must_use]
    pub const fn sequence(&self) -> Option<u32> {
        self.origin.header.sequence
    }

    /// When the datagram was received.
    #[must_use]
    pub const fn received(&self) -> Option<Timestamp> {
        Some(self.origin.header.received)
    }

    /// When the message was sent, as its header says; absent in sFlow.
    #[must_use]
    pub const fn export_time(&self) -> Option<Timestamp> {
        self.origin.header.export_time
    }

    /// Whether the record waited for its template.
    #[must_use]
    pub const fn late(&self) -> Option<bool> {
        Some(self.origin.late)
    }

    /// The caller's number of the datagram, such as the frame of a capture.
    #[must_use]
    pub const fn frame(&self) -> Option<u64> {
        Some(self.origin.header.frame)
    }
}
