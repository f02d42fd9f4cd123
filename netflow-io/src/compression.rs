//! gzip and zstd around a file.

use core::fmt;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::error::CaptureErrorKind;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// gzip (RFC 1952), of one or several members.
    Gzip,
    /// Zstandard (RFC 8878), of one or several frames.
    Zstd,
}

impl Compression {
    /// Recognises a compression by the first octets of a file.
    pub(crate) fn recognise(first: &[u8]) -> Option<Self> {
        match first {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame before one.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Reads through the compression.
    pub(crate) fn decompress(
        self,
        reader: Box<dyn Read + Send>,
    ) -> io::Result<Box<dyn Read + Send>> {
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

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
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
