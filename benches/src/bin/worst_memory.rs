//! What each case of `worst` takes at most, in octets. A program of its own, since what
//! counts memory also costs instructions. Run by `cargo xtask worst`.

use allocation_counter::measure;
use netflow_benches::worst::{Case, MOST, cases, decoder, read, read_file, records};

fn main() {
    for case in &cases() {
        println!("{}", most_memory(case));
    }
}

/// The most octets of memory that were taken at a time while one datagram was decoded,
/// over what was there before.
fn most_memory(case: &Case) -> u64 {
    if case.is_file {
        return memory_of_file(case);
    }
    let mut decoder = decoder();
    for payload in &case.announced {
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

/// What a capture takes more at most than one without units, by unit.
fn memory_of_file(case: &Case) -> u64 {
    let most = |count: u32| {
        let records = records(case, count);
        let octets: u64 = records.iter().map(|record| record.len() as u64).sum();
        let counted = measure(|| {
            read_file(&mut decoder(), &records);
        });
        // The file itself is in memory here.
        counted.bytes_max.saturating_sub(octets)
    };
    most(MOST).saturating_sub(most(0)) / u64::from(MOST)
}
