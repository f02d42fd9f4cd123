//! See `netflow_fuzz::file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::file::run(octets));
