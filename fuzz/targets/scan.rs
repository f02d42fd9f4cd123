//! See `netflow_fuzz::scan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::scan::run(octets));
