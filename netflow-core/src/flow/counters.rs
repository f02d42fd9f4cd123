//! Whether the counters of a flow are its own since the last record, or since its start.

use super::Flow;
use crate::element::{self, ElementId, Semantics};
use crate::field::FlowField;

/// What [`Flow::counters`] returns.
pub(super) const DELTA: &str = "delta";
pub(super) const TOTAL: &str = "total";

/// firewallEvent of a flow that was deleted.
const FLOW_DELETED: u8 = 2;

/// Elements that a firewall counts the initiator's side in.
const OF_INITIATOR: [ElementId; 2] = [ElementId::iana(231), ElementId::iana(298)];

impl Flow<'_> {
    /// How [`octets`](Self::octets) and [`packets`](Self::packets) count: `delta` is the traffic since
    /// the last record of the flow, `total` that since its start. The semantics of the element that
    /// supplies them decide (RFC 7012, section 3.2); a firewall that deletes a flow reports its total
    /// in elements that are deltas in updates (Cisco ASA NetFlow Implementation Guide, flow-teardown
    /// event).
    #[must_use]
    pub fn counters(&self) -> Option<&'static str> {
        let field = if self.octets().is_some() {
            FlowField::Octets
        } else {
            self.packets()?;
            FlowField::Packets
        };
        let is_total = self.supplied_by(field).is_some_and(|supplier| {
            let semantics = element::get(supplier).map(|element| element.semantics);
            semantics == Some(Semantics::TotalCounter)
                || OF_INITIATOR.contains(&supplier) && self.firewall_event() == Some(FLOW_DELETED)
        });
        Some(if is_total { TOTAL } else { DELTA })
    }
}
