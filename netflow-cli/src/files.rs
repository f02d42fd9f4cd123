//! Which file and which packet of it. The decoder carries one number for a datagram: it
//! holds both, since late data may come from an earlier file.

/// Bits of the number that count packets; those above count files.
const FRAME_BITS: u32 = 40;

/// The names of the inputs, if there are several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    names: Vec<String>,
}

impl Files {
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self {
            names: if names.len() > 1 { names } else { Vec::new() },
        }
    }

    pub(crate) fn are_several(&self) -> bool {
        !self.names.is_empty()
    }

    /// The file of a datagram, if there are several.
    pub(crate) fn name(&self, number: u64) -> Option<&str> {
        let file = usize::try_from(number >> FRAME_BITS).ok()?;
        self.names.get(file).map(String::as_str)
    }
}

/// The number for the decoder.
pub(crate) const fn number(file: u64, frame: u64) -> u64 {
    file << FRAME_BITS | frame & FRAME_MASK
}

/// The packet's number in its file.
pub(crate) const fn frame(number: u64) -> u64 {
    number & FRAME_MASK
}

const FRAME_MASK: u64 = (1 << FRAME_BITS) - 1;
