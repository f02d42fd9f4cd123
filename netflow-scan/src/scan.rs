//! Captures and IPFIX files as one stream of record batches.

use alloc::collections::VecDeque;
use core::fmt;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use netflow_arrow::{BatchBuilder, UniformBatchBuilder};
use netflow_core::Decoder;
use netflow_io::{Event, Feed, Source};

/// Opens the inputs, one after the other; `None` when there are no more.
pub type Opener =
    Box<dyn FnMut() -> Option<Result<Source<'static>, netflow_io::CaptureError>> + Send>;

/// Reads inputs with one decoder into batches of bounded size.
///
/// ```
/// use netflow_arrow::{FlowBatchBuilder, FlowOptions};
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits};
/// use netflow_scan::{Faults, Scan};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut paths = vec![path].into_iter();
/// let options = FlowOptions::new(vec![FlowField::SourceAddress, FlowField::Octets]);
/// let scan = Scan::new(
///     Decoder::new(Limits::default()),
///     FlowBatchBuilder::new(options),
///     Box::new(move || paths.next().map(netflow_io::open)),
///     Faults::Stop,
/// );
/// let mut rows = 0;
/// for batch in scan {
///     rows += batch?.num_rows();
/// }
/// assert!(rows > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Scan<B: BatchBuilder> {
    feed: Feed,
    /// Whether a session begins with the next datagram.
    begins_session: bool,
    builder: B,
    open: Opener,
    source: Option<Source<'static>>,
    faults: Faults,
    progress: Progress,
    ready: VecDeque<B::Batch>,
    is_done: bool,
    /// The error that comes after the last rows.
    error: Option<ScanError>,
}

/// What happens to the scan if a file cannot be read, or not to its end. If no file can be opened,
/// the scan stops in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Faults {
    /// It stops, after the rows before the fault.
    #[default]
    Stop,
    /// It is reported in [`Progress::faults`], and the next file follows.
    PassOver,
}

/// What was read so far.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Progress {
    /// Files that were opened.
    pub files: u64,
    /// Those that were to be opened.
    inputs: u32,
    /// Octets read of the files that are done, compressed ones if they are compressed.
    octets_done: u64,
    /// Octets read of the present file.
    octets_now: u64,
    /// The files that could not be read to their end.
    pub faults: Vec<netflow_io::CaptureError>,
    /// Files that held no flow export, with the packets they held.
    pub without_export: Vec<(std::path::PathBuf, u64)>,
}

/// Faults that are kept.
const FAULTS: usize = 1_000;

impl Progress {
    /// Octets read of all files so far.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets_done.saturating_add(self.octets_now)
    }
}

/// Why a scan stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScanError {
    /// A file cannot be read, or not to its end.
    File(netflow_io::CaptureError),
    /// Arrow refused a batch.
    Arrow(ArrowError),
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Arrow(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ScanError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            Self::Arrow(error) => error.source(),
        }
    }
}

impl From<ArrowError> for ScanError {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl<B: BatchBuilder + fmt::Debug> fmt::Debug for Scan<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("builder", &self.builder)
            .field("source", &self.source)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl<B: BatchBuilder> Scan<B> {
    /// A scan of the inputs that `open` opens, which are numbered from 0.
    #[must_use]
    pub fn new(decoder: Decoder, builder: B, open: Opener, faults: Faults) -> Self {
        Self {
            feed: Feed::new(decoder),
            begins_session: false,
            builder,
            open,
            source: None,
            faults,
            progress: Progress::default(),
            ready: VecDeque::new(),
            is_done: false,
            error: None,
        }
    }

    /// What was read so far.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The decoder, for its counters and templates.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        self.feed.decoder()
    }

    /// The decoder with the first problems in the data; it counts all of them.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Reads until a batch is ready; at the end, what is left.
    fn read(&mut self) -> Result<Option<B::Batch>, ScanError> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            if self.is_done {
                return self.error.take().map_or(Ok(None), Err);
            }
            let ended = match &mut self.source {
                Some(source) => {
                    let ended = datagram(
                        source,
                        &mut self.feed,
                        &mut self.begins_session,
                        &mut self.builder,
                        &mut self.ready,
                    )?;
                    self.progress.octets_now = source.octets_read();
                    ended
                }
                None => self.open()?,
            };
            if let Some(ended) = ended {
                self.end_file(ended)?;
            }
        }
    }

    /// Opens the next input; there may be none.
    fn open(&mut self) -> Result<Ended, ScanError> {
        let opened = (self.open)();
        if opened.is_some() {
            self.progress.inputs = self.progress.inputs.saturating_add(1);
        }
        match opened {
            Some(Ok(source)) => {
                self.feed
                    .begin_input(self.progress.inputs.saturating_sub(1));
                self.source = Some(source);
                self.progress.files = self.progress.files.saturating_add(1);
            }
            Some(Err(error)) if self.faults == Faults::Stop => self.stop(error)?,
            Some(Err(error)) => self.pass_over(error),
            None if self.progress.files == 0 && !self.progress.faults.is_empty() => {
                // The first fault, since nothing was read.
                let error = self.progress.faults.remove(0);
                self.stop(error)?;
            }
            None => self.last_batch()?,
        }
        Ok(None)
    }

    /// Ends with this error, after the rows before it.
    fn stop(&mut self, error: netflow_io::CaptureError) -> Result<(), ScanError> {
        self.last_batch()?;
        self.error = Some(ScanError::File(error));
        Ok(())
    }

    fn pass_over(&mut self, error: netflow_io::CaptureError) {
        if self.progress.faults.len() < FAULTS {
            self.progress.faults.push(error);
        }
    }

    /// The present file is done, or cannot be read further.
    fn end_file(&mut self, ended: Result<(), netflow_io::CaptureError>) -> Result<(), ScanError> {
        let Some(source) = self.source.take() else {
            return Ok(());
        };
        self.progress.octets_done = self
            .progress
            .octets_done
            .saturating_add(source.octets_read());
        self.progress.octets_now = 0;
        match ended {
            Err(error) if self.faults == Faults::Stop => self.stop(error),
            Err(error) => {
                self.pass_over(error);
                Ok(())
            }
            Ok(()) => {
                let summary = source.summary();
                if summary.datagrams == 0 && self.progress.without_export.len() < FAULTS {
                    let path = source.path().to_owned();
                    self.progress.without_export.push((path, summary.packets));
                }
                Ok(())
            }
        }
    }

    fn last_batch(&mut self) -> Result<(), ScanError> {
        self.is_done = true;
        let ready = &mut self.ready;
        self.builder.finish(&mut |batch| {
            ready.push_back(batch);
            Ok(())
        })?;
        Ok(())
    }
}

impl<B: UniformBatchBuilder> Scan<B> {
    /// The schema of all batches.
    pub fn schema(&self) -> &SchemaRef {
        self.builder.schema()
    }
}

/// How a file ended, if it did.
type Ended = Option<Result<(), netflow_io::CaptureError>>;

/// Decodes the next datagram of a file.
fn datagram<B: BatchBuilder>(
    source: &mut Source<'_>,
    feed: &mut Feed,
    begins_session: &mut bool,
    builder: &mut B,
    ready: &mut VecDeque<B::Batch>,
) -> Result<Ended, ScanError> {
    match feed.next(source) {
        None => return Ok(Some(Ok(()))),
        Some(Err(error)) => return Ok(Some(Err(error))),
        Some(Ok(Event::Decoded(datagram, message))) => {
            builder.begin(&datagram, core::mem::take(begins_session));
            builder.append(&message, &mut |batch| {
                ready.push_back(batch);
                Ok(())
            })?;
        }
        Some(Ok(Event::Unreadable(datagram, _))) => {
            builder.begin(&datagram, core::mem::take(begins_session));
        }
        Some(Ok(Event::SessionEnds(_))) => {
            *begins_session = true;
            return Ok(None);
        }
        Some(Ok(_)) => return Ok(None),
    }
    builder.end(source.position(), &|| Some(source.mark()?.to_octets()));
    Ok(None)
}

/// Rows before an error come before it; nothing follows the error.
impl<B: BatchBuilder> Iterator for Scan<B> {
    type Item = Result<B::Batch, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl<B: UniformBatchBuilder> RecordBatchReader for ScanReader<B> {
    fn schema(&self) -> SchemaRef {
        alloc::sync::Arc::clone(self.0.schema())
    }
}

/// A [`Scan`] as Arrow's own trait has it.
#[derive(Debug)]
pub struct ScanReader<B: UniformBatchBuilder>(pub Scan<B>);

impl<B: UniformBatchBuilder> Iterator for ScanReader<B> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(|error| match error {
            ScanError::Arrow(error) => error,
            error => ArrowError::from_external_error(Box::new(error)),
        }))
    }
}
