//! Rows over TLS: to the peer that the certificate names, and to no other.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::thread::{self, JoinHandle};

use netflow_output::sink::{OutputConfig, Outputs, Policy};
use netflow_testdata::own_port;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::peers::{
    Listen, MessageListener, MessageReader, POLICIES, Peer, check_restart, kill_and_restart,
    syslog_reader,
};
use super::support::{Folder, LONG, ROWS, Worker, check, json, numbers, output, wait_until};

/// Writes a certificate for this name, signed by itself, and its key.
fn certificate(folder: &Folder, name: &str, host: &str) {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let write = |end: &str, pem: String| {
        std::fs::write(folder.file(&format!("{name}.{end}")), pem).unwrap();
    };
    write("crt", made.cert.pem());
    write("key", made.signing_key.serialize_pem());
}

fn pem(path: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(Path::new(path)).unwrap()
}

/// A server that asks for the certificate of the client.
fn server_config(folder: &Folder) -> Arc<ServerConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(pem(&folder.file("client.crt"))).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    let key = PrivateKeyDer::from_pem_file(Path::new(&folder.file("server.key"))).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![pem(&folder.file("server.crt"))], key)
        .unwrap();
    Arc::new(config)
}

/// Reads connections one after the other until one ends in order.
fn server(folder: &Folder, listener: TcpListener) -> JoinHandle<String> {
    let config = server_config(folder);
    thread::spawn(move || {
        loop {
            let (stream, _) = listener.accept().unwrap();
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let mut text = String::new();
            if stream.read_to_string(&mut text).is_ok() && !text.is_empty() {
                return text;
            }
        }
    })
}

fn configured(folder: &Folder, address: &str) -> OutputConfig {
    let mut config = output(&format!("tls://{address}"), json());
    config.peer.tls.ca = Some(folder.file("server.crt").into());
    config.peer.tls.client = Some((
        folder.file("client.crt").into(),
        folder.file("client.key").into(),
    ));
    config
}

#[test]
fn rows_arrive_at_a_peer_whose_certificate_is_trusted() {
    let folder = Folder::new("tls");
    certificate(&folder, "server", "localhost");
    certificate(&folder, "client", "collector");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = server(&folder, listener);
    let config = configured(&folder, &format!("localhost:{port}"));
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(50, 10);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(output.written, 500 * ROWS, "{output:?}");
    assert_eq!(
        numbers(&server.join().unwrap()),
        (0..500 * ROWS).collect::<Vec<_>>()
    );
}

/// Listens for connections of TLS.
struct TlsListener(TcpListener, Arc<ServerConfig>);

impl Listen for TlsListener {
    fn accept(&self) -> Option<Box<dyn Read + Send>> {
        self.0.set_nonblocking(true).unwrap();
        let (stream, _) = self.0.accept().ok()?;
        stream.set_nonblocking(false).unwrap();
        let timeout = Some(Duration::from_millis(5));
        stream.set_read_timeout(timeout).unwrap();
        let connection = ServerConnection::new(Arc::clone(&self.1)).unwrap();
        Some(Box::new(StreamOwned::new(connection, stream)))
    }
}

/// The configuration of an output over TLS, and the address and configuration of its peer.
fn restarted(
    scheme: &str,
    policy: Policy,
    folder: &Folder,
) -> (OutputConfig, SocketAddr, Arc<ServerConfig>) {
    let address = own_port().local_addr().unwrap();
    certificate(folder, "server", &address.ip().to_string());
    certificate(folder, "client", "collector");
    let mut config = super::peers::configured(&format!("{scheme}://{address}"), policy, folder);
    config.peer.tls = configured(folder, "localhost:1").peer.tls;
    (config, address, server_config(folder))
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_a_tls_peer_is_restarted() {
    for policy in POLICIES {
        let folder = Folder::new("tls-restart");
        let (config, address, server) = restarted("tls", policy, &folder);
        let listen = || TlsListener(TcpListener::bind(address).unwrap(), Arc::clone(&server));
        check_restart(&kill_and_restart(config, || Peer::start(listen())));
    }
}

#[test]
fn rows_received_and_lost_are_those_accepted_when_peers_of_messages_over_tls_are_restarted() {
    let readers = [
        ("syslog+tls", syslog_reader as fn() -> MessageReader),
        #[cfg(feature = "ipfix")]
        ("ipfix+tls", super::ipfix::reader),
    ];
    for (scheme, reader) in readers {
        let folder = Folder::new("messages-tls-restart");
        let (config, address, server) = restarted(scheme, Policy::DropNewest, &folder);
        let listen = || TlsListener(TcpListener::bind(address).unwrap(), Arc::clone(&server));
        check_restart(&kill_and_restart(config, || {
            Peer::start(MessageListener {
                listener: listen(),
                reader,
            })
        }));
    }
}

/// The body of the first request of HTTPS.
#[cfg(feature = "http")]
fn https_server(folder: &Folder, listener: TcpListener) -> JoinHandle<String> {
    use std::io::{BufRead as _, BufReader, Write as _};

    let key = PrivateKeyDer::from_pem_file(Path::new(&folder.file("server.key"))).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pem(&folder.file("server.crt"))], key)
        .unwrap();
    let config = Arc::new(config);
    thread::spawn(move || {
        loop {
            let (stream, _) = listener.accept().unwrap();
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut reader = BufReader::new(StreamOwned::new(connection, stream));
            let mut len = 0;
            let mut line = String::new();
            // Nothing can be read where the certificate is not accepted.
            while reader.read_line(&mut line).is_ok_and(|len| len > 0) {
                let lower = line.to_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    len = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    let mut body = vec![0; len];
                    reader.read_exact(&mut body).unwrap();
                    let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
                    reader.get_mut().write_all(answer).unwrap();
                    return String::from_utf8(body).unwrap();
                }
                line.clear();
            }
        }
    })
}

#[cfg(feature = "http")]
#[test]
fn a_server_of_https_needs_a_certificate_that_is_trusted() {
    let folder = Folder::new("https");
    certificate(&folder, "server", "localhost");
    certificate(&folder, "other", "localhost");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = https_server(&folder, listener);
    let configured = |ca: &str| {
        let mut config = output(&format!("https://localhost:{port}/"), json());
        config.policy = Policy::DropNewest;
        config.http.compression = netflow_output::sink::HttpCompression::Plain;
        config.peer.tls.ca = Some(folder.file(ca).into());
        config
    };
    for (ca, is_trusted) in [("other.crt", false), ("server.crt", true)] {
        let outputs = Outputs::start(vec![configured(ca)]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        worker.send(1);
        worker.finish();
        if !is_trusted {
            wait_until("a failure", || outputs.statistics()[0].errors > 1);
            let now = outputs.statistics().remove(0);
            let error = now.last_error.unwrap().to_lowercase();
            assert!(error.contains("certificate"), "{error}");
            outputs.begin_finish(Duration::ZERO);
        }
        let output = outputs.finish(LONG).remove(0);
        check(&output);
        assert_eq!(
            output.written,
            if is_trusted { ROWS } else { 0 },
            "{output:?}"
        );
    }
    assert_eq!(numbers(&server.join().unwrap()).len() as u64, ROWS);
}

#[test]
fn a_peer_with_a_wrong_certificate_receives_nothing_until_it_is_right() {
    let folder = Folder::new("wrong-certificate");
    certificate(&folder, "client", "collector");
    for (name, host) in [("server", "localhost"), ("other", "localhost")] {
        certificate(&folder, name, host);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = server(&folder, listener);
    let mut config = configured(&folder, &format!("localhost:{port}"));
    config.policy = Policy::DropNewest;
    let trusted = folder.file("trusted.crt");
    std::fs::copy(folder.file("other.crt"), &trusted).unwrap();
    config.peer.tls.ca = Some(trusted.clone().into());
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    wait_until("a failure", || outputs.statistics()[0].errors > 1);
    let now = outputs.statistics().remove(0);
    assert!(
        now.last_error.as_deref().unwrap().contains("certificate"),
        "{now:?}"
    );
    assert_eq!((now.written, now.connections), (0, 0));
    // Certificates are read for each connection.
    std::fs::copy(folder.file("server.crt"), &trusted).unwrap();
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!(output.written, ROWS, "{output:?}");
    assert_eq!(numbers(&server.join().unwrap()).len() as u64, ROWS);
}
