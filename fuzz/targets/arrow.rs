//! See `netflow_fuzz::arrow`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::arrow::run(octets));
