//! The two ends of a flow, and what they were translated to.

use core::net::IpAddr;

use netflow_core::value::MacAddress;

use super::protocol::is_icmp;
use super::values::RowValues;
use crate::format::row::RowText;

/// Address and port of the source; its MAC address where there is no IP.
pub(super) fn source(row: &mut RowText, flow: &RowValues<'_, '_>) {
    match flow.source_address() {
        // Of ICMP there are no ports; older exporters put type and code there.
        Some(address) => write(row, address, flow.source_port().filter(|_| !is_icmp(flow))),
        None if flow.is_without_ip() => mac(row, flow.flow.source_mac()),
        None => {}
    }
}

/// Address and port of the destination; its MAC address where there is no IP.
pub(super) fn destination(row: &mut RowText, flow: &RowValues<'_, '_>) {
    match flow.destination_address() {
        Some(address) => write(
            row,
            address,
            flow.destination_port().filter(|_| !is_icmp(flow)),
        ),
        None if flow.is_without_ip() => mac(row, flow.flow.destination_mac()),
        None => {}
    }
}

/// What source and destination are after NAT, where that differs from before:
/// `192.0.2.1:40000` of a source, `-> 10.0.0.1:80` of a destination.
pub(super) fn translated(row: &mut RowText, flow: &RowValues<'_, '_>) {
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
        write(row, address, port);
        if port.is_none() {
            port_block(row, flow);
        }
    }
    if let Some((address, port)) = destination {
        if source.is_some() {
            row.octet(b' ');
        }
        row.word("-> ");
        write(row, address, port);
    }
}

/// The ports that a NAT assigned at once, `:1024-2047` (RFC 8158).
fn port_block(row: &mut RowText, flow: &RowValues<'_, '_>) {
    let Some(start) = flow.flow.nat_port_block_start() else {
        return;
    };
    row.octet(b':');
    row.number(start.into());
    if let Some(end) = flow.flow.nat_port_block_end() {
        row.octet(b'-');
        row.number(end.into());
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

fn mac(row: &mut RowText, address: Option<MacAddress>) {
    if let Some(address) = address {
        row.mac(address);
    }
}

/// `192.0.2.1:443`, `[2001:db8::1]:443`, or the address alone.
fn write(row: &mut RowText, address: IpAddr, port: Option<u16>) {
    let is_bracketed = address.is_ipv6() && port.is_some();
    if is_bracketed {
        row.octet(b'[');
    }
    row.address(address);
    if is_bracketed {
        row.octet(b']');
    }
    if let Some(port) = port {
        row.octet(b':');
        row.number(port.into());
    }
}
