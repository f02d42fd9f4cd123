//! What a flow carries: an IP protocol, or where there is no IP, an EtherType.

use netflow_core::element::{self, iana};

use super::values::RowValues;
use crate::format::row::Pen;

const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// `TCP`, `ICMP 8/0`, `99`; `ARP`, `0x8899`.
#[inline(always)]
pub(super) fn write(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    match flow.protocol {
        Some(TCP) => pen.block(b"TCP.", 3),
        Some(UDP) => pen.block(b"UDP.", 3),
        _ => pen.outlined(|pen| write_other(pen, flow)),
    }
}

/// One that few flows have.
fn write_other(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    let Some(number) = flow.protocol else {
        if let Some(ether_type) = flow.flow.ether_type().filter(|_| flow.is_without_ip()) {
            write_ether_type(pen, ether_type);
        }
        return;
    };
    let name = match number {
        ICMPV6 => Some("ICMP6"),
        number => element::code(iana::PROTOCOL_IDENTIFIER.id, number.into()),
    };
    match name {
        Some(name) => pen.word(name),
        None => pen.number(number.into()),
    }
    if !is_icmp(flow) {
        return;
    }
    if let Some(icmp_type) = flow.flow.icmp_type() {
        pen.octet(b' ');
        pen.number(icmp_type.into());
        pen.octet(b'/');
        pen.number(flow.flow.icmp_code().unwrap_or(0).into());
    }
}

pub(super) fn is_icmp(flow: &RowValues<'_, '_>) -> bool {
    matches!(flow.protocol, Some(ICMP | ICMPV6))
}

fn write_ether_type(pen: &mut Pen<'_>, number: u16) {
    match ether_type(number) {
        Some(name) => pen.word(name),
        None => {
            pen.word("0x");
            pen.hex(number);
        }
    }
}

/// EtherTypes that networks carry beside IP (IANA, IEEE 802 Numbers).
const fn ether_type(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0800 => "IPv4",
        0x0806 => "ARP",
        0x8035 => "RARP",
        0x8100 | 0x88a8 => "VLAN",
        0x86dd => "IPv6",
        0x8809 => "LACP",
        0x8847 | 0x8848 => "MPLS",
        0x8863 | 0x8864 => "PPPoE",
        0x888e => "EAPOL",
        0x88cc => "LLDP",
        0x88e5 => "MACsec",
        0x88f7 => "PTP",
        0x8902 => "CFM",
        _ => return None,
    })
}
