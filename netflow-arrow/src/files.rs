//! The names of the files that are read.

/// The names of the inputs, if there are several.
///
/// ```
/// use netflow_arrow::Files;
///
/// let files = Files::new(vec!["a.pcap".into(), "b.pcap".into()]);
/// assert_eq!(files.name(1), Some("b.pcap")); // by the `input` of a datagram
/// assert_eq!(files.name(2), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Files {
    names: Vec<String>,
}

impl Files {
    /// The names of these inputs, in order.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names: if names.len() > 1 { names } else { Vec::new() },
        }
    }

    /// The names of these inputs, in order; rows name their file even if there is only one.
    #[must_use]
    pub const fn always_named(names: Vec<String>) -> Self {
        Self { names }
    }

    /// Whether rows name their file.
    #[must_use]
    pub fn are_several(&self) -> bool {
        !self.names.is_empty()
    }

    /// The name of an input, counted from 0, if there are several.
    #[must_use]
    pub fn name(&self, input: u32) -> Option<&str> {
        let input = usize::try_from(input).ok()?;
        self.names.get(input).map(String::as_str)
    }
}
