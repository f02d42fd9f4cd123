//! What databases know of the addresses of flows, as columns of groups.

use core::net::IpAddr;

use netflow_core::Flow;

/// What a database knows of an address of a flow. The caller looks it up.
///
/// ```
/// use netflow_query::AddressColumn;
///
/// assert_eq!(AddressColumn::by_name("source_country"), Some(AddressColumn::SourceCountry));
/// assert!(!AddressColumn::DestinationAsName.is_country());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressColumn {
    /// The country of the source, by its two letters (ISO 3166-1).
    SourceCountry,
    /// The country of the destination.
    DestinationCountry,
    /// The autonomous system of the source, by its number and who runs it.
    SourceAsName,
    /// The autonomous system of the destination.
    DestinationAsName,
}

impl AddressColumn {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::SourceCountry,
        Self::DestinationCountry,
        Self::SourceAsName,
        Self::DestinationAsName,
    ];

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SourceCountry => "source_country",
            Self::DestinationCountry => "destination_country",
            Self::SourceAsName => "source_as_name",
            Self::DestinationAsName => "destination_as_name",
        }
    }

    /// The column with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Whether it is a country; otherwise it is an autonomous system.
    #[must_use]
    pub const fn is_country(self) -> bool {
        matches!(self, Self::SourceCountry | Self::DestinationCountry)
    }

    /// The address to look up.
    #[must_use]
    pub fn address(self, flow: &Flow<'_>) -> Option<IpAddr> {
        match self {
            Self::SourceCountry | Self::SourceAsName => flow.source_address(),
            Self::DestinationCountry | Self::DestinationAsName => flow.destination_address(),
        }
    }
}
