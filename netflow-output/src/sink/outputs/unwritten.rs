//! Octets on their way to a file or stream, of which a part may be written.

use core::mem;
use std::io::{self, Write};

use super::ledger::Ledger;
use super::receipt::{Receipt, Receipts};

/// What has to be written, and how far that is done.
///
/// A failure in the middle of a row is repaired by going on where it happened: no row is cut or
/// duplicated as long as the stream is the same.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    octets: Vec<u8>,
    /// How many of these octets are written.
    done: usize,
    /// Rows that are settled when all is written.
    rows: u64,
    /// The receipts of these rows.
    receipts: Receipts,
    /// Octets written since it was made.
    written: u64,
}

impl Unwritten {
    /// Adds octets, and the rows that they complete.
    pub(super) fn add(&mut self, octets: &[u8], rows: u64) {
        self.octets.extend_from_slice(octets);
        self.rows += rows;
    }

    /// Adds the receipt of rows that are added with it.
    pub(super) fn add_receipt(&mut self, receipt: Option<Receipt>) {
        self.receipts.add(receipt);
    }

    /// Adds the receipts of rows that are added with them.
    pub(super) fn add_receipts(&mut self, receipts: &mut Receipts) {
        self.receipts.append(receipts);
    }

    /// The buffer, for callers that append octets themselves.
    #[cfg(any(feature = "columns", feature = "compression"))]
    pub(super) const fn octets(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// How many octets are written of what is not written completely.
    pub(super) const fn written_part(&self) -> usize {
        self.done
    }

    /// Begins again, to write all of it elsewhere.
    pub(super) const fn rewind(&mut self) {
        self.done = 0;
    }

    /// Inserts octets before all others, unless it begins with them or is empty.
    pub(super) fn prepend(&mut self, octets: &[u8]) {
        if !self.octets.is_empty() && !self.octets.starts_with(octets) {
            self.octets.splice(..0, octets.iter().copied());
        }
    }

    /// Rows that wait for their octets.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Octets written so far.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// The octets, their rows and the receipts of these, to be written otherwise.
    #[cfg(feature = "compression")]
    pub(super) fn take(&mut self) -> (Vec<u8>, u64, Receipts) {
        (
            mem::take(&mut self.octets),
            mem::take(&mut self.rows),
            mem::take(&mut self.receipts),
        )
    }

    /// Writes all; rows are counted when that is done.
    pub(super) fn write(&mut self, to: &mut impl Write, ledger: &Ledger) -> io::Result<()> {
        while let Some(rest) = self.octets.get(self.done..).filter(|rest| !rest.is_empty()) {
            match to.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.done += written;
                    self.written += written as u64;
                    ledger.octets(written);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.octets.clear();
        self.done = 0;
        ledger.written(mem::take(&mut self.rows));
        self.receipts.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Unwritten;
    use crate::sink::outputs::ledger::Ledger;

    /// Takes three octets, then fails once.
    #[derive(Default)]
    struct Faulty {
        written: Vec<u8>,
        calls: usize,
    }

    impl io::Write for Faulty {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls % 2 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let len = octets.len().min(3);
            self.written.extend_from_slice(&octets[..len]);
            Ok(len)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_failure_in_the_middle_of_a_row_neither_cuts_nor_repeats_it() {
        let ledger = Ledger::new(String::new());
        let (mut unwritten, mut to) = (Unwritten::default(), Faulty::default());
        unwritten.add(b"first row\nsecond row\n", 2);
        let mut failures = 0;
        while unwritten.write(&mut to, &ledger).is_err() {
            failures += 1;
            assert_eq!(ledger.statistics().written, 0);
        }
        assert_eq!(failures, 6);
        assert_eq!(to.written, b"first row\nsecond row\n");
        assert_eq!(ledger.statistics().written, 2);
        assert_eq!(ledger.statistics().written_octets, 21);
    }
}
