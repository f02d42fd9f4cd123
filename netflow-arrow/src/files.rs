//! Which file and which packet of it. The decoder carries one number for a datagram: it
//! holds both, since late data may come from an earlier file.

/// Bits of the number that count packets; those above count files.
const FRAME_BITS: u32 = 40;

const FRAME_MASK: u64 = (1 << FRAME_BITS) - 1;

/// The names of the inputs, if there are several.
///
/// ```
/// use netflow_arrow::Files;
///
/// let files = Files::new(vec!["a.pcap".into(), "b.pcap".into()]);
/// let number = Files::number(1, 7); // packet 7 of the second: `frame` of its datagram
/// assert_eq!(files.name(number), Some("b.pcap"));
/// assert_eq!(Files::frame(number), 7);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Files {
    names: Vec<String>,
}

impl Files {
    /// Of these inputs, in order.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names: if names.len() > 1 { names } else { Vec::new() },
        }
    }

    /// The same, told though it be one.
    #[must_use]
    pub const fn told(names: Vec<String>) -> Self {
        Self { names }
    }

    /// Whether rows have to tell their file.
    #[must_use]
    pub fn are_several(&self) -> bool {
        !self.names.is_empty()
    }

    /// The file of a datagram, if there are several.
    #[must_use]
    pub fn name(&self, number: u64) -> Option<&str> {
        let file = usize::try_from(Self::file(number)).ok()?;
        self.names.get(file).map(String::as_str)
    }

    /// The number for the decoder: of a packet in a file.
    #[must_use]
    pub const fn number(file: u64, frame: u64) -> u64 {
        file << FRAME_BITS | frame & FRAME_MASK
    }

    /// The number of its file, from 0.
    #[must_use]
    pub const fn file(number: u64) -> u64 {
        number >> FRAME_BITS
    }

    /// The packet's number in its file.
    #[must_use]
    pub const fn frame(number: u64) -> u64 {
        number & FRAME_MASK
    }
}
