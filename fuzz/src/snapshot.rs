//! State that was saved, or is said to be.

/// Octets before the sections of a snapshot.
const HEADER: usize = 18;

/// Loads the octets as they are, and as sections of a snapshot whose length and
/// checksum are right. What was loaded is saved, loaded and saved again the same.
pub fn run(octets: &[u8]) {
    let mut decoder = crate::decoder();
    let _ = decoder.load(octets);
    let snapshot = sealed(octets.get(HEADER..).unwrap_or(octets));
    if decoder.load(&snapshot).is_ok() {
        assert!(decoder.state_octets() <= decoder.limits().state_octets);
        let saved = decoder.save();
        let mut other = crate::decoder();
        let report = other.load(&saved).unwrap();
        assert_eq!(report.domains, decoder.domain_count());
        assert_eq!(other.save(), saved);
    }
}

/// A snapshot of these sections. A checksum that they end with is left out.
fn sealed(sections: &[u8]) -> Vec<u8> {
    let sections = &sections[..sections.len().saturating_sub(4)];
    let mut octets = b"\x89netflow\0\x01".to_vec();
    octets.extend((HEADER as u64 + sections.len() as u64 + 4).to_be_bytes());
    octets.extend(sections);
    let checksum = crc32(&octets);
    octets.extend(checksum.to_be_bytes());
    octets
}

/// CRC-32 of IEEE 802.3, bit by bit.
fn crc32(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}
