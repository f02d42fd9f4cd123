//! Made-up traffic that all kinds of datagrams report.

/// The generator splitmix64: small, well distributed, the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd129_0d3f_5a1b_7e55) ^ 0x5eed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(super) const fn below(&mut self, end: u64) -> u64 {
        ((self.next() as u128 * end as u128) >> 64) as u64
    }

    pub(super) const fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// Ports that servers listen on, the frequent ones more often.
const PORTS: [u16; 10] = [443, 443, 443, 80, 53, 22, 25, 8080, 123, 3389];

/// One flow, independent of the protocol that reports it.
pub(super) struct Traffic {
    pub(super) source: u128,
    pub(super) destination: u128,
    pub(super) next_hop: u128,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) protocol: u8,
    pub(super) tos: u8,
    pub(super) tcp_flags: u8,
    pub(super) input: u32,
    pub(super) output: u32,
    pub(super) octets: u64,
    pub(super) packets: u64,
    /// Milliseconds from the first to the last packet.
    pub(super) duration: u32,
    /// Milliseconds from the last packet to the export.
    pub(super) age: u32,
    pub(super) source_as: u32,
    pub(super) destination_as: u32,
    pub(super) source_prefix_length: u8,
    pub(super) destination_prefix_length: u8,
    pub(super) direction: u8,
}

impl Traffic {
    /// The next flow, of IPv4 or IPv6.
    pub(super) fn new(random: &mut Random, ipv6: bool) -> Self {
        let (source, destination, next_hop) = addresses(random, ipv6);
        let protocol = random.pick(&[6, 6, 6, 6, 6, 6, 17, 17, 17, 1]);
        // From one packet to 65,536, as many of each power of two.
        let magnitude = random.below(16);
        let packets = 1 + (random.next() >> (48 + magnitude));
        let (source_port, destination_port) = if protocol == 1 {
            (0, 0x0800)
        } else {
            (1024 + random.below(64_000) as u16, random.pick(&PORTS))
        };
        let tcp_flags = 0x10 | random.below(0x1c) as u8;
        let bits = random.below(16);
        Self {
            source,
            destination,
            next_hop,
            source_port,
            destination_port,
            protocol,
            tos: random.pick(&[0, 0, 0, 0, 0, 0, 0, 0xb8]),
            tcp_flags: if protocol == 6 { tcp_flags } else { 0 },
            input: 1 + random.below(64) as u32 + random.pick(&[0, 436_207_616]),
            output: 1 + random.below(64) as u32,
            octets: packets * (64 + random.below(1437)),
            packets,
            duration: (random.next() >> (63 - bits)) as u32,
            age: random.below(16_384) as u32,
            source_as: 64_496 + random.below(256) as u32,
            destination_as: 4_200_000_000 + random.below(1024) as u32,
            source_prefix_length: 16 + random.below(16) as u8,
            destination_prefix_length: 16 + random.below(8) as u8,
            direction: random.below(2) as u8,
        }
    }
}

fn addresses(random: &mut Random, ipv6: bool) -> (u128, u128, u128) {
    if ipv6 {
        const PREFIX: u128 = 0x2001_0db8 << 96;
        let mut host =
            || PREFIX | u128::from(random.below(0x1_0000)) << 64 | u128::from(random.next());
        (host(), host(), PREFIX | u128::from(random.below(256)))
    } else {
        let mut within =
            |network: u32, hosts| u128::from(network) + u128::from(random.below(hosts));
        (
            within(0x0a00_0000, 1 << 24),
            within(0xc000_0000, 1 << 29),
            within(0x0afe_0000, 1 << 10),
        )
    }
}
