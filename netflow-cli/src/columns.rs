//! Parquet and Arrow IPC: what a build with the feature `columns` writes.

use std::io;
use std::path::Path;

use netflow_core::InputNames;
use netflow_output::format::{Container, IpcFormat};
use netflow_output::sink::{Folder, FolderOfTables, Sink};

use crate::args::format::Format;

/// The container of a columnar format. Arrow has a form for files and one for pipes and `*.arrows`.
pub(crate) const fn container(format: Format, is_stream: bool) -> Container {
    match format {
        Format::Arrow if is_stream => Container::Ipc(IpcFormat::Stream),
        Format::Arrow => Container::Ipc(IpcFormat::File),
        _ => Container::Parquet,
    }
}

/// Whether Arrow is written as a stream: to standard output (`None` or `-`) and to `*.arrows`.
pub(crate) fn is_stream(output: Option<&Path>) -> bool {
    output.is_none_or(|path| {
        path.as_os_str() == "-" || path.extension().is_some_and(|name| name == "arrows")
    })
}

/// Writes a file for each template to a folder, which must not be there yet.
pub(crate) fn folder(format: Format, path: &Path, files: &InputNames) -> io::Result<Box<dyn Sink>> {
    let folder = Folder::create(path)?;
    // A file in a folder is not a pipe.
    let container = container(format, false);
    Ok(Box::new(FolderOfTables::new(folder, container, files)))
}
