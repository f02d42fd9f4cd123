//! Connections and their addresses.

use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use crate::sink::outputs::config::PeerConfig;

/// How long a write may wait before the writer checks its deadline.
const SLICE: Duration = Duration::from_millis(500);

/// The other end.
#[derive(Debug, Clone)]
pub(crate) enum Endpoint {
    /// A host and port, resolved for each connection.
    Tcp(String),
    #[cfg(feature = "tls")]
    Tls(String),
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no Unix sockets"))]
    Unix(PathBuf),
}

/// A connection with a limit to how long a write takes.
pub(crate) enum Connection {
    Tcp(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<super::tls::Stream>),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Endpoint {
    pub(super) fn connect(&self, config: &PeerConfig) -> io::Result<Connection> {
        match self {
            Self::Tcp(address) => Ok(Connection::Tcp(tcp(address, config)?)),
            #[cfg(feature = "tls")]
            Self::Tls(address) => {
                let stream = super::tls::connect(tcp(address, config)?, address, &config.tls)?;
                stream.sock.set_write_timeout(Some(SLICE))?;
                Ok(Connection::Tls(Box::new(stream)))
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(SLICE))?;
                Ok(Connection::Unix(stream))
            }
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

fn tcp(address: &str, config: &PeerConfig) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, config.connect_timeout) {
            Ok(stream) => {
                stream.set_write_timeout(Some(SLICE))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Connection {
    pub(super) fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(octets),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write(octets),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(octets),
        }
    }

    /// Whether the peer has closed the connection. Anything it sends is ignored.
    pub(super) fn is_closed(&mut self) -> bool {
        match self {
            Self::Tcp(stream) => {
                let closed = stream.set_nonblocking(true).and_then(|()| ended(stream));
                closed.unwrap_or(true) || stream.set_nonblocking(false).is_err()
            }
            #[cfg(unix)]
            Self::Unix(stream) => {
                let closed = stream.set_nonblocking(true).and_then(|()| ended(stream));
                closed.unwrap_or(true) || stream.set_nonblocking(false).is_err()
            }
            #[cfg(feature = "tls")]
            Self::Tls(stream) => {
                let closed = stream
                    .sock
                    .set_nonblocking(true)
                    .and_then(|()| ended(stream));
                closed.unwrap_or(true) || stream.sock.set_nonblocking(false).is_err()
            }
        }
    }

    /// Closes our side of the connection.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(SLICE))?;
                stream.shutdown(Shutdown::Write)
            }
            #[cfg(unix)]
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(SLICE))?;
                stream.shutdown(Shutdown::Write)
            }
            #[cfg(feature = "tls")]
            Self::Tls(stream) => {
                stream.sock.set_read_timeout(Some(SLICE))?;
                stream.conn.send_close_notify();
                stream.flush()?;
                stream.sock.shutdown(Shutdown::Write)
            }
        }
    }

    /// Waits a moment for the peer to close the connection, too. Returns whether it has.
    pub(super) fn wait_for_end(&mut self) -> io::Result<bool> {
        match self {
            Self::Tcp(stream) => ended(stream),
            #[cfg(unix)]
            Self::Unix(stream) => ended(stream),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => ended(stream),
        }
    }
}

/// Whether a stream is at its end; waits for the read timeout of the stream.
fn ended(stream: &mut impl Read) -> io::Result<bool> {
    let mut octets = [0; 4096];
    // A peer that keeps sending is not at its end.
    for _ in 0..64 {
        match stream.read(&mut octets) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            // A peer of TLS may close without saying so.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(true),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) =>
            {
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
