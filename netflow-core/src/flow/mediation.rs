//! The original exporter of a flow, as mediators report it (RFC 7119).

use core::net::IpAddr;

use super::{Flow, record_address};
use crate::field::Ingredient;

impl Flow<'_> {
    /// Address of the exporter that a mediator received the flow from (originalExporterIPv4Address
    /// 403, originalExporterIPv6Address 404; RFC 7119). Older mediators name it in
    /// exporterIPv4Address or exporterIPv6Address (130, 131), which elsewhere repeat the sender: it
    /// counts where it differs from [`exporter_address`](Self::exporter_address).
    #[must_use]
    pub fn original_exporter_address(&self) -> Option<IpAddr> {
        let record = self.record()?;
        let is_set = |address: &IpAddr| !address.is_unspecified();
        let original = record_address::either(
            record,
            Ingredient::OriginalExporterIpv4,
            Ingredient::OriginalExporterIpv6,
        );
        original.filter(is_set).or_else(|| {
            let named =
                record_address::either(record, Ingredient::ExporterIpv4, Ingredient::ExporterIpv6)?;
            (is_set(&named) && Some(named) != self.exporter_address()).then_some(named)
        })
    }
}
