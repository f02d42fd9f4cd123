//! The schemas that are the documents of other tools.

use crate::run::{Directory, decode, netflow, testdata};

const CAPTURE: &str = "synthetic/nfv5.pcap";

#[test]
fn help_lists_the_schemas() {
    let run = netflow(["decode", "--schema", "help"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    for schema in [
        "flow",
        "record",
        "wire",
        "ecs",
        "ecs-integration",
        "logstash",
        "fluentd",
        "goflow2",
        "nfdump",
        "elastiflow",
        "datadog",
        "akvorado",
        "pmacct",
        "sflowtool",
        "ipfixcol2",
        "vflow",
        "telegraf",
    ] {
        let line = run
            .stdout
            .lines()
            .find(|line| line.starts_with(&format!("{schema} ")));
        assert!(line.is_some_and(|line| line.len() > 30), "{}", run.stdout);
    }
}

#[test]
fn a_record_of_v5_becomes_a_document_of_elastic() {
    let options = ["-s", "ecs", "--tag", "edge", "--add-field", "site=A\"1"];
    let row = &decode(&options, &[CAPTURE]).rows()[0];
    assert_eq!(row["@timestamp"], "2026-01-01T00:00:00.25Z");
    assert_eq!(row["netflow"]["source_ipv4_address"], "192.0.2.1");
    assert_eq!(row["netflow"]["exporter"]["engine_id"], 7);
    assert_eq!(row["netflow"]["exporter"]["sampling_interval"], 100);
    assert_eq!(row["event"]["start"], "2025-12-31T23:59:30.25Z");
    assert_eq!(row["event"]["duration"], 28_000_000_000_u64);
    assert_eq!(row["source"]["bytes"], 9000);
    assert_eq!(row["network"]["transport"], "tcp");
    assert_eq!(row["destination"]["locality"], "external");
    assert_eq!(row["tags"], serde_json::json!(["edge"]));
    assert_eq!(row["site"], "A\"1");
}

#[test]
fn the_documents_of_the_integration_have_what_its_pipeline_adds() {
    let options = [
        "-s",
        "ecs-integration",
        "--internal-networks",
        "192.0.2.0/24",
    ];
    let row = &decode(&options, &[CAPTURE]).rows()[0];
    assert_eq!(row["network"]["direction"], "outbound");
    assert_eq!(row["network"]["iana_number"], "6");
    assert_eq!(row["network"]["type"], "ipv4");
    assert_eq!(row["event"]["dataset"], "netflow.log");
    assert_eq!(row["data_stream"]["dataset"], "netflow.log");
    assert_eq!(row["observer"]["ip"], serde_json::json!(["192.0.2.1"]));
}

#[test]
fn a_record_of_v5_becomes_an_event_of_logstash() {
    let row = &decode(&["-s", "logstash", "--target", "flow"], &[CAPTURE]).rows()[0];
    assert_eq!(row["@timestamp"], "2026-01-01T00:00:00.250Z");
    assert_eq!(row["flow"]["ipv4_src_addr"], "192.0.2.1");
    assert_eq!(row["flow"]["first_switched"], "2025-12-31T23:59:30.250Z");
    assert_eq!(row["flow"]["in_bytes"], 9000);
    assert_eq!(row["flow"]["sampling_interval"], 100);
}

#[test]
fn a_record_of_v5_becomes_a_record_of_fluentd() {
    let row = &decode(&["-s", "fluentd", "--time-key", "time"], &[CAPTURE]).rows()[0];
    assert_eq!(row["time"], 1_767_225_600.25);
    assert_eq!(row["host"], "192.0.2.1");
    assert_eq!(row["last_switched"], "2025-12-31T23:59:58.250Z");
    assert_eq!(row["l4_dst_port"], 443);
}

#[test]
fn a_table_cannot_hold_documents() {
    let run = decode(&["-s", "ecs", "-f", "table"], &[CAPTURE]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("--format json"), "{}", run.stderr);
}

#[test]
fn a_record_of_v5_becomes_a_message_of_goflow2() {
    let row = &decode(&["-s", "goflow2"], &[CAPTURE]).rows()[0];
    assert_eq!(row["type"], "NETFLOW_V5");
    assert_eq!(row["time_flow_start_ns"], 1_767_225_570_250_000_000_u64);
    assert_eq!(row["proto"], "TCP");
    assert_eq!(row["src_net"], "192.0.2.0/24");
    assert_eq!(row["sampling_rate"], 100);
}

#[test]
fn a_record_of_v5_becomes_a_row_of_nfdump() {
    let row = &decode(&["-s", "nfdump"], &[CAPTURE]).rows()[0];
    assert_eq!(row["first"], "2025-12-31T23:59:30.250");
    assert_eq!(row["tcp_flags"], "...AP.SF");
    assert_eq!(row["in_bytes"], 9000);
    assert_eq!(row["sampled"], 1);
    let csv = decode(&["-s", "nfdump", "-f", "csv"], &[CAPTURE]).stdout;
    let expected = "2025-12-31 23:59:30.250,28.000,6,192.0.2.1,50000,198.51.100.1,443,12,9000,1";
    assert_eq!(csv.lines().nth(1), Some(expected));
    for format in ["csv-fast", "line", "long", "extended"] {
        let run = decode(&["-s", "nfdump", "-f", format], &[CAPTURE]);
        assert!(run.stdout.contains("192.0.2.1"), "{}", run.stdout);
    }
}

#[test]
fn elements_are_found_by_name_and_number() {
    for wanted in ["sourceIPv4Address", "8", "0/8"] {
        let run = netflow(["elements", wanted]);
        assert_eq!(
            run.stdout, "8\tsourceIPv4Address\tipv4Address\tdefault\tnone\n",
            "{wanted}"
        );
    }
    let run = netflow(["elements", "sourceIPv4Adress"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("sourceIPv4Address is similar"),
        "{}",
        run.stderr
    );
    assert!(netflow(["elements"]).stdout.lines().count() > 2_000);
}

#[test]
fn a_file_of_definitions_names_unknown_elements() {
    let folder = std::env::temp_dir().join(format!("netflow-definitions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("elements.csv");
    std::fs::write(&path, "pen,id,name,type\n64000,7,queueDepth,unsigned32\n").unwrap();
    let file = path.to_str().unwrap();
    let run = netflow(["elements", "64000/7", "--definitions", file]);
    assert_eq!(
        run.stdout,
        "64000/7\tqueueDepth\tunsigned32\tdefault\tnone\n"
    );
    std::fs::write(&path, "pen,id,name,type\n64000,7,queueDepth,uint\n").unwrap();
    let run = netflow(["elements", "--definitions", file]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr
            .contains("elements.csv:2: expected an abstract data type"),
        "{}",
        run.stderr
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_definition_supplies_a_field_of_flows_and_is_named_by_explain() {
    let folder = std::env::temp_dir().join(format!("netflow-same-as-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("mine.csv");
    let rows = "pen,id,name,type,same_as\n64999,8,port,unsigned32,input_interface\n";
    std::fs::write(&path, rows).unwrap();
    let capture = testdata("synthetic/ipfix_enterprise.pcap");
    let capture = capture.to_str().unwrap();
    let file = path.to_str().unwrap();
    let interfaces = |more: &[&str]| {
        let options = [
            "decode",
            "-f",
            "json",
            "--fields",
            "input_interface",
            capture,
        ];
        netflow(options.iter().chain(more)).rows()
    };
    assert!(
        interfaces(&[])
            .iter()
            .all(|row| row["input_interface"].is_null())
    );
    let known = interfaces(&["--definitions", file]);
    assert!(
        known.iter().any(|row| row["input_interface"].is_u64()),
        "{known:?}"
    );
    let run = netflow(["explain", "--definitions", file, capture]);
    let words: Vec<&str> = run.stdout.split_whitespace().collect();
    assert!(
        words.join("\u{a0}").contains("mine.csv:2)\u{a0}4"),
        "{}",
        run.stdout
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The databases know 192.0.2.0/24, of which only the lower half has a place.
#[cfg(feature = "geo")]
#[test]
fn documents_of_the_integration_have_places_and_systems_from_databases() {
    let [places, systems] = ["geo/places.mmdb", "geo/systems.mmdb"]
        .map(|name| testdata(name).to_str().unwrap().to_owned());
    let options = ["-s", "ecs-integration", "--geo", &places, "--asn", &systems];
    let row = &decode(&options, &[CAPTURE]).rows()[0];
    let expected = serde_json::json!({
        "continent_name": "Europe",
        "country_iso_code": "CH",
        "country_name": "Switzerland",
        "region_iso_code": "CH-ZH",
        "region_name": "Zurich",
        "city_name": "Z\u{fc}rich \"Oerlikon\"",
        "location": {"lat": 47.4111, "lon": 8.5441},
    });
    assert_eq!(row["source"]["ip"], "192.0.2.1");
    assert_eq!(row["source"]["geo"], expected);
    let expected = serde_json::json!({"number": 64496, "organization": {"name": "Example Org"}});
    assert_eq!(row["source"]["as"], expected);
    assert!(row["destination"].get("geo").is_none(), "{row}");
}

#[cfg(feature = "geo")]
#[test]
fn documents_of_elastiflow_and_akvorado_have_places_from_databases() {
    let [places, systems] = ["geo/places.mmdb", "geo/systems.mmdb"]
        .map(|name| testdata(name).to_str().unwrap().to_owned());
    let with = ["--geo", &places, "--asn", &systems];
    let first = |schema: &str, options: &[&str]| {
        decode(&[&["-s", schema], options].concat(), &[CAPTURE]).rows()[0].clone()
    };
    let flow = first("elastiflow", &with)["flow"].clone();
    assert_eq!(flow["src_city"], "Z\u{fc}rich \"Oerlikon\"");
    assert_eq!(flow["src_country"], "Switzerland");
    assert_eq!(flow["src_country_code"], "CH");
    let location = serde_json::json!({"lat": 47.4111, "lon": 8.5441});
    assert_eq!(flow["src_geo_location"], location);
    assert_eq!(flow["src_autonomous_system"], "Example Org (64496)");
    // The database of places does not know the destination; that of systems has no name for its number.
    assert_eq!(flow["country"], "Switzerland");
    assert_eq!(flow.get("dst_country"), None);
    assert_eq!(flow["dst_autonomous_system"], "4200000000");
    let both = serde_json::json!(["4200000000", "Example Org (64496)"]);
    assert_eq!(flow["autonomous_system"], both);
    let row = first("akvorado", &with);
    assert_eq!(row["SrcCountry"], "CH");
    assert_eq!(row["SrcGeoCity"], "Z\u{fc}rich \"Oerlikon\"");
    let without = first("elastiflow", &[])["flow"].clone();
    assert_eq!(without.get("autonomous_system"), None);
    assert_eq!(without.get("src_country"), None);
}

#[test]
fn names_of_services_come_from_a_file() {
    let folder = Directory::new("services");
    let file = folder.file("services");
    std::fs::write(&file, "a\"b 443/tcp\nquic 443/udp\n").unwrap();
    let path = file.display().to_string();
    let first = |schema: &str, options: &[&str]| {
        decode(&[&["-s", schema], options].concat(), &[CAPTURE]).rows()[0].clone()
    };
    let with = ["--services", &path];
    assert_eq!(first("ecs", &with)["network"]["application"], "a\"b");
    let flow = first("elastiflow", &with)["flow"].clone();
    assert_eq!(flow["src_port_name"], "TCP/50000");
    assert_eq!(flow["dst_port_name"], "a\"b (TCP/443)");
    assert_eq!(flow["service_name"], "a\"b (TCP/443)");
    assert_eq!(flow["service_port"], 443);
    assert_eq!(flow["ip_protocol"], "TCP");
    let flags = serde_json::json!(["FIN", "SYN", "PSH", "ACK"]);
    assert_eq!(flow["tcp_flags"], flags);
    assert_eq!(first("ecs", &[])["network"].get("application"), None);
    let without = first("elastiflow", &[])["flow"].clone();
    assert_eq!(without.get("dst_port_name"), None);
    assert_eq!(without.get("service_port"), None);
    std::fs::write(&file, "https 443\n").unwrap();
    let run = decode(&["-s", "ecs", "--services", &path], &[CAPTURE]);
    assert_eq!(run.status, 2);
    let expected = format!("{path}:1: expected a port as 443/tcp, found \"443\"");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
}

#[test]
fn sums_and_the_report_have_names_of_services() {
    let folder = Directory::new("service-sums");
    let file = folder.file("services");
    std::fs::write(&file, "a\"b 443/tcp\n").unwrap();
    let path = file.display().to_string();
    let with = ["--services", &path];
    let capture = testdata(CAPTURE);
    let capture = capture.to_str().unwrap();
    let top = ["top", "--by", "service", "--format", "csv", capture];
    let rows = netflow(top.into_iter().chain(with)).stdout;
    assert!(rows.contains("\"a\"\"b\","), "{rows}");
    let refused = netflow(top);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("--services"), "{}", refused.stderr);
    let page = netflow(["report", capture].into_iter().chain(with)).stdout;
    assert!(page.contains("a&quot;b (443)"), "{page}");
}

#[test]
fn akvorado_has_speeds_and_descriptions_of_named_interfaces() {
    let folder = Directory::new("akvorado");
    let file = folder.file("interfaces.csv");
    let without = decode(&["-s", "akvorado"], &[CAPTURE]).rows()[0].clone();
    assert_eq!(without.get("InIfSpeed"), None);
    let flow = decode(&["-f", "json"], &[CAPTURE]).rows()[0].clone();
    let [exporter, input, output] = ["exporter_address", "input_interface", "output_interface"]
        .map(|name| flow[name].to_string().replace('"', ""));
    let rows = format!(
        "exporter,index,name,speed,description\n{exporter},{input},in,10G,\"up \"\"link\"\"\"\n\
         {exporter},{output},out,2500M,\n"
    );
    std::fs::write(&file, rows).unwrap();
    let path = file.display().to_string();
    let with = ["-s", "akvorado", "--interface-names", &path];
    let row = decode(&with, &[CAPTURE]).rows()[0].clone();
    assert_eq!(row["InIfName"], "in");
    assert_eq!(row["InIfDescription"], "up \"link\"");
    assert_eq!(row["InIfSpeed"], 10_000);
    assert_eq!(row["OutIfSpeed"], 2_500);
    assert_eq!(row.get("OutIfDescription"), None);
}

#[test]
fn a_database_that_cannot_be_read_is_named() {
    let run = decode(&["-s", "ecs", "--geo", "no-such-file.mmdb"], &[CAPTURE]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("no-such-file.mmdb"), "{}", run.stderr);
}

#[test]
fn flows_of_versions_that_goflow2_does_not_read_are_counted_as_left_out() {
    // The number of records in the `.expected.json` of each capture.
    for (version, flows) in [(1, 5), (6, 3), (7, 5), (8, 28)] {
        let capture = format!("synthetic/nfv{version}.pcap");
        let capture = testdata(&capture);
        let decode = ["decode", "-s", "goflow2", capture.to_str().unwrap()];
        let line = format!("left out     {flows} flows that the schema cannot express");
        let copied = netflow(decode.into_iter().chain(["--compat"]));
        assert_eq!(copied.rows().len(), 0, "v{version}");
        assert!(copied.stderr.contains(&line), "{}", copied.stderr);
        let corrected = netflow(decode);
        assert_eq!(corrected.rows().len(), flows, "v{version}");
        assert!(!corrected.stderr.contains("left out"), "v{version}");
    }
    // goflow2 reads v5.
    let read = decode(&["-s", "goflow2", "--compat"], &[CAPTURE]);
    assert_eq!(read.rows().len(), 37);
}

#[test]
fn documents_of_chosen_flows_can_be_limited() {
    let capture = ["genuine/nfr_v5.pcap"];
    let all = decode(&["-s", "logstash"], &capture).rows();
    let is_chosen = |row: &&serde_json::Value| row["netflow"]["l4_dst_port"] == 22;
    let chosen: Vec<_> = all.iter().filter(is_chosen).cloned().collect();
    assert!(chosen.len() > 1 && chosen.len() < all.len());
    let options = ["-s", "logstash", "--where", "dst port 22"];
    let of_filter = decode(&options, &capture);
    assert_eq!(of_filter.status, 0, "{}", of_filter.stderr);
    assert_eq!(of_filter.rows(), chosen);
    let limited = decode(&[&options[..], &["--limit", "1"]].concat(), &capture);
    assert_eq!(limited.rows(), chosen[..1]);
    let sorted = decode(&[&options[..], &["--sort", "octets"]].concat(), &capture);
    assert_eq!(sorted.status, 2);
    assert!(sorted.stderr.contains("--sort is for the flows of"));
}

/// The schemas whose every member has a source in `testdata/dialects/`.
fn sourced_schemas() -> Vec<String> {
    let folder = std::fs::read_dir(testdata("dialects")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let schemas: Vec<String> = names
        .map(|name| name.strip_suffix(".csv").unwrap().to_owned())
        .collect();
    assert!(schemas.len() >= 8, "{schemas:?}");
    schemas
}

/// The names of members that have a source; one that ends with `*` stands for all that begin so.
fn sourced(schema: &str) -> Vec<String> {
    let path = testdata(&format!("dialects/{schema}.csv"));
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| {
        let (name, source) = row.split_once(',').unwrap();
        let (repository, file) = source.trim_matches('"').split_once(' ').unwrap();
        assert_eq!(repository.split('/').count(), 2, "{row}");
        let commit = file.split_once('@').unwrap().1.split(' ').next().unwrap();
        assert_eq!(commit.len(), 40, "{row}");
        name.to_owned()
    })
    .collect()
}

/// Fails for a member of an object whose path is not in the list.
fn check_members(schema: &str, known: &[String], path: &str, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let is_known = known.iter().any(|known| match known.strip_suffix('*') {
                    Some(start) => path.starts_with(start),
                    None => *known == path || known.starts_with(&format!("{path}.")),
                });
                assert!(is_known, "{schema}: {path} has no source");
                if !path.contains(':') {
                    check_members(schema, known, &path, value);
                }
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                check_members(schema, known, path, item);
            }
        }
        _ => {}
    }
}

#[test]
fn every_member_of_the_newer_schemas_has_a_source() {
    let folder = std::fs::read_dir(testdata("synthetic")).unwrap();
    let captures: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".pcap"))
        .map(|name| format!("synthetic/{name}"))
        .collect();
    let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
    // Those of sflowtool are lines of text, whose names the next test reads.
    let schemas = sourced_schemas();
    for schema in schemas.iter().filter(|schema| *schema != "sflowtool") {
        let known = sourced(schema);
        for options in [&["-s", schema][..], &["-s", schema, "--compat"]] {
            let rows = decode(options, &captures).rows();
            assert!(rows.len() > 20, "{schema}: {} documents", rows.len());
            for row in rows {
                check_members(schema, &known, "", &row);
            }
        }
    }
}

#[test]
fn every_name_in_the_tables_of_the_newer_schemas_has_a_source() {
    let schemas = sourced_schemas();
    let registry = testdata("../registry/dialect_fields.csv");
    let text = std::fs::read_to_string(registry).unwrap();
    for row in text.lines().skip(1) {
        let mut cells = row.split(',');
        let (schema, name) = (cells.next().unwrap(), cells.next().unwrap());
        if schemas.iter().any(|sourced| sourced == schema) {
            assert!(sourced(schema).iter().any(|known| known == name), "{row}");
        }
    }
}

#[test]
fn the_newer_schemas_write_the_record_of_v5() {
    let row = |schema: &str| decode(&["-s", schema], &[CAPTURE]).rows()[0].clone();
    let akvorado = row("akvorado");
    assert_eq!(akvorado["SrcAddr"], "::ffff:192.0.2.1");
    assert_eq!(akvorado["EType"], 0x0800);
    assert_eq!(akvorado["Bytes"], 9000);
    let datadog = row("datadog");
    assert_eq!(datadog["type"], "netflow5");
    assert_eq!(datadog["source"]["ip"], "192.0.2.1");
    assert!(datadog["source"]["port"].is_string());
    assert_eq!(datadog["ip_protocol"], "TCP");
    assert!(datadog.get("host").is_none());
    let elastiflow = row("elastiflow");
    assert_eq!(elastiflow["flow"]["src_addr"], "192.0.2.1");
    // The interval is 100.
    assert_eq!(elastiflow["flow"]["bytes"], 900_000);
    assert_eq!(elastiflow["event"]["type"], "netflow");
    let pmacct = row("pmacct");
    assert_eq!(pmacct["ip_src"], "192.0.2.1");
    assert_eq!(pmacct["ip_proto"], "tcp");
    assert_eq!(pmacct["timestamp_start"], "1767225570.250000");
    let ipfixcol2 = row("ipfixcol2");
    assert_eq!(ipfixcol2["@type"], "ipfix.entry");
    assert_eq!(ipfixcol2["iana:sourceIPv4Address"], "192.0.2.1");
    assert_eq!(ipfixcol2["iana:protocolIdentifier"], "TCP");
    let vflow = row("vflow");
    assert_eq!(vflow["Header"]["EngID"], 7);
    assert_eq!(vflow["Flows"][0]["SrcAddr"], "192.0.2.1");
    assert_eq!(vflow["Flows"][0]["L3Octets"], 9000);
    let telegraf = row("telegraf");
    assert_eq!(telegraf["name"], "netflow");
    assert_eq!(telegraf["tags"]["version"], "NetFlowV5");
    assert_eq!(telegraf["fields"]["src"], "192.0.2.1");
    assert_eq!(telegraf["fields"]["sampling_interval"], 100);
    assert_eq!(telegraf["fields"]["engine_id"], "0x07");
}

#[test]
fn lines_of_sflowtool_have_all_columns_and_other_flows_are_counted() {
    let run = decode(&["-s", "sflowtool", "-f", "line"], &["genuine/pm_sf.pcap"]);
    let line = "FLOW,203.0.113.1,0,0,020000000002,020000000001,0x0800,0,0,198.51.100.1,203.0.113.10,6,\
                0x00,64,80,40000,0x12,58,40,2";
    assert_eq!(run.stdout.lines().next(), Some(line));
    assert!(run.stdout.lines().all(|line| line.split(',').count() == 20));
    let capture = testdata(CAPTURE);
    let capture = capture.to_str().unwrap();
    let run = netflow(["decode", "-s", "sflowtool", "-f", "line", capture]);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("left out"), "{}", run.stderr);
}

#[test]
fn samples_of_sflow_become_metrics_objects_and_lines() {
    let captures = ["synthetic/sflow_all_counters.pcap"];
    // What `testdata/synthetic/make.py` put into the first sample.
    let line = "CNTR,192.0.2.9,332,333,1434519077198,335,336,1447403979089,338,339,340,341,342,343,\
                1477468750168,345,346,347,348,349,350";
    let lines = decode(&["-s", "sflowtool", "-f", "line"], &captures);
    assert_eq!(lines.stdout.lines().next(), Some(line));
    assert!(
        lines
            .stdout
            .lines()
            .all(|line| line.split(',').count() == 21)
    );
    let chosen = ["-s", "sflowtool", "-f", "line", "--where", "packets >= 0"];
    assert_eq!(decode(&chosen, &captures).stdout, "");
    let limited = ["-s", "sflowtool", "-f", "line", "--limit", "2"];
    assert_eq!(decode(&limited, &captures).stdout.lines().count(), 2);
    let metric = decode(&["-s", "telegraf"], &captures).rows()[0]["fields"].clone();
    assert_eq!(metric["interface"], 332);
    assert_eq!(metric["in_bytes"], 1_447_403_979_089_u64);
    assert_eq!(metric["agent_ip"], "192.0.2.9");
    let object = decode(&["-s", "vflow"], &captures).rows()[0].clone();
    let counters = &object["Counters"][0]["Records"]["GenInt"];
    assert_eq!(counters["OutOctets"], 1_477_468_750_168_u64);
    assert_eq!(counters["PromiscuousMode"], 350);

    let captures = ["synthetic/sflow_samples.pcap"];
    let metric = decode(&["-s", "telegraf"], &captures).rows()[0]["fields"].clone();
    assert_eq!(metric["src"], "192.0.2.20");
    assert_eq!(metric["tcp_flags"], "...AP...");
    assert_eq!(metric["sampling_interval"], 1000);
    // Telegraf writes the lowest flag alone.
    let copied = decode(&["-s", "telegraf", "--compat"], &captures).rows()[0]["fields"].clone();
    assert_eq!(copied["tcp_flags"], "....P...");
    let object = decode(&["-s", "vflow"], &captures).rows()[0].clone();
    let header = &object["Samples"][0]["Records"]["RawHeader"];
    assert_eq!(header["L3"]["Dst"], "198.51.100.20");
    assert_eq!(header["L4"]["DstPort"], 443);
    assert_eq!(object["IPAddress"], "192.0.2.9");
    // ipfixcol2 does not read sFlow.
    let capture = testdata(captures[0]);
    let run = netflow(["decode", "-s", "ipfixcol2", capture.to_str().unwrap()]);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("left out"), "{}", run.stderr);
}

#[test]
fn names_of_other_tools_choose_fields() {
    let options = [
        "-f",
        "csv",
        "--fields",
        "srcaddr,in_bytes",
        "--where",
        "l4_dst_port 443",
    ];
    let csv = decode(&options, &[CAPTURE]).stdout;
    assert!(
        csv.starts_with("source_address,octets\r\n192.0.2.1,9000\r\n"),
        "{csv}"
    );
}
