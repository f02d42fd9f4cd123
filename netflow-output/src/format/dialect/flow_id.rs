//! `flow.id`, by which Elastic finds both directions of a flow: xxHash64 of addresses, ports and
//! protocol.

use core::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use twox_hash::XxHash64;

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

/// Octets of two IPv6 addresses, two ports and a protocol.
const LONGEST: usize = 37;

/// The octets that are hashed: at most [`LONGEST`] or what a Community ID needs.
#[derive(Debug)]
pub(super) struct HashInput {
    octets: [u8; 48],
    len: usize,
}

impl HashInput {
    pub(super) const fn new() -> Self {
        const { assert!(LONGEST <= 48) };
        Self {
            octets: [0; 48],
            len: 0,
        }
    }

    pub(super) fn push(&mut self, octets: &[u8]) {
        let end = self.len + octets.len();
        if let Some(place) = self.octets.get_mut(self.len..end) {
            place.copy_from_slice(octets);
            self.len = end;
        }
    }

    pub(super) fn push_address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.push(&address.octets()),
            IpAddr::V6(address) => self.push(&address.octets()),
        }
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets[..self.len]
    }
}

/// The text of an id.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdText<const N: usize>([u8; N]);

impl<const N: usize> IdText<N> {
    /// Octets in base64, after this word; both have `N` octets together.
    pub(super) fn new(start: &[u8], octets: &[u8], engine: &impl Engine) -> Self {
        let mut text = [0; N];
        let (head, rest) = text.split_at_mut(start.len().min(N));
        head.copy_from_slice(start);
        // Where the text had another length, there would be zeros.
        let _ = engine.encode_slice(octets, rest);
        Self(text)
    }

    /// The text, which is of ASCII.
    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The id of a flow, which is the same for both directions.
pub(super) fn text(flow: &FiveTuple) -> IdText<11> {
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
        key.push(&port.to_be_bytes());
    }
    key.push(&[flow.protocol]);
    let hash = XxHash64::oneshot(0, key.octets());
    IdText::new(b"", &hash.to_be_bytes(), &URL_SAFE_NO_PAD)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use twox_hash::XxHash64;

    use super::{FiveTuple, text};

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
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, expected) in vectors {
            assert_eq!(STANDARD.encode(plain), expected);
            let unpadded = expected.trim_end_matches('=');
            assert_eq!(URL_SAFE_NO_PAD.encode(plain), unpadded);
        }
        assert_eq!(STANDARD.encode([0xfb, 0xff]), "+/8=");
        assert_eq!(URL_SAFE_NO_PAD.encode([0xfb, 0xff]), "-_8");
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
            assert_eq!(text(&flow).as_str(), "kSpZ1WuBhjc");
        }
    }
}
