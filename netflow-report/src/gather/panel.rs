//! Tables of the largest groups.

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::{AddressColumn, Aggregate, AggregateOptions, CountedFlow, Group, GroupValue};

use super::column::Column;
use crate::Addresses;

/// What a panel groups by, and its heading.
#[derive(Debug)]
pub(crate) struct PanelKind {
    /// Its id in the page.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) by: &'static [Column],
    /// Groups that lack all fields are left out, and counted below: few exporters send them.
    pub(crate) is_optional: bool,
}

/// The panels, in the order of the page.
pub(crate) const PANELS: [PanelKind; 27] = {
    use AddressColumn as A;
    use Column::Field as C;
    use FlowField as F;
    const fn usual(id: &'static str, title: &'static str, by: &'static [Column]) -> PanelKind {
        PanelKind {
            id,
            title,
            by,
            is_optional: false,
        }
    }
    const fn optional(id: &'static str, title: &'static str, by: &'static [Column]) -> PanelKind {
        PanelKind {
            id,
            title,
            by,
            is_optional: true,
        }
    }
    [
        usual("sources", "Sources", &[C(F::SourceAddress)]),
        usual("destinations", "Destinations", &[C(F::DestinationAddress)]),
        usual(
            "conversations",
            "Conversations",
            &[C(F::SourceAddress), C(F::DestinationAddress)],
        ),
        usual(
            "services",
            "Services",
            &[C(F::Protocol), C(F::DestinationPort)],
        ),
        usual("protocols", "Protocols", &[C(F::Protocol)]),
        usual("versions", "IPv4 and IPv6", &[C(F::IpVersion)]),
        usual("exporters", "Exporters", &[C(F::ExporterAddress)]),
        optional("applications", "Applications", &[C(F::ApplicationName)]),
        optional(
            "input",
            "Input interfaces",
            &[
                C(F::ExporterAddress),
                C(F::InputInterface),
                C(F::InputInterfaceName),
            ],
        ),
        optional(
            "output",
            "Output interfaces",
            &[
                C(F::ExporterAddress),
                C(F::OutputInterface),
                C(F::OutputInterfaceName),
            ],
        ),
        optional(
            "source-countries",
            "Source countries",
            &[Column::Address(A::SourceCountry)],
        ),
        optional(
            "destination-countries",
            "Destination countries",
            &[Column::Address(A::DestinationCountry)],
        ),
        optional(
            "source-as-names",
            "Source AS by name",
            &[Column::Address(A::SourceAsName)],
        ),
        optional(
            "destination-as-names",
            "Destination AS by name",
            &[Column::Address(A::DestinationAsName)],
        ),
        optional("locality", "Internal and external", &[Column::Locality]),
        optional("source-as", "Source AS", &[C(F::SourceAs)]),
        optional("destination-as", "Destination AS", &[C(F::DestinationAs)]),
        optional(
            "as-pairs",
            "AS to AS",
            &[C(F::SourceAs), C(F::DestinationAs)],
        ),
        optional("flags", "TCP flags", &[C(F::TcpFlags)]),
        optional("dscp", "DSCP", &[C(F::Dscp)]),
        optional("vlans", "VLANs", &[C(F::Vlan)]),
        optional("directions", "Direction", &[C(F::Direction)]),
        optional("events", "Firewall events", &[C(F::FirewallEvent)]),
        optional(
            "denied",
            "Firewall events by conversation",
            &[
                C(F::FirewallEvent),
                C(F::SourceAddress),
                C(F::DestinationAddress),
                C(F::DestinationPort),
            ],
        ),
        optional("nat", "NAT events", &[C(F::NatEvent)]),
        optional("users", "Users", &[C(F::UserName)]),
        // Of the picture of hosts and ports.
        usual(
            "host-ports",
            "Hosts and ports",
            &[C(F::DestinationAddress), C(F::DestinationPort)],
        ),
    ]
};

/// What nearly every flow has: it does not make an optional panel worth showing.
const COMMON: [Column; 4] = [
    Column::Field(FlowField::ExporterAddress),
    Column::Field(FlowField::SourceAddress),
    Column::Field(FlowField::DestinationAddress),
    Column::Field(FlowField::DestinationPort),
];

/// A panel with its sums.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) kind: &'static PanelKind,
    pub(crate) aggregate: Aggregate,
}

impl Panel {
    /// Without flows yet; its groups may take this number of octets.
    pub(crate) fn new(kind: &'static PanelKind, hash_seed: u64, memory: usize) -> Self {
        let fields = kind.by.iter().filter_map(|column| match column {
            Column::Field(field) => Some(*field),
            _ => None,
        });
        let mut grouping = AggregateOptions::new(fields.collect(), hash_seed);
        grouping.memory = memory;
        Self {
            kind,
            aggregate: Aggregate::new(grouping),
        }
    }

    pub(crate) fn add(
        &mut self,
        flow: &Flow<'_>,
        counted: CountedFlow,
        addresses: Option<&dyn Addresses>,
    ) {
        let others = self
            .kind
            .by
            .iter()
            .filter(|column| !matches!(column, Column::Field(_)));
        let values = others.filter_map(|column| Some(column.of(flow, addresses?)));
        self.aggregate.add_counted_with(flow, counted, values);
    }

    /// The largest groups, as `netflow top` has them.
    pub(crate) fn top(&self, count: usize) -> Vec<Group> {
        self.aggregate.top(count)
    }

    /// Whether there is anything to show: an optional panel needs a flow with a value of its own.
    pub(crate) fn has_content(&self) -> bool {
        let own = |group: &Group| {
            let values = group.values.iter().zip(self.kind.by);
            let mut own = values.filter(|(_, by)| !COMMON.contains(by));
            own.any(|(value, _)| *value != GroupValue::Absent)
        };
        !self.kind.is_optional || self.top(20).iter().any(own)
    }
}
