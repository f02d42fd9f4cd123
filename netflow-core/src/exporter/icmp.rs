//! In which octet of the destination port an exporter writes the type of ICMP: in the high one by the
//! vendors' descriptions of NetFlow v5 (Junos, Flow Monitoring Version 5 Format Output Fields), in the
//! low one by `testdata/cases/icmpv6_code_first_in_port.pcap`.

/// How often records of one observation domain showed it. v5 and v9 exporters put `type * 256 + code` into the
/// destination port; some write the code first. Of most ports only one order is a type and a
/// code that IANA has assigned.
///
/// Each domain is judged by its own records, not by those of all domains of the address: several
/// Exporting Processes may send from one address, probes of a host or cards of a router, and domain
/// ids are unique only to a process (RFC 7011, section 2). One that has shown nothing is read
/// as the vendors describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct IcmpPorts {
    /// Ports that only make sense with the type in the high octet.
    pub(super) type_first: u8,
    /// Ports that only make sense with the type in the low octet.
    pub(super) type_last: u8,
}

impl IcmpPorts {
    /// Takes the destination port of one record of ICMP (1) or ICMPv6 (58) as evidence.
    pub(crate) fn observe(&mut self, protocol: u64, port: u64) {
        let Ok(port) = u16::try_from(port) else {
            return;
        };
        let is_assigned = match protocol {
            ICMP => is_assigned,
            ICMPV6 => is_assigned_v6,
            _ => return,
        };
        let [high, low] = port.to_be_bytes();
        let votes = match (is_assigned(high, low), is_assigned(low, high)) {
            (true, false) => &mut self.type_first,
            (false, true) => &mut self.type_last,
            _ => return,
        };
        match votes.checked_add(1) {
            Some(more) => *votes = more,
            None => {
                self.type_first >>= 1;
                self.type_last >>= 1;
            }
        }
    }

    /// More ports say that the type is in the low octet. A port that makes no sense may also
    /// be that of a packet that makes none.
    pub(crate) const fn is_type_last(self) -> bool {
        self.type_last > self.type_first
    }
}

const ICMP: u64 = 1;
const ICMPV6: u64 = 58;

/// Type and code in the registry "ICMP Type Numbers" of IANA (RFC 792 and others).
fn is_assigned(icmp_type: u8, code: u8) -> bool {
    let last_code = match icmp_type {
        0 | 4 | 6 | 8 | 10 | 13..=18 | 30..=39 | 42 => 0,
        3 => 15,
        5 => 3,
        9 => return matches!(code, 0 | 16),
        11 => 1,
        12 => 2,
        40 => 5,
        43 => 4,
        41 | 253 | 254 => u8::MAX,
        _ => return false,
    };
    code <= last_code
}

/// Type and code in the registry "ICMPv6 Type Numbers" of IANA (RFC 4443 and others).
fn is_assigned_v6(icmp_type: u8, code: u8) -> bool {
    let last_code = match icmp_type {
        2 | 128..=137 | 141..=149 | 151..=153 | 160 => 0,
        1 => 8,
        3 => 1,
        4 => 10,
        138 => return matches!(code, 0 | 1 | 255),
        139 | 140 => 2,
        161 => 4,
        100 | 101 | 150 | 154..=159 | 200 | 201 => u8::MAX,
        _ => return false,
    };
    code <= last_code
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::IcmpPorts;

    fn is_type_last(protocol: u64, ports: &[u64]) -> bool {
        let mut seen = IcmpPorts::default();
        ports.iter().for_each(|port| seen.observe(protocol, *port));
        seen.is_type_last()
    }

    #[test]
    fn impossible_types_and_codes_decide() {
        // Neighbour advertisement: type 136, code 0.
        assert!(is_type_last(58, &[0x0088]));
        assert!(!is_type_last(58, &[0x8800]));
        // Echo: type 8, code 0; an echo reply has no code 8.
        assert!(is_type_last(1, &[0x0008]));
        assert!(!is_type_last(1, &[0x0800]));
        // Both are assigned, or neither is.
        assert!(!is_type_last(58, &[0x0401, 0xffff, 0]));
        assert!(!is_type_last(1, &[0x0303, 0xffff, 0]));
        // Other protocols say nothing.
        assert!(!is_type_last(6, &[0x0008]));
    }

    #[test]
    fn the_majority_decides_however_many_there_are() {
        assert!(!is_type_last(1, &[0x0008, 0x0800]));
        assert!(is_type_last(1, &[0x0008, 0x0800, 0x000b]));
        let mut ports: Vec<u64> = [0x0800; 1_000].into();
        assert!(!is_type_last(1, &ports));
        ports.extend([0x0008; 2_000]);
        assert!(is_type_last(1, &ports));
    }
}
