//! The pages of a column in one row group, and what the file says about them.

use core::fmt;
use std::io;

use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Compression, Encoding, EncodingMask, PageType, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::page::Bounds;
use super::word::{Layout, plain};

/// A column of a row group, complete.
#[derive(Debug)]
pub(in super::super) struct FixedChunk {
    pub(in super::super) octets: Bytes,
    pub(in super::super) close: ColumnCloseResult,
}

/// Writes pages one after the other.
pub(super) struct ChunkWriter {
    column: ColumnDescPtr,
    layout: Layout,
    pages: TrackedWrite<Vec<u8>>,
    /// Octets of each page, and its rows.
    sizes: Vec<(i32, i64)>,
    index: ColumnIndexBuilder,
    order: PageOrder,
    encodings: Vec<PageEncodingStats>,
    uncompressed: usize,
    rows: usize,
    null_count: usize,
    bounds: Bounds<u128>,
}

/// What is known of a page beside its octets.
pub(super) struct PageFacts {
    pub(super) rows: usize,
    pub(super) null_count: usize,
    pub(super) encoding: Encoding,
    pub(super) bounds: Bounds<u128>,
}

/// Whether the bounds of pages only rise, or only fall.
#[derive(Debug)]
struct PageOrder {
    last: Bounds<u128>,
    rises: bool,
    falls: bool,
}

impl ChunkWriter {
    pub(super) fn new(column: &ColumnDescPtr, layout: Layout) -> Self {
        Self {
            column: ColumnDescPtr::clone(column),
            layout,
            pages: TrackedWrite::new(Vec::new()),
            sizes: Vec::new(),
            index: ColumnIndexBuilder::new(column.physical_type()),
            order: PageOrder {
                last: None,
                rises: true,
                falls: true,
            },
            encodings: Vec::new(),
            uncompressed: 0,
            rows: 0,
            null_count: 0,
            bounds: None,
        }
    }

    /// Whether values may be null.
    pub(super) fn is_nullable(&self) -> bool {
        self.column.max_def_level() > 0
    }

    /// Octets of the pages.
    pub(super) fn len(&self) -> usize {
        self.pages.bytes_written()
    }

    /// Compresses and appends a page.
    pub(super) fn append_page(
        &mut self,
        octets: &[u8],
        facts: &PageFacts,
        compressor: &mut Compressor<'_>,
    ) -> Result<(), ParquetError> {
        let page = Page::DataPage {
            buf: compressor.compress(octets)?.into(),
            num_values: number(facts.rows)?,
            encoding: facts.encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let page = CompressedPage::new(page, octets.len());
        let written = SerializedPageWriter::new(&mut self.pages).write_page(page)?;
        self.note(facts, &written)
    }

    fn note(&mut self, facts: &PageFacts, written: &PageWriteSpec) -> Result<(), ParquetError> {
        let rows = number(facts.rows)?;
        self.sizes.push((number(written.compressed_size)?, rows));
        self.uncompressed = self.uncompressed.saturating_add(written.uncompressed_size);
        self.rows = self.rows.saturating_add(facts.rows);
        self.null_count = self.null_count.saturating_add(facts.null_count);
        let (least, greatest) = match facts.bounds {
            Some((least, greatest)) => (plain(least, self.layout), plain(greatest, self.layout)),
            None => (Vec::new(), Vec::new()),
        };
        let null_count = number(facts.null_count)?;
        self.index
            .append(facts.bounds.is_none(), least, greatest, null_count);
        if let Some(page) = facts.bounds {
            self.order.see(page);
            let (least, greatest) = self.bounds.unwrap_or(page);
            self.bounds = Some((least.min(page.0), greatest.max(page.1)));
        }
        match self.encodings.last_mut() {
            Some(last) if last.encoding == facts.encoding => {
                last.count = last.count.saturating_add(1);
            }
            _ => self.encodings.push(PageEncodingStats {
                page_type: PageType::DATA_PAGE,
                encoding: facts.encoding,
                count: 1,
            }),
        }
        Ok(())
    }

    /// Ends the column; `dictionary` are its values as they are stored, and `count` the number of them.
    pub(super) fn close(
        mut self,
        count: usize,
        dictionary: &[u8],
        compressor: &mut Compressor<'_>,
    ) -> Result<FixedChunk, ParquetError> {
        let uses_dictionary = self
            .encodings
            .iter()
            .any(|pages| pages.encoding == Encoding::RLE_DICTIONARY);
        let mut octets = Vec::new();
        if uses_dictionary {
            octets = self.dictionary_page(count, dictionary, compressor)?;
        }
        let data_offset = octets.len();
        let pages = core::mem::replace(&mut self.pages, TrackedWrite::new(Vec::new()));
        octets.append(&mut pages.into_inner()?);
        let dictionary_offset = uses_dictionary.then_some(0);
        let metadata = ColumnChunkMetaData::builder(ColumnDescPtr::clone(&self.column))
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_encodings_mask(self.encoding_mask())
            .set_page_encoding_stats(self.encodings.clone())
            .set_total_compressed_size(number(octets.len())?)
            .set_total_uncompressed_size(number(self.uncompressed)?)
            .set_num_values(number(self.rows)?)
            .set_data_page_offset(number(data_offset)?)
            .set_dictionary_page_offset(dictionary_offset)
            .set_statistics(self.statistics())
            .build()?;
        let mut offsets = OffsetIndexBuilder::new();
        let mut offset: i64 = number(data_offset)?;
        for (size, rows) in &self.sizes {
            offsets.append_offset_and_size(offset, *size);
            offsets.append_row_count(*rows);
            offset = offset.saturating_add((*size).into());
        }
        self.index.set_boundary_order(self.order.order());
        Ok(FixedChunk {
            close: ColumnCloseResult {
                bytes_written: number(octets.len())?,
                rows_written: number(self.rows)?,
                metadata,
                bloom_filter: None,
                column_index: Some(self.index.build()?),
                offset_index: Some(offsets.build()),
            },
            octets: octets.into(),
        })
    }

    fn dictionary_page(
        &mut self,
        count: usize,
        dictionary: &[u8],
        compressor: &mut Compressor<'_>,
    ) -> Result<Vec<u8>, ParquetError> {
        let page = Page::DictionaryPage {
            buf: compressor.compress(dictionary)?.into(),
            num_values: number(count)?,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let page = CompressedPage::new(page, dictionary.len());
        let mut sink = TrackedWrite::new(Vec::new());
        let written = SerializedPageWriter::new(&mut sink).write_page(page)?;
        self.uncompressed = self.uncompressed.saturating_add(written.uncompressed_size);
        // In the order of the file.
        let dictionary = PageEncodingStats {
            page_type: PageType::DICTIONARY_PAGE,
            encoding: Encoding::PLAIN,
            count: 1,
        };
        self.encodings.insert(0, dictionary);
        sink.into_inner()
    }

    fn encoding_mask(&self) -> EncodingMask {
        let pages = self.encodings.iter().map(|pages| pages.encoding);
        let levels = self.is_nullable().then_some(Encoding::RLE);
        EncodingMask::new_from_encodings(pages.chain(levels).collect::<Vec<_>>().iter())
    }

    fn statistics(&self) -> Statistics {
        let bound = |word| plain(word, self.layout);
        let bounds = self
            .bounds
            .map(|(least, greatest)| (bound(least), bound(greatest)));
        let (least, greatest) = bounds.unzip();
        let null_count = u64::try_from(self.null_count).ok();
        /// One line a layout: the bounds in the type of its statistics, made of their octets.
        macro_rules! of {
            ($type:ty, $make:expr) => {{
                let [least, greatest] = [least, greatest].map(|octets| octets.map($make));
                ValueStatistics::<$type>::new(least, greatest, None, null_count, false)
                    .with_backwards_compatible_min_max(self.layout.is_signed())
                    .into()
            }};
        }
        match self.layout {
            Layout::Int32 { .. } => of!(i32, |octets: Vec<u8>| {
                octets.try_into().map_or(0, i32::from_le_bytes)
            }),
            Layout::Int64 { .. } => of!(i64, |octets: Vec<u8>| {
                octets.try_into().map_or(0, i64::from_le_bytes)
            }),
            Layout::Octets(_) => of!(FixedLenByteArray, |octets: Vec<u8>| {
                FixedLenByteArray::from(ByteArray::from(octets))
            }),
        }
    }
}

impl fmt::Debug for ChunkWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkWriter")
            .field("layout", &self.layout)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl PageOrder {
    fn see(&mut self, page: (u128, u128)) {
        if let Some((least, greatest)) = self.last {
            self.rises &= least <= page.0 && greatest <= page.1;
            self.falls &= least >= page.0 && greatest >= page.1;
        }
        self.last = Some(page);
    }

    const fn order(&self) -> BoundaryOrder {
        match (self.rises, self.falls) {
            (true, _) => BoundaryOrder::ASCENDING,
            (false, true) => BoundaryOrder::DESCENDING,
            (false, false) => BoundaryOrder::UNORDERED,
        }
    }
}

/// A number of octets or rows in the type that the format has for it.
fn number<T: TryFrom<usize>>(number: usize) -> Result<T, ParquetError> {
    let too_large =
        |_| ParquetError::from(io::Error::other("a column is too large for its row group"));
    T::try_from(number).map_err(too_large)
}
