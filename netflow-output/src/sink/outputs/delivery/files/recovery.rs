//! Files that an earlier run did not complete, because it was killed.

#[cfg(feature = "compression")]
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
#[cfg(feature = "compression")]
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;

use super::retention::each_file;
use super::work::{Naming, PART};
#[cfg(feature = "compression")]
use crate::sink::outputs::compression::{self, Compression, Compressor};
use crate::sink::outputs::config::Encoding;
use crate::sink::outputs::cut;
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::lock::lock;
use crate::sink::outputs::pattern::FilePattern;

/// What became of a file.
#[derive(Debug)]
enum Recovered {
    /// It was completed and renamed.
    Whole,
    /// It held no row.
    Empty,
    /// It cannot be read without its end.
    #[cfg_attr(
        not(feature = "columns"),
        expect(dead_code, reason = "rows can always be read")
    )]
    Lost,
    /// Another process writes it.
    InWork,
}

/// Truncates each temporary file after its last whole row or batch, and renames it.
pub(super) fn run(pattern: &FilePattern, encoding: &Encoding, naming: Naming, ledger: &Ledger) {
    let mut parts = Vec::new();
    let found = each_file(pattern, |path, name| {
        let target = name
            .strip_prefix('.')
            .and_then(|name| name.strip_suffix(PART));
        if let Some(target) = target.filter(|target| pattern.is_file(target)) {
            let target = path.with_file_name(target);
            parts.push((path, target));
        }
        Ok(())
    });
    if let Err(error) = found {
        ledger.failed(&error);
    }
    for (part, target) in parts {
        match complete(&part, &target, encoding, naming) {
            Ok(Recovered::Whole) => ledger.update(|statistics| statistics.files_recovered += 1),
            Ok(Recovered::Lost) => ledger.update(|statistics| statistics.files_lost += 1),
            Ok(Recovered::Empty | Recovered::InWork) => {}
            Err(error) => ledger.failed(&error),
        }
    }
}

fn complete(
    part: &Path,
    target: &Path,
    encoding: &Encoding,
    naming: Naming,
) -> io::Result<Recovered> {
    let mut file = OpenOptions::new().read(true).write(true).open(part)?;
    if !lock(&file) {
        return Ok(Recovered::InWork);
    }
    #[cfg(feature = "columns")]
    if let Some(container) = encoding.container() {
        return complete_columns(&file, (part, target), container, naming);
    }
    #[cfg(feature = "compression")]
    if let Some(compression) = Compression::of(target) {
        return complete_compressed(&file, (part, target), (encoding, compression), naming);
    }
    let whole = cut::whole_rows(&mut file, encoding.framing())?;
    if whole <= encoding.header().len() as u64 {
        fs::remove_file(part)?;
        return Ok(Recovered::Empty);
    }
    file.set_len(whole)?;
    let rows = naming.counts_rows(|| {
        file.seek(SeekFrom::Start(0))?;
        cut::count_rows(&mut file, encoding)
    })?;
    name(&file, (part, target), naming, rows)
}

/// Compresses the readable part of a compressed file again, up to its last whole row.
#[cfg(feature = "compression")]
fn complete_compressed(
    file: &File,
    (part, target): (&Path, &Path),
    (encoding, compression): (&Encoding, Compression),
    naming: Naming,
) -> io::Result<Recovered> {
    let mut rows = compression::readable(file.try_clone()?, compression)?;
    let whole = cut::whole_rows_of_stream(&mut rows, encoding.framing())?;
    if whole <= encoding.header().len() as u64 {
        fs::remove_file(part)?;
        return Ok(Recovered::Empty);
    }
    let again = File::open(part)?;
    let mut rows = compression::readable(again, compression)?.take(whole);
    let mut copied: OsString = part.into();
    copied.push(".copy");
    let copied = Path::new(&copied);
    let mut to = BufWriter::new(File::create(copied)?);
    let mut compressor = Compressor::new(compression)?;
    let (mut block, mut out) = (vec![0; 1 << 16], Vec::new());
    loop {
        let len = rows.read(&mut block)?;
        if len == 0 {
            break;
        }
        compressor.write(block.get(..len).unwrap_or_default(), &mut out)?;
        to.write_all(&out)?;
        out.clear();
    }
    compressor.finish(&mut out)?;
    to.write_all(&out)?;
    let to = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    let rows = naming.counts_rows(|| {
        let mut rows = compression::readable(File::open(copied)?, compression)?;
        cut::count_rows(&mut rows, encoding)
    })?;
    let recovered = name(&to, (copied, target), naming, rows)?;
    fs::remove_file(part)?;
    Ok(recovered)
}

#[cfg(feature = "columns")]
fn complete_columns(
    file: &File,
    (part, target): (&Path, &Path),
    container: crate::format::Container,
    naming: Naming,
) -> io::Result<Recovered> {
    use netflow_arrow::IpcFormat;

    if container != crate::format::Container::Ipc(IpcFormat::Stream) {
        fs::remove_file(part)?;
        return Ok(Recovered::Lost);
    }
    let rows = super::stream::cut_at_last_batch(file)?;
    if rows == 0 {
        fs::remove_file(part)?;
        return Ok(Recovered::Empty);
    }
    name(file, (part, target), naming, rows as u64)
}

fn name(
    file: &File,
    (part, target): (&Path, &Path),
    naming: Naming,
    rows: u64,
) -> io::Result<Recovered> {
    file.sync_all()?;
    naming.rename(part, target, rows)?;
    Ok(Recovered::Whole)
}
