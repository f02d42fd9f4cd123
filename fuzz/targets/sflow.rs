//! See `netflow_fuzz::sflow`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::sflow::run(octets));
