//! The decoder and the floors, in one run.

use core::hint::black_box;
use core::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use netflow_benches::floor::columns::{self, Columns};
use netflow_benches::floor::compiled;
use netflow_benches::floor::planned::{self, Plans};
use netflow_benches::row::Batch;
use netflow_benches::{Kind, Row, Sums, Workload, decoder};

/// Datagrams of the groups of one exporter, some megabytes.
const DATAGRAMS: u32 = 4_000;
/// Datagrams of the group `exporters`: 20 of each of 1,000.
const OF_EXPORTERS: u32 = 20_000;

fn protocols(criterion: &mut Criterion) {
    for (name, kind) in [
        ("v5", Kind::NetflowV5),
        ("v9", Kind::NetflowV9),
        ("ipfix", Kind::Ipfix),
        ("ipfix_variable", Kind::IpfixVariable),
        ("sflow", Kind::Sflow),
    ] {
        let workload = Workload::new(kind, DATAGRAMS, 1);
        let mut group = group(criterion, name, &workload);
        decoder(&mut group, "decoder", &workload);
        floor_compiled(&mut group, &workload);
        if kind != Kind::Sflow {
            floor_runtime(&mut group, &workload);
        }
        if !matches!(kind, Kind::Sflow | Kind::IpfixVariable) {
            floor_columns(&mut group, &workload);
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
        bencher.iter(|| decoder::read(&mut decoder, workload, |row| batch.push(row)));
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

/// Whatever is measured reads all 11 fields of all flows.
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
    targets = protocols, exporters
}
criterion_main!(benches);
