//! IPv6 addresses in a [`Room`], by tables.

use core::array;

use super::{HEX, Room};

impl Room {
    /// Writes an IPv6 address as RFC 5952, section 4, writes it, never with an IPv4 address in it.
    pub(in crate::format) fn ipv6(&mut self, mut at: usize, address: [u8; 16]) -> usize {
        let groups: [[u8; 2]; 8] =
            array::from_fn(|group| [address[2 * group], address[2 * group + 1]]);
        let mut zeros = 0;
        for (index, group) in groups.iter().enumerate() {
            zeros |= usize::from(*group == [0, 0]) << index;
        }
        let [start, end] = ZEROS[zeros & 0xff].map(usize::from);
        for group in groups.iter().take(start) {
            at = self.group(at, *group);
        }
        if start == groups.len() {
            // No colon after the last group.
            return at.wrapping_sub(1);
        }
        // One of the two colons is that after the last group, if there is one.
        at = self.block(at, b"::", if start == 0 { 2 } else { 1 });
        if end == groups.len() {
            return at;
        }
        for group in groups.iter().skip(end) {
            at = self.group(at, *group);
        }
        at.wrapping_sub(1)
    }

    /// Writes a group in hex without leading zeros, and a colon.
    #[inline(always)]
    fn group(&mut self, at: usize, [high, low]: [u8; 2]) -> usize {
        let [[a, b], [c, d]] = [high, low].map(|octet| HEX[usize::from(octet)]);
        let zeros = (u16::from_be_bytes([high, low]) | 1).leading_zeros() / 4;
        let text = u64::from_le_bytes([a, b, c, d, b':', 0, 0, 0]) >> (8 * zeros);
        self.block(at, &text.to_le_bytes(), 5 - zeros as usize)
    }
}

/// Where the longest run of two or more zero groups starts and ends, the first of equal ones
/// (RFC 5952, section 4.2); 8 if there is none. The index has a bit for each group that is zero.
static ZEROS: [[u8; 2]; 256] = {
    let mut runs = [[8; 2]; 256];
    let mut zeros = 0;
    while zeros < 256 {
        let (mut longest, mut start, mut end) = (1, 0, 0);
        while end < 8 {
            end += 1;
            if zeros >> (end - 1) & 1 == 0 {
                start = end;
            } else if end - start > longest {
                longest = end - start;
                runs[zeros] = [start as u8, end as u8];
            }
        }
        zeros += 1;
    }
    runs
};
