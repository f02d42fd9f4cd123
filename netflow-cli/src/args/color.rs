//! Whether output has colours.

use clap::ValueEnum;

/// When output has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in a pipe or file
    Always,
    /// Not even on a terminal
    Never,
}

impl ColorChoice {
    /// Whether an output has colours.
    pub(crate) fn is_wanted(self, to_terminal: bool) -> bool {
        match self {
            // <https://no-color.org>: set and not empty.
            Self::Auto => {
                to_terminal && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}
