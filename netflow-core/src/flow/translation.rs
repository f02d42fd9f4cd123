//! Addresses and ports after translation (NAT): a translator assigns an address, and with it a port
//! (RFC 3022, section 2.2). Where both are zero, it assigned none: MikroTik sends zeros of flows that it
//! does not translate (`testdata/cases/no_translation.pcap`).

use core::net::IpAddr;

use super::Flow;
use super::record_address::either;
use crate::field::{FlowField, Ingredient};
use crate::record::DataRecord;

impl Flow<'_> {
    /// Source address after translation; absent if the flow was not translated.
    #[must_use]
    pub fn post_nat_source_address(&self) -> Option<IpAddr> {
        self.translated(&TranslatedSide::SOURCE)
    }

    /// Destination address after translation; absent if the flow was not translated.
    #[must_use]
    pub fn post_nat_destination_address(&self) -> Option<IpAddr> {
        self.translated(&TranslatedSide::DESTINATION)
    }

    fn translated(&self, side: &TranslatedSide) -> Option<IpAddr> {
        let [v4, v6] = side.addresses;
        let address = self.pair(side.address, v4, v6)?;
        let port = || {
            self.record().map_or_else(
                || self.unsigned(side.port),
                |record| sent_port(record, side),
            )
        };
        let is_none = address.is_unspecified() && port().unwrap_or(0) == 0;
        (!is_none).then_some(address)
    }
}

/// A record's port after translation; `None` if it and the address beside it are both zero.
pub(super) fn port(record: &DataRecord<'_, '_>, side: &TranslatedSide) -> Option<u64> {
    let port = sent_port(record, side)?;
    let [v4, v6] = side.addresses;
    let is_none = port == 0 && either(record, v4, v6).is_some_and(|sent| sent.is_unspecified());
    (!is_none).then_some(port)
}

fn sent_port(record: &DataRecord<'_, '_>, side: &TranslatedSide) -> Option<u64> {
    record.unsigned(record.template().plan().field(side.port))
}

/// The fields of one side after translation. Exporters that send them with every flow
/// (MikroTik) leave address and port zero where nothing was translated: no translation leads
/// to the address 0.0.0.0 or ::, which stands for none (RFC 1122, section 3.2.1.3; RFC 4291,
/// section 2.5.2).
#[derive(Debug)]
pub(crate) struct TranslatedSide {
    address: FlowField,
    addresses: [Ingredient; 2],
    port: FlowField,
}

impl TranslatedSide {
    pub(super) const SOURCE: Self = Self {
        address: FlowField::PostNatSourceAddress,
        addresses: [Ingredient::PostNatSourceIpv4, Ingredient::PostNatSourceIpv6],
        port: FlowField::PostNatSourcePort,
    };
    pub(super) const DESTINATION: Self = Self {
        address: FlowField::PostNatDestinationAddress,
        addresses: [
            Ingredient::PostNatDestinationIpv4,
            Ingredient::PostNatDestinationIpv6,
        ],
        port: FlowField::PostNatDestinationPort,
    };

    /// The side that this port is of.
    pub(super) const fn of_port(field: FlowField) -> Option<&'static Self> {
        match field {
            FlowField::PostNatSourcePort => Some(&Self::SOURCE),
            FlowField::PostNatDestinationPort => Some(&Self::DESTINATION),
            _ => None,
        }
    }
}
