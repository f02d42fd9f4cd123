//! The formats of files.

/// What a file is.
///
/// ```
/// use netflow_io::{CaptureFormat, Source};
///
/// let source = Source::from_reader(netflow_core::example::ipfix().payload, "memory")?;
/// assert_eq!(source.format(), CaptureFormat::IpfixFile);
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureFormat {
    /// A classic pcap capture.
    Pcap,
    /// A pcapng capture.
    Pcapng,
    /// An IPFIX file (RFC 5655).
    IpfixFile,
    /// Datagrams of the schema `raw`, each a line of JSON.
    RawJson,
    /// Datagrams of the schema `raw`, each a map of MessagePack.
    RawMessagePack,
}
