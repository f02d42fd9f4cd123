//! What `cargo xtask instructions` runs and counts the instructions of.
//!
//! `instructions PATH KIND COUNT` takes a path over the first COUNT datagrams of a workload.
//! `instructions capture KIND COUNT FILE` writes these datagrams as a capture, for the command,
//! and prints the number of flows in them.
//!
//! `instructions values PATH KIND COUNT` prints the number of values in the text of a path.

use core::hint::black_box;
use std::fs;
use std::process::ExitCode;

use netflow_benches::values::Layout;
use netflow_benches::{Kind, Workload, decoder, pcap, projection, query, text};
use netflow_core::field::FlowField;
#[cfg(feature = "arrow")]
use {netflow_arrow::Addresses, netflow_benches::arrow};

/// Datagrams that are made; a path takes some of them.
const MOST: u32 = 600;
/// Rows of an Arrow batch.
#[cfg(feature = "arrow")]
const ROWS: usize = 8_192;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, kind, count, file) = match arguments.as_slice() {
        ["values", path, kind, count] => return print_values(path, kind, count),
        [path, kind, count] => (*path, *kind, *count, None),
        [path, kind, count, file] => (*path, *kind, *count, Some(*file)),
        _ => return ExitCode::from(2),
    };
    let (Some(kind), Ok(count)) = (Kind::named(kind), count.parse()) else {
        return ExitCode::from(2);
    };
    // The same number of datagrams is made for every count, so that making them cancels out.
    let mut workload = Workload::new(kind, MOST, 1);
    workload.truncate(count);
    match (path, file) {
        ("decode", None) => decoder::decode(&mut decoder::new(), &workload, |decoded| {
            black_box(decoded);
        }),
        ("flows", None) => decoder::read(&mut decoder::new(), &workload, |row| {
            black_box(row);
        }),
        ("rows", None) => projection::rows(&mut decoder::new(), &workload, |row| {
            black_box(row);
        }),
        ("columns", None) => projection::columns(&mut decoder::new(), &workload, |columns| {
            black_box(columns);
        }),
        #[cfg(feature = "arrow")]
        ("arrow", None) => {
            let mut builder = arrow::builder(Addresses::Octets, ROWS);
            arrow::read(&mut decoder::new(), &mut builder, &workload, |batch| {
                black_box(batch);
            });
        }
        #[cfg(feature = "arrow")]
        ("arrow_filtered", None) => {
            let mut builder = arrow::filtered(Addresses::Octets, ROWS, arrow::TENTH);
            arrow::read(&mut decoder::new(), &mut builder, &workload, |batch| {
                black_box(batch);
            });
        }
        // A dozen groups, and nearly as many as there are flows.
        ("top_ports", None) => {
            black_box(query::top(FlowField::DestinationPort, &workload));
        }
        ("top_hosts", None) => {
            black_box(query::top(FlowField::SourceAddress, &workload));
        }
        ("capture", Some(file)) => {
            let count = u32::try_from(count).unwrap_or(MOST);
            println!("{}", Workload::new(kind, count, 1).flow_count());
            if let Err(error) = fs::write(file, pcap::write(&workload)) {
                eprintln!("{file} cannot be written: {error}");
                return ExitCode::FAILURE;
            }
        }
        (name, None) if name.starts_with("filter_") => {
            let filter = name.strip_prefix("filter_").and_then(query::filter);
            let Some(mut filter) = filter else {
                return ExitCode::from(2);
            };
            query::select(&mut filter, &workload, |flow| {
                black_box(flow);
            });
        }
        (name, None) => {
            let is_written = write(name, &workload, |text| {
                black_box(text);
            });
            if !is_written {
                return ExitCode::from(2);
            }
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

/// Writes the text of a path; `false` if there is no such path.
fn write(path: &str, workload: &Workload, each: impl FnMut(&[u8])) -> bool {
    let format = path.strip_prefix("text_").and_then(text::format);
    let Some(mut format) = format else {
        return false;
    };
    text::write(&mut decoder::new(), &mut *format, workload, each);
    true
}

fn print_values(path: &str, kind: &str, count: &str) -> ExitCode {
    let (Some(kind), Ok(count)) = (Kind::named(kind), count.parse()) else {
        return ExitCode::from(2);
    };
    let mut workload = Workload::new(kind, MOST, 1);
    workload.truncate(count);
    let layout = Layout::of_path(path);
    let mut values = 0;
    if !write(path, &workload, |text| values += layout.count(text)) {
        return ExitCode::from(2);
    }
    println!("{values}");
    ExitCode::SUCCESS
}
