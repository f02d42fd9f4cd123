//! Errors of the library as Python exceptions.

use netflow_query::FilterError;
use netflow_scan::ScanError;
use pyo3::exceptions::{PyFileNotFoundError, PyIsADirectoryError, PyPermissionError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What a `NetflowError` carries besides its text.
#[derive(Debug, Default)]
pub(crate) struct ErrorDetails {
    pub(crate) kind: &'static str,
    pub(crate) offset: Option<u64>,
    pub(crate) path: Option<String>,
    pub(crate) frame: Option<u64>,
}

/// A `netflow_rs.NetflowError`, which is defined in Python.
pub(crate) fn netflow_error(message: &str, place: ErrorDetails) -> PyErr {
    Python::attach(|py| {
        let made = || {
            let class = py.import("netflow_rs._errors")?.getattr("NetflowError")?;
            let arguments = PyDict::new(py);
            arguments.set_item("kind", place.kind)?;
            arguments.set_item("offset", place.offset)?;
            arguments.set_item("path", place.path)?;
            arguments.set_item("frame", place.frame)?;
            class.call((message,), Some(&arguments))
        };
        match made() {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    })
}

/// A file that cannot be read: the exception of Python where it has one.
pub(crate) fn of_file(error: &netflow_io::CaptureError) -> PyErr {
    use netflow_io::CaptureErrorKind;

    let path = error.path().display().to_string();
    let os = |errno: i32, text: &str| (errno, text.to_owned(), path.clone());
    match error.kind() {
        CaptureErrorKind::NotFound => {
            PyFileNotFoundError::new_err(os(2, "No such file or directory"))
        }
        CaptureErrorKind::PermissionDenied => {
            PyPermissionError::new_err(os(13, "Permission denied"))
        }
        CaptureErrorKind::Directory => PyIsADirectoryError::new_err(os(21, "Is a directory")),
        kind => netflow_error(
            &error.to_string(),
            ErrorDetails {
                kind: kind.code(),
                offset: error.offset(),
                path: Some(path),
                frame: error.frame(),
            },
        ),
    }
}

/// Whether a file is there and can be opened, but not read as a capture.
pub(crate) const fn is_of_content(error: &netflow_io::CaptureError) -> bool {
    use netflow_io::CaptureErrorKind;

    !matches!(
        error.kind(),
        CaptureErrorKind::NotFound
            | CaptureErrorKind::PermissionDenied
            | CaptureErrorKind::Directory
            | CaptureErrorKind::Io(_)
    )
}

/// A datagram that cannot be decoded.
pub(crate) fn of_datagram(error: netflow_core::Error) -> PyErr {
    netflow_error(
        &error.to_string(),
        ErrorDetails {
            kind: error.kind.code(),
            offset: u64::try_from(error.offset).ok(),
            ..ErrorDetails::default()
        },
    )
}

/// An expression that is not valid: a `netflow_rs.FilterError`, which is defined in Python.
pub(crate) fn of_filter(error: &FilterError, expression: &str) -> PyErr {
    let text = format!(
        "{error}\n  {}",
        error.excerpt(expression).replace('\n', "\n  ")
    );
    let (column, suggestion) = (error.column(), error.suggestion());
    Python::attach(|py| {
        let made = || {
            let class = py.import("netflow_rs._errors")?.getattr("FilterError")?;
            let arguments = PyDict::new(py);
            arguments.set_item("column", column)?;
            arguments.set_item("suggestion", suggestion)?;
            class.call((text,), Some(&arguments))
        };
        match made() {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    })
}

/// Why a scan stopped.
pub(crate) fn of_scan(error: &ScanError) -> PyErr {
    match error {
        ScanError::File(error) => of_file(error),
        error => netflow_error(
            &error.to_string(),
            ErrorDetails {
                kind: "arrow",
                ..ErrorDetails::default()
            },
        ),
    }
}
