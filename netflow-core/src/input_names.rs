//! The names of what datagrams are read from.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The names of the inputs, such as files, for rows that say where they come from. A clone shares
/// them.
///
/// ```
/// use netflow_core::InputNames;
///
/// let names = InputNames::new(vec!["a.pcap".into(), "b.pcap".into()]);
/// assert_eq!(names.name(1), Some("b.pcap")); // by the `input` of a datagram
/// assert_eq!(InputNames::new(vec!["a.pcap".into()]).name(0), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct InputNames {
    names: Arc<[String]>,
}

impl InputNames {
    /// The names of these inputs, in order. If there is only one, no row needs its name.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        if names.len() > 1 {
            Self::always(names)
        } else {
            Self::default()
        }
    }

    /// The names of these inputs, in order; rows name their input even if there is only one.
    #[must_use]
    pub fn always(names: Vec<String>) -> Self {
        Self {
            names: names.into(),
        }
    }

    /// Whether rows name their input.
    #[must_use]
    pub fn are_shown(&self) -> bool {
        !self.names.is_empty()
    }

    /// The name of an input, counted from 0, if rows name it.
    #[must_use]
    pub fn name(&self, input: u32) -> Option<&str> {
        let input = usize::try_from(input).ok()?;
        self.names.get(input).map(String::as_str)
    }

    /// The names that rows have, in the order of the inputs.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}
