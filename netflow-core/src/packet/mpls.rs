//! The protocol after MPLS labels. The labels do not state it: the first four bits after them do
//! (RFC 4928), but in a pseudowire without control word these are the start of a MAC address
//! (RFC 8469). So a header is taken for one of IP only if its lengths and checksum fit.

use super::ip::{IPV6_LEN, ip};
use super::network::IPV4_LEN;
use super::offset::{Offset, load_u16, plus};
use super::pseudowire::carries_ip;
use super::tag::MplsLabels;
use super::{Lower, Packet};

/// Octets of a frame that may have been padded: the shortest of Ethernet, and its check sequence.
const SHORTEST_FRAME: usize = 64;
/// Octets of the frame check sequence, which some agents sample too.
const FRAME_CHECK_LEN: usize = 4;

/// A label stack (RFC 3032).
pub(super) fn mpls(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    let lower = Lower {
        mpls: Offset::new(at),
        ..lower
    };
    let mut labels = MplsLabels::new(octets, at);
    if labels.any(|label| label.bottom) {
        mpls_payload(octets, lower, labels.position())
    } else {
        Packet::without_ip(octets, lower, Offset::ABSENT)
    }
}

/// The payload after the labels. Octets that fit both IPv6 and an Ethernet frame carrying valid IP
/// are read as the frame.
pub(super) fn mpls_payload(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    let is_frame = || !has_checksum(octets, at) && carries_ip(octets.get(at..).unwrap_or_default());
    match ip_fits(octets, at) {
        Fit::Yes | Fit::Cut if is_frame() => Packet::without_ip(octets, lower, Offset::new(at)),
        Fit::No => Packet::without_ip(octets, lower, Offset::new(at)),
        Fit::Yes | Fit::Cut => ip(octets, lower, at),
    }
}

#[cfg(feature = "alloc")]
impl<'a> Packet<'a> {
    /// The packet in a frame of this length, of which `octets` were sampled: an unproved header of IP
    /// after labels is none if its packet is longer than the frame.
    #[inline]
    pub(crate) fn in_frame(self, octets: &'a [u8], frame_len: usize) -> Self {
        if self.lower.mpls.is_absent() {
            self
        } else {
            self.in_labelled_frame(octets, frame_len)
        }
    }

    #[cold]
    fn in_labelled_frame(self, octets: &'a [u8], frame_len: usize) -> Self {
        let at = self.network_offset();
        let length = self.ip_total_length().and_then(|len| len.try_into().ok());
        match at.zip(length) {
            // A frame length that is less than what was sampled says nothing.
            Some((at, length))
                if octets.len() <= frame_len
                    && plus(at, length) > frame_len
                    && !has_checksum(octets, at) =>
            {
                Self::without_ip(octets, self.lower, Offset::new(at))
            }
            _ => self,
        }
    }
}

/// Whether the header of IP here has a checksum: that of IPv6 has none, and in IPv4 zero is none.
fn has_checksum(octets: &[u8], at: usize) -> bool {
    let is_v4 = matches!(octets.get(at), Some(0x40..=0x4f));
    is_v4 && load_u16(octets, plus(at, 10)).is_some_and(|checksum| checksum != 0)
}

/// Whether a header of IP can begin somewhere.
pub(super) enum Fit {
    /// Its version, lengths and checksum say so.
    Yes,
    /// The sample ends before they do.
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
    if total < header_len || !length_fits(octets, plus(at, total)) {
        return Fit::No;
    }
    let Some(header) = octets.get(at..plus(at, header_len)) else {
        return Fit::Cut;
    };
    let has_checksum = load_u16(header, 10).is_some_and(|sent| sent != 0);
    if has_checksum && checksum(header) != u16::MAX {
        return Fit::No;
    }
    Fit::Yes
}

/// IPv6 (RFC 8200, section 3); the length of a jumbogram is zero (RFC 2675).
fn ipv6_fits(octets: &[u8], at: usize) -> Fit {
    let Some(payload) = load_u16(octets, plus(at, 4)).map(usize::from) else {
        return Fit::Cut;
    };
    let end = plus(plus(at, IPV6_LEN), payload);
    if payload != 0 && !length_fits(octets, end) {
        return Fit::No;
    }
    if plus(at, IPV6_LEN) > octets.len() {
        return Fit::Cut;
    }
    Fit::Yes
}

/// Whether a packet may end here: where the octets do or later, or before no more than padding.
const fn length_fits(octets: &[u8], end: usize) -> bool {
    octets.len() <= SHORTEST_FRAME || octets.len() <= plus(end, FRAME_CHECK_LEN)
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
