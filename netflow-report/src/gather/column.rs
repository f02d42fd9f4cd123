//! What the groups of a panel have in common: fields, and what is known of the addresses of flows.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::{GroupValue, PrefixLengths};

use crate::Addresses;
use crate::geography;
use crate::quantity;

/// One of the values that the flows of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// A normalised field.
    Field(FlowField),
    /// The country of the source, by its two letters (ISO 3166-1).
    SourceCountry,
    DestinationCountry,
    /// The autonomous system of the source, by its number and who runs it.
    SourceAsName,
    DestinationAsName,
    /// Whether the source and the destination are internal.
    Locality,
}

impl Column {
    /// Its name; that of `netflow top --by`, except for the locality.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::SourceCountry => "source_country",
            Self::DestinationCountry => "destination_country",
            Self::SourceAsName => "source_as_name",
            Self::DestinationAsName => "destination_as_name",
            Self::Locality => "locality",
        }
    }

    /// Whether its values can be known.
    pub(crate) fn is_known(self, addresses: Option<&dyn Addresses>) -> bool {
        match self {
            Self::Field(_) => true,
            Self::SourceCountry | Self::DestinationCountry => {
                addresses.is_some_and(Addresses::has_countries)
            }
            Self::SourceAsName | Self::DestinationAsName => {
                addresses.is_some_and(Addresses::has_systems)
            }
            Self::Locality => addresses.is_some(),
        }
    }

    /// Its value in a flow.
    pub(crate) fn of(self, flow: &Flow<'_>, addresses: &dyn Addresses) -> GroupValue {
        let (source, destination) = (flow.source_address(), flow.destination_address());
        let value = match self {
            Self::Field(field) => return GroupValue::of(flow, field, PrefixLengths::default()),
            Self::SourceCountry => source.and_then(|source| country(addresses, source)),
            Self::DestinationCountry => destination.and_then(|to| country(addresses, to)),
            Self::SourceAsName => source.and_then(|source| system(addresses, source)),
            Self::DestinationAsName => destination.and_then(|to| system(addresses, to)),
            Self::Locality => locality(addresses, source, destination),
        };
        value.unwrap_or(GroupValue::Absent)
    }

    /// A value for people.
    pub(crate) fn label(self, value: &GroupValue) -> String {
        match (self, value) {
            (Self::Field(field), value) => quantity::label(field, value),
            (_, GroupValue::Absent) => "not known".to_owned(),
            (Self::SourceCountry | Self::DestinationCountry, GroupValue::Text(code)) => {
                match geography::country(code) {
                    Some(country) => format!("{} ({code})", country.name),
                    None => code.to_string(),
                }
            }
            (_, value) => value.to_string(),
        }
    }
}

fn country(addresses: &dyn Addresses, of: IpAddr) -> Option<GroupValue> {
    Some(GroupValue::Text(addresses.country(of)?.into()))
}

fn system(addresses: &dyn Addresses, of: IpAddr) -> Option<GroupValue> {
    Some(GroupValue::Text(addresses.system(of)?.into()))
}

fn locality(
    addresses: &dyn Addresses,
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
) -> Option<GroupValue> {
    let text = match (
        addresses.is_internal(source?),
        addresses.is_internal(destination?),
    ) {
        (true, true) => "internal",
        (true, false) => "outbound",
        (false, true) => "inbound",
        (false, false) => "external",
    };
    Some(GroupValue::Text(text.into()))
}
