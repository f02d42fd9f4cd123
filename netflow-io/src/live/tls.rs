//! IPFIX over TLS (RFC 7011, section 11.1).

use alloc::sync::Arc;
use core::fmt;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use thiserror::Error as ThisError;

use super::notice::CloseReason;
use super::read::{Read, of_error};
use crate::framing::IpfixFraming;

/// The certificate of a collector, and its requirements on those of exporters.
///
/// TLS 1.2 and 1.3 are supported. RFC 7011 (section 11.3) wants both sides authenticated, so exporters
/// should be [required](ClientCertificates::Required) to have a certificate.
///
/// ```
/// use std::path::Path;
///
/// use netflow_io::live::{ClientCertificates, Listener, ListenerTransport, LiveOptions, TlsOptions};
///
/// // Exporters have to show a certificate that the authority signed.
/// let clients = ClientCertificates::Required("authority.pem".into());
/// let listen = |certificate: &Path, key: &Path| -> Result<LiveOptions, Box<dyn std::error::Error>> {
///     let tls = ListenerTransport::Tls(TlsOptions::from_files(certificate, key, &clients)?);
///     Ok(LiveOptions::new().listen(Listener::new(tls, "0.0.0.0:4740".parse()?)))
/// };
/// let error = listen("missing.pem".as_ref(), "missing.key".as_ref()).unwrap_err();
/// assert!(error.to_string().contains("missing.pem") || error.to_string().contains("authority.pem"));
/// ```
#[derive(Clone)]
pub struct TlsOptions(Arc<ServerConfig>);

/// Whether exporters authenticate themselves, by a certificate that one of these authorities
/// signed.
///
/// ```
/// use netflow_io::live::ClientCertificates;
///
/// let clients = ClientCertificates::Required("authority.pem".into());
/// assert_ne!(clients, ClientCertificates::default()); // by default none is asked for
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// Exporters are not asked for a certificate.
    #[default]
    None,
    /// Exporters are asked for a certificate but may have none. An invalid one ends the connection.
    /// The file holds the authorities as PEM.
    Optional(PathBuf),
    /// An exporter without a valid certificate cannot connect. The file holds the authorities as PEM.
    Required(PathBuf),
}

/// Why TLS cannot be used as it is configured.
///
/// ```
/// use netflow_io::live::{ClientCertificates, TlsError, TlsOptions};
///
/// let missing = "missing.pem".as_ref();
/// let error = TlsOptions::from_files(missing, missing, &ClientCertificates::None).unwrap_err();
/// assert!(matches!(error, TlsError::File { .. }));
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum TlsError {
    /// A file holds no certificate or key, or cannot be read.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The contents of the files cannot be used.
    #[error("{0}")]
    Refused(String),
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsOptions")
    }
}

impl TlsOptions {
    /// Reads the certificate of the collector, followed by those between it and its authority, and
    /// its private key, from files of PEM.
    ///
    /// # Errors
    ///
    /// A file cannot be read or holds something else, or key and certificate are not a pair.
    pub fn from_files(
        certificates: &Path,
        key: &Path,
        clients: &ClientCertificates,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(&error))?;
        let builder = match clients {
            ClientCertificates::None => builder.with_no_client_auth(),
            ClientCertificates::Optional(path) | ClientCertificates::Required(path) => {
                let roots = Arc::new(authorities(path)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                let verifier = match clients {
                    ClientCertificates::Optional(_) => verifier.allow_unauthenticated(),
                    _ => verifier,
                };
                let verifier = verifier.build().map_err(|error| refused(&error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = chain(certificates)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| file(key, &error))?;
        let config = builder.with_single_cert(chain, key);
        Ok(Self(Arc::new(config.map_err(|error| refused(&error))?)))
    }

    /// The collector's side of a connection that begins.
    pub(super) fn accept(&self) -> io::Result<ServerConnection> {
        ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| file(path, &error))?;
    let chain: Vec<_> = certificates
        .collect::<Result<_, _>>()
        .map_err(|error| file(path, &error))?;
    if chain.is_empty() {
        return Err(file(path, &"holds no certificate"));
    }
    Ok(chain)
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path)? {
        roots.add(certificate).map_err(|error| file(path, &error))?;
    }
    Ok(roots)
}

fn file(path: &Path, reason: &dyn fmt::Display) -> TlsError {
    TlsError::File {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn refused(reason: &dyn fmt::Display) -> TlsError {
    TlsError::Refused(reason.to_string())
}

/// Reads once what has arrived, and passes on what is in it.
pub(super) fn read(
    tls: &mut ServerConnection,
    stream: &mut TcpStream,
    framing: &mut IpfixFraming,
) -> Read {
    let is_end = match tls.read_tls(stream) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => return of_error(&error),
    };
    let processed = tls.process_new_packets();
    // Also after a failure: the peer is sent the reason. What the socket does not take now is sent
    // with the answer to what arrives next.
    while tls.wants_write() {
        if tls.write_tls(stream).is_err() {
            break;
        }
    }
    if let Err(error) = processed {
        return Read::End(CloseReason::Tls(error.to_string()));
    }
    loop {
        match framing.read_from(&mut tls.reader()) {
            // The peer has said that it ends.
            Ok(0) => return Read::End(CloseReason::Ended),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            // The connection ended without saying so: perhaps it was cut.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Read::End(CloseReason::Ended);
            }
            Err(error) => return of_error(&error),
        }
    }
    match (is_end, tls.is_handshaking()) {
        (true, true) => Read::End(CloseReason::Tls("ended within the handshake".to_owned())),
        (true, false) => Read::End(CloseReason::Ended),
        (false, _) => Read::Some,
    }
}
