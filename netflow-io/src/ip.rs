//! IP, UDP and TCP headers: who sent it, and where the payload is.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use crate::octets::{chunk, length, u8_at, u16_at, u32_at};

pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;

/// An IP packet or a fragment of one.
#[derive(Debug, Clone)]
pub(crate) struct Ip {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// Of the payload; in a fragment, of the whole.
    pub(crate) protocol: u8,
    /// Octets of the packet behind its headers, as many as are there.
    pub(crate) payload: Range<usize>,
    /// Octets of the payload that were not captured.
    pub(crate) missing: usize,
    pub(crate) fragment: Option<Fragment>,
}

/// Where a fragment belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) identification: u32,
    /// Octets of the whole before it.
    pub(crate) offset: usize,
    /// Others follow.
    pub(crate) more: bool,
}

impl Ip {
    /// Reads the headers of IPv4 (RFC 791) or IPv6 (RFC 8200); `None` if they are no such,
    /// or cut.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        match u8_at(packet, 0)? >> 4 {
            4 => Self::v4(packet),
            6 => Self::v6(packet),
            _ => None,
        }
    }

    fn v4(packet: &[u8]) -> Option<Self> {
        const MORE: u16 = 0x2000;
        const OFFSET: u16 = 0x1fff;
        let header = usize::from(u8_at(packet, 0)? & 0x0f).checked_mul(4)?;
        let total = match u16_at(packet, 2)? {
            // Segmentation offload: the length was not known yet.
            0 => packet.len(),
            total => usize::from(total),
        };
        if header < 20 || header > total || header > packet.len() {
            return None;
        }
        let flags = u16_at(packet, 6)?;
        let fragment = Fragment {
            identification: u16_at(packet, 4)?.into(),
            offset: usize::from(flags & OFFSET).checked_mul(8)?,
            more: flags & MORE != 0,
        };
        let end = total.min(packet.len());
        Some(Self {
            source: Ipv4Addr::from(chunk::<4>(packet, 12)?).into(),
            destination: Ipv4Addr::from(chunk::<4>(packet, 16)?).into(),
            protocol: u8_at(packet, 9)?,
            payload: header..end,
            missing: total.saturating_sub(end),
            fragment: (fragment.more || fragment.offset > 0).then_some(fragment),
        })
    }

    fn v6(packet: &[u8]) -> Option<Self> {
        const HEADER: usize = 40;
        let total = match u16_at(packet, 4)? {
            // A jumbogram or segmentation offload.
            0 => packet.len(),
            payload => HEADER.checked_add(usize::from(payload))?,
        };
        let end = total.min(packet.len());
        let headers = Headers::walk(packet.get(..end)?, u8_at(packet, 6)?, HEADER)?;
        Some(Self {
            source: Ipv6Addr::from(chunk::<16>(packet, 8)?).into(),
            destination: Ipv6Addr::from(chunk::<16>(packet, 24)?).into(),
            protocol: headers.protocol,
            payload: headers.end..end,
            missing: total.saturating_sub(end),
            fragment: headers.fragment,
        })
    }
}

/// Where a chain of IPv6 extension headers ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Headers {
    pub(crate) protocol: u8,
    pub(crate) end: usize,
    fragment: Option<Fragment>,
}

impl Headers {
    /// Where there are no extension headers.
    pub(crate) const fn none(protocol: u8) -> Self {
        Self {
            protocol,
            end: 0,
            fragment: None,
        }
    }

    /// Follows extension headers from `at`, where one of type `protocol` begins; stops
    /// behind the header of a fragment, whose rest is known only when it is whole.
    pub(crate) fn walk(octets: &[u8], mut protocol: u8, mut at: usize) -> Option<Self> {
        loop {
            let octets_of_header = match protocol {
                HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY => {
                    let units = usize::from(u8_at(octets, at.checked_add(1)?)?);
                    units.checked_add(1)?.checked_mul(8)?
                }
                AUTHENTICATION => {
                    let units = usize::from(u8_at(octets, at.checked_add(1)?)?);
                    units.checked_add(2)?.checked_mul(4)?
                }
                FRAGMENT => 8,
                _ => {
                    return (at <= octets.len()).then_some(Self {
                        protocol,
                        end: at,
                        fragment: None,
                    });
                }
            };
            let header = at;
            at = at.checked_add(octets_of_header)?;
            let next = u8_at(octets, header)?;
            if protocol == FRAGMENT {
                let place = u16_at(octets, header.checked_add(2)?)?;
                let fragment = Fragment {
                    identification: u32_at(octets, header.checked_add(4)?)?,
                    offset: usize::from(place & 0xfff8),
                    more: place & 1 != 0,
                };
                // An atomic fragment is whole (RFC 6946).
                if fragment.more || fragment.offset > 0 {
                    return Some(Self {
                        protocol: next,
                        end: at,
                        fragment: Some(fragment),
                    });
                }
            }
            protocol = next;
        }
    }
}

/// Whether a datagram that begins with this protocol may hold UDP or TCP.
pub(crate) const fn may_transport(protocol: u8) -> bool {
    matches!(
        protocol,
        TCP | UDP | HOP_BY_HOP | ROUTING | AUTHENTICATION | DESTINATION_OPTIONS | MOBILITY
    )
}

/// The header of a UDP datagram (RFC 768).
#[derive(Debug, Clone)]
pub(crate) struct Udp {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    /// The payload in what was given, as much as is there.
    pub(crate) payload: Range<usize>,
    /// The datagram announces more than is there.
    pub(crate) cut: bool,
}

impl Udp {
    const HEADER: usize = 8;

    /// Reads the header; `missing` octets of the datagram were not captured. `None` if it
    /// is cut or its length is shorter than itself.
    pub(crate) fn parse(octets: &[u8], missing: usize) -> Option<Self> {
        let announced = match usize::from(u16_at(octets, 4)?) {
            // A jumbogram (RFC 2675, section 4) or offload: what IP says.
            0 => octets.len().checked_add(missing)?,
            1..Self::HEADER => return None,
            announced => announced,
        };
        let end = announced.min(octets.len());
        (octets.len() >= Self::HEADER).then_some(())?;
        Some(Self {
            source: u16_at(octets, 0)?,
            destination: u16_at(octets, 2)?,
            payload: Self::HEADER..end,
            cut: announced > end,
        })
    }
}

/// The header of a TCP segment (RFC 9293).
#[derive(Debug, Clone)]
pub(crate) struct Tcp {
    pub(crate) source: u16,
    pub(crate) destination: u16,
    pub(crate) sequence: u32,
    pub(crate) fin: bool,
    pub(crate) syn: bool,
    pub(crate) rst: bool,
    /// The payload in what was given, as much as is there.
    pub(crate) payload: Range<usize>,
}

impl Tcp {
    /// Reads the header; `None` if it is cut.
    pub(crate) fn parse(octets: &[u8]) -> Option<Self> {
        let header = length((u8_at(octets, 12)? >> 4).into()).checked_mul(4)?;
        let flags = u8_at(octets, 13)?;
        if header < 20 || header > octets.len() {
            return None;
        }
        Some(Self {
            source: u16_at(octets, 0)?,
            destination: u16_at(octets, 2)?,
            sequence: u32_at(octets, 4)?,
            fin: flags & 1 != 0,
            syn: flags & 2 != 0,
            rst: flags & 4 != 0,
            payload: header..octets.len(),
        })
    }
}
