//! What flows are grouped by: fields, and what databases and files know of their addresses and ports.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::element::{self, iana::PROTOCOL_IDENTIFIER};
use netflow_core::field::FlowField;
use netflow_output::enrich::{Enrichment, Geo, Services};
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
    /// The service of the port that is probably the server's; protocol and port if it has no name.
    Service,
}

/// Those that need a database or a file.
const LOOKED_UP: [GroupColumn; 5] = [
    GroupColumn::SourceCountry,
    GroupColumn::DestinationCountry,
    GroupColumn::SourceAsName,
    GroupColumn::DestinationAsName,
    GroupColumn::Service,
];

impl GroupColumn {
    /// The column of this name, if it is one that needs a database or a file.
    pub(super) fn looked_up(name: &str) -> Option<Self> {
        LOOKED_UP.into_iter().find(|column| column.name() == name)
    }

    /// The field, if it is one.
    pub(super) const fn field(self) -> Option<FlowField> {
        match self {
            Self::Field(field) => Some(field),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::SourceCountry => "source_country",
            Self::DestinationCountry => "destination_country",
            Self::SourceAsName => "source_as_name",
            Self::DestinationAsName => "destination_as_name",
            Self::Service => "service",
        }
    }

    /// The option of the database or file that it needs, if that is missing.
    pub(super) const fn missing(self, known: &Enrichment) -> Option<&'static str> {
        let geo = &known.geo;
        match self {
            Self::Service if known.services.is_none() => Some("--services"),
            Self::SourceCountry | Self::DestinationCountry if geo.places.is_none() => Some("--geo"),
            Self::SourceAsName | Self::DestinationAsName if geo.systems.is_none() => Some("--asn"),
            _ => None,
        }
    }

    /// Its value in a flow.
    pub(super) fn value(
        self,
        flow: &Flow<'_>,
        known: &Enrichment,
        prefixes: PrefixLengths,
    ) -> GroupValue {
        let geo = &known.geo;
        let value = match self {
            Self::Field(field) => return GroupValue::of(flow, field, prefixes),
            Self::SourceCountry => country(geo, flow.source_address()),
            Self::DestinationCountry => country(geo, flow.destination_address()),
            Self::SourceAsName => system(geo, flow.source_address()),
            Self::DestinationAsName => system(geo, flow.destination_address()),
            Self::Service => known
                .services
                .as_ref()
                .and_then(|names| service(names, flow)),
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

fn service(services: &Services, flow: &Flow<'_>) -> Option<GroupValue> {
    let protocol = flow.protocol()?;
    let port = services.server_port(protocol, flow.source_port()?, flow.destination_port()?);
    let name = services.name(protocol, port).map(str::to_owned);
    let name =
        name.unwrap_or_else(
            || match element::code(PROTOCOL_IDENTIFIER.id, protocol.into()) {
                Some(keyword) => format!("{}/{port}", keyword.to_ascii_lowercase()),
                None => format!("{protocol}/{port}"),
            },
        );
    Some(GroupValue::Text(name.into()))
}
