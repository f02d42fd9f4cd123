//! Names of interfaces from a file.

use std::fs;

use serde_json::json;

use crate::run::{Directory, decode, netflow, testdata};

/// NetFlow v5 of 192.0.2.1, whose first flow is from interface 11 to 12.
const V5: &str = "synthetic/nfv5.pcap";

const NAMES: &str = "exporter,index,name,speed,description\n\
                     192.0.2.1,11,lan,1G,office\n192.0.2.1,12,uplink,10G,\"to \"\"A\"\"\"\n";

/// A file of names, and its path.
fn names(test: &str, content: &str) -> (Directory, String) {
    let folder = Directory::new(test);
    let file = folder.file("interfaces.csv");
    fs::write(&file, content).unwrap();
    (folder, file.display().to_string())
}

#[test]
fn flows_of_each_protocol_have_the_names_of_a_file() {
    let (_folder, file) = names("interface-flows", NAMES);
    let options = ["-f", "json", "--interface-names", &file];
    let row = &decode(&options, &[V5]).rows()[0];
    assert_eq!(row["input_interface_name"], "lan");
    assert_eq!(row["output_interface_name"], "uplink");
    let without = &decode(&["-f", "json"], &[V5]).rows()[0];
    assert_eq!(without.get("input_interface_name"), None);
    // sFlow: every interface of the agent gets a name, and so does every flow with an interface.
    let sflow = "synthetic/sflow_samples.pcap";
    let flows = decode(&["-f", "json"], &[sflow]).rows();
    let mut file = String::from("exporter,index,name\n");
    let mut named = 0;
    for flow in &flows {
        if let Some(index) = flow["input_interface"].as_u64() {
            let exporter = flow["exporter_address"].as_str().unwrap();
            file += &format!("{exporter},{index},if{index}\n");
            named += 1;
        }
    }
    assert!(named > 0);
    let (_folder, file) = names("interface-sflow", &file);
    for row in decode(&["-f", "json", "--interface-names", &file], &[sflow]).rows() {
        let index = row["input_interface"].as_u64();
        let expected = index.map(|index| format!("if{index}"));
        assert_eq!(
            row.get("input_interface_name")
                .and_then(|name| name.as_str()),
            expected.as_deref()
        );
    }
}

#[test]
fn the_names_of_a_file_are_in_tables_groups_and_reports() {
    let (_folder, file) = names("interface-groups", NAMES);
    let with_names = ["--quiet", "--interface-names", &file];
    let capture = testdata(V5).display().to_string();
    let run = |command: &str, options: &[&str]| {
        let run = netflow([&[command], &with_names[..], options, &[&capture]].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    let fields = ["--fields", "input_interface_name", "-f", "table"];
    assert!(run("decode", &fields).contains("lan"));
    let by = ["--by", "output_interface_name", "-f", "csv"];
    assert!(run("top", &by).contains("uplink"));
    assert!(run("report", &[]).contains("uplink"));
    let filter = ["-f", "json", "--where", "input_interface_name lan"];
    assert!(run("decode", &filter).lines().count() > 0);
}

#[test]
fn schemas_that_have_names_of_interfaces_have_those_of_a_file() {
    let (_folder, file) = names("interface-schemas", NAMES);
    let first = |schema: &str| {
        let options = ["-s", schema, "--interface-names", &file];
        decode(&options, &[V5]).rows().swap_remove(0)
    };
    for schema in ["ecs", "ecs-integration"] {
        let observer = first(schema)["observer"].clone();
        let expected = json!({"interface": {"id": "11", "name": "lan", "alias": "office"}});
        assert_eq!(observer["ingress"], expected, "{schema}");
        let expected = json!({"interface": {"id": "12", "name": "uplink", "alias": "to \"A\""}});
        assert_eq!(observer["egress"], expected, "{schema}");
    }
    assert_eq!(first("elastiflow")["flow"]["input_ifname"], "lan");
    assert_eq!(first("akvorado")["OutIfName"], "uplink");
    assert_eq!(first("pmacct")["iface_name_in"], "lan");
    // Without the file, documents are those of Elastic's input, which have no interfaces.
    let without = &decode(&["-s", "ecs"], &[V5]).rows()[0];
    assert_eq!(without["observer"], json!({"ip": "192.0.2.1"}));
}

#[test]
fn of_several_files_the_later_wins_and_a_fault_names_its_line() {
    let (_folder, file) = names("interface-later", NAMES);
    let (_later, later) = names(
        "interface-last",
        "exporter,index,name\n192.0.2.1,12,transit\n",
    );
    let options = [
        "-f",
        "json",
        "--interface-names",
        &file,
        "--interface-names",
        &later,
    ];
    let row = &decode(&options, &[V5]).rows()[0];
    assert_eq!(row["input_interface_name"], "lan");
    assert_eq!(row["output_interface_name"], "transit");
    let (_wrong, wrong) = names("interface-wrong", "exporter,index,name\nrouter,1,a\n");
    let run = decode(&["--interface-names", &wrong], &[V5]);
    assert_eq!(run.status, 2);
    let expected = format!("{wrong}:2: expected the IP address of an exporter, found \"router\"");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
}
