//! The names of the files that are read.

use alloc::sync::Arc;

/// The names of the inputs, for formats whose rows say where they come from.
///
/// ```
/// use netflow_output::format::Files;
///
/// let files = Files::new(vec!["a.pcap".into(), "b.pcap".into()]);
/// assert_eq!(files.name(1), Some("b.pcap")); // by the `input` of a datagram
/// assert_eq!(Files::new(vec!["a.pcap".into()]).name(0), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Files {
    names: Arc<[String]>,
}

impl Files {
    /// The names of these inputs, in order. If there is only one, no row needs its name.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names: if names.len() > 1 {
                names.into()
            } else {
                Arc::default()
            },
        }
    }

    /// Whether rows have to name their file.
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

#[cfg(feature = "columns")]
impl From<&Files> for netflow_arrow::Files {
    fn from(files: &Files) -> Self {
        Self::new(files.names.to_vec())
    }
}
