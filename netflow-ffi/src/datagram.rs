//! The input of a decoder, and its source.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::ptr;
use std::time::SystemTime;

use netflow_core::{Datagram, Timestamp, Transport};

use crate::c_types::netflow_address;
use crate::result::Failure;

/// What carried a datagram; it decides how long templates live (RFC 7011, section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_transport {
    /// UDP: templates expire when they are not sent again.
    NETFLOW_TRANSPORT_UDP = 0,
    /// TCP, TLS or SCTP: templates live as long as the session.
    NETFLOW_TRANSPORT_STREAM = 1,
    /// A file (RFC 5655): templates live for the whole file.
    NETFLOW_TRANSPORT_FILE = 2,
}

/// The payload of one UDP datagram, one message of a stream or of a file, with its source
/// and time.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_datagram {
    /// `sizeof(netflow_datagram)`.
    pub size: usize,
    /// The octets. They belong to the caller and must not change until the next call of
    /// `netflow_decode`, `netflow_load`, `netflow_end_session` or `netflow_decoder_free`, or until
    /// their content is no longer used.
    pub payload: *const u8,
    /// The number of octets.
    pub payload_len: usize,
    /// When it was received: nanoseconds since 1970 UTC. NETFLOW_NOW means the current time.
    pub received: i64,
    /// The caller's number for it within its input, such as the frame of a capture; flows and
    /// headers return it.
    pub frame: u64,
    /// Address it was sent from.
    pub exporter: netflow_address,
    /// Port it was sent from, in the order of the host.
    pub port: u16,
    /// 0.
    pub reserved: u16,
    /// A `netflow_transport`.
    pub transport: u32,
    /// The caller's number of the file or socket that it was read from, 0 if there is one; headers
    /// return it.
    pub input: u32,
}

/// The current time.
const NOW: i64 = i64::MIN;

// SAFETY: its members are numbers and a raw pointer.
unsafe impl crate::pointer::FromOctets for netflow_datagram {}

impl Default for netflow_datagram {
    fn default() -> Self {
        Self {
            size: size_of::<Self>(),
            payload: ptr::null(),
            payload_len: 0,
            received: NOW,
            frame: 0,
            exporter: netflow_address::default(),
            port: 0,
            reserved: 0,
            transport: netflow_transport::NETFLOW_TRANSPORT_UDP as u32,
            input: 0,
        }
    }
}

impl netflow_datagram {
    /// As the decoder's type.
    pub(crate) fn with<'p>(&self, payload: &'p [u8]) -> Result<Datagram<'p>, Failure> {
        if self.reserved != 0 {
            return Err(Failure::argument("reserved members of the datagram"));
        }
        let exporter = self.exporter.source();
        let exporter = exporter.ok_or(Failure::argument("address of the exporter"))?;
        let transport = match self.transport {
            0 => Transport::Udp,
            1 => Transport::Stream,
            2 => Transport::File,
            _ => return Err(Failure::argument("transport of the datagram")),
        };
        let received = match self.received {
            NOW => Timestamp::from_system_time(SystemTime::now()),
            nanos => Timestamp::from_nanos(nanos),
        };
        let exporter = SocketAddr::new(exporter, self.port);
        let datagram = Datagram::new(exporter, transport, received, payload);
        Ok(datagram.with_frame(self.input, self.frame))
    }

    /// What a source returns: the octets stay its own.
    pub(crate) fn received(datagram: &Datagram<'_>) -> Self {
        let transport = match datagram.transport {
            Transport::Udp => netflow_transport::NETFLOW_TRANSPORT_UDP,
            Transport::Stream => netflow_transport::NETFLOW_TRANSPORT_STREAM,
            Transport::File => netflow_transport::NETFLOW_TRANSPORT_FILE,
        };
        Self {
            payload: datagram.payload.as_ptr(),
            payload_len: datagram.payload.len(),
            received: datagram.received.as_nanos(),
            frame: datagram.frame,
            input: datagram.input,
            transport: transport as u32,
            ..Self::session_ended(datagram.exporter)
        }
    }

    /// The exporter whose session has ended, without a datagram.
    pub(crate) fn session_ended(exporter: SocketAddr) -> Self {
        Self {
            exporter: exporter.ip().into(),
            port: exporter.port(),
            transport: netflow_transport::NETFLOW_TRANSPORT_STREAM as u32,
            ..Self::default()
        }
    }

    /// Sets the source to an address of a socket.
    pub(crate) fn set_source(&mut self, address: &[u8]) -> Result<(), Failure> {
        let source = socket_address(address).ok_or(Failure::argument("socket address"))?;
        self.exporter = source.ip().into();
        self.port = source.port();
        Ok(())
    }
}

/// The octets of a `sockaddr_in` or `sockaddr_in6`.
fn socket_address(octets: &[u8]) -> Option<SocketAddr> {
    use core::mem::offset_of;

    use libc::{sockaddr, sockaddr_in, sockaddr_in6};

    let family = offset_of!(sockaddr, sa_family);
    // Of one octet or two, by the system.
    let family = match size_of::<libc::sa_family_t>() {
        1 => i32::from(*octets.get(family)?),
        _ => u16::from_ne_bytes(*octets.get(family..)?.first_chunk()?).into(),
    };
    let port = |offset: usize| {
        let port = octets.get(offset..)?.first_chunk()?;
        Some(u16::from_be_bytes(*port))
    };
    match family {
        libc::AF_INET => {
            let address: &[u8; 4] = octets
                .get(offset_of!(sockaddr_in, sin_addr)..)?
                .first_chunk()?;
            let port = port(offset_of!(sockaddr_in, sin_port))?;
            Some(SocketAddr::new(Ipv4Addr::from(*address).into(), port))
        }
        libc::AF_INET6 => {
            let address = octets
                .get(offset_of!(sockaddr_in6, sin6_addr)..)?
                .first_chunk::<16>()?;
            let port = port(offset_of!(sockaddr_in6, sin6_port))?;
            // Of a socket for both versions IPv4 comes as IPv6.
            let address = IpAddr::from(Ipv6Addr::from(*address)).to_canonical();
            Some(SocketAddr::new(address, port))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{netflow_datagram, socket_address};

    fn ipv4() -> Vec<u8> {
        let mut octets = (libc::AF_INET as u16).to_ne_bytes().to_vec();
        octets.extend([0x08, 0x07, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        octets
    }

    #[test]
    fn socket_addresses_are_read_and_those_that_are_cut_are_none() {
        let octets = ipv4();
        assert_eq!(
            socket_address(&octets),
            Some("192.0.2.1:2055".parse().unwrap())
        );
        for len in 0..8 {
            assert_eq!(socket_address(&octets[..len]), None, "{len}");
        }
        let mut octets = (libc::AF_INET6 as u16).to_ne_bytes().to_vec();
        octets.extend([0x12, 0x83, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8]);
        octets.extend([0; 11]);
        octets.push(1);
        octets.extend([0; 4]);
        let address = "[2001:db8::1]:4739".parse().unwrap();
        assert_eq!(socket_address(&octets), Some(address));
        assert_eq!(socket_address(&octets[..20]), None);
        assert_eq!(socket_address(&[1, 0, b'/', b't', b'm', b'p', 0, 0]), None);
    }

    #[test]
    fn a_datagram_takes_its_source_from_a_socket_address() {
        let mut datagram = netflow_datagram::default();
        datagram.set_source(&ipv4()).unwrap();
        assert_eq!((datagram.exporter.family, datagram.port), (4, 2055));
        let decoded = datagram.with(&[]).unwrap();
        assert_eq!(decoded.exporter, "192.0.2.1:2055".parse().unwrap());
        datagram.exporter.family = 5;
        assert!(datagram.with(&[]).is_err());
    }
}
