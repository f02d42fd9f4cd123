//! What flows are grouped by: fields, and what databases know of their addresses.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_output::enrich::Geo;
use netflow_query::{GroupValue, PrefixLengths};

use crate::addresses;

/// What flows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupColumn {
    /// A normalised field.
    Field(FlowField),
    /// The country of the source, by its two letters (ISO 3166-1).
    SourceCountry,
    DestinationCountry,
    /// The autonomous system of the source, by its number and who runs it.
    SourceAsName,
    DestinationAsName,
}

/// Those that need a database.
const OF_DATABASES: [GroupColumn; 4] = [
    GroupColumn::SourceCountry,
    GroupColumn::DestinationCountry,
    GroupColumn::SourceAsName,
    GroupColumn::DestinationAsName,
];

impl GroupColumn {
    /// The column of this name, if it is one of a database.
    pub(super) fn of_database(name: &str) -> Option<Self> {
        OF_DATABASES
            .into_iter()
            .find(|column| column.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::SourceCountry => "source_country",
            Self::DestinationCountry => "destination_country",
            Self::SourceAsName => "source_as_name",
            Self::DestinationAsName => "destination_as_name",
        }
    }

    /// The option of the database that it needs, if that is missing.
    pub(super) const fn missing(self, geo: &Geo) -> Option<&'static str> {
        match self {
            Self::SourceCountry | Self::DestinationCountry if geo.places.is_none() => Some("--geo"),
            Self::SourceAsName | Self::DestinationAsName if geo.systems.is_none() => Some("--asn"),
            _ => None,
        }
    }

    /// Its value in a flow.
    pub(super) fn value(self, flow: &Flow<'_>, geo: &Geo, prefixes: PrefixLengths) -> GroupValue {
        let value = match self {
            Self::Field(field) => return GroupValue::of(flow, field, prefixes),
            Self::SourceCountry => country(geo, flow.source_address()),
            Self::DestinationCountry => country(geo, flow.destination_address()),
            Self::SourceAsName => system(geo, flow.source_address()),
            Self::DestinationAsName => system(geo, flow.destination_address()),
        };
        value.unwrap_or(GroupValue::Absent)
    }
}

fn country(geo: &Geo, address: Option<IpAddr>) -> Option<GroupValue> {
    let code = addresses::country(geo, address?)?;
    Some(GroupValue::Text(code.into()))
}

fn system(geo: &Geo, address: Option<IpAddr>) -> Option<GroupValue> {
    let name = addresses::system(geo, address?)?;
    Some(GroupValue::Text(name.into()))
}
