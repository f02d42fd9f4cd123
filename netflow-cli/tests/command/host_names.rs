//! Names of addresses from the DNS.

use core::net::IpAddr;

use netflow_testdata::dns::{NameServer, Reply};

use crate::run::{Directory, decode, netflow, testdata};

/// NetFlow v5 of 192.0.2.1, whose flows are from 192.0.2.x to 198.51.100.x.
const V5: &str = "synthetic/nfv5.pcap";

/// Sources have a name, destinations have none.
fn server() -> NameServer {
    NameServer::start(|address| match address {
        IpAddr::V4(address) if address.octets()[0] == 192 => Reply::Name("host.example.net"),
        _ => Reply::Code(3),
    })
}

#[test]
fn documents_have_names_that_a_server_answers() {
    let server = server();
    let address = server.address.to_string();
    let rows = |schema: &str| decode(&["-s", schema, "--dns", &address], &[V5]).rows();
    for schema in ["ecs", "ecs-integration"] {
        for row in rows(schema) {
            assert_eq!(row["source"]["domain"], "host.example.net", "{schema}");
            assert_eq!(row["destination"].get("domain"), None, "{schema}");
        }
    }
    for row in rows("elastiflow") {
        assert_eq!(row["node"]["hostname"], "host.example.net");
        assert_eq!(row["flow"]["src_hostname"], "host.example.net");
        // As ElastiFlow has it.
        assert_eq!(row["flow"]["dst_hostname"], row["flow"]["dst_addr"]);
    }
    assert_eq!(server.refused(), 0);
    let without = &decode(&["-s", "elastiflow"], &[V5]).rows()[0];
    assert_eq!(without["node"]["hostname"], "192.0.2.1");
    assert_eq!(without["flow"].get("src_hostname"), None);
}

#[test]
fn the_summary_says_what_was_asked() {
    let server = server();
    let address = server.address.to_string();
    let capture = testdata(V5).display().to_string();
    let run = netflow(["decode", "-s", "ecs", "--dns", &address, &capture]);
    let mut asked = server.asked();
    let line = run
        .stderr
        .lines()
        .find(|line| line.starts_with("host names"));
    let line = line.unwrap_or_else(|| panic!("{}", run.stderr));
    let queries = asked.len();
    assert!(line.contains(&format!("{queries} queries, ")), "{line}");
    assert!(line.contains("answered with a name"), "{line}");
    assert!(line.contains("answered that there is none"), "{line}");
    assert!(!line.contains("without"), "{line}");
    // Each was asked for once.
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), queries);
    // Nothing waits for a server that is silent.
    let silent = NameServer::start(|_| Reply::Silence);
    let address = silent.address.to_string();
    let options = ["decode", "-s", "ecs", "--dns-wait", "0s", "--dns", &address];
    let run = netflow(options.into_iter().chain([&*capture]));
    assert_eq!(run.rows().len(), decode(&["-s", "ecs"], &[V5]).rows().len());
    assert!(
        run.stderr.contains("arrived too late for their rows"),
        "{}",
        run.stderr
    );
}

#[test]
fn pseudonyms_are_not_asked_for() {
    let folder = Directory::new("host-names");
    let key = folder.file("key");
    std::fs::write(&key, "1".repeat(64)).unwrap();
    let key = key.display().to_string();
    let options = ["-s", "ecs", "--dns", "127.0.0.1", "--anonymise", &key];
    let run = decode(&options, &[V5]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    let run = decode(&["-s", "ecs", "--dns", "resolver"], &[V5]);
    assert_eq!(run.status, 2);
    let expected = "expected \"system\" or the address of a server, found \"resolver\"";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
}
