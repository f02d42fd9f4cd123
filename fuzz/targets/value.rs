//! See `netflow_fuzz::value`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::value::run(octets));
