//! Flows of every capture: decoded column by column they are what each flow says.

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use netflow_arrow::{Addresses, FlowBatchBuilder, FlowOptions, RecordBatch, Types};
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, Limits, Message, Timestamp, Transport};

/// The captures of the project, and those that `NETFLOW_CAPTURES` names.
fn captures() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut folders = vec![testdata.join("genuine"), testdata.join("synthetic")];
    match std::env::var_os("NETFLOW_CAPTURES") {
        Some(folder) => folders.push(folder.into()),
        None => println!("NETFLOW_CAPTURES is not set: only testdata/ is read"),
    }
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths
}

/// Calls `each` with every message of a capture; of what is none there is nothing.
fn messages(path: &Path, mut each: impl FnMut(&Message<'_>)) {
    let Ok(mut source) = netflow_io::open(path) else {
        return;
    };
    let mut decoder = Decoder::new(Limits::new(1));
    while let Some(Ok(packet)) = source.next() {
        let datagram = Datagram { ..packet.datagram };
        if let Ok(message) = decoder.decode(datagram) {
            each(&message);
        }
    }
}

/// All rows of both ways.
fn both_ways(path: &Path, options: &FlowOptions) -> [RecordBatch; 2] {
    let mut columns = FlowBatchBuilder::new(options.clone());
    let mut rows = FlowBatchBuilder::new(options.clone());
    messages(path, |message| {
        columns.append(message, |_| panic!("full")).unwrap();
        message.flows().for_each(|flow| rows.push(&flow));
    });
    [columns.finish().unwrap(), rows.finish().unwrap()]
}

#[test]
fn columns_say_what_flows_say() {
    let kinds = [
        (Addresses::Octets, Types::Native),
        (Addresses::View, Types::Plain),
        (Addresses::Text, Types::Native),
        (Addresses::Key, Types::Native),
        (Addresses::Octets, Types::Spark),
        (Addresses::View, Types::Spark),
        (Addresses::Key, Types::Spark),
    ];
    let mut count = 0;
    for path in captures() {
        for (addresses, types) in kinds {
            let mut options = FlowOptions::default();
            (options.addresses, options.types) = (addresses, types);
            options.rows = usize::MAX;
            let [columns, rows] = both_ways(&path, &options);
            count += rows.num_rows();
            for (index, field) in columns.schema().fields().iter().enumerate() {
                assert_eq!(
                    columns.column(index),
                    rows.column(index),
                    "{} of {} as {addresses:?} {types:?}",
                    field.name(),
                    path.display(),
                );
            }
        }
    }
    println!("{count} rows");
    assert!(count > 5_000, "captures are missing");
}

#[test]
fn batches_have_no_more_rows_than_they_may() {
    for path in captures() {
        let mut options = FlowOptions::default();
        options.rows = 7;
        let mut whole = FlowBatchBuilder::new(FlowOptions::default());
        let mut builder = FlowBatchBuilder::new(options);
        let mut rows = 0;
        messages(&path, |message| {
            whole.append(message, |_| Ok(())).unwrap();
            builder
                .append(message, |batch| {
                    assert_eq!(batch.num_rows(), 7);
                    rows += batch.num_rows();
                    Ok(())
                })
                .unwrap();
        });
        assert!(builder.rows() < 7);
        assert_eq!(rows + builder.rows(), whole.rows(), "{}", path.display());
    }
}

#[test]
fn a_batch_of_long_text_is_given_when_its_octets_are_many() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/genuine/sf_v9.pcap");
    // Addresses as text take 7 octets and more.
    let mut options = FlowOptions::new(vec![FlowField::SourceAddress]);
    (options.addresses, options.octets) = (Addresses::Text, 100);
    let mut whole = FlowBatchBuilder::new(FlowOptions::default());
    let mut builder = FlowBatchBuilder::new(options);
    let mut batches = Vec::new();
    messages(&path, |message| {
        whole.append(message, |_| panic!("full")).unwrap();
        let full = |batch: RecordBatch| {
            batches.push(batch.num_rows());
            Ok(())
        };
        builder.append(message, full).unwrap();
        assert!(!builder.is_full());
    });
    assert!(batches.len() > 1, "{batches:?}");
    assert_eq!(batches.iter().sum::<usize>() + builder.rows(), whole.rows());
}

/// An IPFIX message of a template whose one field is of one octet, and so many records.
fn narrow(element: u16, count: u16) -> Vec<u8> {
    let mut octets = vec![0, 10];
    octets.extend((16 + 12 + 4 + count).to_be_bytes());
    octets.extend(1_700_000_000_u32.to_be_bytes());
    octets.extend([0; 8]);
    octets.extend([0, 2, 0, 12, 1, 0, 0, 1]);
    octets.extend(element.to_be_bytes());
    octets.extend([0, 1, 1, 0]);
    octets.extend((4 + count).to_be_bytes());
    octets.resize(octets.len() + usize::from(count), 1);
    octets
}

/// The least time that one message takes to become columns.
fn cost(payload: &[u8], options: &FlowOptions) -> Duration {
    let mut decoder = Decoder::new(Limits::new(1));
    let exporter = "192.0.2.1:4739".parse().unwrap();
    let received = Timestamp::from_secs(1_700_000_000);
    let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
    let message = decoder.decode(datagram).unwrap();
    let costs = (0..3).map(|_| {
        let mut builder = FlowBatchBuilder::new(options.clone());
        let begun = Instant::now();
        builder.append(&message, |_| Ok(())).unwrap();
        begun.elapsed()
    });
    costs.min().unwrap()
}

/// Each record is asked for its time, since none makes sense, or makes a batch of its own.
#[test]
fn a_record_costs_the_same_wherever_it_stands_in_its_set() {
    const FLOW_START_MILLISECONDS: u16 = 152;
    const PROTOCOL: u16 = 4;
    let mut batches_of_one = FlowOptions::new(vec![FlowField::IpVersion]);
    batches_of_one.rows = 1;
    let times = FlowOptions::new(vec![FlowField::Start]);
    for (element, options) in [(FLOW_START_MILLISECONDS, times), (PROTOCOL, batches_of_one)] {
        let [few, many] = [1_000, 20_000].map(|count| cost(&narrow(element, count), &options));
        // Twenty times the records; if each passed over those before it, 400 times the cost.
        assert!(many < few * 90, "{element}: {few:?}, {many:?}");
    }
}
