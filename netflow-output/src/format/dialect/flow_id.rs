//! `flow.id`, by which Elastic finds both directions of a flow: xxHash64 of addresses, ports and
//! protocol.

use core::net::{IpAddr, Ipv4Addr};

use twox_hash::XxHash64;

use crate::format::room::BLOCK;

/// What identifies a flow: addresses, ports and protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct FiveTuple {
    pub(super) source: Option<IpAddr>,
    pub(super) destination: Option<IpAddr>,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) protocol: u8,
}

impl FiveTuple {
    /// The source; an address that is not known is 0.0.0.0.
    pub(super) fn source_or_any(&self) -> IpAddr {
        self.source.unwrap_or(ANY)
    }

    /// The destination; an address that is not known is 0.0.0.0.
    pub(super) fn destination_or_any(&self) -> IpAddr {
        self.destination.unwrap_or(ANY)
    }
}

const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// At most `N` octets.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShortOctets<const N: usize> {
    pub(super) block: [u8; N],
    pub(super) len: usize,
}

/// What is hashed for an id: two IPv6 addresses, two ports and a protocol have 37 octets, a Community ID needs three
/// more. The length is that of a block of SHA-1.
pub(super) type HashInput = ShortOctets<64>;

/// The text of an id, of ASCII.
pub(super) type IdText = ShortOctets<BLOCK>;

impl<const N: usize> ShortOctets<N> {
    /// No octets.
    pub(super) const fn new() -> Self {
        Self {
            block: [0; N],
            len: 0,
        }
    }

    /// Appends octets, if there is room for them.
    #[inline(always)]
    pub(super) fn push<const M: usize>(&mut self, octets: [u8; M]) {
        let rest = self.block.get_mut(self.len..);
        if let Some(room) = rest.and_then(<[u8]>::first_chunk_mut) {
            *room = octets;
            self.len += M;
        }
    }

    #[inline]
    pub(super) fn push_address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.push(address.octets()),
            IpAddr::V6(address) => self.push(address.octets()),
        }
    }

    /// Appends no more than 20 octets in base64 without padding. A crate's encoder takes three times as long for so
    /// few.
    #[inline(always)]
    pub(super) fn push_base64<const M: usize>(&mut self, octets: [u8; M], digits: &[u8; 64]) {
        const { assert!(M <= 20) };
        let (mut padded, mut text) = ([0; 21], [0; 28]);
        for (to, octet) in padded.iter_mut().zip(octets) {
            *to = octet;
        }
        let groups = padded.chunks_exact(3).take(M.div_ceil(3));
        for (text, group) in text.chunks_exact_mut(4).zip(groups) {
            let [a, b, c] = *group else { continue };
            let bits = u32::from_be_bytes([0, a, b, c]);
            for (digit, shift) in text.iter_mut().zip([18, 12, 6, 0]) {
                *digit = digits[(bits >> shift & 0x3f) as usize];
            }
        }
        let end = self.len + (4 * M).div_ceil(3);
        self.push(text);
        // The digits of the padding are not a part of it.
        self.len = self.len.min(end);
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.block.get(..self.len).unwrap_or_default()
    }
}

/// Digits of base64 (RFC 4648, section 4).
pub(super) const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Digits of base64 for URLs (RFC 4648, section 5).
const BASE64_OF_URLS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The id of a flow, which is the same for both directions.
pub(super) fn text(flow: &FiveTuple) -> IdText {
    let source = (flow.source_or_any(), flow.source_port);
    let destination = (flow.destination_or_any(), flow.destination_port);
    let (first, second) = if flow.source_port >= flow.destination_port {
        (source, destination)
    } else {
        (destination, source)
    };
    let mut key = HashInput::new();
    for (address, port) in [first, second] {
        key.push_address(address);
        key.push(port.to_be_bytes());
    }
    key.push([flow.protocol]);
    let hash = XxHash64::oneshot(0, key.as_bytes());
    let mut text = IdText::new();
    text.push_base64(hash.to_be_bytes(), BASE64_OF_URLS);
    text
}

#[cfg(test)]
mod tests {
    use twox_hash::XxHash64;

    use super::{BASE64, BASE64_OF_URLS, FiveTuple, IdText, text};

    #[test]
    fn the_vectors_of_xxhash_hold() {
        assert_eq!(XxHash64::oneshot(0, b""), 0xef46_db37_51d8_e999);
        assert_eq!(XxHash64::oneshot(0, b"a"), 0xd24e_c4f1_a98c_6e5b);
        assert_eq!(XxHash64::oneshot(0, b"abc"), 0x44bc_2cf5_ad77_0999);
        let long = b"Nobody inspects the spammish repetition";
        assert_eq!(XxHash64::oneshot(0, long), 0xfbce_a83c_8a37_8bf1);
    }

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        assert_eq!(encoded(*b"", BASE64), "");
        assert_eq!(encoded(*b"f", BASE64), "Zg");
        assert_eq!(encoded(*b"fo", BASE64), "Zm8");
        assert_eq!(encoded(*b"foo", BASE64), "Zm9v");
        assert_eq!(encoded(*b"foob", BASE64), "Zm9vYg");
        assert_eq!(encoded(*b"fooba", BASE64_OF_URLS), "Zm9vYmE");
        assert_eq!(encoded(*b"foobar", BASE64_OF_URLS), "Zm9vYmFy");
        assert_eq!(encoded([0xfb, 0xff], BASE64), "+/8");
        assert_eq!(encoded([0xfb, 0xff], BASE64_OF_URLS), "-_8");
    }

    fn encoded<const N: usize>(plain: [u8; N], digits: &[u8; 64]) -> String {
        let mut text = IdText::new();
        text.push_base64(plain, digits);
        String::from_utf8(text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn both_directions_of_a_flow_have_the_id_that_elastic_recorded() {
        let there = FiveTuple {
            source: Some("10.236.5.4".parse().unwrap()),
            destination: Some("64.235.151.76".parse().unwrap()),
            source_port: 51_917,
            destination_port: 443,
            protocol: 6,
        };
        let back = FiveTuple {
            source: there.destination,
            destination: there.source,
            source_port: there.destination_port,
            destination_port: there.source_port,
            protocol: 6,
        };
        for flow in [there, back] {
            assert_eq!(text(&flow).as_bytes(), b"kSpZ1WuBhjc");
        }
    }
}
