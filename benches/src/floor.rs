//! Loops written by hand: what reading the 11 fields costs here at least.
//!
//! They know the layouts of the workloads, keep no state but templates, account
//! for nothing, and leave the times as they were sent.

pub mod columns;
pub mod compiled;
pub mod planned;

#[inline]
fn be16(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(octets[at..at + 2].try_into().unwrap())
}

#[inline]
fn be32(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(octets[at..at + 4].try_into().unwrap())
}

#[inline]
fn be64(octets: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(octets[at..at + 8].try_into().unwrap())
}

/// The records of v5; none if the datagram is not v5.
#[inline]
fn v5_records(datagram: &[u8]) -> &[u8] {
    if datagram.len() < 24 || be16(datagram, 0) != 5 {
        return &[];
    }
    let octets = usize::from(be16(datagram, 2)) * 48;
    datagram.get(24..24 + octets).unwrap_or(&[])
}

/// Walks the sets of v9 and IPFIX, every length checked.
#[inline]
fn sets(datagram: &[u8], mut each: impl FnMut(u16, &[u8])) {
    if datagram.len() < 20 {
        return;
    }
    let mut at = match be16(datagram, 0) {
        9 => 20,
        10 => 16,
        _ => return,
    };
    while at + 4 <= datagram.len() {
        let (id, length) = (be16(datagram, at), usize::from(be16(datagram, at + 2)));
        if length < 4 || at + length > datagram.len() {
            return;
        }
        each(id, &datagram[at + 4..at + length]);
        at += length;
    }
}
