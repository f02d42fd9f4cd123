//! Where a stream of Arrow that was not completed has to be cut: after its last whole batch.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};

use arrow_ipc::reader::StreamReader;

/// The end of a stream: the mark of a message, and no length.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// Cuts a file after its last whole batch and ends the stream there. Returns the number of rows;
/// without any, nothing is changed.
///
/// # Errors
///
/// The file cannot be read or written. A batch that cannot be read is the end, not an error.
pub(super) fn cut_at_last_batch(file: &File) -> io::Result<usize> {
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    let mut octets = 0;
    let (mut rows, mut whole) = (0, 0);
    let counted = CountingRead {
        from: BufReader::new(file.try_clone()?),
        octets: &mut octets,
    };
    // A file that was killed before its schema was written holds no batch.
    let Ok(mut reader) = StreamReader::try_new(counted, None) else {
        return Ok(0);
    };
    while let Some(Ok(batch)) = reader.next() {
        rows += batch.num_rows();
        whole = *reader.get_ref().octets;
    }
    if rows > 0 {
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        file.write_all(&END)?;
    }
    Ok(rows)
}

/// Counts what is read.
struct CountingRead<'c, R> {
    from: R,
    octets: &'c mut u64,
}

impl<R: Read> Read for CountingRead<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.from.read(buffer)?;
        *self.octets += len as u64;
        Ok(len)
    }
}
