//! `flow.id`, by which Elastic finds both directions of a flow: xxHash64 of addresses, ports and
//! protocol.

use core::net::{IpAddr, Ipv4Addr};

use super::base64::Base64;

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
pub(super) struct Key {
    octets: [u8; 48],
    len: usize,
}

impl Key {
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

/// Writes the id of a flow, which is the same for both directions.
pub(super) fn write(flow: &FiveTuple, out: &mut String) {
    let source = (flow.source_or_any(), flow.source_port);
    let destination = (flow.destination_or_any(), flow.destination_port);
    let (first, second) = if flow.source_port >= flow.destination_port {
        (source, destination)
    } else {
        (destination, source)
    };
    let mut key = Key::new();
    for (address, port) in [first, second] {
        key.push_address(address);
        key.push(&port.to_be_bytes());
    }
    key.push(&[flow.protocol]);
    Base64::UrlUnpadded.encode(&xxhash64(key.octets()).to_be_bytes(), out);
}

const PRIME_1: u64 = 0x9e37_79b1_85eb_ca87;
const PRIME_2: u64 = 0xc2b2_ae3d_27d4_eb4f;
const PRIME_3: u64 = 0x1656_67b1_9e37_79f9;
const PRIME_4: u64 = 0x85eb_ca77_c2b2_ae63;
const PRIME_5: u64 = 0x27d4_eb2f_1656_67c5;

/// xxHash64 with the seed 0, by its specification (doc/xxhash_spec.md of the xxHash project).
fn xxhash64(octets: &[u8]) -> u64 {
    let mut stripes = octets.chunks_exact(32);
    let mut hash = if octets.len() >= 32 {
        let mut lanes = [
            PRIME_1.wrapping_add(PRIME_2),
            PRIME_2,
            0,
            0_u64.wrapping_sub(PRIME_1),
        ];
        for stripe in stripes.by_ref() {
            for (lane, word) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
                *lane = round(*lane, word_of(word));
            }
        }
        let [a, b, c, d] = lanes;
        let mut hash = a
            .rotate_left(1)
            .wrapping_add(b.rotate_left(7))
            .wrapping_add(c.rotate_left(12))
            .wrapping_add(d.rotate_left(18));
        for lane in lanes {
            hash = (hash ^ round(0, lane))
                .wrapping_mul(PRIME_1)
                .wrapping_add(PRIME_4);
        }
        hash
    } else {
        PRIME_5
    };
    hash = hash.wrapping_add(octets.len() as u64);
    let mut words = stripes.remainder().chunks_exact(8);
    for word in words.by_ref() {
        hash = (hash ^ round(0, word_of(word)))
            .rotate_left(27)
            .wrapping_mul(PRIME_1)
            .wrapping_add(PRIME_4);
    }
    let mut rest = words.remainder();
    if let Some((half, after)) = rest.split_first_chunk() {
        hash = (hash ^ u64::from(u32::from_le_bytes(*half)).wrapping_mul(PRIME_1))
            .rotate_left(23)
            .wrapping_mul(PRIME_2)
            .wrapping_add(PRIME_3);
        rest = after;
    }
    for octet in rest {
        hash = (hash ^ u64::from(*octet).wrapping_mul(PRIME_5))
            .rotate_left(11)
            .wrapping_mul(PRIME_1);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(PRIME_2);
    hash = (hash ^ hash >> 29).wrapping_mul(PRIME_3);
    hash ^ hash >> 32
}

fn word_of(octets: &[u8]) -> u64 {
    octets.try_into().map_or(0, u64::from_le_bytes)
}

const fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME_2))
        .rotate_left(31)
        .wrapping_mul(PRIME_1)
}

#[cfg(test)]
mod tests {
    use super::{FiveTuple, write, xxhash64};

    #[test]
    fn the_vectors_of_xxhash_hold() {
        assert_eq!(xxhash64(b""), 0xef46_db37_51d8_e999);
        assert_eq!(xxhash64(b"a"), 0xd24e_c4f1_a98c_6e5b);
        assert_eq!(xxhash64(b"abc"), 0x44bc_2cf5_ad77_0999);
        let long = b"Nobody inspects the spammish repetition";
        assert_eq!(xxhash64(long), 0xfbce_a83c_8a37_8bf1);
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
            let mut id = String::new();
            write(&flow, &mut id);
            assert_eq!(id, "kSpZ1WuBhjc");
        }
    }
}
