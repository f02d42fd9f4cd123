//! Community ID, version 1: an id of a flow that other tools of network security calculate too
//! (the specification is <https://github.com/corelight/community-id-spec>).

use sha1::block_api::compress;

use super::flow_id::{BASE64, FiveTuple, HashInput, IdText};

/// The number that a site may put before what is hashed; 0 is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommunityIdSeed(pub u16);

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP_V6: u8 = 58;
const SCTP: u8 = 132;

/// Types of ICMP and the type of the answer.
const ICMP_ANSWERS: [(u8, u8); 5] = [(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)];
/// Types of ICMPv6 and the type of the answer.
const ICMP_V6_ANSWERS: [(u8, u8); 6] = [
    (128, 129),
    (133, 134),
    (135, 136),
    (130, 131),
    (144, 145),
    (139, 140),
];

/// The Community ID of a flow; `icmp` are its ICMP type and code. None if one address is of IPv4 and the other of
/// IPv6.
pub(super) fn text(
    flow: &FiveTuple,
    icmp: (u8, u8),
    CommunityIdSeed(seed): CommunityIdSeed,
) -> Option<IdText> {
    let (source, destination) = (flow.source_or_any(), flow.destination_or_any());
    if source.is_ipv4() != destination.is_ipv4() {
        return None;
    }
    let (ports, has_answer) = match flow.protocol {
        ICMP => ports_of(icmp, &ICMP_ANSWERS),
        ICMP_V6 => ports_of(icmp, &ICMP_V6_ANSWERS),
        TCP | UDP | SCTP => (Some((flow.source_port, flow.destination_port)), true),
        _ => (None, true),
    };
    let (source_port, destination_port) = ports.unwrap_or_default();
    let (first, second) = ((source, source_port), (destination, destination_port));
    // A message of ICMP without an answer has one direction.
    let (first, second) = if !has_answer || first <= second {
        (first, second)
    } else {
        (second, first)
    };
    let mut key = HashInput::new();
    key.push(seed.to_be_bytes());
    key.push_address(first.0);
    key.push_address(second.0);
    key.push([flow.protocol, 0]);
    if ports.is_some() {
        key.push(first.1.to_be_bytes());
        key.push(second.1.to_be_bytes());
    }
    let mut text = IdText::new();
    text.push(*b"1:");
    text.push_base64(sha1(key), BASE64);
    // 20 octets are one less than full groups of three.
    text.push(*b"=");
    Some(text)
}

/// The state that SHA-1 begins with (FIPS 180-4, section 5.3.1).
const FIRST_STATE: [u32; 5] = [
    0x6745_2301,
    0xefcd_ab89,
    0x98ba_dcfe,
    0x1032_5476,
    0xc3d2_e1f0,
];

/// The SHA-1 of no more than 55 octets, which are one block with their padding: without the buffer that
/// inputs of any length need.
fn sha1(input: HashInput) -> [u8; 20] {
    let mut padded = input;
    padded.push([0x80]);
    let mut block = padded.block;
    // The length in bits.
    if let Some(end) = block.last_chunk_mut() {
        *end = (8 * input.len as u64).to_be_bytes();
    }
    let mut state = FIRST_STATE;
    compress(&mut state, &[block]);
    let mut hash = [0; 20];
    for (octets, word) in hash.chunks_exact_mut(4).zip(state) {
        octets.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

/// What stands for the ports of ICMP, and whether its type has an answer.
fn ports_of((kind, code): (u8, u8), answers: &[(u8, u8)]) -> (Option<(u16, u16)>, bool) {
    let answer = answers.iter().find_map(|(ask, answer)| match kind {
        kind if kind == *ask => Some(*answer),
        kind if kind == *answer => Some(*ask),
        _ => None,
    });
    let second = answer.unwrap_or(code);
    (Some((kind.into(), second.into())), answer.is_some())
}

#[cfg(test)]
mod tests {
    use super::{CommunityIdSeed, text};
    use crate::format::dialect::flow_id::FiveTuple;

    fn id(source: (&str, u16), destination: (&str, u16), protocol: u8, seed: u16) -> String {
        let flow = FiveTuple {
            source: Some(source.0.parse().unwrap()),
            destination: Some(destination.0.parse().unwrap()),
            source_port: source.1,
            destination_port: destination.1,
            protocol,
        };
        // The specification's examples name type and code of ICMP like ports.
        let icmp = (source.1 as u8, destination.1 as u8);
        let text = text(&flow, icmp, CommunityIdSeed(seed));
        text.map_or(String::new(), |text| {
            String::from_utf8(text.as_bytes().to_vec()).unwrap()
        })
    }

    #[test]
    fn the_examples_of_the_specification_hold() {
        let (client, server) = (("128.232.110.120", 34_855), ("66.35.250.204", 80));
        let expected = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
        assert_eq!(id(client, server, 6, 0), expected);
        assert_eq!(id(server, client, 6, 0), expected);
        let seeded = "1:3V71V58M3Ksw/yuFALMcW0LAHvc=";
        assert_eq!(id(client, server, 6, 1), seeded);
        let (here, there) = (("192.168.0.89", 8), ("192.168.0.1", 0));
        assert_eq!(id(here, there, 1, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        let udp = (("192.168.1.52", 54_585), ("8.8.8.8", 53));
        assert_eq!(id(udp.0, udp.1, 17, 0), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    }

    #[test]
    fn a_flow_between_two_versions_of_ip_has_none() {
        assert_eq!(id(("192.0.2.1", 1), ("2001:db8::1", 2), 6, 0), "");
    }
}
