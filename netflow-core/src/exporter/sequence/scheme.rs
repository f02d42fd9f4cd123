//! How exporters count with their sequence numbers.

use super::SequenceUnit;
use crate::datagram::Protocol;

/// What a sequence number counts. Each protocol asks for one scheme; some exporters
/// follow another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountingScheme {
    /// Messages (RFC 3954, section 5.1) and sFlow datagrams.
    Messages,
    /// Data records, options among them, before the message (RFC 7011, section 3.1).
    DataRecords,
    /// Flows before the message, without options: NetFlow v5 to v8.
    Flows,
    /// Flows up to the end of the message. softflowd adds the records of a message to the count
    /// before it writes the header (`send_ipfix_common` in its ipfix.c; `testdata/genuine/sf_v10.pcap`).
    /// Open vSwitch counts messages of one record each from 1 (ofproto-dpif-ipfix.c; `ovs.pcap`).
    FlowsIncluded,
}

/// One value for each counting scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PerScheme<T> {
    pub(crate) messages: T,
    pub(crate) data_records: T,
    pub(crate) flows: T,
    pub(crate) flows_included: T,
}

impl CountingScheme {
    /// All of them. Of two that fit equally well, the first is chosen.
    pub(crate) const ALL: [Self; 4] = [
        Self::Messages,
        Self::DataRecords,
        Self::Flows,
        Self::FlowsIncluded,
    ];

    /// The scheme that the protocol asks for. NetFlow v1 has no numbers.
    pub(crate) const fn of_protocol(protocol: Protocol) -> Self {
        match protocol {
            Protocol::NetflowV9 | Protocol::SflowV5 => Self::Messages,
            Protocol::Ipfix => Self::DataRecords,
            _ => Self::Flows,
        }
    }

    /// What it counts.
    pub(crate) const fn unit(self) -> SequenceUnit {
        match self {
            Self::Messages => SequenceUnit::Message,
            Self::DataRecords => SequenceUnit::DataRecord,
            Self::Flows => SequenceUnit::Flow,
            Self::FlowsIncluded => SequenceUnit::FlowCountedIn,
        }
    }
}

impl<T> PerScheme<T> {
    pub(crate) const fn get(&self, scheme: CountingScheme) -> &T {
        match scheme {
            CountingScheme::Messages => &self.messages,
            CountingScheme::DataRecords => &self.data_records,
            CountingScheme::Flows => &self.flows,
            CountingScheme::FlowsIncluded => &self.flows_included,
        }
    }

    pub(crate) const fn get_mut(&mut self, scheme: CountingScheme) -> &mut T {
        match scheme {
            CountingScheme::Messages => &mut self.messages,
            CountingScheme::DataRecords => &mut self.data_records,
            CountingScheme::Flows => &mut self.flows,
            CountingScheme::FlowsIncluded => &mut self.flows_included,
        }
    }

    /// What `change` makes of each value.
    pub(super) fn map<U>(self, change: impl Fn(T) -> U) -> PerScheme<U> {
        PerScheme {
            messages: change(self.messages),
            data_records: change(self.data_records),
            flows: change(self.flows),
            flows_included: change(self.flows_included),
        }
    }

    /// The values in the order of [`CountingScheme::ALL`].
    pub(crate) const fn each(&self) -> [&T; 4] {
        let Self {
            messages,
            data_records,
            flows,
            flows_included,
        } = self;
        [messages, data_records, flows, flows_included]
    }

    /// The same, to be changed.
    pub(crate) const fn each_mut(&mut self) -> [&mut T; 4] {
        let Self {
            messages,
            data_records,
            flows,
            flows_included,
        } = self;
        [messages, data_records, flows, flows_included]
    }
}
