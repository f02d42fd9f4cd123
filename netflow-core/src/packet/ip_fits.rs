//! Whether a header of IP begins somewhere: its version, lengths and checksum have to fit.

use super::ip::IPV6_LEN;
use super::network::IPV4_LEN;
use super::offset::{load_u16, plus};

/// Octets of a frame that may have been padded: the shortest of Ethernet, and its check sequence.
const SHORTEST_FRAME: usize = 64;
/// Octets of the frame check sequence, which some agents sample too.
const FRAME_CHECK_LEN: usize = 4;

/// Whether a header of IP begins somewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is whole, and its version, lengths and checksum fit.
    Yes,
    /// The sample ends before that is decided.
    Cut,
    No,
}

pub(super) fn ip_fits(octets: &[u8], at: usize) -> Fit {
    match octets.get(at).map(|first| first >> 4) {
        Some(4) => ipv4_fits(octets, at),
        Some(6) => ipv6_fits(octets, at),
        Some(_) => Fit::No,
        None => Fit::Cut,
    }
}

impl Fit {
    const fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

/// IPv4 (RFC 791, section 3.1). A checksum of zero was left to hardware when the packet was sampled.
fn ipv4_fits(octets: &[u8], at: usize) -> Fit {
    let words = octets.get(at).map_or(0, |first| usize::from(first & 0x0f));
    let header_len = words << 2;
    if header_len < IPV4_LEN {
        return Fit::No;
    }
    let Some(total) = load_u16(octets, plus(at, 2)).map(usize::from) else {
        return Fit::Cut;
    };
    if total < header_len || !length_fits(octets.len(), plus(at, total)) {
        return Fit::No;
    }
    octets
        .get(at..plus(at, header_len))
        .map_or(Fit::Cut, |header| {
            Fit::of(!has_checksum(header, 0) || checksum(header) == u16::MAX)
        })
}

/// IPv6 (RFC 8200, section 3); the length of a jumbogram is zero (RFC 2675).
fn ipv6_fits(octets: &[u8], at: usize) -> Fit {
    let Some(payload) = load_u16(octets, plus(at, 4)).map(usize::from) else {
        return Fit::Cut;
    };
    let end = plus(at, IPV6_LEN);
    let fits = payload == 0 || length_fits(octets.len(), plus(end, payload));
    if fits && octets.len() < end {
        return Fit::Cut;
    }
    Fit::of(fits)
}

/// Whether a packet that ends at `end` can be in a frame of which this length was sent or sampled: it
/// ends there or later, or only padding or the check sequence follows.
pub(super) const fn length_fits(frame_len: usize, end: usize) -> bool {
    frame_len <= SHORTEST_FRAME || frame_len <= plus(end, FRAME_CHECK_LEN)
}

/// The sum of a header and its checksum (RFC 1071), all ones if it is right.
fn checksum(header: &[u8]) -> u16 {
    let words = header.chunks_exact(2);
    let sum = words.fold(0_u32, |sum, word| {
        sum.wrapping_add(u32::from(load_u16(word, 0).unwrap_or_default()))
    });
    let folded = (sum & 0xffff).wrapping_add(sum >> 16);
    let folded = (folded & 0xffff).wrapping_add(folded >> 16);
    u16::try_from(folded).unwrap_or_default()
}

/// Whether the header of IP here has a checksum: that of IPv6 has none, and in IPv4 zero is none.
pub(super) fn has_checksum(octets: &[u8], at: usize) -> bool {
    let is_v4 = matches!(octets.get(at), Some(0x40..=0x4f));
    is_v4 && load_u16(octets, plus(at, 10)).is_some_and(|checksum| checksum != 0)
}
