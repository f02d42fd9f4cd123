//! The units that one message holds, in one counting scheme.

use crate::wire::reader::OctetReader;

/// Units of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Units {
    /// Those that were decoded.
    pub(crate) count: u32,
    /// What the message holds besides them.
    pub(crate) undecoded: Undecoded,
    /// The sequence number counts them already; else it is that of the first.
    pub(crate) included: bool,
}

/// What a message holds besides the units that were decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Undecoded {
    /// Nothing.
    #[default]
    Nothing,
    /// Data that waits for its template.
    Waiting,
    /// Data that will never be decoded.
    Never,
}

impl Units {
    /// A message with nothing but these, numbered by the first of them.
    pub(crate) const fn decoded(count: u32) -> Self {
        Self {
            count,
            undecoded: Undecoded::Nothing,
            included: false,
        }
    }

    /// Nothing was decoded, and nothing else is in the message.
    pub(super) const fn is_none(&self) -> bool {
        self.count == 0 && matches!(self.undecoded, Undecoded::Nothing)
    }

    /// The number of the first of them that was decoded.
    pub(super) const fn first(self, number: u32) -> u32 {
        if self.included {
            number.wrapping_sub(self.count)
        } else {
            number
        }
    }

    /// What was not decoded, by where its numbers are: before those that were, and after.
    pub(super) const fn undecoded_around(self) -> [Undecoded; 2] {
        if self.included {
            [self.undecoded, Undecoded::Nothing]
        } else {
            [Undecoded::Nothing, self.undecoded]
        }
    }
}

impl Undecoded {
    /// Its number in a snapshot.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Never => 1,
            Self::Waiting => 2,
        }
    }

    /// Reads the number; `None` if it is cut.
    pub(super) fn load(reader: &mut OctetReader<'_>) -> Option<Self> {
        Some(match reader.u8()? {
            0 => Self::Nothing,
            2 => Self::Waiting,
            _ => Self::Never,
        })
    }
}
