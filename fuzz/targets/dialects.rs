//! See `netflow_fuzz::dialects`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::dialects::run(octets));
