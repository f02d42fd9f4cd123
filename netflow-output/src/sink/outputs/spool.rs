//! Rows on disk, until their destination can be reached again.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use netflow_core::Timestamp;

use super::chunk::{Chunk, Payload};
use super::config::SpoolConfig;
use super::lock::lock;
use super::segment::ReadSegment;

/// Octets after which a new file is started. After a restart, a file that was only partly delivered is
/// sent again from its start.
const SEGMENT: u64 = 4 << 20;
/// The number of the first file. What was in memory at the end goes before it.
const FIRST: u64 = 1 << 40;
/// How names of files end.
const EXTENSION: &str = "spool";
/// What a chunk begins with.
const MARK: [u8; 4] = *b"nfs1";
/// Octets before the rows of a chunk: mark, octets, rows, time received, checksum.
const HEADER: usize = 28;
/// Maximum octets of rows in a chunk. A larger length is a fault of the disk.
const LARGEST: usize = 1 << 28;

/// A folder of files with chunks, the oldest first.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    /// Octets that all files may have.
    most: u64,
    segments: VecDeque<SpoolSegment>,
    /// The last segment, if it can be appended to.
    writer: Option<File>,
    /// The first one.
    reader: Option<SegmentReader>,
    octets: u64,
    next: u64,
    /// Whether segments stay on disk even after their chunks are gone from memory.
    is_closing: Arc<AtomicBool>,
    /// Held as long as the folder is used.
    _lock: File,
}

#[derive(Debug)]
struct SpoolSegment {
    path: PathBuf,
    number: u64,
    octets: u64,
    rows: u64,
}

#[derive(Debug)]
struct SegmentReader {
    file: BufReader<File>,
    segment: Arc<ReadSegment>,
}

/// What became of the rows in memory at the end.
#[derive(Debug, Default)]
pub(super) struct Closed {
    /// Rows that are on disk.
    pub(super) kept: u64,
    /// Rows for which there was no room.
    pub(super) full: u64,
    /// Rows that could not be written.
    pub(super) failed: u64,
    /// Why.
    pub(super) error: Option<io::Error>,
}

impl Spool {
    /// Opens a folder, which is made if there is none. Returns the rows that are there too.
    ///
    /// # Errors
    ///
    /// The folder cannot be used, or another process uses it.
    pub(super) fn open(config: &SpoolConfig) -> io::Result<(Self, u64)> {
        let folder = config.folder.clone();
        fs::create_dir_all(&folder)?;
        let lock_file = folder.join("lock");
        let lock_file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(lock_file)?;
        if !lock(&lock_file) {
            return Err(io::Error::other(
                "another process uses the folder of the spool",
            ));
        }
        let mut segments = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if let Some(number) = number_of(&path) {
                let (octets, rows) = cut_at_last_chunk(&path)?;
                segments.push(SpoolSegment {
                    path,
                    number,
                    octets,
                    rows,
                });
            }
        }
        segments.sort_by_key(|segment| segment.number);
        let rows = segments.iter().map(|segment| segment.rows).sum();
        let spool = Self {
            most: config.octets,
            octets: segments.iter().map(|segment| segment.octets).sum(),
            next: segments.last().map_or(FIRST, |last| last.number + 1),
            segments: segments.into(),
            writer: None,
            reader: None,
            is_closing: Arc::default(),
            folder,
            _lock: lock_file,
        };
        Ok((spool, rows))
    }

    /// Whether all chunks were read.
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Octets on disk that were not read.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether a chunk fits.
    pub(super) fn has_room(&self, chunk: &Chunk) -> bool {
        self.octets
            .saturating_add(chunk.len() as u64 + HEADER as u64)
            <= self.most
    }

    /// Adds a chunk after all others.
    pub(super) fn append(&mut self, chunk: &Chunk) -> io::Result<()> {
        let is_full = |segment: &SpoolSegment| segment.octets >= SEGMENT;
        if self.writer.is_none() || self.segments.back().is_none_or(is_full) {
            let path = self.path(self.next);
            self.writer = Some(
                OpenOptions::new()
                    .append(true)
                    .create_new(true)
                    .open(&path)?,
            );
            self.segments.push_back(SpoolSegment {
                path,
                number: self.next,
                octets: 0,
                rows: 0,
            });
            self.next += 1;
        }
        let (Some(file), Some(segment)) = (&mut self.writer, self.segments.back_mut()) else {
            return Ok(());
        };
        match write_chunk(file, chunk) {
            Ok(octets) => {
                segment.octets += octets;
                segment.rows += chunk.rows;
                self.octets += octets;
                Ok(())
            }
            Err(error) => {
                // A part of a chunk would hide those after it.
                if file.set_len(segment.octets).is_err() {
                    self.writer = None;
                }
                Err(error)
            }
        }
    }

    /// Takes the first chunk. Its segment stays on disk until all its chunks are gone from memory.
    ///
    /// # Errors
    ///
    /// The segment cannot be read; the number is that of the rows lost with it.
    pub(super) fn pop(&mut self) -> Option<Result<Chunk, (io::Error, u64)>> {
        loop {
            let segment = self.segments.front_mut()?;
            if segment.octets == 0 {
                self.end_segment();
                continue;
            }
            let read = match &mut self.reader {
                Some(reader) => read_chunk(&mut reader.file),
                None => match open_segment(segment, &self.is_closing) {
                    Ok(reader) => read_chunk(&mut self.reader.insert(reader).file),
                    Err(error) => Err(error),
                },
            };
            let error = match (read, &self.reader) {
                (Ok(Some((mut chunk, octets))), Some(reader)) => {
                    segment.octets = segment.octets.saturating_sub(octets);
                    segment.rows = segment.rows.saturating_sub(chunk.rows);
                    self.octets = self.octets.saturating_sub(octets);
                    chunk.segment = Some(Arc::clone(&reader.segment));
                    if segment.octets == 0 {
                        self.end_segment();
                    }
                    return Some(Ok(chunk));
                }
                (Err(error), _) => error,
                (Ok(_), _) => io::ErrorKind::UnexpectedEof.into(),
            };
            let rows = segment.rows;
            self.octets = self.octets.saturating_sub(segment.octets);
            self.end_segment();
            return Some(Err((error, rows)));
        }
    }

    /// The first segment was read whole.
    fn end_segment(&mut self) {
        if self.segments.len() == 1 {
            self.writer = None;
        }
        let segment = self.segments.pop_front();
        match (self.reader.take(), segment) {
            (Some(reader), _) => reader.segment.is_read.store(true, Ordering::Release),
            (None, Some(segment)) => {
                let _ = fs::remove_file(segment.path);
            }
            (None, None) => {}
        }
    }

    /// Keeps what was not delivered: `unsent` are older than the chunks on disk.
    pub(super) fn close(mut self, unsent: Vec<Chunk>) -> Closed {
        self.is_closing.store(true, Ordering::Release);
        let mut closed = Closed::default();
        let (on_disk, in_memory): (Vec<Chunk>, Vec<Chunk>) = unsent
            .into_iter()
            .partition(|chunk| chunk.segment.is_some());
        closed.kept = on_disk.iter().map(|chunk| chunk.rows).sum::<u64>();
        // Before the first segment, one of which may be read but not delivered.
        let first = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let first = first.filter_map(|entry| number_of(&entry.path())).min();
        let path = self.path(first.unwrap_or(self.next).saturating_sub(1));
        let mut file = None;
        for chunk in in_memory {
            if !self.has_room(&chunk) {
                closed.full += chunk.rows;
                continue;
            }
            let written = match &mut file {
                Some(file) => write_chunk(file, &chunk),
                None => OpenOptions::new()
                    .append(true)
                    .create_new(true)
                    .open(&path)
                    .and_then(|new| write_chunk(file.insert(new), &chunk)),
            };
            match written {
                Ok(octets) => {
                    closed.kept += chunk.rows;
                    self.octets += octets;
                }
                Err(error) => {
                    closed.failed += chunk.rows;
                    closed.error = Some(error);
                }
            }
        }
        for file in [file, self.writer.take()].into_iter().flatten() {
            if let Err(error) = file.sync_all() {
                closed.error = Some(error);
            }
        }
        closed
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:016x}.{EXTENSION}"))
    }
}

fn number_of(path: &Path) -> Option<u64> {
    let is_segment = path.extension()? == EXTENSION;
    let number = path.file_stem()?.to_str().filter(|_| is_segment)?;
    u64::from_str_radix(number, 16).ok()
}

fn open_segment(segment: &SpoolSegment, is_closing: &Arc<AtomicBool>) -> io::Result<SegmentReader> {
    Ok(SegmentReader {
        file: BufReader::new(File::open(&segment.path)?),
        segment: Arc::new(ReadSegment {
            path: segment.path.clone(),
            is_read: AtomicBool::new(false),
            is_closing: Arc::clone(is_closing),
        }),
    })
}

fn write_chunk(file: &mut File, chunk: &Chunk) -> io::Result<u64> {
    let Some(rows) = chunk.rows() else {
        return Err(io::Error::other("columns cannot be spooled"));
    };
    let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
    let mut octets = Vec::with_capacity(HEADER + rows.len());
    octets.extend_from_slice(&MARK);
    octets.extend_from_slice(&u32::try_from(rows.len()).map_err(too_large)?.to_be_bytes());
    octets.extend_from_slice(&chunk.rows.to_be_bytes());
    octets.extend_from_slice(&chunk.received.as_nanos().to_be_bytes());
    octets.extend_from_slice(&checksum(rows).to_be_bytes());
    octets.extend_from_slice(rows);
    file.write_all(&octets)?;
    Ok(octets.len() as u64)
}

/// Reads a chunk, and returns it with its length in the file. None at the end and at a chunk that was
/// cut or changed: nothing after it can be trusted.
fn read_chunk(file: &mut BufReader<File>) -> io::Result<Option<(Chunk, u64)>> {
    let mut header = [0; HEADER];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [
        m0,
        m1,
        m2,
        m3,
        l0,
        l1,
        l2,
        l3,
        r0,
        r1,
        r2,
        r3,
        r4,
        r5,
        r6,
        r7,
        t0,
        t1,
        t2,
        t3,
        t4,
        t5,
        t6,
        t7,
        c0,
        c1,
        c2,
        c3,
    ] = header;
    let len = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3])).unwrap_or(usize::MAX);
    if [m0, m1, m2, m3] != MARK || len > LARGEST {
        return Ok(None);
    }
    let mut rows = Vec::new();
    Read::by_ref(file).take(len as u64).read_to_end(&mut rows)?;
    if rows.len() != len || checksum(&rows) != u32::from_be_bytes([c0, c1, c2, c3]) {
        return Ok(None);
    }
    let chunk = Chunk {
        payload: Payload::Rows(rows),
        rows: u64::from_be_bytes([r0, r1, r2, r3, r4, r5, r6, r7]),
        received: Timestamp::from_nanos(i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7])),
        segment: None,
        receipt: None,
    };
    Ok(Some((chunk, (HEADER + len) as u64)))
}

/// Cuts a segment after its last whole chunk: the process that wrote it may have been killed.
/// Returns its octets and rows.
fn cut_at_last_chunk(path: &Path) -> io::Result<(u64, u64)> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut reader = BufReader::new(file);
    let (mut whole, mut rows) = (0, 0);
    while let Some((chunk, octets)) = read_chunk(&mut reader)? {
        whole += octets;
        rows += chunk.rows;
    }
    let mut file = reader.into_inner();
    if file.seek(SeekFrom::End(0))? > whole {
        file.set_len(whole)?;
    }
    Ok((whole, rows))
}

/// FNV-1a of 32 bits, which finds octets that were cut or not written.
fn checksum(octets: &[u8]) -> u32 {
    octets.iter().fold(0x811c_9dc5, |hash, octet| {
        (hash ^ u32::from(*octet)).wrapping_mul(0x0100_0193)
    })
}
