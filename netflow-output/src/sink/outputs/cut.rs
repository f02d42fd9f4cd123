//! Where a file that was not completed has to be truncated: after its last whole row.

use std::io::{self, Read, Seek, SeekFrom};

use super::config::Encoding;
use crate::format::Framing;

/// Octets read at a time.
const BLOCK: usize = 1 << 20;
/// Longest row: everything after the last whole row is read into memory.
const LONGEST_ROW: usize = 64 << 20;

/// Octets that the whole rows of a file take.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn whole_rows(file: &mut (impl Read + Seek), framing: Framing) -> io::Result<u64> {
    match framing {
        Framing::Lines => last_line_feed(file),
        _ => {
            file.seek(SeekFrom::Start(0))?;
            whole_rows_of_stream(file, framing)
        }
    }
}

/// Octets that the whole rows of a stream take; it is read from its start.
pub(super) fn whole_rows_of_stream(stream: &mut impl Read, framing: Framing) -> io::Result<u64> {
    let mut whole = 0;
    let mut rest = Vec::new();
    loop {
        let before = rest.len();
        let mut block = stream.take(BLOCK as u64);
        block.read_to_end(&mut rest)?;
        if rest.len() == before {
            return Ok(whole);
        }
        let len = framing.whole(&rest);
        whole += len as u64;
        rest.drain(..len);
        if rest.len() > LONGEST_ROW {
            return Ok(whole);
        }
    }
}

/// The number of rows of a file that holds whole rows alone, without its header.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn count_rows(stream: &mut impl Read, encoding: &Encoding) -> io::Result<u64> {
    let framing = encoding.framing();
    let mut rows = 0;
    let mut rest = Vec::new();
    loop {
        let read = stream.take(BLOCK as u64).read_to_end(&mut rest)?;
        let whole = framing.whole(&rest);
        let octets = rest.get(..whole).unwrap_or_default();
        rows += framing.count(octets);
        rest.drain(..whole);
        if read == 0 {
            return Ok(rows - framing.count(&encoding.header()).min(rows));
        }
    }
}

/// The end of the last line, found from the end of the file.
fn last_line_feed(file: &mut (impl Read + Seek)) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK as u64);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        Read::by_ref(file)
            .take(end - start)
            .read_to_end(&mut block)?;
        let len = Framing::Lines.whole(&block);
        if len > 0 {
            return Ok(start + len as u64);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{BLOCK, whole_rows};
    use crate::format::Framing;

    #[test]
    fn a_file_is_cut_after_its_last_whole_row() {
        let long = vec![b'x'; 3 * BLOCK];
        for framing in [Framing::Lines, Framing::QuotedLines] {
            for (rows, cut) in [
                (&b""[..], &b""[..]),
                (b"", b"cut"),
                (b"one\ntwo\n", b""),
                (b"one\ntwo\n", b"cut"),
                (b"one\n", &long),
            ] {
                let mut file = Cursor::new([rows, cut].concat());
                let whole = whole_rows(&mut file, framing).unwrap();
                assert_eq!(whole, rows.len() as u64, "{framing:?}");
            }
        }
    }
}
