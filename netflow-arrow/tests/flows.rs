//! Flows of every capture: decoded column by column they are what each flow says.

use std::path::{Path, PathBuf};

use netflow_arrow::{Addresses, FlowBatchBuilder, FlowOptions, RecordBatch, Types};
use netflow_core::field::FlowField;
use netflow_core::{Decoded, Decoder, Limits};

/// The captures of the project, and those that `NETFLOW_CAPTURES` names.
fn captures() -> Vec<PathBuf> {
    let mut captures = netflow_testdata::all_captures();
    captures.extend(netflow_testdata::foreign(|_| true).unwrap_or_default());
    captures
}

/// Calls `each` with every message of a capture; of what is none there is nothing.
fn messages(path: &Path, mut each: impl FnMut(&Decoded<'_>)) {
    let Ok(mut source) = netflow_io::open(path) else {
        return;
    };
    let mut decoder = Decoder::new(Limits::new(1));
    while let Some(Ok(packet)) = source.next() {
        if let Ok(message) = decoder.decode(packet.datagram) {
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
fn a_batch_of_long_text_is_returned_when_its_octets_are_many() {
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
