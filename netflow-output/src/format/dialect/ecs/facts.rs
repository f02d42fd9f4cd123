//! The fields of a record that the Elastic Common Schema has its own fields for.

use core::net::IpAddr;

use netflow_core::value::{MacAddress, Value};

/// One line a field: `SourcePort => "sourceTransportPort";`.
macro_rules! roles {
    ($($role:ident => $name:literal;)+) => {
        /// A field that the Elastic Common Schema has its own field for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Role {
            $($role,)+
        }

        impl Role {
            /// Number of roles.
            const COUNT: usize = [$(Self::$role,)+].len();

            /// The role of the element with this name.
            pub(super) fn of(name: &str) -> Option<Self> {
                Some(match name {
                    $($name => Self::$role,)+
                    _ => return None,
                })
            }
        }
    };
}

roles! {
    SourceIpv4 => "sourceIPv4Address";
    SourceIpv6 => "sourceIPv6Address";
    DestinationIpv4 => "destinationIPv4Address";
    DestinationIpv6 => "destinationIPv6Address";
    SourcePort => "sourceTransportPort";
    DestinationPort => "destinationTransportPort";
    SourceMac => "sourceMacAddress";
    DestinationMac => "destinationMacAddress";
    Protocol => "protocolIdentifier";
    OctetDelta => "octetDeltaCount";
    OctetTotal => "octetTotalCount";
    InitiatorOctets => "initiatorOctets";
    PacketDelta => "packetDeltaCount";
    PacketTotal => "packetTotalCount";
    InitiatorPackets => "initiatorPackets";
    ReverseOctetDelta => "reverseOctetDeltaCount";
    ReverseOctetTotal => "reverseOctetTotalCount";
    ResponderOctets => "responderOctets";
    ReversePacketDelta => "reversePacketDeltaCount";
    ReversePacketTotal => "reversePacketTotalCount";
    ResponderPackets => "responderPackets";
    StartUptime => "flowStartSysUpTime";
    EndUptime => "flowEndSysUpTime";
    Duration => "flowDurationMilliseconds";
    SystemInit => "systemInitTimeMilliseconds";
    Direction => "flowDirection";
    BiflowDirection => "biflowDirection";
    StationMac => "staMacAddress";
    StationAddress => "staIPv4Address";
    AccessPointMac => "wtpMacAddress";
    Ssid => "wlanSSID";
    IcmpTypeCodeIpv4 => "icmpTypeCodeIPv4";
    IcmpTypeCodeIpv6 => "icmpTypeCodeIPv6";
    IcmpTypeIpv4 => "icmpTypeIPv4";
    IcmpCodeIpv4 => "icmpCodeIPv4";
    IcmpTypeIpv6 => "icmpTypeIPv6";
    IcmpCodeIpv6 => "icmpCodeIPv6";
}

/// The value of a field that ECS uses.
#[derive(Debug, Clone, Copy)]
enum Fact {
    Absent,
    Number(u64),
    Address(IpAddr),
    Mac(MacAddress),
    /// It is there; what it holds is read from the record again.
    Present,
}

/// The values of one record.
#[derive(Debug)]
pub(super) struct Facts([Fact; Role::COUNT]);

impl Default for Facts {
    fn default() -> Self {
        Self([Fact::Absent; Role::COUNT])
    }
}

impl Facts {
    /// Takes note of a value.
    #[inline]
    pub(super) fn set(&mut self, role: Role, value: &Value<'_>) {
        self.0[role as usize] = match *value {
            Value::Unsigned(number) | Value::Milliseconds(number) => Fact::Number(number),
            Value::Address(address) => Fact::Address(address),
            Value::MacAddress(address) => Fact::Mac(address),
            _ => Fact::Present,
        };
    }

    /// Whether a field is there.
    pub(super) const fn has(&self, role: Role) -> bool {
        !matches!(self.0[role as usize], Fact::Absent)
    }

    /// The number in a field.
    pub(super) const fn number(&self, role: Role) -> Option<u64> {
        match self.0[role as usize] {
            Fact::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number in the first of these fields that is there.
    pub(super) fn first_number(&self, roles: &[Role]) -> Option<u64> {
        roles.iter().find_map(|role| self.number(*role))
    }

    /// The port in a field.
    pub(super) fn port(&self, role: Role) -> Option<u16> {
        u16::try_from(self.number(role)?).ok()
    }

    /// The address in a field.
    pub(super) const fn address(&self, role: Role) -> Option<IpAddr> {
        match self.0[role as usize] {
            Fact::Address(address) => Some(address),
            _ => None,
        }
    }

    /// The MAC address in a field.
    pub(super) const fn mac(&self, role: Role) -> Option<MacAddress> {
        match self.0[role as usize] {
            Fact::Mac(address) => Some(address),
            _ => None,
        }
    }
}
