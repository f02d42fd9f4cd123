//! What flows are grouped by: fields, and what databases and files know of their addresses and ports.

use core::net::IpAddr;

use netflow_core::Flow;
use netflow_core::element::{self, iana::PROTOCOL_IDENTIFIER};
use netflow_core::field::FlowField;
use netflow_output::enrich::{Enrichment, Geo, Services};
use netflow_query::{AddressColumn, GroupValue, PrefixLengths};

use crate::addresses;

/// What flows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupColumn {
    /// A normalised field.
    Field(FlowField),
    /// What a database knows of an address.
    Address(AddressColumn),
    /// The service of the port that is probably the server's; protocol and port if it has no name.
    Service,
}

impl GroupColumn {
    /// The column of this name, if it is one that needs a database or a file.
    pub(super) fn looked_up(name: &str) -> Option<Self> {
        if name == Self::Service.name() {
            return Some(Self::Service);
        }
        AddressColumn::by_name(name).map(Self::Address)
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
            Self::Address(column) => column.name(),
            Self::Service => "service",
        }
    }

    /// The option of the database or file that it needs, if that is missing.
    pub(super) const fn missing(self, known: &Enrichment) -> Option<&'static str> {
        let geo = &known.geo;
        match self {
            Self::Service if known.services.is_none() => Some("--services"),
            Self::Address(column) if column.is_country() && geo.places.is_none() => Some("--geo"),
            Self::Address(column) if !column.is_country() && geo.systems.is_none() => Some("--asn"),
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
            Self::Address(column) if column.is_country() => country(geo, column.address(flow)),
            Self::Address(column) => system(geo, column.address(flow)),
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
