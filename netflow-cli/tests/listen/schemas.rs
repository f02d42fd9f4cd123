//! The options of schemas and of what is known of exporters.

#[cfg(all(feature = "dns", feature = "http"))]
use netflow_testdata::dns::{NameServer, Reply};

use crate::harness::{Collector, Ended, Folder, logged, record, run, send, template, v5};
#[cfg(all(feature = "dns", feature = "http"))]
use crate::http::get;

/// How a collector with these options ends that received these datagrams, in order.
fn collect(options: &[&str], datagrams: &[Vec<u8>]) -> Ended {
    let collector = Collector::start(&[&["--udp", "127.0.0.1:0"], options].concat());
    for datagram in datagrams {
        send("127.0.0.1", collector.addresses[0], datagram);
    }
    collector.stop()
}

/// What a collector with these options writes of these datagrams, losing nothing.
fn rows(options: &[&str], datagrams: &[Vec<u8>]) -> String {
    let ended = collect(options, datagrams);
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    ended.stdout
}

/// Expects a text in the rows with the options, and not without them.
fn changes(schema: &[&str], options: &[&str], datagrams: &[Vec<u8>], text: &str) {
    let with = rows(&[schema, options].concat(), datagrams);
    assert!(with.contains(text), "{options:?}: {with}");
    let without = rows(schema, datagrams);
    assert!(!without.contains(text), "{options:?}: {without}");
}

/// An IPFIX message of these sets.
fn ipfix(domain: u8, sets: &[u8]) -> Vec<u8> {
    let length = u8::try_from(16 + sets.len()).unwrap();
    let mut message = vec![0, 10, 0, length, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 0];
    message.extend([0, 0, 0, domain]);
    message.extend(sets);
    message
}

#[test]
fn documents_have_what_a_site_adds() {
    let flow = [v5(0, 7)];
    let ecs = ["--schema", "ecs"];
    changes(&ecs, &["--tag", "edge"], &flow, "\"tags\":[\"edge\"]");
    changes(
        &ecs,
        &["--add-field", "site=here"],
        &flow,
        "\"site\":\"here\"",
    );
    changes(
        &ecs,
        &["--internal-networks", "192.0.2.0/24"],
        &flow,
        "\"ip\":\"192.0.2.1\",\"locality\":\"internal\"",
    );
    let logstash = ["--schema", "logstash"];
    changes(&logstash, &["--target", "flow"], &flow, "\"flow\":{");
}

#[test]
fn options_of_one_schema_change_its_documents() {
    let flow = [v5(0, 7)];
    let ecs = ["--schema", "ecs"];
    let id = |options: &[&str]| {
        let document = rows(&[&ecs, options].concat(), &flow);
        let start = document.find("\"community_id\":\"1:").unwrap();
        document[start..].split(',').next().unwrap().to_owned()
    };
    assert_ne!(id(&[]), id(&["--community-id-seed", "7"]));

    let fluentd = ["--schema", "fluentd"];
    changes(&fluentd, &["--time-key", "at"], &flow, "\"at\":");
    changes(
        &[&fluentd[..], &["--format", "forward"]].concat(),
        &["--forward-tag", "edge.flows"],
        &flow,
        "edge.flows",
    );

    let record = [
        ipfix(1, &[0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4]),
        ipfix(1, &[1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 0, 9]),
    ];
    let logstash = ["--schema", "logstash"];
    changes(
        &logstash,
        &["--include-flowset-id"],
        &record,
        "\"flowset_id\":256",
    );
    // The plugin does not read IPFIX, so that its faults leave the flow out.
    assert!(rows(&fluentd, &record).contains("\"version\":10"));
    let copied = collect(&[&fluentd[..], &["--compat"]].concat(), &record);
    assert_eq!(copied.stdout, "");
    assert_eq!(copied.status, Some(3), "{}", copied.log);
    assert!(copied.log.contains("not_in_schema 1"), "{}", copied.log);
}

#[cfg(feature = "geo")]
#[test]
fn documents_have_places_and_systems_from_databases() {
    let database = |name: &str| format!("{}/../testdata/geo/{name}", env!("CARGO_MANIFEST_DIR"));
    let ecs = ["--schema", "ecs-integration"];
    let flow = [v5(0, 7)];
    let places = database("places.mmdb");
    changes(
        &ecs,
        &["--geo", &places],
        &flow,
        "\"country_iso_code\":\"CH\"",
    );
    let systems = database("systems.mmdb");
    changes(&ecs, &["--asn", &systems], &flow, "\"number\":64496");
}

#[test]
fn a_hangup_reads_names_of_services_again() {
    let folder = Folder::new();
    let services = folder.write("services", "old 443/tcp\n");
    let output = folder.file("flows.json");
    let mut flow = v5(0, 7);
    // The protocol, TCP, and the destination port.
    flow[24 + 38] = 6;
    flow[24 + 34..24 + 36].copy_from_slice(&443_u16.to_be_bytes());
    let options = ["--udp", "127.0.0.1:0", "--services", &services];
    let outputs = ["--output", &output, "--schema", "ecs"];
    let other = folder.file("elastiflow.json");
    let others = ["--output", &other, "--schema", "elastiflow"];
    let mut collector = Collector::start(&[&options[..], &outputs, &others].concat());
    let to = collector.addresses[0];
    let has = |file: &str, text: &str| {
        std::fs::read_to_string(file).is_ok_and(|rows| rows.contains(text))
    };
    send("127.0.0.1", to, &flow);
    collector.wait(|_| has(&output, "\"application\":\"old\""));
    collector.wait(|_| has(&other, "\"dst_port_name\":\"old (TCP/443)\""));
    folder.write("services", "new 443\n");
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("services:1: expected a port"));
    folder.write("services", "new 443/tcp\n");
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    collector.wait(|_| {
        send("127.0.0.1", to, &flow);
        has(&output, "\"application\":\"new\"")
            && has(&other, "\"dst_port_name\":\"new (TCP/443)\"")
    });
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
}

#[cfg(feature = "geo")]
#[test]
fn a_hangup_reads_databases_again_and_outputs_go_on() {
    let folder = Folder::new();
    let testdata = |name: &str| format!("{}/../testdata/geo/{name}", env!("CARGO_MANIFEST_DIR"));
    let database = folder.file("database.mmdb");
    std::fs::copy(testdata("systems.mmdb"), &database).unwrap();
    let output = folder.file("flows.json");
    let ecs = [
        "--udp",
        "127.0.0.1:0",
        "--schema",
        "ecs",
        "--geo",
        &database,
    ];
    let mut collector = Collector::start(&[&ecs[..], &["--output", &output]].concat());
    let to = collector.addresses[0];
    let has_rows =
        |text: &str| std::fs::read_to_string(&output).is_ok_and(|rows| rows.contains(text));
    send("127.0.0.1", to, &v5(0, 7));
    collector.wait(|_| has_rows("192.0.2.1"));
    assert!(!has_rows("\"country_iso_code\""));
    std::fs::write(&database, "damaged").unwrap();
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("is not a database"));
    std::fs::copy(testdata("places.mmdb"), &database).unwrap();
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    collector.wait(|_| {
        send("127.0.0.1", to, &v5(1, 7));
        has_rows("\"country_iso_code\":\"CH\"")
    });
    let ended = collector.stop();
    assert_eq!(ended.status, Some(0), "{}", ended.log);
    // The output was not ended and begun again.
    let completed = ended.log.matches("an output is complete").count();
    assert_eq!(completed, 1, "{}", ended.log);
}

#[cfg(all(feature = "dns", feature = "http"))]
#[test]
fn documents_have_names_of_addresses_from_a_server() {
    let server = NameServer::start(|_| Reply::Name("host.example.net"));
    let address = server.address.to_string();
    let mut collector = Collector::start(&[
        "--udp",
        "127.0.0.1:0",
        "--schema",
        "ecs",
        "--dns",
        &address,
        "--metrics",
        "127.0.0.1:0",
    ]);
    let (to, metrics) = (collector.addresses[0], collector.addresses[1]);
    // The first flows go without.
    collector.wait(|collector| {
        send("127.0.0.1", to, &v5(0, 7));
        collector
            .stdout()
            .contains("\"domain\":\"host.example.net\"")
    });
    let has_counted = |text: &str| text.contains("\nnetflow_dns_names_total 1\n");
    collector.wait(|_| has_counted(&get(metrics, "/metrics").1));
    let text = get(metrics, "/metrics").1;
    assert!(text.contains("\nnetflow_dns_queries_total 1\n"), "{text}");
    // Known names and counts outlive a change of the configuration.
    collector.signal("HUP");
    collector.wait(|collector| collector.log().contains("the configuration is read again"));
    let ended = collector.stop();
    assert_eq!(logged(&ended.log, "host names", "queries"), "1");
    assert_eq!(server.asked().len(), 1);
    assert_eq!(server.refused(), 0);
}

#[test]
fn an_announced_rate_can_be_overridden() {
    // A v5 header that announces one packet of 10.
    let mut packet = v5(0, 7);
    packet[22..24].copy_from_slice(&[0x40, 10]);
    let fields = ["--fields", "sampling_rate"];
    assert_eq!(rows(&fields, &[packet.clone()]), "{\"sampling_rate\":10}\n");
    changes(
        &fields,
        &["--sampling-override", "127.0.0.0/8=512"],
        &[packet],
        "{\"sampling_rate\":512}",
    );
}

#[test]
fn options_of_one_domain_can_apply_to_all_of_the_exporter() {
    // Domain 1 announces its sampling interval (34), domain 2 sends a flow.
    let announced = ipfix(
        1,
        &[
            0, 3, 0, 18, 1, 44, 0, 2, 0, 1, 0, 149, 0, 4, 0, 34, 0, 4, 1, 44, 0, 12, 0, 0, 0, 1, 0,
            0, 0, 100,
        ],
    );
    let flow = ipfix(
        2,
        &[
            0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4, 1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 0, 9,
        ],
    );
    changes(
        &["--fields", "octets,sampling_rate"],
        &["--options-scope", "exporter"],
        &[announced, flow],
        "\"sampling_rate\":100",
    );
}

#[test]
fn the_meaning_of_second_counters_can_be_said() {
    // Octets (1) and out octets (23).
    let flow = ipfix(
        1,
        &[
            0, 2, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 1, 0, 4, 0, 23, 0, 4, 1, 0, 0, 16, 192, 0, 2,
            1, 0, 0, 0, 9, 0, 0, 0, 5,
        ],
    );
    changes(
        &["--fields", "octets,reverse_octets"],
        &["--exporter", "127.0.0.0/8=biflow"],
        &[flow],
        "\"reverse_octets\":5",
    );
}

#[test]
fn elements_can_be_defined_in_a_file() {
    let folder = Folder::new();
    let file = folder.write(
        "elements.csv",
        "pen,id,name,type\n64000,7,acmeColour,unsigned8\n",
    );
    // Element 7 of enterprise 64000.
    let flow = ipfix(
        1,
        &[
            0, 2, 0, 16, 1, 0, 0, 1, 0x80, 7, 0, 1, 0, 0, 0xfa, 0, 1, 0, 0, 5, 3,
        ],
    );
    changes(
        &["--schema", "record"],
        &["--definitions", &file],
        &[flow],
        "\"acmeColour\":3",
    );
}

#[test]
fn a_collector_loses_flows_that_the_schema_cannot_express_by_that_reason() {
    let options = ["--schema", "goflow2", "--compat"];
    let collector = Collector::start(&[&["--udp", "127.0.0.1:0"][..], &options].concat());
    // goflow2 reads v5, but not v1: a header of 16 octets and a record of 52.
    let mut v1 = vec![0; 16 + 52];
    v1[..4].copy_from_slice(&[0, 1, 0, 1]);
    for datagram in [&v5(0, 7), &v1] {
        send("127.0.0.1", collector.addresses[0], datagram);
    }
    let ended = collector.stop();
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    let lost = logged(&ended.log, "an output has lost rows", "reasons");
    assert_eq!(lost, "not_in_schema 1");
}

#[test]
fn datagrams_in_raw_documents_are_decoded_elsewhere_as_where_they_arrived() {
    for (format, name) in [("json", "raw.json"), ("msgpack", "raw.msgpack")] {
        let folder = Folder::new();
        let path = folder.file(name);
        let options = ["--schema", "raw", "--format", format, "--output", &path];
        let collector = Collector::start(&[&["--udp", "127.0.0.1:0"], &options[..]].concat());
        let to = collector.addresses[0];
        send("127.0.0.1", to, &v5(0, 7));
        send("127.0.0.2", to, &template(1));
        send("127.0.0.2", to, &record(1, 9));
        send("127.0.0.3", to, b"other");
        let ended = collector.stop();
        assert_eq!(ended.status, Some(0), "{}", ended.log);
        let message = "an output is complete";
        assert_eq!(logged(&ended.log, message, "written"), "4");

        let fields = ["--format", "csv", "--fields", "exporter_address,octets"];
        let decoded = std::process::Command::new(env!("CARGO_BIN_EXE_netflow"))
            .args(["decode", "--quiet", &path])
            .args(fields)
            .output()
            .unwrap();
        let rows = "exporter_address,octets\r\n127.0.0.1,7\r\n127.0.0.2,9\r\n";
        assert_eq!(String::from_utf8(decoded.stdout).unwrap(), rows, "{format}");

        let another = Collector::start(&["--udp", "127.0.0.1:0", "--output", "null"]);
        let to = another.addresses[0].to_string();
        let sent = crate::replay::replay(&[&path, "--to", &to, "--rate", "1000"]);
        assert_eq!(sent.status, Some(0), "{}", sent.log);
        let ended = another.stop();
        for (count, expected) in [("datagrams", "4"), ("flows", "2"), ("unreadable", "1")] {
            assert_eq!(logged(&ended.log, "received", count), expected, "{count}");
        }
    }
}

#[test]
fn addresses_are_replaced_if_there_is_a_key() {
    let folder = Folder::new();
    let key = folder.write("key", &"0123456789abcdef".repeat(4));
    let fields = ["--fields", "source_address"];
    let original = rows(&fields, &[v5(0, 7)]);
    assert_eq!(original, "{\"source_address\":\"192.0.2.1\"}\n");
    let replaced = rows(&[&fields[..], &["--anonymise", &key]].concat(), &[v5(0, 7)]);
    assert!(!replaced.contains("192.0.2.1"), "{replaced}");
    assert_eq!(replaced.lines().count(), 1, "{replaced}");
}

#[test]
fn raw_documents_cannot_be_anonymised() {
    let folder = Folder::new();
    let key = folder.write("key", &"0123456789abcdef".repeat(4));
    for (schema, status) in [("flow", Some(0)), ("raw", Some(2))] {
        let ended = run(&["--check", "--schema", schema, "--anonymise", &key]);
        assert_eq!(ended.status, status, "{schema}: {}", ended.log);
    }
    let decode = ["decode", "-", "--schema", "raw", "--anonymise", &key];
    let decoded = std::process::Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args(decode)
        .output()
        .unwrap();
    assert_eq!(decoded.status.code(), Some(2));
    let log = String::from_utf8(decoded.stderr).unwrap();
    assert!(log.contains("has whole datagrams"), "{log}");
}
