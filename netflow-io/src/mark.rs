//! A position in a file where reading can begin.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netflow_core::Timestamp;

use crate::format::CaptureFormat;
use crate::mirror::{CapturePath, FormerSighting, SightingCounts};
use crate::octets::chunk;

/// A position in a file, after a datagram, from which the rest can be read as if all before it
/// had been read: [`Source::resume`](crate::Source::resume) returns the datagrams that followed
/// when [`Source::mark`](crate::Source::mark) made it.
///
/// With marks a large file can be divided: a first pass makes them, and then each part is read on
/// its own, up to the [`offset`](Self::offset) of the next mark. A mark does not hold what the
/// decoder learned before it.
///
/// ```
/// use std::fs::File;
/// use std::io::{Read as _, Seek as _, SeekFrom};
///
/// use netflow_io::{CaptureOptions, Source};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut source = netflow_io::open(path)?;
/// assert!(source.next().is_some());
/// let mark = source.mark().unwrap();
/// let mut rest = File::open(path)?;
/// rest.seek(SeekFrom::Start(mark.offset()))?;
/// let mut other = Source::resume(rest, path, CaptureOptions::default(), &mark)?;
/// let (here, there) = (source.next().unwrap()?, other.next().unwrap()?);
/// assert_eq!(here.datagram.frame, there.datagram.frame);
/// assert_eq!(here.datagram.payload, there.datagram.payload);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub(crate) format: CaptureFormat,
    pub(crate) offset: u64,
    pub(crate) frame: u64,
    /// Time of the packet before it.
    pub(crate) time: Timestamp,
    /// What a file that begins here begins with: link types, clocks.
    pub(crate) header: Vec<u8>,
    /// The datagrams that were seen last, the oldest first, in case they are captured again on another path.
    pub(crate) recent: Vec<FormerSighting>,
    /// The pairs of exporter and collector that were seen.
    pub(crate) pairs: Vec<(IpAddr, IpAddr)>,
}

/// The first octet of a mark: how the others are to be read.
const VERSION: u8 = 4;

const FORMATS: [CaptureFormat; 5] = [
    CaptureFormat::Pcap,
    CaptureFormat::Pcapng,
    CaptureFormat::IpfixFile,
    CaptureFormat::RawJson,
    CaptureFormat::RawMessagePack,
];

impl Mark {
    /// Octets of the file before it.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Packets of the file before it, messages in an IPFIX file.
    #[must_use]
    pub const fn frame(&self) -> u64 {
        self.frame
    }

    /// As octets, from which [`from_octets`](Self::from_octets) makes it again.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let format = FORMATS.iter().position(|format| *format == self.format);
        let mut octets = vec![
            VERSION,
            format.and_then(|at| at.try_into().ok()).unwrap_or(0),
        ];
        octets.extend(self.offset.to_be_bytes());
        octets.extend(self.frame.to_be_bytes());
        octets.extend(self.time.as_nanos().to_be_bytes());
        let length = u32::try_from(self.header.len()).unwrap_or(u32::MAX);
        octets.extend(length.to_be_bytes());
        octets.extend(&self.header);
        let count = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        octets.extend(count.to_be_bytes());
        for recent in &self.recent {
            octets.push(recent.is_returned.into());
            octets.push(recent.tail.is_some().into());
            octets.extend(recent.key.to_be_bytes());
            octets.extend(recent.tail.unwrap_or(0).to_be_bytes());
            octets.extend(recent.path.parts().into_iter().flat_map(u64::to_be_bytes));
            octets.extend(recent.counts.on_path.to_be_bytes());
            octets.extend(recent.counts.returned.to_be_bytes());
        }
        for (source, destination) in &self.pairs {
            for address in [source, destination] {
                match address {
                    IpAddr::V4(address) => {
                        octets.push(4);
                        octets.extend(address.octets());
                    }
                    IpAddr::V6(address) => {
                        octets.push(6);
                        octets.extend(address.octets());
                    }
                }
            }
        }
        octets
    }

    /// Reads the octets of a mark; `None` if they are not one.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let ([VERSION, format], mut rest) = octets.split_first_chunk()? else {
            return None;
        };
        let format = *FORMATS.get(usize::from(*format))?;
        let offset = u64::from_be_bytes(take(&mut rest)?);
        let frame = u64::from_be_bytes(take(&mut rest)?);
        let time = Timestamp::from_nanos(i64::from_be_bytes(take(&mut rest)?));
        let length = usize::try_from(u32::from_be_bytes(take(&mut rest)?)).ok()?;
        let (header, mut rest) = rest.split_at_checked(length)?;
        let count = u32::from_be_bytes(take(&mut rest)?);
        let mut recent = Vec::new();
        for _ in 0..count {
            recent.push(sighting(&mut rest)?);
        }
        let mut pairs = Vec::new();
        while !rest.is_empty() {
            pairs.push((address(&mut rest)?, address(&mut rest)?));
        }
        Some(Self {
            format,
            offset,
            frame,
            time,
            header: header.to_vec(),
            recent,
            pairs,
        })
    }
}

/// The next `N` octets.
fn take<const N: usize>(octets: &mut &[u8]) -> Option<[u8; N]> {
    let first = chunk(octets, 0)?;
    *octets = octets.get(N..)?;
    Some(first)
}

fn sighting(octets: &mut &[u8]) -> Option<FormerSighting> {
    let [is_returned, has_tail] = take(octets)?;
    let mut number = || take(octets).map(u64::from_be_bytes);
    let (key, tail) = (number()?, number()?);
    let path = CapturePath::of_parts([
        number()?,
        number()?,
        number()?,
        number()?,
        number()?,
        number()?,
    ]);
    let mut count = || take(octets).map(u32::from_be_bytes);
    let (on_path, returned) = (count()?, count()?);
    Some(FormerSighting {
        is_returned: is_returned != 0,
        key,
        tail: (has_tail != 0).then_some(tail),
        path,
        counts: SightingCounts { on_path, returned },
    })
}

fn address(octets: &mut &[u8]) -> Option<IpAddr> {
    match take(octets)? {
        [4] => Some(IpAddr::V4(Ipv4Addr::from(take::<4>(octets)?))),
        [6] => Some(IpAddr::V6(Ipv6Addr::from(take::<16>(octets)?))),
        _ => None,
    }
}
