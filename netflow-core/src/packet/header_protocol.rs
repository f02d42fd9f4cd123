//! What a sampled header begins with.

/// The protocol of the first octet of a sampled packet, `header_protocol` of sFlow version 5.
///
/// Only some of them are read; a [`Packet`](super::Packet) of any other has no layers.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// // The same octets, with another beginning: a frame of FDDI is not read.
/// let octets = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7];
/// let version = |protocol| Packet::dissect(protocol, &octets).ip_version();
/// assert_eq!(version(HeaderProtocol::IPV4), Some(4));
/// assert_eq!(version(HeaderProtocol::FDDI), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderProtocol(pub u32);

impl HeaderProtocol {
    /// `ETHERNET-ISO88023`: Ethernet II or IEEE 802.3. Read.
    pub const ETHERNET: Self = Self(1);
    /// `ISO88024-TOKENBUS`.
    pub const TOKEN_BUS: Self = Self(2);
    /// `ISO88025-TOKENRING`.
    pub const TOKEN_RING: Self = Self(3);
    /// `FDDI`.
    pub const FDDI: Self = Self(4);
    /// `FRAME-RELAY`.
    pub const FRAME_RELAY: Self = Self(5);
    /// `X25`.
    pub const X25: Self = Self(6);
    /// `PPP` (RFC 1661), with or without the address and control octets of RFC 1662. Read.
    pub const PPP: Self = Self(7);
    /// `SMDS`.
    pub const SMDS: Self = Self(8);
    /// `AAL5`.
    pub const AAL5: Self = Self(9);
    /// `AAL5-IP`.
    pub const AAL5_IP: Self = Self(10);
    /// `IPv4`. Read; the version nibble decides, so this and [`IPV6`](Self::IPV6) are the same.
    pub const IPV4: Self = Self(11);
    /// `IPv6`. Read; the version nibble decides, so this and [`IPV4`](Self::IPV4) are the same.
    pub const IPV6: Self = Self(12);
    /// `MPLS`: a label stack (RFC 3032). Read.
    pub const MPLS: Self = Self(13);
    /// `POS`: PPP over SONET/SDH (RFC 2615). Read as PPP.
    pub const POS: Self = Self(14);
    /// `IEEE80211MAC`: IEEE 802.11. Data frames that are not encrypted are read.
    pub const IEEE80211_MAC: Self = Self(15);
    /// `IEEE80211-AMPDU`.
    pub const IEEE80211_AMPDU: Self = Self(16);
    /// `IEEE80211-AMSDU-Subframe`: addresses and length as in IEEE 802.3. Read.
    pub const IEEE80211_AMSDU_SUBFRAME: Self = Self(17);
    /// `InfiniBand`.
    pub const INFINIBAND: Self = Self(18);
}
