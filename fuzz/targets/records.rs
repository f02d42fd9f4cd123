//! See `netflow_fuzz::records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::records::run(octets));
