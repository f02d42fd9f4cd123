//! Messages of IPFIX in a stream.

use netflow_io::{FramingError, IpfixFraming};

use crate::result::{Failure, netflow_result};

/// Finds the messages of IPFIX in one connection.
#[derive(Debug)]
pub struct netflow_stream {
    pub(crate) framing: IpfixFraming,
}

/// The result for a stream that is not IPFIX.
pub(crate) const fn failure(error: &FramingError) -> Failure {
    let what = match error {
        FramingError::Version { .. } => "a message of the stream has another version than IPFIX",
        FramingError::Length { .. } => "a message of the stream is shorter than its header",
        FramingError::TooLong { .. } => "a message of the stream is longer than the maximum",
        _ => "the stream is not IPFIX",
    };
    Failure::Argument(netflow_result::NETFLOW_ERROR_INPUT, what)
}
