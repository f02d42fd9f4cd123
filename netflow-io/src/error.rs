//! What can go wrong with a file: what, where, and what to do.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

use crate::compression::Compression;

/// Why a file cannot be read, or not to its end: the kind, the file, the frame and the
/// octet.
///
/// It is one line, such as ``capture.pcap is cut: the packet needs 98 octets, 12 are
/// left (frame 3, octet 1034)``.
///
/// ```
/// let error = netflow_io::open("missing.pcap").unwrap_err();
/// assert_eq!(error.to_string(), "missing.pcap is not there; check the path");
/// assert_eq!((error.kind().code(), error.frame()), ("not_found", None));
/// ```
#[derive(Debug)]
pub struct CaptureError {
    kind: CaptureErrorKind,
    path: PathBuf,
    frame: Option<u64>,
    offset: Option<u64>,
}

impl CaptureError {
    pub(crate) fn new(path: &Path, kind: CaptureErrorKind) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            frame: None,
            offset: None,
        }
    }

    /// A fault of the file itself, with its errno where it has a kind of its own.
    pub(crate) fn from_io(path: &Path, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => CaptureErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => CaptureErrorKind::PermissionDenied,
            io::ErrorKind::IsADirectory => CaptureErrorKind::Directory,
            _ => CaptureErrorKind::from(error),
        };
        Self::new(path, kind)
    }

    #[must_use]
    pub(crate) const fn at(mut self, frame: u64, offset: u64) -> Self {
        self.frame = Some(frame);
        self.offset = Some(offset);
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> &CaptureErrorKind {
        &self.kind
    }

    /// The file, or the name of a reader.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of the packet (of the message in an IPFIX file) that could not be read,
    /// from 1; `None` if it is about the file as a whole.
    #[must_use]
    pub const fn frame(&self) -> Option<u64> {
        self.frame
    }

    /// Octets from the start of the file to what could not be read; of a compressed
    /// file, from the start of its decompressed content.
    #[must_use]
    pub const fn offset(&self) -> Option<u64> {
        self.offset
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path.display(), self.kind)?;
        match (self.frame, self.offset) {
            (Some(frame), Some(offset)) => write!(f, " (frame {frame}, octet {offset})"),
            _ => Ok(()),
        }
    }
}

impl core::error::Error for CaptureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        core::error::Error::source(&self.kind)
    }
}

/// What is wrong with a file; each kind has a stable [`code`](Self::code).
///
/// ```
/// use netflow_io::{CaptureErrorKind, Source};
///
/// let octets = netflow_core::example::ipfix().payload;
/// let mut source = Source::from_reader(&octets[..100], "cut.ipfix")?;
/// let error = source.next().unwrap().unwrap_err();
/// assert!(matches!(error.kind(), CaptureErrorKind::Cut { needed: 173, left: 100, .. }));
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum CaptureErrorKind {
    /// There is no such file.
    #[error("is not there; check the path")]
    NotFound,
    /// The file may not be read.
    #[error("may not be read; check its permissions")]
    PermissionDenied,
    /// The path is a directory.
    #[error("is a directory; pass the files in it")]
    Directory,
    /// The file, or its decompressed content, has no octet.
    #[error("is empty; pass a capture")]
    Empty,
    /// The content has no format that is read here.
    #[error("is not a pcap, pcapng or IPFIX file (first octets {first}); {}", first.advice())]
    UnknownFormat {
        /// The first octets, up to eight.
        first: FirstOctets,
    },
    /// Compressed inside compressed inside compressed.
    #[error("is compressed more than twice; decompress it first")]
    CompressedTooOften,
    /// The file ends inside a structure.
    #[error("is cut: {structure} needs {needed} octets, {left} are left")]
    Cut {
        /// Which structure.
        structure: &'static str,
        /// Octets it needs.
        needed: u64,
        /// Octets that are there.
        left: u64,
    },
    /// The compressed content ends inside its stream.
    #[error("is cut: the {0} stream has no end")]
    CompressedCut(Compression),
    /// The compressed content is damaged.
    #[error("holds a damaged {compression} stream: {reason}; what came before was read")]
    Damaged {
        /// How it is compressed.
        compression: Compression,
        /// What the decompressor says.
        reason: String,
    },
    /// A length that is smaller than its structure or contradicts another.
    #[error("is damaged: {structure} cannot have {field} {value}; what came before was read")]
    Malformed {
        /// Which structure.
        structure: &'static str,
        /// Which field of it.
        field: &'static str,
        /// What the field says.
        value: u64,
    },
    /// A length past [`CaptureLimits::block_octets`](crate::CaptureLimits::block_octets).
    #[error("is damaged: {structure} claims {length} octets, more than the limit of {limit}")]
    TooLong {
        /// Which structure.
        structure: &'static str,
        /// Octets it claims.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// A document of the schema `raw` that cannot be read.
    #[error("is damaged: a raw document {reason}; what came before was read")]
    Document {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// All packets are of a link type that is not read here.
    #[error(
        "has packets of link type {link_type} only, which is not read; capture on an Ethernet, \
         loopback or raw IP interface, or on \"any\""
    )]
    LinkType {
        /// Number of the link type (`LINKTYPE_…` of tcpdump.org).
        link_type: u32,
    },
    /// Reading failed in the operating system.
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
}

impl CaptureErrorKind {
    /// The stable name of the kind, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::PermissionDenied => "permission_denied",
            Self::Directory => "directory",
            Self::Empty => "empty",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::CompressedTooOften => "compressed_too_often",
            Self::Cut { .. } => "cut",
            Self::CompressedCut(_) => "compressed_cut",
            Self::Damaged { .. } => "damaged",
            Self::Malformed { .. } => "malformed",
            Self::TooLong { .. } => "too_long",
            Self::Document { .. } => "document",
            Self::LinkType { .. } => "link_type",
            Self::Io(_) => "io",
        }
    }

    pub(crate) fn cut(structure: &'static str, needed: usize, left: usize) -> Self {
        Self::Cut {
            structure,
            needed: u64::try_from(needed).unwrap_or(u64::MAX),
            left: u64::try_from(left).unwrap_or(u64::MAX),
        }
    }
}

/// Converts errors of a decompressor, which state whether the data is cut or damaged, and of the system.
impl From<io::Error> for CaptureErrorKind {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(kind) => kind,
            Err(error) => Self::Io(error),
        }
    }
}

/// Formats that users may mistake for captures, by the first octets of a file.
const OTHER_FORMATS: &[(&[u8], &str)] = &[
    (
        b"BZh",
        "it is compressed with bzip2, which is not read: decompress it with bunzip2",
    ),
    (
        b"\xfd7zXZ\0",
        "it is compressed with xz, which is not read: decompress it with unxz",
    ),
    (
        b"\x04\x22\x4d\x18",
        "it is compressed with lz4, which is not read: decompress it with unlz4",
    ),
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (
        b"7z\xbc\xaf\x27\x1c",
        "it is a 7-Zip archive: unpack it first",
    ),
    // The magic number 0xa50c of nfdump's nffile.h, little and big endian.
    (b"\x0c\xa5", NFCAPD),
    (b"\xa5\x0c", NFCAPD),
    // RFC 1761.
    (
        b"snoop\0\0\0",
        "it is a capture of snoop: convert it with editcap -F pcap",
    ),
];

const NFCAPD: &str = "it is a file of nfcapd, which holds flows but not the datagrams they came in: \
                      read it with nfdump, or capture what the exporters send";

/// The first octets of a file, as text `7b 22 …`.
///
/// ```
/// use netflow_io::{CaptureErrorKind, Source};
///
/// let error = Source::from_reader(&b"{}"[..], "flows.json").unwrap_err();
/// let CaptureErrorKind::UnknownFormat { first } = error.kind() else { panic!("{error}") };
/// assert_eq!((first.as_slice(), first.to_string()), (&b"{}"[..], "7b 7d".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstOctets {
    octets: [u8; 8],
    count: usize,
}

impl FirstOctets {
    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut first = Self {
            octets: [0; 8],
            count: octets.len(),
        };
        for (to, from) in first.octets.iter_mut().zip(octets) {
            *to = *from;
        }
        first
    }

    /// What to do with a file that begins like this.
    fn advice(&self) -> &'static str {
        let known = OTHER_FORMATS.iter();
        let mut known = known.filter(|(first, _)| self.as_slice().starts_with(first));
        known.next().map_or("pass a capture", |(_, advice)| advice)
    }

    /// The octets.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.count).unwrap_or(&self.octets)
    }
}

impl fmt::Display for FirstOctets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, octet) in self.as_slice().iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{octet:02x}")?;
        }
        if self.count > self.octets.len() {
            f.write_str(" …")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CaptureErrorKind, FirstOctets};

    #[test]
    fn formats_that_are_not_read_are_named() {
        let text = |octets: &[u8]| {
            let first = FirstOctets::of(octets);
            CaptureErrorKind::UnknownFormat { first }.to_string()
        };
        for (octets, named) in [
            (&b"BZh91AY&SY"[..], "bunzip2"),
            (b"\xfd7zXZ\0\0\x04", "unxz"),
            (b"PK\x03\x04\x14\0", "ZIP archive"),
            (b"\x0c\xa5\x01\0", "nfdump"),
            (b"snoop\0\0\0\0\0\0\x02", "editcap"),
            (b"{}", "pass a capture"),
        ] {
            assert!(text(octets).contains(named), "{}", text(octets));
        }
    }
}
