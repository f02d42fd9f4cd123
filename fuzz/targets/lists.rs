//! See `netflow_fuzz::lists`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::lists::run(octets));
