//! Which protocol a payload begins with.

use crate::datagram::Protocol;
use crate::error::{Error, ErrorKind};
use crate::wire::reader::OctetReader;

/// The protocol of the message at the start of `octets`, by its version
/// number: 16 bits in NetFlow and IPFIX, 32 bits in sFlow.
///
/// # Errors
///
/// [`ErrorKind::Cut`], [`ErrorKind::NotFlowExport`], or
/// [`ErrorKind::UnsupportedVersion`] for sFlow versions 2 and 4.
///
/// ```
/// use netflow_core::Protocol;
/// use netflow_core::wire::message;
///
/// assert_eq!(message::protocol(&[0, 10, 0, 16], 0), Ok(Protocol::Ipfix));
/// assert!(message::protocol(b"GET / HTTP/1.1", 0).is_err());
/// ```
pub fn protocol(octets: &[u8], offset: usize) -> Result<Protocol, Error> {
    let mut reader = OctetReader::new(octets, offset);
    let Some(version) = reader.u16() else {
        let kind = ErrorKind::Cut {
            structure: "version",
            needed: 2,
            left: octets.len(),
        };
        return Err(Error::new(kind, offset));
    };
    let unknown = Error::new(ErrorKind::NotFlowExport { version }, offset);
    match version {
        0 => match reader.u16() {
            Some(5) => Ok(Protocol::SflowV5),
            Some(version @ (2 | 4)) => {
                let kind = ErrorKind::UnsupportedVersion {
                    protocol: "sflow",
                    version: u32::from(version),
                };
                Err(Error::new(kind, offset))
            }
            _ => Err(unknown),
        },
        1 => Ok(Protocol::NetflowV1),
        5 => Ok(Protocol::NetflowV5),
        6 => Ok(Protocol::NetflowV6),
        7 => Ok(Protocol::NetflowV7),
        8 => Ok(Protocol::NetflowV8),
        9 => Ok(Protocol::NetflowV9),
        10 => Ok(Protocol::Ipfix),
        _ => Err(unknown),
    }
}
