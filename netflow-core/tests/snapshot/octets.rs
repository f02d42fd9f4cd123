//! Assembles snapshots by the table of the format.

/// A snapshot of these sections, with its checksum.
pub(crate) fn snapshot(sections: &[u8]) -> Vec<u8> {
    let length = 8 + 2 + 8 + sections.len() as u64 + 4;
    let mut octets = b"\x89netflow\0\x01".to_vec();
    octets.extend(length.to_be_bytes());
    octets.extend(sections);
    octets.extend(crc32(&octets).to_be_bytes());
    octets
}

/// The sections of a snapshot.
pub(crate) fn sections(snapshot: &[u8]) -> &[u8] {
    &snapshot[18..snapshot.len() - 4]
}

pub(crate) fn section(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut octets = kind.to_be_bytes().to_vec();
    octets.extend((body.len() as u64).to_be_bytes());
    octets.extend(body);
    octets
}

/// A v9 domain with this number and these sections besides its key and account.
pub(crate) fn domain(number: u8, rest: &[u8]) -> Vec<u8> {
    let key = [9, 0, 0, 0, 0, 0, number, 4, 192, 0, 2, 1, 0];
    let account = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 25]].concat();
    let body = [section(1, &key), section(2, &account), rest.to_vec()].concat();
    section(1, &body)
}

/// CRC-32 of IEEE 802.3, bit by bit.
pub(crate) fn crc32(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}
