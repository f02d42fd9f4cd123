//! The decoder and the floors, in one run.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use netflow_arrow::Addresses;
use netflow_benches::capture::{CAPTURES, Capture};
use netflow_benches::floor::columns::{self, Columns};
use netflow_benches::floor::compiled;
use netflow_benches::floor::planned::{self, Plans};
use netflow_benches::row::Batch;
use netflow_benches::{Kind, Row, Sums, Workload, arrow, decoder};
use netflow_core::Decoder;
use netflow_core::field::FlowField;

/// Datagrams of the groups of one exporter, some megabytes.
const DATAGRAMS: u32 = 4_000;
/// Datagrams of the group `exporters`: 20 of each of 1,000.
const OF_EXPORTERS: u32 = 20_000;

/// Runs of each in turn.
const TURNS: usize = 40;

fn protocols(criterion: &mut Criterion) {
    for kind in Kind::ALL {
        let name = kind.name();
        let workload = Workload::new(kind, DATAGRAMS, 1);
        let mut group = group(criterion, name, &workload);
        decoder(&mut group, "decoder", &workload);
        floor_compiled(&mut group, &workload);
        if kind != Kind::Sflow {
            floor_runtime(&mut group, &workload);
        }
        if !matches!(kind, Kind::Sflow | Kind::IpfixVariable) {
            floor_columns(&mut group, &workload);
            for (name, addresses) in ADDRESSES {
                arrow(&mut group, name, addresses, &workload);
            }
        }
        group.finish();
    }
}

/// The same records from one exporter and from 1,000 in turn.
fn exporters(criterion: &mut Criterion) {
    let one = Workload::new(Kind::NetflowV9, OF_EXPORTERS, 1);
    let thousand = Workload::new(Kind::NetflowV9, OF_EXPORTERS, 1_000);
    let mut group = group(criterion, "exporters", &one);
    decoder(&mut group, "1", &one);
    decoder(&mut group, "1000", &thousand);
    group.finish();
}

/// The captures of real devices, and of those that send what they do. Every field of each flow is
/// read.
fn captures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("captures");
    for (exporter, files) in CAPTURES {
        let capture = Capture::read(files);
        group.throughput(Throughput::Elements(capture.flows(|_| ())));
        group.bench_function(exporter, |bencher| {
            bencher.iter(|| {
                capture.flows(|flow| {
                    for field in FlowField::ALL {
                        black_box(flow.get(*field));
                    }
                })
            });
        });
    }
    group.finish();
}

fn group<'c>(
    criterion: &'c mut Criterion,
    name: &str,
    workload: &Workload,
) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(workload.flow_count()));
    group
}

fn decoder(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, workload: &Workload) {
    let mut decoder = decoder::new();
    check(workload.flow_sums(), |each| {
        decoder::read(&mut decoder, workload, each);
    });
    let mut batch = Batch::new();
    group.bench_function(name, |bencher| {
        bencher.iter_batched_ref(
            decoder::new,
            |decoder| decoder::read(decoder, workload, |row| batch.push(row)),
            // One that has seen these datagrams would count them as duplicated.
            BatchSize::PerIteration,
        );
    });
}

fn floor_compiled(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) {
    check(workload.wire_sums(), |each| compiled::read(workload, each));
    let mut batch = Batch::new();
    group.bench_function("floor_compiled", |bencher| {
        bencher.iter(|| compiled::read(workload, |row| batch.push(row)));
    });
}

fn floor_runtime(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) {
    let mut plans = Plans::new();
    check(workload.wire_sums(), |each| {
        planned::read(&mut plans, workload, each);
    });
    let mut batch = Batch::new();
    group.bench_function("floor_runtime", |bencher| {
        bencher.iter(|| planned::read(&mut plans, workload, |row| batch.push(row)));
    });
}

fn floor_columns(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) {
    assert_eq!(columns::sums(workload), workload.wire_sums());
    let mut plans = Plans::new();
    let mut columns = Columns::default();
    group.bench_function("floor_columns", |bencher| {
        bencher.iter(|| columns::read(&mut plans, workload, black_box(&mut columns)));
    });
}

/// Arrow with addresses as the floor holds them, and in the other forms.
const ADDRESSES: [(&str, Addresses); 4] = [
    ("arrow_key", Addresses::Key),
    ("arrow_octets", Addresses::Octets),
    ("arrow_view", Addresses::View),
    ("arrow_text", Addresses::Text),
];
/// Rows of a batch.
const ROWS: usize = 8_192;

fn arrow(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    addresses: Addresses,
    workload: &Workload,
) {
    let mut decoder = decoder::new();
    let mut builder = arrow::builder(addresses, ROWS);
    if addresses == Addresses::Key {
        let mut sums = Sums::default();
        arrow::read(&mut decoder, &mut builder, workload, |batch| {
            arrow::add(&batch, &mut sums);
        });
        arrow::add(&builder.finish().unwrap(), &mut sums);
        assert_eq!(sums, workload.flow_sums());
    }
    group.bench_function(name, |bencher| {
        bencher.iter_batched_ref(
            decoder::new,
            |decoder| {
                arrow::read(decoder, &mut builder, workload, |batch| {
                    black_box(batch);
                });
            },
            BatchSize::PerIteration,
        );
    });
}

/// All in turn, and the fastest run of each: on a machine that does other work too, the
/// runs of one bench see other loads than those of the next.
fn ratios(_: &mut Criterion) {
    if std::env::args().all(|argument| argument != "--bench") {
        return;
    }
    println!("ns per flow, the fastest of {TURNS} runs in turn, and times the floor");
    for kind in Kind::ALL {
        let name = kind.name();
        let workload = Workload::new(kind, DATAGRAMS / 2, 1);
        let (mut plans, mut batch) = (Plans::new(), Batch::new());
        let mut keys = arrow::builder(Addresses::Key, ROWS);
        let mut octets = arrow::builder(Addresses::Octets, ROWS);
        let mut fastest = [f64::INFINITY; 4];
        for _ in 0..TURNS {
            let mut time = |index: usize, run: &mut dyn FnMut(&mut Decoder)| {
                let mut decoder = decoder::new();
                let begun = Instant::now();
                run(&mut decoder);
                let seconds = begun.elapsed().as_secs_f64();
                fastest[index] = fastest[index].min(seconds);
            };
            if kind == Kind::Sflow {
                time(0, &mut |_| compiled::read(&workload, |row| batch.push(row)));
            } else {
                time(0, &mut |_| {
                    planned::read(&mut plans, &workload, |row| batch.push(row));
                });
            }
            time(1, &mut |decoder| {
                decoder::read(decoder, &workload, |row| batch.push(row));
            });
            for (index, builder) in [(2, &mut keys), (3, &mut octets)] {
                time(index, &mut |decoder| {
                    arrow::read(decoder, builder, &workload, |batch| {
                        black_box(batch);
                    });
                });
            }
        }
        print!("{name:15}");
        let names = ["floor", "decoder", "arrow_key", "arrow_octets"];
        for (name, seconds) in names.into_iter().zip(fastest) {
            let each = seconds * 1e9 / workload.flow_count() as f64;
            print!(" {name} {each:5.1} ({:.2})", seconds / fastest[0]);
        }
        println!();
    }
}

/// Every measurement reads all 11 fields of all flows.
fn check(expected: Sums, read: impl FnOnce(&mut dyn FnMut(Row))) {
    let mut sums = Sums::default();
    read(&mut |row| sums.add(&row));
    assert_eq!(sums, expected);
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30);
    targets = protocols, captures, exporters, ratios
}
criterion_main!(benches);
