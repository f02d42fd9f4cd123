//! Flows as lines for people, as nfdump 1.7.1 prints them.

use core::net::IpAddr;

use netflow_core::packet::protocol::TCP;
use netflow_core::text;

use super::csv::{write_date, write_port};
use super::fields;
use super::flow::{DumpedFlow, FlowReader};
use super::protocols;
use crate::format::dialect::encode::RoomWriter;

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Line,
    Long,
    Extended,
}

impl Width {
    pub(super) const fn header(self) -> &'static str {
        match self {
            Self::Line => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows\n"
            }
            Self::Long => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port     Flags Tos  Packets    Bytes Flows\n"
            }
            Self::Extended => {
                "Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port     Flags Tos  Packets    Bytes      pps      bps    Bpp Flows\n"
            }
        }
    }
}

/// Writes a line.
pub(super) fn write(
    dumped: &DumpedFlow,
    reader: &FlowReader<'_, '_, '_, '_>,
    width: Width,
    out: &mut RoomWriter<'_>,
) {
    let millis = dumped.duration() / 1_000_000;
    out.make_room();
    write_date(Some(dumped.start_or_epoch()), out);
    out.octet(b' ');
    write_duration(millis, out);
    let name = protocols::name(dumped.protocol);
    out.block(&name, name.len());
    let (source, destination) = (dumped.source_or_any(), dumped.destination_or_any());
    write_address(source, out);
    out.left(5, |out| out.number_16(dumped.source_port_of_line()));
    out.make_room();
    out.block(b" -> ", 4);
    write_address(destination, out);
    out.left(5, |out| write_port(dumped, out));
    out.octet(b' ');
    out.make_room();
    if width != Width::Line {
        // Only TCP has flags.
        let flags = if dumped.protocol == TCP {
            reader.flag_letters()
        } else {
            [b'.'; 8]
        };
        out.block(&flags, flags.len());
        out.octet(b' ');
        out.right_number(3, reader.number(fields::TOS));
        out.octet(b' ');
    }
    write_scaled(dumped.packets, out);
    out.octet(b' ');
    out.make_room();
    write_scaled(dumped.octets, out);
    out.octet(b' ');
    if width == Width::Extended {
        write_rates(dumped, millis, out);
    }
    out.make_room();
    out.right_number(5, dumped.flows);
    out.octet(b'\n');
}

/// Packets and bits per second, and octets of a packet.
fn write_rates(dumped: &DumpedFlow, millis: i64, out: &mut RoomWriter<'_>) {
    let per_second = |count: u64| match u128::try_from(millis) {
        Ok(millis) if millis > 0 => (u128::from(count) * 1_000 / millis) as u64,
        _ => 0,
    };
    let bits = per_second(dumped.octets.saturating_mul(8));
    let each = dumped.octets.checked_div(dumped.packets).unwrap_or(0);
    for number in [per_second(dumped.packets), bits] {
        out.make_room();
        write_scaled(number, out);
        out.octet(b' ');
    }
    out.make_room();
    out.right_number(6, each);
    out.octet(b' ');
}

/// Days if there are any, hours, minutes and seconds.
fn write_duration(millis: i64, out: &mut RoomWriter<'_>) {
    // Not less than 0.
    let seconds = millis.unsigned_abs() / 1_000;
    match seconds / 86_400 {
        0 => out.block(b"    ", 4),
        days => {
            out.right_number(2, days);
            out.block(b"d ", 2);
        }
    }
    out.two_digits((seconds / 3_600 % 24) as u32);
    out.octet(b':');
    out.two_digits((seconds / 60 % 60) as u32);
    out.octet(b':');
    out.two_digits((seconds % 60) as u32);
    out.octet(b'.');
    out.three_digits((millis.unsigned_abs() % 1_000) as u32);
}

/// An address in 16 columns, and what separates it from its port; of a longer one only start and end.
#[inline(always)]
fn write_address(address: IpAddr, out: &mut RoomWriter<'_>) {
    match address {
        IpAddr::V4(address) => {
            out.right_ipv4(16, address.octets());
            out.octet(b':');
        }
        IpAddr::V6(_) => write_ipv6(address, out),
    }
}

#[inline(never)]
fn write_ipv6(address: IpAddr, out: &mut RoomWriter<'_>) {
    let text = text::address(address);
    let text = text.as_bytes();
    out.right(16, |out| {
        match (text.first_chunk::<7>(), text.last_chunk::<7>()) {
            (Some(first), Some(last)) if text.len() > 16 => {
                out.block(first, first.len());
                out.block(b"..", 2);
                out.block(last, last.len());
            }
            _ => out.short(text),
        }
    });
    out.octet(b'.');
}

/// A number in eight columns; from a million on with one digit of fraction and a unit.
#[inline(always)]
fn write_scaled(number: u64, out: &mut RoomWriter<'_>) {
    if number < 1_000_000 {
        out.right_number(8, number);
    } else {
        write_unit(number, out);
    }
}

#[inline(never)]
fn write_unit(number: u64, out: &mut RoomWriter<'_>) {
    out.right(8, |out| write_millions(number, out));
}

fn write_millions(number: u64, out: &mut RoomWriter<'_>) {
    const UNITS: [(u64, u8); 3] = [
        (1_000_000_000_000, b'T'),
        (1_000_000_000, b'G'),
        (1_000_000, b'M'),
    ];
    let Some((size, unit)) = UNITS.iter().find(|(size, _)| number >= *size) else {
        return out.number(number);
    };
    let (tenths, rest) = (number / (size / 10), number % (size / 10));
    // What is just between two tenths is rounded as the fraction that is nearest to it is, and so are numbers that have
    // no exact fraction.
    if rest == size / 20 || number > MOST_EXACT {
        let text = format!("{:.1} {}", number as f64 / *size as f64, char::from(*unit));
        return out.short(text.as_bytes());
    }
    let tenths = tenths + u64::from(rest > size / 20);
    out.number(tenths / 10);
    out.octet(b'.');
    out.number(tenths % 10);
    out.octet(b' ');
    out.octet(*unit);
}

/// The largest number that a fraction of 64 bits has exactly, with all before it.
const MOST_EXACT: u64 = 1 << 53;

#[cfg(test)]
mod tests {
    use super::{RoomWriter, write_scaled};

    #[test]
    fn numbers_are_scaled_as_fractions_are_rounded() {
        let mut numbers = vec![0, 999_999, 1_000_000, 9_999_949_999, u64::MAX];
        for size in [1_000_000_u64, 1_000_000_000, 1_000_000_000_000] {
            for tenths in 10..2_000 {
                let between = size / 20 * (2 * tenths + 1);
                numbers.extend([between - 1, between, between + 1]);
            }
        }
        for number in numbers {
            let units = [(1e12, 'T'), (1e9, 'G'), (1e6, 'M')];
            let unit = units.iter().find(|(size, _)| number as f64 >= *size);
            let expected = match unit {
                Some((size, unit)) => format!("{:.1} {unit}", number as f64 / size),
                None => number.to_string(),
            };
            let mut out = Vec::new();
            RoomWriter::append_to(&mut out, |out| write_scaled(number, out));
            let expected = format!("{expected:>8}");
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{number}");
        }
    }
}
