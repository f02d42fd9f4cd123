//! Assembles datagrams.

use netflow_core::wire::sflow::{Datagram, Sample};

/// XDR that is being written.
#[derive(Default, Clone)]
pub(crate) struct Xdr(pub(crate) Vec<u8>);

impl Xdr {
    pub(crate) fn words(words: &[u32]) -> Self {
        Self::default().and(words)
    }

    pub(crate) fn and(mut self, words: &[u32]) -> Self {
        self.0
            .extend(words.iter().flat_map(|word| word.to_be_bytes()));
        self
    }

    /// Octets as they are.
    pub(crate) fn raw(mut self, octets: &[u8]) -> Self {
        self.0.extend(octets);
        self
    }

    /// Octets and their padding.
    pub(crate) fn fixed(self, octets: &[u8]) -> Self {
        let padding = octets.len().next_multiple_of(4) - octets.len();
        self.raw(octets).raw(&[0, 0, 0][..padding])
    }

    /// A length, octets, and their padding.
    pub(crate) fn counted(self, octets: &[u8]) -> Self {
        self.and(&[len(octets)]).fixed(octets)
    }

    /// A sample or a record: a format and counted octets.
    pub(crate) fn block(self, tag: u32, contents: &Self) -> Self {
        self.and(&[tag]).counted(&contents.0)
    }
}

fn len(octets: &[u8]) -> u32 {
    octets.len().try_into().unwrap()
}

/// A datagram of agent 192.0.2.1 with these samples.
pub(crate) fn datagram(samples: &[(u32, Xdr)]) -> Vec<u8> {
    let count = samples.len().try_into().unwrap();
    announcing(count, samples)
}

/// The same with another count in the header.
pub(crate) fn announcing(count: u32, samples: &[(u32, Xdr)]) -> Vec<u8> {
    let header = Xdr::words(&[5, 1, 0xc000_0201, 3, 7, 60_000, count]);
    let append = |xdr: Xdr, (tag, sample): &(u32, Xdr)| xdr.block(*tag, sample);
    samples.iter().fold(header, append).0
}

/// A compact flow sample with these records.
pub(crate) fn flow_sample(records: &[(u32, Xdr)]) -> (u32, Xdr) {
    let count = records.len().try_into().unwrap();
    let header = Xdr::words(&[42, 0x0200_0003, 512, 5120, 1, 4, 0x8000_0002, count]);
    (1, with(header, records))
}

/// A compact counters sample with these records.
pub(crate) fn counters_sample(records: &[(u32, Xdr)]) -> (u32, Xdr) {
    let count = records.len().try_into().unwrap();
    (2, with(Xdr::words(&[43, 3, count]), records))
}

pub(crate) fn with(header: Xdr, records: &[(u32, Xdr)]) -> Xdr {
    let append = |xdr: Xdr, (tag, record): &(u32, Xdr)| xdr.block(*tag, record);
    records.iter().fold(header, append)
}

/// `extended_switch`.
pub(crate) fn switch() -> (u32, Xdr) {
    (1001, Xdr::words(&[100, 1, 200, 2]))
}

/// `sampled_header` of Ethernet with this header.
pub(crate) fn sampled_header(header: &[u8]) -> (u32, Xdr) {
    (1, Xdr::words(&[1, 1518, 4]).counted(header))
}

/// `extended_gateway` with a set and a sequence in the path, and two communities.
pub(crate) fn gateway() -> (u32, Xdr) {
    let head = Xdr::words(&[1, 0xc000_0209, 64500, 64501, 64502]);
    let path = head.and(&[2, 2, 2, 65001, 65002, 1, 1, 65003]);
    (1003, path.and(&[2, 0xfde8_0001, 0xfde8_0002, 100]))
}

/// The first sample of a datagram.
pub(crate) fn first_sample(payload: &[u8]) -> Sample<'_> {
    let datagram = Datagram::parse(payload).unwrap();
    datagram.samples().next().unwrap().unwrap()
}
