//! What each case of `worst` takes at most, in octets. A program of its own, since what
//! counts memory also costs instructions. Run by `cargo xtask worst`.

use allocation_counter::measure;
use netflow_benches::worst::{Case, cases, decoder, read};

fn main() {
    for case in &cases() {
        println!("{}", most_memory(case));
    }
}

/// The most octets of memory that were taken at a time while one datagram was decoded,
/// over what was there before.
fn most_memory(case: &Case) -> u64 {
    let mut decoder = decoder();
    for payload in &case.taught {
        read(&mut decoder, case, 0, payload);
    }
    let mut most = 0;
    for number in 0..20 {
        let payload = (case.datagram)(number);
        let counted = measure(|| {
            read(&mut decoder, case, number, &payload);
        });
        most = most.max(counted.bytes_max);
    }
    most
}
