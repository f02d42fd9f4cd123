//! A file of any format as a source of datagrams.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use netflow_core::{Datagram, Timestamp};

use crate::arrivals::{Arrival, Datagrams};
use crate::compression::Compression;
use crate::counted::{CountingReader, Progress};
use crate::error::{CaptureError, CaptureErrorKind};
use crate::extract::{ExtractedMessage, Extractor};
use crate::format::CaptureFormat;
use crate::frame::FormatFault;
use crate::input::Input;
use crate::limits::CaptureOptions;
use crate::mark::Mark;
use crate::raw;
use crate::reader::FormatReader;
use crate::summary::CaptureSummary;

/// Opens a capture or an IPFIX file, compressed or not; recognised by its content.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # // A pcap file (nanoseconds) with one packet: raw IP, UDP to port 2055, 4 octets.
/// # let path = std::env::temp_dir().join(format!("netflow-io-{}.pcap", std::process::id()));
/// # let mut file = vec![];
/// # for word in [0xa1b2_3c4d_u32, 0x0002_0004, 0, 0, 65_535, 101] { file.extend(word.to_be_bytes()); }
/// # for word in [1_618_136_400_u32, 250, 32, 32] { file.extend(word.to_be_bytes()); }
/// # for word in [0x4500_0020_u32, 0, 0x4011_0000, 0xc000_0201, 0xc633_6401] { file.extend(word.to_be_bytes()); }
/// # for word in [0xc350_0807_u32, 0x000c_0000, 0x0005_0000] { file.extend(word.to_be_bytes()); }
/// # std::fs::write(&path, file)?;
/// let mut source = netflow_io::open(&path)?;
/// while let Some(packet) = source.next() {
///     let packet = packet?;
///     assert_eq!(packet.datagram.exporter, "192.0.2.1:50000".parse()?);
///     assert_eq!(packet.destination, "198.51.100.1:2055".parse()?);
///     assert_eq!(packet.datagram.frame, 1);
///     assert_eq!(packet.datagram.payload, [0, 5, 0, 0]);
/// }
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the file does not exist or cannot be read, or has no format that is read here.
pub fn open(path: impl AsRef<Path>) -> Result<Source<'static>, CaptureError> {
    open_with(path, CaptureOptions::default())
}

/// [`open`] with a choice of ports and limits.
///
/// # Errors
///
/// As for [`open`].
pub fn open_with(
    path: impl AsRef<Path>,
    options: CaptureOptions,
) -> Result<Source<'static>, CaptureError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| CaptureError::from_io(path, error))?;
    let metadata = file
        .metadata()
        .map_err(|error| CaptureError::from_io(path, error))?;
    if metadata.is_dir() {
        return Err(CaptureError::new(path, CaptureErrorKind::Directory));
    }
    // Of a pipe, the length says nothing.
    let total = metadata.is_file().then_some(metadata.len());
    Source::build(Box::new(file), path.to_owned(), total, options)
}

/// The datagrams of a file, in its order. `'r` is the lifetime of what its reader borrows, `'static` for
/// a file.
///
/// ```
/// use netflow_io::{CaptureErrorKind, Source};
///
/// let error = Source::from_reader(&b"{\"a\":1}"[..], "flows.json").unwrap_err();
/// assert!(matches!(error.kind(), CaptureErrorKind::UnknownFormat { .. }));
/// assert_eq!(
///     error.to_string(),
///     "flows.json is not a pcap, pcapng or IPFIX file (first octets 7b 22 61 22 3a 31 7d); \
///      pass a capture"
/// );
/// ```
#[derive(Debug)]
pub struct Source<'r> {
    input: Input<'r>,
    reader: FormatReader,
    extractor: Extractor,
    path: PathBuf,
    progress: Progress,
    total: Option<u64>,
    compression: Option<Compression>,
    state: ReadState,
    /// A datagram of which only the end of the session before it was returned.
    announced: Option<ExtractedMessage>,
}

/// One datagram of a file: the octets for the decoder, and what only a capture says.
///
/// ```
/// use netflow_io::Source;
///
/// // An IPFIX file in memory.
/// let octets = netflow_core::example::ipfix().payload;
/// let mut source = Source::from_reader(octets, "memory")?;
/// let packet = source.next().unwrap()?;
/// assert_eq!((packet.datagram.frame, packet.datagram.payload), (1, octets));
/// assert!(!packet.cut);
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CapturedDatagram<'a> {
    /// The datagram, or the message of a stream or file.
    ///
    /// `frame` is the number of its packet in the file, from 1, all packets counted: of
    /// the fragment or segment that completed it, and in an IPFIX file of the message.
    ///
    /// An IPFIX file does not say who sent a message: there the exporter is
    /// `0.0.0.0:0`, and `received` is the export time of the message.
    pub datagram: Datagram<'a>,
    /// Where it was sent to; `0.0.0.0:0` in an IPFIX file.
    pub destination: core::net::SocketAddr,
    /// Fewer octets were captured than were sent; the payload is what is there.
    pub cut: bool,
    /// The first message of a TCP connection on whose ports there may have been another:
    /// its templates are no longer valid (RFC 7011, section 8), and are to be forgotten
    /// by [`Decoder::end_session`](netflow_core::Decoder::end_session) before this is
    /// decoded.
    pub begins_session: bool,
}

impl<'r> Source<'r> {
    /// Reads a file from a reader, such as standard input; `name` is its name in errors. The source
    /// may borrow what it reads.
    ///
    /// ```
    /// // An IPFIX file in memory: one message with one template.
    /// let mut octets = vec![0, 10, 0, 28, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7];
    /// octets.extend([0, 2, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4]);
    /// let mut source = netflow_io::Source::from_reader(&octets[..], "memory")?;
    /// assert_eq!(source.next().unwrap()?.datagram.payload, octets);
    /// assert!(source.next().is_none());
    /// # Ok::<(), netflow_io::CaptureError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the reader fails, or what it reads has no format that is read here.
    pub fn from_reader(
        reader: impl Read + Send + 'r,
        name: impl AsRef<Path>,
    ) -> Result<Self, CaptureError> {
        Self::from_reader_with(reader, name, CaptureOptions::default())
    }

    /// [`from_reader`](Self::from_reader) with a choice of ports and limits.
    ///
    /// # Errors
    ///
    /// As for [`from_reader`](Self::from_reader).
    pub fn from_reader_with(
        reader: impl Read + Send + 'r,
        name: impl AsRef<Path>,
        options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        Self::build(Box::new(reader), name.as_ref().to_owned(), None, options)
    }

    /// Reads what follows a mark; `rest` returns the octets of the file from the mark's
    /// [`offset`](Mark::offset) on, up to the offset of another or to its end.
    ///
    /// Frames and offsets count from the start of the file; [`summary`](Self::summary)
    /// and [`octets_read`](Self::octets_read) cover only this part.
    ///
    /// # Errors
    ///
    /// If the mark is one of another file, or damaged.
    pub fn resume(
        rest: impl Read + Send + 'r,
        name: impl AsRef<Path>,
        options: CaptureOptions,
        mark: &Mark,
    ) -> Result<Self, CaptureError> {
        let (path, progress) = (name.as_ref().to_owned(), Progress::default());
        let rest = CountingReader {
            reader: Box::new(rest),
            progress: progress.clone(),
        };
        let header = u64::try_from(mark.header.len()).unwrap_or(u64::MAX);
        let input = Cursor::new(mark.header.clone()).chain(rest);
        let mut input = Input::new(Box::new(input)).after(mark.offset.saturating_sub(header));
        let reader = FormatReader::after(mark, &mut input, &options)
            .map_err(|kind| CaptureError::new(&path, kind))?;
        Ok(Self {
            input,
            reader,
            extractor: Extractor::new(options).resume(mark),
            path,
            progress,
            total: None,
            compression: None,
            state: ReadState::Reading,
            announced: None,
        })
    }

    /// The position after the datagram that was returned last, if reading can begin there: not
    /// in a compressed file, not while fragments of a datagram wait, and not once a TCP stream, an
    /// SCTP association or a tunnel was followed.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        let is_reading = matches!(self.state, ReadState::Reading) && self.compression.is_none();
        let pairs = self.extractor.pairs().filter(|_| is_reading)?;
        let (header, time) = match &self.reader {
            FormatReader::Pcap(reader) => (reader.header().to_vec(), Timestamp::UNIX_EPOCH),
            FormatReader::Pcapng(reader) => (reader.header(), reader.time()),
            FormatReader::IpfixFile | FormatReader::Raw(_) => (Vec::new(), Timestamp::UNIX_EPOCH),
        };
        Some(Mark {
            format: self.format(),
            offset: self.position(),
            frame: self.extractor.packets(),
            time,
            header,
            recent: self.extractor.recent(),
            pairs,
        })
    }

    /// Octets from the start of the content to the end of the datagram that was returned last.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.input.position()
    }

    /// The next datagram, which borrows the source until the next call.
    ///
    /// An error is returned once, after all that is whole before it; nothing follows it.
    #[expect(
        clippy::should_implement_trait,
        reason = "an Iterator cannot lend its items"
    )]
    pub fn next(&mut self) -> Option<Result<CapturedDatagram<'_>, CaptureError>> {
        if let Some(found) = self.announced.take() {
            return Some(Ok(self.packet(found)));
        }
        match self.find() {
            Ok(None) => None,
            Ok(Some(found)) => Some(Ok(self.packet(found))),
            Err(error) => Some(Err(error)),
        }
    }

    /// What was read, selected and passed over so far.
    #[must_use]
    pub const fn summary(&self) -> &CaptureSummary {
        self.extractor.summary()
    }

    /// What the file is.
    #[must_use]
    pub const fn format(&self) -> CaptureFormat {
        match &self.reader {
            FormatReader::Pcap(_) => CaptureFormat::Pcap,
            FormatReader::Pcapng(_) => CaptureFormat::Pcapng,
            FormatReader::IpfixFile => CaptureFormat::IpfixFile,
            FormatReader::Raw(raw) => match raw.form() {
                raw::DocumentForm::Json => CaptureFormat::RawJson,
                raw::DocumentForm::MessagePack => CaptureFormat::RawMessagePack,
            },
        }
    }

    /// How the file is compressed: the outer one, if twice.
    #[must_use]
    pub const fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// The file, or the name of the reader.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Octets read from the file so far, compressed ones if it is compressed.
    #[must_use]
    pub fn octets_read(&self) -> u64 {
        self.progress.octets()
    }

    /// Octets of the file, compressed ones if it is compressed; `None` of a reader and of
    /// what is not a regular file.
    #[must_use]
    pub const fn octets_total(&self) -> Option<u64> {
        self.total
    }
}

impl Datagrams for Source<'_> {
    type Error = CaptureError;

    fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, CaptureError>> {
        let found = if let Some(found) = self.announced.take() {
            found
        } else {
            match self.find() {
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
                Ok(Some(found)) if found.begins_session => {
                    let exporter = found.exporter;
                    self.announced = Some(found);
                    return Some(Ok(Arrival::SessionEnded(exporter)));
                }
                Ok(Some(found)) => found,
            }
        };
        Some(Ok(Arrival::Datagram(self.packet(found).datagram)))
    }
}

/// Where reading is.
#[derive(Debug)]
enum ReadState {
    Reading,
    /// Nothing more is read; messages that are ready come before the error.
    Ending(Option<CaptureError>),
}

impl<'r> Source<'r> {
    fn build(
        reader: Box<dyn Read + Send + 'r>,
        path: PathBuf,
        total: Option<u64>,
        options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        let progress = Progress::default();
        let mut input = Input::new(Box::new(CountingReader {
            reader,
            progress: progress.clone(),
        }));
        let (reader, compression) =
            FormatReader::open(&mut input, &options).map_err(|kind| match kind {
                CaptureErrorKind::Io(error) => CaptureError::from_io(&path, error),
                kind => CaptureError::new(&path, kind),
            })?;
        Ok(Self {
            input,
            reader,
            extractor: Extractor::new(options),
            path,
            progress,
            total,
            compression,
            state: ReadState::Reading,
            announced: None,
        })
    }

    fn find(&mut self) -> Result<Option<ExtractedMessage>, CaptureError> {
        loop {
            if let Some(found) = self.extractor.pop() {
                return Ok(Some(found));
            }
            if let ReadState::Ending(error) = &mut self.state {
                return error.take().map_or(Ok(None), Err);
            }
            let found = match self.reader.next(&mut self.input) {
                Ok(Some(frame)) => match &self.reader {
                    FormatReader::IpfixFile => Some(self.extractor.message(frame)),
                    FormatReader::Raw(raw) => Some(self.extractor.document(frame, raw.exporter())),
                    FormatReader::Pcap(_) | FormatReader::Pcapng(_) => {
                        self.extractor.packet(&frame, self.input.window())
                    }
                },
                Ok(None) => {
                    self.extractor.finish();
                    self.state = ReadState::Ending(self.nothing_readable());
                    None
                }
                Err(fault) => {
                    self.extractor.finish();
                    self.state = ReadState::Ending(Some(self.error(fault)));
                    None
                }
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn packet(&self, found: ExtractedMessage) -> CapturedDatagram<'_> {
        CapturedDatagram {
            datagram: Datagram::new(
                found.exporter,
                found.transport,
                found.received,
                self.extractor.octets(found.octets, self.input.window()),
            )
            .with_frame(0, found.frame),
            destination: found.destination,
            cut: found.cut,
            begins_session: found.begins_session,
        }
    }

    /// The error of a capture none of whose packets has a link type that is read.
    fn nothing_readable(&self) -> Option<CaptureError> {
        let link_type = self.extractor.unsupported()?;
        let summary = self.extractor.summary();
        (summary.link_type_passed_over == summary.packets)
            .then(|| CaptureError::new(&self.path, CaptureErrorKind::LinkType { link_type }))
    }

    fn error(&self, fault: FormatFault) -> CaptureError {
        let frame = self.extractor.packets().saturating_add(1);
        CaptureError::new(&self.path, fault.kind).at(frame, fault.offset)
    }
}
