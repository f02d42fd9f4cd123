//! Source and destination, of IPv4 or IPv6, and the version.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::record_address::{either, load};
use super::{Flow, FlowSource, ingredient, packet};
use crate::field::{FlowField, Ingredient};
use crate::record::DataRecord;
use crate::template::SoleAddress;

impl Flow<'_> {
    /// Source address; in sFlow, that of the outer header.
    #[must_use]
    #[inline(always)]
    pub fn source_address(&self) -> Option<IpAddr> {
        match &self.source {
            FlowSource::Record(record) => match record.template().plan().source() {
                SoleAddress::Ipv4(offset) => Some(Ipv4Addr::from(record.array(offset)?).into()),
                SoleAddress::Ipv6(offset) => Some(Ipv6Addr::from(record.array(offset)?).into()),
                SoleAddress::No => {
                    let [v4, v6] = [Ingredient::SourceIpv4, Ingredient::SourceIpv6];
                    either_or(record, v4, v6, FlowField::SourceAddress)
                }
            },
            FlowSource::Sample(flow) => flow.address(FlowField::SourceAddress),
        }
    }

    /// Destination address; in sFlow, that of the outer header.
    #[must_use]
    #[inline(always)]
    pub fn destination_address(&self) -> Option<IpAddr> {
        match &self.source {
            FlowSource::Record(record) => match record.template().plan().destination() {
                SoleAddress::Ipv4(offset) => Some(Ipv4Addr::from(record.array(offset)?).into()),
                SoleAddress::Ipv6(offset) => Some(Ipv6Addr::from(record.array(offset)?).into()),
                SoleAddress::No => {
                    let [v4, v6] = [Ingredient::DestinationIpv4, Ingredient::DestinationIpv6];
                    either_or(record, v4, v6, FlowField::DestinationAddress)
                }
            },
            FlowSource::Sample(flow) => flow.address(FlowField::DestinationAddress),
        }
    }

    /// Next hop.
    #[must_use]
    pub fn next_hop(&self) -> Option<IpAddr> {
        self.pair(
            FlowField::NextHop,
            Ingredient::NextHopIpv4,
            Ingredient::NextHopIpv6,
        )
    }

    /// BGP next hop.
    #[must_use]
    pub fn bgp_next_hop(&self) -> Option<IpAddr> {
        self.pair(
            FlowField::BgpNextHop,
            Ingredient::BgpNextHopIpv4,
            Ingredient::BgpNextHopIpv6,
        )
    }

    /// Prefix length of the source.
    #[must_use]
    pub fn source_prefix_length(&self) -> Option<u8> {
        self.prefix_length(
            FlowField::SourcePrefixLength,
            self.source_address(),
            [Ingredient::SourcePrefixIpv4, Ingredient::SourcePrefixIpv6],
        )
    }

    /// Prefix length of the destination.
    #[must_use]
    pub fn destination_prefix_length(&self) -> Option<u8> {
        self.prefix_length(
            FlowField::DestinationPrefixLength,
            self.destination_address(),
            [
                Ingredient::DestinationPrefixIpv4,
                Ingredient::DestinationPrefixIpv6,
            ],
        )
    }

    /// IPv4 address of a wireless station (staIPv4Address 366).
    #[must_use]
    pub fn station_address(&self) -> Option<IpAddr> {
        let record = self.record()?;
        load(
            record,
            record.template().plan().ingredient(Ingredient::Station),
        )
    }

    pub(super) fn pair(&self, field: FlowField, v4: Ingredient, v6: Ingredient) -> Option<IpAddr> {
        match &self.source {
            FlowSource::Record(record) => either(record, v4, v6),
            FlowSource::Sample(flow) => flow.address(field),
        }
    }

    /// A prefix length goes with the version of its address, in templates with
    /// room for both.
    fn prefix_length(
        &self,
        field: FlowField,
        address: Option<IpAddr>,
        [v4, v6]: [Ingredient; 2],
    ) -> Option<u8> {
        let length = match &self.source {
            FlowSource::Record(record) => {
                let plan = record.template().plan();
                let [first, second] = match address {
                    Some(IpAddr::V6(_)) => [v6, v4],
                    _ => [v4, v6],
                };
                let first = plan.ingredient(first);
                let slot = if first.is_present() {
                    first
                } else {
                    plan.ingredient(second)
                };
                record.unsigned(slot)?
            }
            FlowSource::Sample(flow) => flow.unsigned(field)?,
        };
        u8::try_from(length).ok()
    }

    /// 4 or 6: as sent, else by the source address.
    #[must_use]
    pub fn ip_version(&self) -> Option<u8> {
        let sent = match &self.source {
            FlowSource::Record(record) => {
                let slot = record.template().plan().ingredient(Ingredient::IpVersion);
                ingredient(record, slot).and_then(|version| u8::try_from(version).ok())
            }
            FlowSource::Sample(flow) => flow.ip_version(),
        };
        sent.filter(|version| matches!(version, 4 | 6)).or_else(|| {
            Some(
                match self.source_address().or(self.destination_address())? {
                    IpAddr::V4(_) => 4,
                    IpAddr::V6(_) => 6,
                },
            )
        })
    }
}

/// The address of the version in use, else of the packet in the record.
#[inline]
fn either_or(
    record: &DataRecord<'_, '_>,
    v4: Ingredient,
    v6: Ingredient,
    of_section: FlowField,
) -> Option<IpAddr> {
    let plan = record.template().plan();
    let is_any = plan.ingredient(v4).is_present() || plan.ingredient(v6).is_present();
    if !is_any && !plan.has_section() {
        return None;
    }
    let rare = |record: &_, (v4, v6, of_section)| {
        either(record, v4, v6)
            .or_else(|| packet::find(record, |packet| packet::address(packet, of_section)))
            .into()
    };
    let words: AddressWords = record.parts().call((v4, v6, of_section), rare);
    words.into()
}

/// An address, or none, as words. What a function returns in memory is read from
/// there; an [`IpAddr`] would be written there also where no function is called.
#[derive(Clone, Copy)]
struct AddressWords {
    bits: u128,
    version: u64,
}

impl From<Option<IpAddr>> for AddressWords {
    fn from(address: Option<IpAddr>) -> Self {
        let (bits, version) = match address {
            None => (0, 0),
            Some(IpAddr::V4(address)) => (u128::from(address.to_bits()), 4),
            Some(IpAddr::V6(address)) => (address.to_bits(), 6),
        };
        Self { bits, version }
    }
}

impl From<AddressWords> for Option<IpAddr> {
    #[inline]
    fn from(words: AddressWords) -> Self {
        match words.version {
            4 => {
                // The bits came from 32.
                let bits = u32::try_from(words.bits & 0xffff_ffff).unwrap_or_default();
                Some(Ipv4Addr::from_bits(bits).into())
            }
            6 => Some(Ipv6Addr::from_bits(words.bits).into()),
            _ => None,
        }
    }
}
