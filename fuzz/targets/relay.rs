//! See `netflow_fuzz::relay`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::relay::run(octets));
