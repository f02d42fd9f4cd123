//! Flows of every capture: decoded column by column they are what each flow says.

use std::path::{Path, PathBuf};

use netflow_arrow::{Addresses, FlowBatchBuilder, FlowOptions, RecordBatch, Types};
use netflow_core::field::FlowField;
use netflow_core::{Decoded, Decoder, Limits};
use netflow_query::Filter;

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

/// The expressions that `testdata/filters/evaluate.py` evaluates too.
fn filters() -> Vec<Filter> {
    let path = netflow_testdata::folder().join("filters/expressions.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let ours = lines.map(|line| line.split('\t').next().unwrap_or(line));
    ours.map(|expression| Filter::parse(expression).unwrap())
        .collect()
}

#[test]
fn filters_choose_the_same_flows_by_columns_and_by_rows() {
    let filters = filters();
    assert!(filters.len() >= 200, "{} expressions", filters.len());
    let options = |filter: Option<&Filter>| {
        let mut options = FlowOptions::new(vec![
            FlowField::Frame,
            FlowField::SourceAddress,
            FlowField::SourcePort,
            FlowField::Octets,
        ]);
        (options.rows, options.filter) = (usize::MAX, filter.cloned());
        options
    };
    let mut chosen = 0;
    // Those of other link layers have the same flows.
    let of_link = |path: &PathBuf| path.to_string_lossy().contains("synthetic/link_");
    for path in captures().into_iter().filter(|path| !of_link(path)) {
        let builders = |filter| FlowBatchBuilder::new(options(filter));
        let mut columns: Vec<_> = filters
            .iter()
            .map(|filter| builders(Some(filter)))
            .collect();
        let mut rows: Vec<_> = filters.iter().map(|_| builders(None)).collect();
        messages(&path, |message| {
            for (filter, (columns, rows)) in filters.iter().zip(columns.iter_mut().zip(&mut rows)) {
                columns.append(message, |_| panic!("full")).unwrap();
                let flows = message.flows().filter(|flow| filter.matches(flow));
                flows.for_each(|flow| rows.push(&flow));
            }
        });
        for (filter, (columns, rows)) in filters.iter().zip(columns.iter_mut().zip(&mut rows)) {
            chosen += rows.rows();
            let [columns, rows] = [columns, rows].map(|builder| builder.finish().unwrap());
            assert_eq!(columns, rows, "{filter} of {}", path.display());
        }
    }
    assert!(chosen > 10_000, "{chosen} flows");
}
