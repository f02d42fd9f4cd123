//! The checksum of a snapshot.

/// CRC-32 of IEEE 802.3, four bits at a time.
pub(super) fn crc32(octets: &[u8]) -> u32 {
    let step = |crc: u32, bits: u32| {
        let place = usize::try_from((crc ^ bits) & 0xf).unwrap_or(0);
        crc >> 4 ^ REMAINDERS.get(place).copied().unwrap_or(0)
    };
    !octets.iter().fold(u32::MAX, |crc, octet| {
        let octet = u32::from(*octet);
        step(step(crc, octet), octet >> 4)
    })
}

/// What the polynomial, 0xedb88320 with its lowest power first, leaves of each
/// four bits.
const REMAINDERS: [u32; 16] = [
    0x0000_0000,
    0x1db7_1064,
    0x3b6e_20c8,
    0x26d9_30ac,
    0x76dc_4190,
    0x6b6b_51f4,
    0x4db2_6158,
    0x5005_713c,
    0xedb8_8320,
    0xf00f_9344,
    0xd6d6_a3e8,
    0xcb61_b38c,
    0x9b64_c2b0,
    0x86d3_d2d4,
    0xa00a_e278,
    0xbdbd_f21c,
];

#[cfg(test)]
mod tests {
    use super::{REMAINDERS, crc32};

    #[test]
    fn the_check_value_is_that_of_the_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_remainders_are_those_of_the_polynomial() {
        for (bits, remainder) in (0_u32..).zip(REMAINDERS) {
            let divided = (0..4).fold(bits, |crc, _| {
                crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
            });
            assert_eq!(divided, remainder);
        }
    }
}
