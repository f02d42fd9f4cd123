//! The two ends of a flow, and what they were translated to.

use core::net::IpAddr;

use netflow_core::value::MacAddress;

use super::protocol::is_icmp;
use super::values::RowValues;
use crate::format::row::Pen;

/// Address and port of the source; its MAC address where there is no IP.
#[inline(always)]
pub(super) fn source(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    match flow.source_address() {
        // Of ICMP there are no ports; older exporters put type and code there.
        Some(address) => write(pen, address, flow.source_port().filter(|_| !is_icmp(flow))),
        None if flow.is_without_ip() => pen.outlined(|pen| mac(pen, flow.flow.source_mac())),
        None => {}
    }
}

/// Address and port of the destination; its MAC address where there is no IP.
#[inline(always)]
pub(super) fn destination(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    match flow.destination_address() {
        Some(address) => write(
            pen,
            address,
            flow.destination_port().filter(|_| !is_icmp(flow)),
        ),
        None if flow.is_without_ip() => pen.outlined(|pen| mac(pen, flow.flow.destination_mac())),
        None => {}
    }
}

/// What source and destination are after NAT, where that differs from before:
/// `192.0.2.1:40000` of a source, `-> 10.0.0.1:80` of a destination.
pub(super) fn translated(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    let source = changed(
        (flow.source_address(), flow.source_port()),
        (
            flow.flow.post_nat_source_address(),
            flow.flow.post_nat_source_port(),
        ),
    );
    let destination = changed(
        (flow.destination_address(), flow.destination_port()),
        (
            flow.flow.post_nat_destination_address(),
            flow.flow.post_nat_destination_port(),
        ),
    );
    if let Some((address, port)) = source {
        write(pen, address, port);
        if port.is_none() {
            port_block(pen, flow);
        }
    }
    if let Some((address, port)) = destination {
        if source.is_some() {
            pen.octet(b' ');
        }
        pen.word("-> ");
        write(pen, address, port);
    }
}

/// The ports that a NAT assigned at once, `:1024-2047` (RFC 8158).
fn port_block(pen: &mut Pen<'_>, flow: &RowValues<'_, '_>) {
    let Some(start) = flow.flow.nat_port_block_start() else {
        return;
    };
    pen.octet(b':');
    pen.number(start.into());
    if let Some(end) = flow.flow.nat_port_block_end() {
        pen.octet(b'-');
        pen.number(end.into());
    }
}

/// An end of a flow, as far as it was sent.
type End = (Option<IpAddr>, Option<u16>);

/// The end after NAT, if it is another than before. What was not translated is as it was; an
/// exporter may say so by zeros.
fn changed(before: End, after: End) -> Option<(IpAddr, Option<u16>)> {
    let address = after.0.filter(|address| !address.is_unspecified());
    let port = after.1.filter(|port| *port != 0);
    let is_other = address.is_some() && address != before.0 || port.is_some() && port != before.1;
    if !is_other {
        return None;
    }
    Some((address.or(before.0)?, port.or(before.1)))
}

fn mac(pen: &mut Pen<'_>, address: Option<MacAddress>) {
    if let Some(address) = address {
        pen.mac(address);
    }
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`, or the address alone.
#[inline(always)]
fn write(pen: &mut Pen<'_>, address: IpAddr, port: Option<u16>) {
    let is_bracketed = address.is_ipv6() && port.is_some();
    if is_bracketed {
        pen.octet(b'[');
    }
    pen.address(address);
    if is_bracketed {
        pen.octet(b']');
    }
    if let Some(port) = port {
        pen.octet(b':');
        pen.number(port.into());
    }
}
