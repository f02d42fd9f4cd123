//! The formats of files.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
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
