//! Parquet and Arrow IPC: what a build with the feature `columns` writes.

use std::io;
use std::path::Path;

use netflow_core::InputNames;
use netflow_core::field::FlowField;
use netflow_output::format::{Columns, Container, IpcFormat, Selection};
use netflow_output::sink::{Folder, FolderOfTables, Output, Sink, Stream};

use crate::args::format::Format;

/// The container of a columnar format. Arrow has a form for files and one for pipes and `*.arrows`.
pub(crate) const fn container(format: Format, is_stream: bool) -> Container {
    match format {
        Format::Arrow if is_stream => Container::Ipc(IpcFormat::Stream),
        Format::Arrow => Container::Ipc(IpcFormat::File),
        _ => Container::Parquet,
    }
}

/// Writes flows to an output, whose columns are compressed by this many threads.
pub(crate) fn stream(
    container: Container,
    threads: usize,
    chosen: (Option<Vec<FlowField>>, Selection),
    files: &InputNames,
    output: Output,
) -> io::Result<Box<dyn Sink>> {
    let (fields, selection) = chosen;
    let columns = Columns::new(fields, selection, files, container)?;
    let columns = columns.with_threads(container, threads)?;
    Ok(Box::new(Stream::new(columns, output)))
}

/// Writes a file for each template to a folder, which must not be there yet.
pub(crate) fn folder(format: Format, path: &Path, files: &InputNames) -> io::Result<Box<dyn Sink>> {
    let folder = Folder::create(path)?;
    // A file in a folder is no pipe.
    let container = container(format, false);
    Ok(Box::new(FolderOfTables::new(folder, container, files)))
}
