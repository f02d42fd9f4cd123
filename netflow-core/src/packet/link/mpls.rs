//! The protocol after MPLS labels. The labels do not state it: the first four bits after them do
//! (RFC 4928), but in a pseudowire without control word these are the start of a MAC address
//! (RFC 8469). So octets are read as a header of IP only if it is whole and its lengths and checksum fit.

use super::carries_ip;
use crate::packet::ip::ip;
use crate::packet::ip_fits::{Fit, has_checksum, ip_fits, length_fits};
use crate::packet::offset::{Offset, plus};
use crate::packet::tag::MplsLabels;
use crate::packet::{HeaderProtocol, Lower, Packet};

/// A label stack (RFC 3032).
pub(in crate::packet) fn mpls(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
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

/// The payload after the labels. Octets that are a valid Ethernet frame with IP are read as that, even
/// if they also look like a header of IP without checksum or a truncated one. If the sample ends inside
/// a possible header of IP, the payload stays unknown.
pub(in crate::packet) fn mpls_payload(octets: &[u8], lower: Lower, at: usize) -> Packet<'_> {
    let carries_ip = || carries_ip(octets.get(at..).unwrap_or_default());
    match ip_fits(octets, at) {
        Fit::Yes if has_checksum(octets, at) || !carries_ip() => ip(octets, lower, at),
        Fit::Cut if !carries_ip() => Packet::without_ip(octets, lower, Offset::ABSENT),
        Fit::Yes | Fit::Cut | Fit::No => Packet::without_ip(octets, lower, Offset::new(at)),
    }
}

impl<'a> Packet<'a> {
    /// Finds the headers in the first octets of a frame of `frame_len` octets, as
    /// [`dissect`](Self::dissect) does.
    ///
    /// The length matters after MPLS labels, which do not say what follows: what looks like a header
    /// of IP and has no checksum is none if its packet would be longer than the frame, or would end
    /// long before it. It is the destination address of an Ethernet frame in a pseudowire (RFC 8469).
    ///
    /// # Examples
    ///
    /// ```
    /// use netflow_core::packet::{HeaderProtocol, Packet};
    ///
    /// let mut sampled = vec![0; 14];
    /// sampled[12..].copy_from_slice(&[0x88, 0x47]); // MPLS
    /// sampled.extend([0x00, 0x01, 0x11, 0x40]); // label 17, the last
    /// sampled.extend([0x6a, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa]); // the address of a pseudowire, or IPv6
    /// sampled.extend([0; 40]);
    /// let packet = Packet::dissect_frame(HeaderProtocol::ETHERNET, &sampled, 64);
    /// assert_eq!(packet.ip_version(), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn dissect_frame(protocol: HeaderProtocol, octets: &'a [u8], frame_len: usize) -> Self {
        let packet = Self::dissect(protocol, octets);
        if packet.lower.mpls.is_absent() {
            packet
        } else {
            packet.in_labelled_frame(octets, frame_len)
        }
    }

    /// This packet, with MPLS labels, in a frame of this length.
    #[cold]
    pub(crate) fn in_labelled_frame(self, octets: &'a [u8], frame_len: usize) -> Self {
        let at = self.network_offset();
        let length = self.ip_total_length().and_then(|len| len.try_into().ok());
        match at.zip(length) {
            // A frame length that is less than what was sampled says nothing.
            Some((at, length))
                if octets.len() <= frame_len
                    && (plus(at, length) > frame_len
                        || !length_fits(frame_len, plus(at, length)))
                    && !has_checksum(octets, at) =>
            {
                Self::without_ip(octets, self.lower, Offset::new(at))
            }
            _ => self,
        }
    }
}
