//! What the batch of the C library costs, beside a loop in Rust over `flows()` that fills the same
//! struct, in one run.
#![expect(unsafe_code, reason = "the functions of C are called")]

mod fields;
mod row;

use core::hint::black_box;
use core::ptr;
use core::time::Duration;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use netflow::{
    netflow_datagram, netflow_decode, netflow_decoder, netflow_decoder_free, netflow_decoder_new,
    netflow_flow, netflow_flow_field, netflow_flows, netflow_options, netflow_options_init,
    netflow_result,
};
use netflow_benches::{Kind, Workload};
use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

/// Datagrams of each workload, some megabytes.
const DATAGRAMS: u32 = 4_000;
/// Flows that a batch has room for: those of any datagram here.
const CAPACITY: usize = 64;

/// Runs of each in turn.
const TURNS: usize = 100;

const KINDS: [(&str, Kind); 5] = [
    ("v5", Kind::NetflowV5),
    ("v9", Kind::NetflowV9),
    ("ipfix", Kind::Ipfix),
    ("ipfix_variable", Kind::IpfixVariable),
    ("sflow", Kind::Sflow),
];

/// The 11 fields that the other benches read.
const ELEVEN: [netflow_flow_field; 11] = [
    netflow_flow_field::NETFLOW_FIELD_SOURCE_ADDRESS,
    netflow_flow_field::NETFLOW_FIELD_DESTINATION_ADDRESS,
    netflow_flow_field::NETFLOW_FIELD_SOURCE_PORT,
    netflow_flow_field::NETFLOW_FIELD_DESTINATION_PORT,
    netflow_flow_field::NETFLOW_FIELD_PROTOCOL,
    netflow_flow_field::NETFLOW_FIELD_OCTETS,
    netflow_flow_field::NETFLOW_FIELD_PACKETS,
    netflow_flow_field::NETFLOW_FIELD_START,
    netflow_flow_field::NETFLOW_FIELD_END,
    netflow_flow_field::NETFLOW_FIELD_INPUT_INTERFACE,
    netflow_flow_field::NETFLOW_FIELD_OUTPUT_INTERFACE,
];

fn batches(criterion: &mut Criterion) {
    for (name, kind) in KINDS {
        let workload = Workload::new(kind, DATAGRAMS, 1);
        for is_all in [true, false] {
            let fields = if is_all { "all" } else { "eleven" };
            let mut group = criterion.benchmark_group(format!("{name}/{fields}"));
            group.throughput(Throughput::Elements(workload.flow_count()));
            let mut rows = vec![netflow_flow::default(); CAPACITY];

            let mut decoder = Decoder::new(Limits::new(0x5eed));
            let by_rust = in_rust(&mut decoder, &workload, &mut rows, is_all);
            let handle = Handle::new(is_all);
            let by_c = handle.read(&workload, &mut rows);
            assert_eq!(by_rust, by_c, "both have to fill the same");

            // A decoder that has seen these datagrams would count them as duplicated.
            group.bench_function("rust", |bencher| {
                bencher.iter_batched_ref(
                    || Decoder::new(Limits::new(0x5eed)),
                    |decoder| in_rust(decoder, &workload, &mut rows, is_all),
                    BatchSize::PerIteration,
                );
            });
            group.bench_function("c", |bencher| {
                bencher.iter_batched_ref(
                    || Handle::new(is_all),
                    |handle| handle.read(&workload, &mut rows),
                    BatchSize::PerIteration,
                );
            });
            group.finish();
        }
    }
}

/// Both in turn, and the fastest run of each: on a machine that does other work too the runs of a
/// group see other loads than those of the next.
fn ratios(_: &mut Criterion) {
    if std::env::args().all(|argument| argument != "--bench") {
        return;
    }
    println!("ns per flow, the fastest of {TURNS} runs in turn");
    for (name, kind) in KINDS {
        let workload = Workload::new(kind, DATAGRAMS / 10, 1);
        let mut rows = vec![netflow_flow::default(); CAPACITY];
        for is_all in [false, true] {
            let mut fastest = [f64::INFINITY; 2];
            for _ in 0..TURNS {
                let mut decoder = Decoder::new(Limits::new(0x5eed));
                let handle = Handle::new(is_all);
                let begun = Instant::now();
                black_box(in_rust(&mut decoder, &workload, &mut rows, is_all));
                fastest[0] = fastest[0].min(begun.elapsed().as_secs_f64());
                let begun = Instant::now();
                black_box(handle.read(&workload, &mut rows));
                fastest[1] = fastest[1].min(begun.elapsed().as_secs_f64());
            }
            let [rust, c] = fastest.map(|seconds| seconds * 1e9 / workload.flow_count() as f64);
            let fields = if is_all { "all" } else { "eleven" };
            println!(
                "{name:15} {fields:7} rust {rust:7.1}  c {c:7.1}  ratio {:.2}",
                c / rust
            );
        }
    }
}

/// The loop in Rust. Returns the number of flows, and the sum of their octets and bits.
fn in_rust(
    decoder: &mut Decoder,
    workload: &Workload,
    rows: &mut [netflow_flow],
    is_all: bool,
) -> (u64, u64) {
    let received = Timestamp::from_secs(workload.received_seconds());
    let mut sum = (0, 0);
    let mut numbers = Vec::with_capacity(1024);
    for (exporter, payload) in workload.datagrams() {
        let message = decoder
            .decode(Datagram::new(
                workload.exporter(exporter),
                Transport::Udp,
                received,
                payload,
            ))
            .unwrap();
        numbers.clear();
        let mut count = 0;
        // One loop for each, as a program has that knows what it wants.
        if is_all {
            for (flow, row) in message.flows().zip(rows.iter_mut()) {
                row::all(&flow, row, &mut numbers);
                count += 1;
            }
        } else {
            for (flow, row) in message.flows().zip(rows.iter_mut()) {
                row::eleven(&flow, row);
                count += 1;
            }
        }
        add(&mut sum, &rows[..count]);
    }
    sum
}

/// What both have to agree on; `black_box` keeps every member written.
fn add(sum: &mut (u64, u64), rows: &[netflow_flow]) {
    for row in black_box(rows) {
        sum.0 += 1;
        let ports = u64::from(row.source_port) + u64::from(row.destination_port);
        let octets = row
            .octets
            .wrapping_add(row.start as u64)
            .wrapping_add(ports);
        let bits = row.present[0].wrapping_add(row.present[1].rotate_left(32));
        sum.1 = sum.1.wrapping_add(octets).wrapping_add(bits);
    }
}

/// A decoder of the C library.
struct Handle(*mut netflow_decoder);

impl Handle {
    fn new(is_all: bool) -> Self {
        let mut decoder = ptr::null_mut();
        let mut options = core::mem::MaybeUninit::<netflow_options>::uninit();
        // SAFETY: there is room for options.
        let result =
            unsafe { netflow_options_init(options.as_mut_ptr(), size_of::<netflow_options>()) };
        assert_eq!(result, netflow_result::NETFLOW_OK);
        // SAFETY: they were written.
        let mut options = unsafe { options.assume_init() };
        if !is_all {
            options.fields = [0; 2];
            for field in ELEVEN {
                options.fields[field as usize / 64] |= 1 << (field as u32 % 64);
            }
        }
        // SAFETY: the options are whole, and there is room for a pointer.
        let result = unsafe { netflow_decoder_new(&options, &mut decoder) };
        assert_eq!(result, netflow_result::NETFLOW_OK);
        Self(decoder)
    }

    fn read(&self, workload: &Workload, rows: &mut [netflow_flow]) -> (u64, u64) {
        let received = i64::from(workload.received_seconds()) * 1_000_000_000;
        let mut sum = (0, 0);
        // Not inlined, as they are not in C.
        let decode = black_box(netflow_decode as unsafe extern "C" fn(_, *const _) -> _);
        let flows = black_box(netflow_flows as unsafe extern "C" fn(_, _, _, _, *mut _) -> _);
        for (exporter, payload) in workload.datagrams() {
            let exporter = workload.exporter(exporter);
            let datagram = netflow_datagram {
                size: size_of::<netflow_datagram>(),
                payload: payload.as_ptr(),
                payload_len: payload.len(),
                received,
                frame: 0,
                exporter: exporter.ip().into(),
                port: exporter.port(),
                reserved: 0,
                transport: 0,
                input: 0,
            };
            // SAFETY: the handle is not freed, the payload stays.
            let result = unsafe { decode(self.0, &datagram) };
            assert_eq!(result, netflow_result::NETFLOW_OK);
            let mut count = 0;
            loop {
                let size = size_of::<netflow_flow>();
                // SAFETY: the handle is not freed, the rows are ours.
                let result =
                    unsafe { flows(self.0, rows.as_mut_ptr(), size, rows.len(), &mut count) };
                if result != netflow_result::NETFLOW_OK {
                    break;
                }
                add(&mut sum, &rows[..count]);
            }
        }
        sum
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is freed once.
        unsafe { netflow_decoder_free(self.0) };
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30);
    targets = ratios, batches
}
criterion_main!(benches);
