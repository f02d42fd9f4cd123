//! See `netflow_fuzz::filter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::filter::run(octets));
