//! See `netflow_fuzz::packet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::packet::run(octets));
