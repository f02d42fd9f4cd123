//! `worst`: lists the cases. `worst NUMBER DATAGRAMS`: decodes so many datagrams of a case.
//! `worst memory`: what each takes at most. Run by `cargo xtask worst`, which counts the
//! instructions.

use std::process::ExitCode;

use allocation_counter::measure;
use netflow_benches::worst::{Case, cases, decoder, read, read_file};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let cases = cases();
    match arguments.as_slice() {
        [] => {
            for case in &cases {
                println!(
                    "{}\t{}\t{}",
                    case.protocol,
                    (case.datagram)(1).len(),
                    case.name
                );
            }
        }
        [memory] if memory == "memory" => {
            for case in &cases {
                println!("{}", most_memory(case));
            }
        }
        [number, count] => {
            let (Ok(number), Ok(count)) = (number.parse::<usize>(), count.parse()) else {
                return ExitCode::from(2);
            };
            let Some(case) = cases.get(number) else {
                return ExitCode::from(2);
            };
            println!("{}", run(case, count));
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

/// Decodes what teaches, then so many datagrams. They are made before, so that only
/// decoding grows with their number.
fn run(case: &Case, count: u32) -> u64 {
    let mut decoder = decoder();
    if case.is_file {
        return read_file(&mut decoder, &records(case, count));
    }
    for payload in &case.taught {
        read(&mut decoder, case, 0, payload);
    }
    // The same number of datagrams is made whatever is decoded of them.
    let payloads: Vec<Vec<u8>> = (0..MOST).map(|number| (case.datagram)(number)).collect();
    let numbered = (0..)
        .zip(&payloads)
        .take(usize::try_from(count).unwrap_or(0));
    numbered.fold(0, |sum, (number, payload)| {
        sum.wrapping_add(read(&mut decoder, case, number, payload))
    })
}

/// The records of a capture: what teaches, and so many units.
fn records(case: &Case, count: u32) -> Vec<Vec<u8>> {
    let mut records: Vec<Vec<u8>> = (0..MOST).map(|number| (case.datagram)(number)).collect();
    records.truncate(usize::try_from(count).unwrap_or(0));
    case.taught.iter().cloned().chain(records).collect()
}

/// The most datagrams of a run.
const MOST: u32 = 400;

/// The most octets of memory that were taken at a time while one datagram was decoded,
/// over what was there before.
fn most_memory(case: &Case) -> u64 {
    let mut decoder = decoder();
    if case.is_file {
        return memory_of_file(case);
    }
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

/// What a capture takes more at most than one without units, by unit.
fn memory_of_file(case: &Case) -> u64 {
    let most = |count: u32| {
        let records = records(case, count);
        let octets: u64 = records.iter().map(|record| record.len() as u64).sum();
        let counted = measure(|| {
            read_file(&mut decoder(), &records);
        });
        // The file itself stands in memory here.
        counted.bytes_max.saturating_sub(octets)
    };
    most(MOST).saturating_sub(most(0)) / u64::from(MOST)
}
