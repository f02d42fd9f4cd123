//! What the groups of a panel have in common: fields, and what is known of the addresses of flows.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::{AddressColumn, GroupValue, PrefixLengths};

use crate::Addresses;
use crate::geography;
use crate::quantity;

/// One of the values that the flows of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// A normalised field.
    Field(FlowField),
    /// What a database knows of an address.
    Address(AddressColumn),
    /// Whether the source and the destination are internal.
    Locality,
}

impl Column {
    /// Its name; that of `netflow top --by`, except for the locality.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::Address(column) => column.name(),
            Self::Locality => "locality",
        }
    }

    /// Whether its values can be known.
    pub(crate) fn is_known(self, addresses: Option<&dyn Addresses>) -> bool {
        match self {
            Self::Field(_) => true,
            Self::Address(column) if column.is_country() => {
                addresses.is_some_and(Addresses::has_countries)
            }
            Self::Address(_) => addresses.is_some_and(Addresses::has_systems),
            Self::Locality => addresses.is_some(),
        }
    }

    /// Its value in a flow.
    pub(crate) fn of(self, flow: &Flow<'_>, addresses: &dyn Addresses) -> GroupValue {
        let value = match self {
            Self::Field(field) => return GroupValue::of(flow, field, PrefixLengths::default()),
            Self::Address(column) => {
                let look_up = if column.is_country() { country } else { system };
                column.address(flow).and_then(|of| look_up(addresses, of))
            }
            Self::Locality => {
                let (source, destination) = (flow.source_address(), flow.destination_address());
                locality(addresses, source, destination)
            }
        };
        value.unwrap_or(GroupValue::Absent)
    }

    /// A value for people.
    pub(crate) fn label(self, value: &GroupValue) -> String {
        match (self, value) {
            (Self::Field(field), value) => quantity::label(field, value),
            (_, GroupValue::Absent) => "not known".to_owned(),
            (Self::Address(column), GroupValue::Text(code)) if column.is_country() => {
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
