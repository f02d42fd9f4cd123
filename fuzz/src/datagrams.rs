//! A sequence of datagrams of several exporters, with all state.

use crate::framing::Datagrams;

/// Decodes them one after the other.
pub fn run(octets: &[u8]) {
    let mut decoder = crate::decoder();
    for datagram in Datagrams::new(octets) {
        crate::read(&mut decoder, datagram);
    }
    let saved = decoder.save();
    let mut other = crate::decoder();
    other.load(&saved).unwrap();
}
