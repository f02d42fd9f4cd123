//! Files by path, and what Python opens.

use alloc::sync::Arc;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Mutex;

use netflow_io::{Options, Source};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Something to read.
#[derive(Debug)]
pub(crate) enum Input {
    /// A file.
    Path(PathBuf),
    /// A function that opens a file object, and the name it goes by.
    Opener(Py<PyAny>, String),
}

impl Input {
    /// Of `(path, None)` or `(name, function)`.
    pub(crate) fn new((name, opener): (String, Option<Py<PyAny>>)) -> Self {
        match opener {
            Some(opener) => Self::Opener(opener, name),
            None => Self::Path(name.into()),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Opener(_, name) => name.clone(),
        }
    }

    /// Opens it for one pass. Exceptions of Python are left in `raised`.
    pub(crate) fn open(
        &self,
        options: Options,
        raised: &Raised,
    ) -> Result<Source, netflow_io::Error> {
        match self {
            Self::Path(path) => {
                let metadata = path.metadata();
                // These errors are told by the library in its own words.
                let file = match (metadata, File::open(path)) {
                    (Ok(metadata), Ok(file)) if !metadata.is_dir() => file,
                    _ => return netflow_io::open_with(path, options),
                };
                let reader = Attentive::new(file, raised.clone());
                Source::from_reader_with(reader, path, options)
            }
            Self::Opener(opener, name) => {
                let object = Python::attach(|py| opener.call0(py));
                match object {
                    Ok(object) => {
                        let reader = Attentive::new(Object(object, raised.clone()), raised.clone());
                        Source::from_reader_with(reader, name, options)
                    }
                    Err(error) => {
                        raised.put(error);
                        Source::from_reader_with(Failed, name, options)
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
}

/// Octets that are read from one look for signals to the next.
const STRIDE: usize = 1 << 20;

/// A reader that ends when the user interrupts.
struct Attentive<R> {
    reader: R,
    raised: Raised,
    left: usize,
}

impl<R> Attentive<R> {
    const fn new(reader: R, raised: Raised) -> Self {
        Self {
            reader,
            raised,
            left: STRIDE,
        }
    }
}

impl<R: Read> Read for Attentive<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(octets)?;
        self.left = self.left.saturating_sub(read);
        if self.left == 0 {
            self.left = STRIDE;
            if let Err(error) = Python::attach(|py| py.check_signals()) {
                self.raised.put(error);
                return Err(io::Error::other("interrupted"));
            }
        }
        Ok(read)
    }
}

/// A file object of Python.
struct Object(Py<PyAny>, Raised);

impl Read for Object {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = Python::attach(|py| {
            let read = self.0.bind(py).call_method1("read", (octets.len(),))?;
            let bytes = read.cast::<PyBytes>().map_err(|_| {
                PyTypeError::new_err("the file object gives no bytes; open it with mode \"rb\"")
            })?;
            let bytes = bytes.as_bytes();
            match octets.get_mut(..bytes.len()) {
                Some(octets) => {
                    octets.copy_from_slice(bytes);
                    Ok(bytes.len())
                }
                None => Err(PyTypeError::new_err(
                    "the file object gives more bytes than it was asked for",
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
struct Failed;

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("an exception of the file object"))
    }
}
