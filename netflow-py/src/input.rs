//! Files by path, and file objects that Python opens.

use alloc::sync::Arc;
use core::time::Duration;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use netflow_io::{CaptureOptions, Mark, Source};
use pyo3::exceptions::{PyException, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A path, or a name and a function that opens it.
pub(crate) type PathOrOpener = (PathBuf, Option<Py<PyAny>>);

/// The octets of a mark, and those of the file before the end; see [`Range`].
pub(crate) type RangeArguments = (Option<Vec<u8>>, Option<u64>);

/// Something to read.
#[derive(Debug)]
pub(crate) struct Input {
    kind: InputKind,
    range: Range,
}

/// Which part of a file.
#[derive(Debug, Default)]
pub(crate) struct Range {
    mark: Option<Mark>,
    /// Octets of the file before its end.
    end: Option<u64>,
}

impl Range {
    /// Of the octets of a mark, or from the start; up to an offset, or to the end.
    pub(crate) fn new((mark, end): RangeArguments) -> PyResult<Self> {
        let damaged = || PyValueError::new_err("this is not a mark of a file");
        let mark = mark
            .map(|octets| Mark::from_octets(&octets).ok_or_else(damaged))
            .transpose()?;
        Ok(Self { mark, end })
    }

    fn start(&self) -> u64 {
        self.mark.as_ref().map_or(0, Mark::offset)
    }

    /// Opens a source at the start of the range; `reader` is there already.
    fn source(
        &self,
        reader: impl Read + Send + 'static,
        name: &Path,
        options: CaptureOptions,
    ) -> Result<Source<'static>, netflow_io::CaptureError> {
        let octets = self
            .end
            .map_or(u64::MAX, |end| end.saturating_sub(self.start()));
        let reader = reader.take(octets);
        match &self.mark {
            Some(mark) => Source::resume(reader, name, options, mark),
            None => Source::from_reader_with(reader, name, options),
        }
    }
}

#[derive(Debug)]
enum InputKind {
    /// A file.
    Path(PathBuf),
    /// A function that opens a file object, and the name it goes by.
    Opener(Py<PyAny>, String),
}

impl Input {
    /// As Python passes it.
    pub(crate) fn new((path, opener): PathOrOpener) -> Self {
        Self {
            kind: match opener {
                Some(opener) => InputKind::Opener(opener, path.display().to_string()),
                None => InputKind::Path(path),
            },
            range: Range::default(),
        }
    }

    /// Only this part of it.
    pub(crate) fn part(self, range: Range) -> Self {
        Self { range, ..self }
    }

    pub(crate) fn name(&self) -> String {
        match &self.kind {
            InputKind::Path(path) => path.display().to_string(),
            InputKind::Opener(_, name) => name.clone(),
        }
    }

    /// Opens it for one pass. Exceptions of Python are left in `raised`.
    pub(crate) fn open(
        &self,
        options: CaptureOptions,
        raised: &Raised,
    ) -> Result<Source<'static>, netflow_io::CaptureError> {
        let start = self.range.start();
        match &self.kind {
            InputKind::Path(path) => {
                let metadata = path.metadata();
                // The library reports these errors in its own words.
                let mut file = match (metadata, File::open(path)) {
                    (Ok(metadata), Ok(file)) if !metadata.is_dir() => file,
                    _ => return netflow_io::open_with(path, options),
                };
                if start > 0 {
                    if let Err(error) = file.seek(SeekFrom::Start(start)) {
                        raised.put(error.into());
                        return self.range.source(UnreadableReader, path, options);
                    }
                }
                let reader = InterruptibleReader::new(file, raised.clone());
                self.range.source(reader, path, options)
            }
            InputKind::Opener(opener, name) => {
                let name = Path::new(name);
                let object = Python::attach(|py| {
                    let object = opener.call0(py)?;
                    if start > 0 {
                        object.call_method1(py, "seek", (start,))?;
                    }
                    Ok(object)
                });
                match object {
                    Ok(object) => {
                        let reader = InterruptibleReader::new(
                            PythonReader(object, raised.clone()),
                            raised.clone(),
                        );
                        self.range.source(reader, name, options)
                    }
                    Err(error) => {
                        raised.put(error);
                        self.range.source(UnreadableReader, name, options)
                    }
                }
            }
        }
    }
}

/// The exception that ended reading, if one did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    fn put(&self, error: PyErr) {
        if let Ok(mut slot) = self.0.lock() {
            slot.get_or_insert(error);
        }
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().ok()?.take()
    }

    /// The same, but an ordinary exception waits while there are rows.
    pub(crate) fn take_unless(&self, is_rows: bool) -> Option<PyErr> {
        let mut slot = self.0.lock().ok()?;
        let waits = |error: &mut PyErr| {
            is_rows && Python::attach(|py| error.is_instance_of::<PyException>(py))
        };
        if slot.as_mut().is_some_and(waits) {
            return None;
        }
        slot.take()
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.lock().is_ok_and(|slot| slot.is_some())
    }
}

/// The time from one check for signals to the next.
const INTERVAL: Duration = Duration::from_millis(50);

/// A reader that ends when the user interrupts.
struct InterruptibleReader<R> {
    reader: R,
    raised: Raised,
    looked: Instant,
}

impl<R> InterruptibleReader<R> {
    fn new(reader: R, raised: Raised) -> Self {
        Self {
            reader,
            raised,
            looked: Instant::now(),
        }
    }
}

impl<R: Read> Read for InterruptibleReader<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(octets)?;
        // Not by octets: a few compressed ones may hold many.
        if self.looked.elapsed() >= INTERVAL {
            self.looked = Instant::now();
            if let Err(error) = Python::attach(|py| py.check_signals()) {
                self.raised.put(error);
                return Err(io::Error::other("interrupted"));
            }
        }
        Ok(read)
    }
}

/// A file object of Python.
struct PythonReader(Py<PyAny>, Raised);

impl Read for PythonReader {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = Python::attach(|py| {
            let read = self.0.bind(py).call_method1("read", (octets.len(),))?;
            let bytes = read.cast::<PyBytes>().map_err(|_| {
                PyTypeError::new_err("the file object returns no bytes; open it with mode \"rb\"")
            })?;
            let bytes = bytes.as_bytes();
            match octets.get_mut(..bytes.len()) {
                Some(octets) => {
                    octets.copy_from_slice(bytes);
                    Ok(bytes.len())
                }
                None => Err(PyTypeError::new_err(
                    "the file object returns more bytes than it was asked for",
                )),
            }
        });
        read.map_err(|error: PyErr| {
            self.1.put(error);
            io::Error::other("an exception of the file object")
        })
    }
}

/// What could not be opened.
struct UnreadableReader;

impl Read for UnreadableReader {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("an exception of the file object"))
    }
}
