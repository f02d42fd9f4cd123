//! IPFIX over TLS.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::SystemTime;

use netflow_io::live::{
    ClientCertificates, CloseReason, Listener, ListenerTransport, Live, LiveOptions, LiveSource,
    Notice, TlsOptions,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::bench::{Seen, collector, ipfix, options, until};

/// An authority, and a folder for what it signs.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

/// A certificate and its key.
struct Pair {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("netflow-tls-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        fs::write(folder.join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn sign(&self, file: &str, expired: bool) -> Pair {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        if expired {
            let day = Duration::from_secs(86_400);
            params.not_before = (SystemTime::now() - 3 * day).into();
            params.not_after = (SystemTime::now() - day).into();
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(self.folder.join(format!("{file}.pem")), certificate.pem()).unwrap();
        fs::write(self.folder.join(format!("{file}.key")), key.serialize_pem()).unwrap();
        Pair {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    fn tls(&self, clients: &ClientCertificates) -> TlsOptions {
        let (certificate, key) = (
            self.folder.join("server.pem"),
            self.folder.join("server.key"),
        );
        TlsOptions::from_files(&certificate, &key, clients).unwrap()
    }

    fn collector(&self, clients: &ClientCertificates) -> (Live, LiveSource, SocketAddr) {
        self.sign("server", false);
        let transport = ListenerTransport::Tls(self.tls(clients));
        let listener = Listener::new(transport, "127.0.0.1:0".parse().unwrap());
        collector(&listening(listener))
    }

    /// Connects as an exporter that trusts this authority.
    fn connect(
        &self,
        to: SocketAddr,
        pair: Option<Pair>,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match pair {
            Some(pair) => builder
                .with_client_auth_cert(vec![pair.certificate], pair.key)
                .unwrap(),
            None => builder.with_no_client_auth(),
        };
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(to).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        StreamOwned::new(connection, stream)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn listening(listener: Listener) -> LiveOptions {
    options().listen(listener)
}

/// Sends in a thread of its own, as the handshake needs an answer. The connection stays open until
/// its end is dropped: closed with unread octets, it would be reset.
fn send(
    mut stream: StreamOwned<ClientConnection, TcpStream>,
    octets: Vec<u8>,
) -> JoinHandle<StreamOwned<ClientConnection, TcpStream>> {
    std::thread::spawn(move || {
        // A collector that refuses the certificate closes the connection at any time.
        let _ = stream.write_all(&octets);
        stream.conn.send_close_notify();
        let _ = stream.flush();
        stream
    })
}

fn failures(live: &Live) -> Vec<String> {
    let notices = live.take_notices().into_iter();
    let reasons = notices.filter_map(|notice| match notice {
        Notice::Closed(_, CloseReason::Tls(reason)) => Some(reason),
        _ => None,
    });
    reasons.collect()
}

#[test]
fn messages_arrive_over_tls() {
    let authority = Authority::new("plain");
    let (live, mut source, to) = authority.collector(&ClientCertificates::None);
    let messages = [ipfix(16, 0), ipfix(65_535, 1), ipfix(40, 2)];
    let sending = send(authority.connect(to, None), messages.concat());
    let seen = until(&mut source, |seen| {
        matches!(seen.last(), Some(Seen::Ended(_)))
    });
    let payloads: Vec<&[u8]> = seen.iter().map(Seen::payload).collect();
    assert!(payloads[..3] == messages && payloads.len() == 4);
    sending.join().unwrap();
    assert_eq!((live.summary().messages, live.summary().tls_failed), (3, 0));
}

#[test]
fn a_required_certificate_has_to_be_there_and_valid() {
    let authority = Authority::new("required");
    let required = ClientCertificates::Required(authority.folder.join("ca.pem"));
    let (live, mut source, to) = authority.collector(&required);
    let stranger = Authority::new("stranger").sign("client", false);
    let refused = [
        ("none", None),
        ("expired", Some(authority.sign("client", true))),
        ("of a stranger", Some(stranger)),
    ];
    for (count, (name, pair)) in (1..).zip(refused) {
        let sending = send(authority.connect(to, pair), ipfix(16, 0));
        let seen = until(&mut source, |_| live.summary().tls_failed == count);
        assert_eq!(seen, [], "a certificate {name}");
        assert_eq!(failures(&live).len(), 1);
        sending.join().unwrap();
    }
    let valid = authority.sign("client", false);
    let sending = send(authority.connect(to, Some(valid)), ipfix(16, 0));
    until(&mut source, |seen| !seen.is_empty());
    sending.join().unwrap();
}

#[test]
fn an_optional_certificate_may_be_missing_but_not_invalid() {
    let authority = Authority::new("optional");
    let optional = ClientCertificates::Optional(authority.folder.join("ca.pem"));
    let (live, mut source, to) = authority.collector(&optional);
    let sending = send(authority.connect(to, None), ipfix(16, 0));
    until(&mut source, |seen| !seen.is_empty());
    sending.join().unwrap();
    let expired = authority.sign("client", true);
    let sending = send(authority.connect(to, Some(expired)), ipfix(16, 0));
    until(&mut source, |_| live.summary().tls_failed == 1);
    assert!(failures(&live)[0].contains("expired"));
    sending.join().unwrap();
}

#[test]
fn garbage_and_silence_on_tls_harm_no_other() {
    let authority = Authority::new("garbage");
    let (live, mut source, to) = authority.collector(&ClientCertificates::None);
    let _silent = TcpStream::connect(to).unwrap();
    // IPFIX without TLS.
    let mut plain = TcpStream::connect(to).unwrap();
    plain.write_all(&ipfix(200, 0)).unwrap();
    until(&mut source, |_| live.summary().tls_failed == 1);
    let sending = send(authority.connect(to, None), ipfix(16, 0));
    until(&mut source, |seen| !seen.is_empty());
    sending.join().unwrap();
}

#[test]
fn a_handshake_that_does_not_come_to_an_end_is_closed_in_time() {
    let authority = Authority::new("slow");
    authority.sign("server", false);
    let transport = ListenerTransport::Tls(authority.tls(&ClientCertificates::None));
    let listener = Listener::new(transport, "127.0.0.1:0".parse().unwrap());
    let mut options = listening(listener);
    options.read_timeout = Duration::from_millis(200);
    let (live, mut source, to) = collector(&options);
    let mut stream = TcpStream::connect(to).unwrap();
    // The beginning of a record of the handshake.
    stream.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    until(&mut source, |_| live.summary().connections_timed_out == 1);
}

#[test]
fn a_file_that_holds_no_certificate_is_named() {
    let authority = Authority::new("files");
    authority.sign("server", false);
    let (key, certificate) = (
        authority.folder.join("server.key"),
        authority.folder.join("server.pem"),
    );
    let missing = authority.folder.join("missing.pem");
    let none = ClientCertificates::None;
    for (one, other, named) in [
        (&missing, &key, "missing.pem"),
        (&key, &key, "server.key: holds no certificate"),
        (&certificate, &certificate, "server.pem"),
    ] {
        let error = TlsOptions::from_files(one, other, &none)
            .unwrap_err()
            .to_string();
        assert!(error.contains(named), "{error}");
    }
}
