//! The reader of a file, chosen by its content.

use crate::compression::Compression;
use crate::error::{CaptureErrorKind, FirstOctets};
use crate::format::CaptureFormat;
use crate::frame::Next;
use crate::input::Input;
use crate::limits::CaptureOptions;
use crate::mark::Mark;
use crate::{ipfix_file, link, pcap, pcapng, raw};

/// Octets by which a format is recognised.
const RECOGNISED_BY: usize = 20;
/// How many times a file may be compressed.
const COMPRESSIONS: usize = 2;

/// The reader of a format.
#[derive(Debug)]
pub(crate) enum FormatReader {
    Pcap(pcap::PcapReader),
    Pcapng(pcapng::PcapngReader),
    IpfixFile,
    Raw(raw::RawReader),
}

impl FormatReader {
    /// Recognises the content, through compressions; `input` is left at its start.
    pub(crate) fn open(
        input: &mut Input<'_>,
        options: &CaptureOptions,
    ) -> Result<(Self, Option<Compression>), CaptureErrorKind> {
        let mut compression = None;
        for _ in 0..=COMPRESSIONS {
            let Some(found) = Compression::recognise(input.fill(RECOGNISED_BY)?) else {
                return Ok((Self::recognise(input, options)?, compression));
            };
            compression = compression.or(Some(found));
            input.decompress(found)?;
        }
        Err(CaptureErrorKind::CompressedTooOften)
    }

    fn recognise(
        input: &mut Input<'_>,
        options: &CaptureOptions,
    ) -> Result<Self, CaptureErrorKind> {
        let first = input.fill(RECOGNISED_BY)?;
        let limits = &options.limits;
        if first.is_empty() {
            Err(CaptureErrorKind::Empty)
        } else if pcap::recognise(first) {
            let reader = pcap::PcapReader::new(input, limits.block_octets)?;
            let link_type = reader.link_type();
            if link::is_supported(link_type) {
                Ok(Self::Pcap(reader))
            } else {
                Err(CaptureErrorKind::LinkType { link_type })
            }
        } else if pcapng::recognise(first) {
            let reader = pcapng::PcapngReader::new(limits.block_octets, limits.interfaces);
            Ok(Self::Pcapng(reader))
        } else if ipfix_file::recognise(first) {
            Ok(Self::IpfixFile)
        } else {
            let first = FirstOctets::of(first);
            match raw::DocumentForm::recognise(input)? {
                Some(form) => Ok(Self::Raw(raw::RawReader::new(form))),
                None => Err(CaptureErrorKind::UnknownFormat { first }),
            }
        }
    }

    /// A reader for the part after a mark; `input` begins with the header that the mark holds.
    pub(crate) fn after(
        mark: &Mark,
        input: &mut Input<'_>,
        options: &CaptureOptions,
    ) -> Result<Self, CaptureErrorKind> {
        let limits = &options.limits;
        Ok(match mark.format {
            CaptureFormat::Pcap => Self::Pcap(pcap::PcapReader::new(input, limits.block_octets)?),
            CaptureFormat::Pcapng => {
                let reader = pcapng::PcapngReader::new(limits.block_octets, limits.interfaces);
                Self::Pcapng(reader.after(mark.time))
            }
            CaptureFormat::IpfixFile => Self::IpfixFile,
            CaptureFormat::RawJson => Self::Raw(raw::RawReader::new(raw::DocumentForm::Json)),
            CaptureFormat::RawMessagePack => {
                Self::Raw(raw::RawReader::new(raw::DocumentForm::MessagePack))
            }
        })
    }

    /// The next frame; `None` at the end.
    pub(crate) fn next(&mut self, input: &mut Input<'_>) -> Next {
        match self {
            Self::Pcap(reader) => reader.next(input),
            Self::Pcapng(reader) => reader.next(input),
            Self::IpfixFile => ipfix_file::next(input),
            Self::Raw(reader) => reader.next(input),
        }
    }
}
