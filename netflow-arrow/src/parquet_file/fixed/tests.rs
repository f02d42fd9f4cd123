//! Files read back with the rows, statistics and indexes that the crate parquet would have written.

use alloc::sync::Arc;
use core::fmt::Debug;

use arrow_array::{
    ArrayRef, DurationNanosecondArray, FixedSizeBinaryArray, Int16Array, Int32Array, Int64Array,
    RecordBatch, TimestampMicrosecondArray, TimestampNanosecondArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::PAGE_ROWS;
use crate::ParquetWriter;

/// A column of each type, made of these numbers.
fn batch(numbers: &[Option<u64>]) -> RecordBatch {
    fn array<T, A>(numbers: &[Option<u64>], of: impl Fn(u64) -> T) -> ArrayRef
    where
        T: Debug,
        A: From<Vec<Option<T>>> + arrow_array::Array + 'static,
    {
        let values: Vec<_> = numbers.iter().map(|number| number.map(&of)).collect();
        Arc::new(A::from(values))
    }
    let octets = |count: usize| -> ArrayRef {
        let values = numbers.iter().map(|number| {
            let number = (*number)?;
            let octets = (u128::from(number) << 64 | u128::from(number)).to_be_bytes();
            Some(octets[16 - count..].to_vec())
        });
        let width = i32::try_from(count).unwrap();
        Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, width).unwrap())
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "any number will do"
    )]
    let columns = [
        ("u8", array::<_, UInt8Array>(numbers, |number| number as u8)),
        (
            "u16",
            array::<_, UInt16Array>(numbers, |number| number as u16),
        ),
        (
            "u32",
            array::<_, UInt32Array>(numbers, |number| number as u32),
        ),
        ("u64", array::<_, UInt64Array>(numbers, |number| number)),
        (
            "i16",
            array::<_, Int16Array>(numbers, |number| number as i16),
        ),
        (
            "i32",
            array::<_, Int32Array>(numbers, |number| number as i32),
        ),
        (
            "i64",
            array::<_, Int64Array>(numbers, |number| number as i64),
        ),
        (
            "nanos",
            array::<_, TimestampNanosecondArray>(numbers, |number| number as i64),
        ),
        (
            "micros",
            array::<_, TimestampMicrosecondArray>(numbers, |number| number as i64),
        ),
        (
            "duration",
            array::<_, DurationNanosecondArray>(numbers, |number| number as i64),
        ),
        ("ip", octets(16)),
        ("mac", octets(6)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn read(file: &Bytes) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    let reader = reader.with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn metadata(file: &Bytes) -> Arc<ParquetMetaData> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let metadata = ArrowReaderMetadata::load(file, options).unwrap();
    Arc::clone(metadata.metadata())
}

/// Checks rows, statistics and indexes against a file that the crate parquet writes.
fn check(numbers: &[Option<u64>]) {
    let batch = batch(numbers);
    let mut writer = ParquetWriter::new(Vec::new(), &batch.schema()).unwrap();
    // In parts that are no pages.
    for start in (0..batch.num_rows()).step_by(5_000) {
        let rows = (batch.num_rows() - start).min(5_000);
        writer.write(&batch.slice(start, rows)).unwrap();
    }
    let ours = Bytes::from(writer.finish().unwrap());
    assert_eq!(read(&ours), core::slice::from_ref(&batch));

    let properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    let theirs = Bytes::from(writer.into_inner().unwrap());
    let (ours, theirs) = (metadata(&ours), metadata(&theirs));
    let (our_group, their_group) = (ours.row_group(0), theirs.row_group(0));
    for (index, (ours, theirs)) in our_group
        .columns()
        .iter()
        .zip(their_group.columns())
        .enumerate()
    {
        assert_eq!(ours.statistics(), theirs.statistics(), "column {index}");
        assert_eq!(ours.num_values(), theirs.num_values(), "column {index}");
    }
    let columns = ours.column_index().unwrap()[0]
        .iter()
        .zip(&theirs.column_index().unwrap()[0]);
    for (index, (ours, theirs)) in columns.enumerate() {
        assert_eq!(ours.num_pages(), theirs.num_pages(), "column {index}");
        assert_eq!(
            ours.get_boundary_order(),
            theirs.get_boundary_order(),
            "column {index}"
        );
        for page in 0..usize::try_from(ours.num_pages()).unwrap() {
            assert_eq!(
                ours.is_null_page(page),
                theirs.is_null_page(page),
                "column {index}"
            );
            assert_eq!(
                ours.null_count(page),
                theirs.null_count(page),
                "column {index}"
            );
        }
    }
    for (ours, theirs) in ours.offset_index().unwrap()[0]
        .iter()
        .zip(&theirs.offset_index().unwrap()[0])
    {
        let rows =
            |index: &parquet::file::page_index::offset_index::OffsetIndexMetaData| -> Vec<i64> {
                index
                    .page_locations()
                    .iter()
                    .map(|page| page.first_row_index)
                    .collect()
            };
        assert_eq!(rows(ours), rows(theirs));
    }
}

/// A number that differs for each.
const fn scattered(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn count(pages: u64) -> u64 {
    u64::try_from(PAGE_ROWS).unwrap() * pages
}

#[test]
fn equal_values_are_read_as_they_were_written() {
    check(&vec![Some(7); 100]);
    check(&vec![Some(0); PAGE_ROWS]);
    check(&vec![Some(u64::MAX); PAGE_ROWS + 1]);
}

#[test]
fn few_different_values_are_read_as_they_were_written() {
    for different in [2, 256, 257, 5_000] {
        let numbers: Vec<_> = (0..count(1) + 77)
            .map(|row| Some(scattered(row % different)))
            .collect();
        check(&numbers);
    }
}

#[test]
fn values_that_all_differ_are_read_as_they_were_written() {
    let numbers: Vec<_> = (0..count(3) + 5).map(|row| Some(scattered(row))).collect();
    check(&numbers);
}

#[test]
fn values_that_begin_to_differ_end_the_dictionary() {
    let number = |row| {
        if row < count(2) {
            scattered(row % 40)
        } else {
            scattered(row)
        }
    };
    let numbers: Vec<_> = (0..count(3)).map(|row| Some(number(row))).collect();
    check(&numbers);
}

#[test]
fn null_is_read_where_it_was_written() {
    check(&vec![None; 30]);
    check(&vec![None; PAGE_ROWS + 30]);
    check(&[None, Some(1), None]);
    for every in [3, 9_999] {
        let number = |row| (row % every != 0).then(|| scattered(row % 1_000));
        check(&(0..count(1) + 3).map(number).collect::<Vec<_>>());
        let number = |row| (row % every == 0).then(|| scattered(row));
        check(&(0..count(1) + 9).map(number).collect::<Vec<_>>());
    }
    // A page without any value between others.
    let number = |row| (row / count(1) != 1).then_some(row);
    check(&(0..count(3)).map(number).collect::<Vec<_>>());
}

#[test]
fn times_that_rise_are_in_the_index_as_rising() {
    check(&(0..count(3)).map(|row| Some(row / 24)).collect::<Vec<_>>());
    check(
        &(0..count(3))
            .rev()
            .map(|row| Some(row / 24))
            .collect::<Vec<_>>(),
    );
}
