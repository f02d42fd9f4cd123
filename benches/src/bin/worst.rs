//! `worst`: lists the cases. `worst NUMBER COUNT`: decodes COUNT datagrams of a case.
//! Run by `cargo xtask worst`, which counts the instructions.

use std::process::ExitCode;

use netflow_benches::worst::{Case, MOST, cases, decoder, read, read_file, records};

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

/// Decodes the announcements, then `count` datagrams. They are made before, so that only
/// decoding grows with their number.
fn run(case: &Case, count: u32) -> u64 {
    let mut decoder = decoder();
    if case.is_file {
        return read_file(&mut decoder, &records(case, count));
    }
    for payload in &case.announced {
        read(&mut decoder, case, 0, payload);
    }
    // The same number of datagrams is made for every count.
    let payloads: Vec<Vec<u8>> = (0..MOST).map(|number| (case.datagram)(number)).collect();
    let numbered = (0..)
        .zip(&payloads)
        .take(usize::try_from(count).unwrap_or(0));
    numbered.fold(0, |sum, (number, payload)| {
        sum.wrapping_add(read(&mut decoder, case, number, payload))
    })
}
