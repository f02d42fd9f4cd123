//! TLS over a connection, by rustls.

use alloc::sync::Arc;
use std::fs::File;
use std::io;
use std::net::TcpStream;
use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::sink::outputs::config::TlsConfig;

pub(crate) type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Agrees on keys with the peer at this address. Its certificate has to be for the host's name.
pub(crate) fn connect(stream: TcpStream, address: &str, config: &TlsConfig) -> io::Result<Stream> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(client(config)?), name);
    let mut stream = StreamOwned::new(connection.map_err(io::Error::other)?, stream);
    // A wrong certificate has to be noticed before rows are counted as sent.
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// Files are read for each connection, so that they can be renewed.
fn client(config: &TlsConfig) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let file = config.trusted()?;
    for certificate in certificates(file)? {
        // Bundles of a system hold a few that rustls does not take.
        let _ = roots.add(certificate);
    }
    if roots.is_empty() {
        return Err(io::Error::other("there is no certificate to trust"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots);
    match &config.client {
        None => Ok(builder.with_no_client_auth()),
        Some((chain, key)) => {
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| io::Error::other(error.to_string()))?;
            let client = builder.with_client_auth_cert(certificates(chain)?, key);
            client.map_err(io::Error::other)
        }
    }
}

fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_reader_iter(io::BufReader::new(File::open(file)?));
    read.collect::<Result<_, _>>()
        .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))
}
