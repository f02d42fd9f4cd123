//! IPFIX over TLS, from one collector to another, and the certificates of both.

use core::time::Duration;
use std::fs;
use std::time::SystemTime;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
};

use crate::harness::{Collector, Folder, run, send, v5};

/// An authority, and a folder for what it signs.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: Folder,
}

impl Authority {
    fn new() -> Self {
        let folder = Folder::new();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        fs::write(folder.file("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn ca(&self) -> String {
        self.folder.file("ca.pem")
    }

    /// The files of a certificate for the loopback interface and of its key.
    fn sign(&self, name: &str, is_expired: bool) -> (String, String) {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        if is_expired {
            let day = Duration::from_secs(86_400);
            params.not_before = (SystemTime::now() - 3 * day).into();
            params.not_after = (SystemTime::now() - day).into();
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let (file, key_file) = (format!("{name}.pem"), format!("{name}.key"));
        (
            self.folder.write(&file, &certificate.pem()),
            self.folder.write(&key_file, &key.serialize_pem()),
        )
    }

    /// A collector over TLS.
    fn collector(&self, (certificate, key): &(String, String), options: &[&str]) -> Collector {
        let common = [
            "--tls",
            "127.0.0.1:0",
            "--tls-certificate",
            certificate,
            "--tls-key",
            key,
            "--fields",
            "octets",
        ];
        Collector::start(&[&common[..], options].concat())
    }
}

/// A collector that sends what it receives over TLS to another, which it was sent one flow.
fn sender(to: &Collector, options: &[&str]) -> Collector {
    let output = format!("ipfix+tls://{}", to.addresses[0]);
    let common = [
        "--udp",
        "127.0.0.1:0",
        "--drain-timeout",
        "200ms",
        "--output",
        &output,
    ];
    let sender = Collector::start(&[&common[..], options].concat());
    send("127.0.0.1", sender.addresses[0], &v5(0, 7));
    sender
}

/// The flow arrives.
fn arrives(mut receiver: Collector, options: &[&str]) {
    let sender = sender(&receiver, options);
    receiver.wait_for_lines(1);
    assert_eq!(receiver.stdout(), "{\"octets\":7}\n");
    drop(sender);
    assert_eq!(receiver.stop().status, Some(0));
}

/// The flow does not arrive, and the log of the sender has this word of the reason.
fn is_refused(receiver: Collector, options: &[&str], reason: &str) {
    let mut sender = sender(&receiver, options);
    sender.wait(|sender| sender.log().contains("an output fails"));
    assert!(sender.log().contains(reason), "{}", sender.log());
    // The flow is lost, and counted.
    assert_eq!(sender.stop().status, Some(3));
    assert_eq!(receiver.stop().stdout, "");
}

#[test]
fn a_collector_is_trusted_by_the_authority_that_was_named() {
    let (authority, other) = (Authority::new(), Authority::new());
    let pair = authority.sign("server", false);
    arrives(
        authority.collector(&pair, &[]),
        &["--output-ca", &authority.ca()],
    );
    is_refused(
        authority.collector(&pair, &[]),
        &["--output-ca", &other.ca()],
        "invalid peer certificate",
    );
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let pair = authority.sign("server", true);
    is_refused(
        authority.collector(&pair, &[]),
        &["--output-ca", &authority.ca()],
        "xpired",
    );
}

#[test]
fn exporters_need_a_certificate_if_asked() {
    let authority = Authority::new();
    let pair = authority.sign("server", false);
    let (certificate, key) = authority.sign("client", false);
    let (old_certificate, old_key) = authority.sign("old", true);
    let ca = authority.ca();
    let trusted = ["--output-ca", ca.as_str()];
    let with = |certificate, key| {
        let options = ["--output-certificate", certificate, "--output-key", key];
        [&trusted[..], &options].concat()
    };
    let required = ["--tls-client-ca", ca.as_str()];
    let optional = [&required[..], &["--tls-clients", "optional"]].concat();

    arrives(
        authority.collector(&pair, &required),
        &with(&certificate, &key),
    );
    arrives(authority.collector(&pair, &optional), &trusted);
    for options in [&trusted[..], &with(&old_certificate, &old_key)] {
        let mut receiver = authority.collector(&pair, &required);
        let sender = sender(&receiver, options);
        receiver.wait(|receiver| receiver.log().contains("closed: TLS: "));
        drop(sender);
        assert_eq!(receiver.stop().stdout, "");
    }
}

#[test]
fn what_is_missing_for_tls_is_named() {
    for (options, reason) in [
        (&["--tls", "127.0.0.1:0"][..], "--tls-certificate"),
        (
            &["--tls", "127.0.0.1:0", "--tls-certificate", "x"],
            "--tls-key",
        ),
        (&["--tls-clients", "optional"], "--tls-client-ca"),
        (&["--output-certificate", "x"], "--output-key"),
        (&["--output-key", "x"], "--output-certificate"),
        (
            &[
                "--tls",
                "127.0.0.1:0",
                "--tls-certificate",
                "/nowhere.pem",
                "--tls-key",
                "/nowhere.key",
            ],
            "/nowhere.pem",
        ),
    ] {
        let ended = run(options);
        assert_eq!(ended.status, Some(2), "{options:?}");
        assert!(ended.log.contains(reason), "{}", ended.log);
    }
}
