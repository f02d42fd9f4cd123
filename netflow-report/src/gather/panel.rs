//! Tables of the largest groups.

use netflow_core::Flow;
use netflow_core::field::FlowField;
use netflow_query::{Aggregate, AggregateOptions, CountedFlow, Group, GroupValue};

use crate::ReportOptions;

/// What a panel groups by, and its heading.
#[derive(Debug)]
pub(crate) struct PanelKind {
    /// Its id in the page.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) by: &'static [FlowField],
    /// Groups that lack all fields are left out, and counted below: few exporters send them.
    pub(crate) is_optional: bool,
}

/// The panels, in the order of the page.
pub(crate) const PANELS: [PanelKind; 22] = {
    use FlowField as F;
    const fn usual(id: &'static str, title: &'static str, by: &'static [F]) -> PanelKind {
        PanelKind {
            id,
            title,
            by,
            is_optional: false,
        }
    }
    const fn optional(id: &'static str, title: &'static str, by: &'static [F]) -> PanelKind {
        PanelKind {
            id,
            title,
            by,
            is_optional: true,
        }
    }
    [
        usual("sources", "Sources", &[F::SourceAddress]),
        usual("destinations", "Destinations", &[F::DestinationAddress]),
        usual(
            "conversations",
            "Conversations",
            &[F::SourceAddress, F::DestinationAddress],
        ),
        usual("services", "Services", &[F::Protocol, F::DestinationPort]),
        usual("protocols", "Protocols", &[F::Protocol]),
        usual("versions", "IPv4 and IPv6", &[F::IpVersion]),
        usual("exporters", "Exporters", &[F::ExporterAddress]),
        optional("applications", "Applications", &[F::ApplicationName]),
        optional(
            "input",
            "Input interfaces",
            &[F::ExporterAddress, F::InputInterface, F::InputInterfaceName],
        ),
        optional(
            "output",
            "Output interfaces",
            &[
                F::ExporterAddress,
                F::OutputInterface,
                F::OutputInterfaceName,
            ],
        ),
        optional("source-as", "Source AS", &[F::SourceAs]),
        optional("destination-as", "Destination AS", &[F::DestinationAs]),
        optional("as-pairs", "AS to AS", &[F::SourceAs, F::DestinationAs]),
        optional("flags", "TCP flags", &[F::TcpFlags]),
        optional("dscp", "DSCP", &[F::Dscp]),
        optional("vlans", "VLANs", &[F::Vlan]),
        optional("directions", "Direction", &[F::Direction]),
        optional("events", "Firewall events", &[F::FirewallEvent]),
        optional(
            "denied",
            "Firewall events by conversation",
            &[
                F::FirewallEvent,
                F::SourceAddress,
                F::DestinationAddress,
                F::DestinationPort,
            ],
        ),
        optional("nat", "NAT events", &[F::NatEvent]),
        optional("users", "Users", &[F::UserName]),
        // Of the picture of hosts and ports.
        usual(
            "host-ports",
            "Hosts and ports",
            &[F::DestinationAddress, F::DestinationPort],
        ),
    ]
};

/// A panel with its sums.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) kind: &'static PanelKind,
    pub(crate) aggregate: Aggregate,
}

impl Panel {
    pub(crate) fn new(kind: &'static PanelKind, options: &ReportOptions) -> Self {
        let mut grouping = AggregateOptions::new(kind.by.to_vec(), options.hash_seed);
        grouping.memory = options.memory;
        Self {
            kind,
            aggregate: Aggregate::new(grouping),
        }
    }

    pub(crate) fn add(&mut self, flow: &Flow<'_>, counted: CountedFlow) {
        self.aggregate.add_counted(flow, counted);
    }

    /// The largest groups, as `netflow top` has them.
    pub(crate) fn top(&self, count: usize) -> Vec<Group> {
        self.aggregate.top(count)
    }

    /// Whether there is anything to show: an optional panel needs a flow with a field of its own.
    pub(crate) fn has_content(&self) -> bool {
        let own = |group: &Group| {
            let values = group.values.iter().zip(self.kind.by);
            let mut own = values.filter(|(_, field)| **field != FlowField::ExporterAddress);
            own.any(|(value, _)| *value != GroupValue::Absent)
        };
        !self.kind.is_optional || self.top(20).iter().any(own)
    }
}
