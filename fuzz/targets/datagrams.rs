//! See `netflow_fuzz::datagrams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| netflow_fuzz::datagrams::run(octets));
