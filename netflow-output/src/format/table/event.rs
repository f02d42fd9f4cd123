//! Events of firewalls and NAT in a word or two.

use netflow_core::Flow;

use crate::format::row::Pen;

/// A connection was denied (firewallEvent).
const DENIED: u8 = 3;

/// Writes what happened, if the record is of an event: `created`, `denied 1001`, `NAT44 create`.
pub(super) fn write(pen: &mut Pen<'_>, flow: &Flow<'_>) {
    if let Some(event) = flow.firewall_event().filter(|event| *event != 0) {
        named(pen, firewall(event), event);
        // The access list or the reason that denied it (Cisco ASA, NetFlow Implementation
        // Guide, "Extended Event Codes").
        let extended = flow.firewall_extended_event();
        if let Some(extended) = extended.filter(|extended| event == DENIED && *extended != 0) {
            pen.octet(b' ');
            pen.number(extended.into());
        }
    } else if let Some(event) = flow.nat_event().filter(|event| *event != 0) {
        named(pen, nat(event), event);
    }
}

fn named(pen: &mut Pen<'_>, name: Option<&str>, number: u8) {
    match name {
        Some(name) => pen.word(name),
        None => pen.number(number.into()),
    }
}

/// IANA, IPFIX Information Elements, firewallEvent (233).
const fn firewall(event: u8) -> Option<&'static str> {
    Some(match event {
        1 => "created",
        2 => "deleted",
        DENIED => "denied",
        4 => "alert",
        5 => "updated",
        _ => return None,
    })
}

/// IANA, IPFIX Information Elements, natEvent (230); RFC 8158, section 5.6.1.
const fn nat(event: u8) -> Option<&'static str> {
    Some(match event {
        1 => "NAT create",
        2 => "NAT delete",
        3 => "no addresses",
        4 => "NAT44 create",
        5 => "NAT44 delete",
        6 => "NAT64 create",
        7 => "NAT64 delete",
        8 => "BIB44 create",
        9 => "BIB44 delete",
        10 => "BIB64 create",
        11 => "BIB64 delete",
        12 => "no ports",
        13 => "quota",
        14 => "binding create",
        15 => "binding delete",
        16 => "block create",
        17 => "block delete",
        18 => "threshold",
        _ => return None,
    })
}
