//! `allocations COUNT`: allocations for each flow, of every decoder and workload. A program of its own, since
//! what counts allocations also costs time.

use std::process::ExitCode;

use allocation_counter::measure;
use netflow_benches::Workload;
use netflow_peers::PEERS;

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let Some(count) = count else {
        eprintln!("allocations COUNT");
        return ExitCode::from(2);
    };
    for peer in &PEERS {
        for kind in peer.kinds {
            let allocations = |count: u32| {
                let workload = Workload::new(*kind, count, 1);
                let counted = measure(|| {
                    std::hint::black_box(peer.sums(&workload));
                });
                (counted.count_total as f64, workload.flow_count() as f64)
            };
            // What is allocated once is in both.
            let (few, many) = (allocations(count), allocations(count * 2));
            let each = (many.0 - few.0) / (many.1 - few.1);
            println!("{}\t{}\t{each}", kind.name(), peer.name);
        }
    }
    ExitCode::SUCCESS
}
