//! What was sent: views over the octets of each protocol, without state.

pub mod sflow;
