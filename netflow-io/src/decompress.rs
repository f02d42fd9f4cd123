//! Reading through gzip and zstd.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::compression::Compression;
use crate::error::CaptureErrorKind;

impl Compression {
    /// Reads through the compression.
    pub(crate) fn decompress<'r>(
        self,
        reader: Box<dyn Read + Send + 'r>,
    ) -> io::Result<Box<dyn Read + Send + 'r>> {
        Ok(match self {
            Self::Gzip => Box::new(Decompressor {
                reader: MultiGzDecoder::new(reader),
                compression: self,
            }),
            Self::Zstd => Box::new(Decompressor {
                reader: zstd::Decoder::new(reader)?,
                compression: self,
            }),
        })
    }
}

/// Names the compression in the errors of its decompressor.
struct Decompressor<R> {
    reader: R,
    compression: Compression,
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| {
            // What the file itself or an outer compression says stays as it is.
            let foreign = error.raw_os_error().is_some()
                || error.kind() == io::ErrorKind::Interrupted
                || error
                    .get_ref()
                    .is_some_and(|inner| inner.is::<CaptureErrorKind>());
            if foreign {
                return error;
            }
            io::Error::other(if error.kind() == io::ErrorKind::UnexpectedEof {
                CaptureErrorKind::CompressedCut(self.compression)
            } else {
                CaptureErrorKind::Damaged {
                    compression: self.compression,
                    reason: error.to_string(),
                }
            })
        })
    }
}
