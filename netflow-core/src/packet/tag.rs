//! VLAN tags and MPLS labels: the stacks between a frame's addresses and its packet.

use super::offset::{load, plus};

/// EtherType of a customer VLAN tag (IEEE 802.1Q).
pub(super) const CUSTOMER_TAG: u16 = 0x8100;
/// EtherType of a service VLAN tag (IEEE 802.1ad).
const SERVICE_TAG: u16 = 0x88a8;
/// EtherTypes of outer tags before IEEE 802.1ad was settled; still sent by some switches.
const OLD_SERVICE_TAG: u16 = 0x9100;
const OTHER_OLD_SERVICE_TAG: u16 = 0x9200;

/// Whether an EtherType is that of a VLAN tag.
#[inline]
pub(super) const fn is_tag(ether_type: u16) -> bool {
    matches!(
        ether_type,
        CUSTOMER_TAG | SERVICE_TAG | OLD_SERVICE_TAG | OTHER_OLD_SERVICE_TAG
    )
}

/// One VLAN tag (IEEE 802.1Q, section 9.6).
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// let octets = [
///     2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, // addresses
///     0x88, 0xa8, 0, 100, 0x81, 0, 0xa0, 42, // tags of VLAN 100, and of 42 with priority 5
///     0x08, 0,
/// ];
/// let packet = Packet::dissect(HeaderProtocol::ETHERNET, &octets);
/// let tag = packet.vlans().last().unwrap();
/// assert_eq!((tag.vlan_id, tag.priority, tag.tpid), (42, 5, 0x8100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VlanTag {
    /// VLAN Identifier, 0 to 4,095; 0 is a tag that has only a priority.
    pub vlan_id: u16,
    /// Priority Code Point, 0 to 7.
    pub priority: u8,
    /// Drop Eligible Indicator; in older tags the Canonical Format Indicator.
    pub drop_eligible: bool,
    /// Tag Protocol Identifier, the EtherType of the tag: 0x8100, 0x88a8, 0x9100 or 0x9200.
    pub tpid: u16,
}

/// The VLAN tags of a frame, outermost first; ends where the stack or the sample ends.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// let octets = [
///     2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, // addresses
///     0x88, 0xa8, 0, 100, 0x81, 0, 0xa0, 42, // tags of VLAN 100, and of 42 with priority 5
///     0x08, 0,
/// ];
/// let packet = Packet::dissect(HeaderProtocol::ETHERNET, &octets);
/// let ids: Vec<u16> = packet.vlans().map(|tag| tag.vlan_id).collect();
/// assert_eq!(ids, [100, 42]);
/// ```
#[derive(Debug, Clone)]
pub struct Vlans<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Vlans<'a> {
    /// Tags from the EtherType at `at`; none if that is past the octets.
    #[inline]
    pub(super) fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at }
    }
}

impl Iterator for Vlans<'_> {
    type Item = VlanTag;

    #[inline]
    fn next(&mut self) -> Option<VlanTag> {
        let [tpid_high, tpid_low, control_high, control_low] = load(self.octets, self.at)?;
        let tpid = u16::from_be_bytes([tpid_high, tpid_low]);
        if !is_tag(tpid) {
            return None;
        }
        self.at = plus(self.at, 4);
        Some(VlanTag {
            vlan_id: u16::from_be_bytes([control_high & 0x0f, control_low]),
            priority: control_high >> 5,
            drop_eligible: control_high & 0x10 != 0,
            tpid,
        })
    }
}

impl core::iter::FusedIterator for Vlans<'_> {}

/// One entry of an MPLS label stack (RFC 3032, section 2.1).
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// // Two labels, 100 and 200, and a packet that is cut after them.
/// let octets = [0, 6, 0x40, 64, 0, 0xc, 0x81, 64];
/// let packet = Packet::dissect(HeaderProtocol::MPLS, &octets);
/// let bottom = packet.mpls_labels().last().unwrap();
/// assert_eq!((bottom.label, bottom.bottom, bottom.ttl), (200, true, 64));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MplsLabel {
    /// Label value, 20 bits.
    pub label: u32,
    /// Traffic Class, 0 to 7 (RFC 5462); called Experimental Use in RFC 3032.
    pub traffic_class: u8,
    /// Whether this is the last entry of the stack.
    pub bottom: bool,
    /// Time to Live, in hops.
    pub ttl: u8,
}

impl From<[u8; 4]> for MplsLabel {
    #[inline]
    fn from([high, middle, low, ttl]: [u8; 4]) -> Self {
        Self {
            label: u32::from_be_bytes([0, high, middle, low]) >> 4,
            traffic_class: low >> 1 & 0x07,
            bottom: low & 0x01 != 0,
            ttl,
        }
    }
}

/// The MPLS label stack of a packet, top first; ends at the bottom or where the sample ends.
///
/// ```
/// use netflow_core::packet::{HeaderProtocol, Packet};
///
/// // Two labels, 100 and 200, and a packet that is cut after them.
/// let octets = [0, 6, 0x40, 64, 0, 0xc, 0x81, 64];
/// let packet = Packet::dissect(HeaderProtocol::MPLS, &octets);
/// let labels: Vec<u32> = packet.mpls_labels().map(|entry| entry.label).collect();
/// assert_eq!(labels, [100, 200]);
/// ```
#[derive(Debug, Clone)]
pub struct MplsLabels<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> MplsLabels<'a> {
    /// Labels from `at`; none if that is past the octets.
    #[inline]
    pub(super) fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at }
    }

    /// The first octet after the labels returned so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

impl Iterator for MplsLabels<'_> {
    type Item = MplsLabel;

    #[inline]
    fn next(&mut self) -> Option<MplsLabel> {
        let label = MplsLabel::from(load(self.octets, self.at)?);
        self.at = plus(self.at, 4);
        if label.bottom {
            self.octets = &[];
        }
        Some(label)
    }
}

impl core::iter::FusedIterator for MplsLabels<'_> {}
