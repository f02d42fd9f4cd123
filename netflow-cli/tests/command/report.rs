//! `netflow report`, beside `netflow top` on the same capture.

use std::ffi::OsStr;
use std::fs;

use crate::run::{Directory, netflow, testdata};

/// The panels of a page: the id of each, and octets, packets and flows of its rows.
fn panels(page: &str) -> Vec<(String, Vec<[u64; 3]>)> {
    let tables = page.split("data-panel=\"").skip(1);
    tables
        .map(|table| {
            let (id, rest) = table.split_once('"').unwrap();
            let (body, _) = rest.split_once("</tbody>").unwrap();
            let rows = body.split("<tr>").skip(2);
            let rows = rows.map(|row| {
                let mut numbers = row.split("data-n=\"").skip(1).map(|number| {
                    let (number, _) = number.split_once('"').unwrap();
                    number.parse().unwrap()
                });
                [(); 3].map(|()| numbers.next().unwrap())
            });
            (id.to_owned(), rows.collect())
        })
        .collect()
}

/// The fields that a panel groups by.
fn fields(id: &str) -> &'static str {
    match id {
        "sources" => "source_address",
        "destinations" => "destination_address",
        "conversations" => "source_address,destination_address",
        "services" => "protocol,destination_port",
        "protocols" => "protocol",
        "versions" => "ip_version",
        "exporters" => "exporter_address",
        "applications" => "application_name",
        "input" => "exporter_address,input_interface,input_interface_name",
        "output" => "exporter_address,output_interface,output_interface_name",
        "source-as" => "source_as",
        "destination-as" => "destination_as",
        "as-pairs" => "source_as,destination_as",
        "flags" => "tcp_flags",
        "dscp" => "dscp",
        "vlans" => "vlan",
        "directions" => "direction",
        "events" => "firewall_event",
        "denied" => "firewall_event,source_address,destination_address,destination_port",
        "nat" => "nat_event",
        "users" => "user_name",
        other => panic!("{other}"),
    }
}

#[test]
fn the_numbers_of_each_panel_are_those_of_top() {
    let directory = Directory::new("report");
    let mut seen = Vec::new();
    for file in [
        "genuine/ovs.pcap",
        "genuine/nfr_v5.pcap",
        "genuine/sf_v9_sampling.pcap",
        "genuine/sf_v10_biflow.pcap",
        "genuine/pm_sf.pcap",
        "synthetic/nfv8.pcap",
    ] {
        let path = directory.file("report.html");
        let capture = testdata(file);
        let run = netflow([
            "report".as_ref(),
            "-q".as_ref(),
            "-o".as_ref(),
            path.as_os_str(),
            capture.as_os_str(),
        ]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let page = fs::read_to_string(&path).unwrap();
        // `top` has no column for the locality.
        let panels = panels(&page).into_iter().filter(|(id, _)| id != "locality");
        for (id, rows) in panels {
            let top = netflow([
                "top".as_ref(),
                "--format=json".as_ref(),
                "--by".as_ref(),
                fields(&id).as_ref(),
                capture.as_os_str(),
            ]);
            let expected: Vec<[u64; 3]> = top
                .rows()
                .iter()
                .map(|row| ["octets", "packets", "flows"].map(|sum| row[sum].as_u64().unwrap()))
                .collect();
            assert_eq!(rows, expected, "{file} {id}");
            seen.push(id);
        }
    }
    for id in [
        "sources",
        "services",
        "input",
        "source-as",
        "flags",
        "vlans",
    ] {
        assert!(seen.iter().any(|seen| seen == id), "{id}");
    }
}

#[test]
fn localities_are_those_of_the_internal_networks() {
    let directory = Directory::new("report-locality");
    let path = directory.file("report.html");
    let capture = testdata("genuine/ovs.pcap");
    let options = ["report", "-q", "--internal-networks=203.0.113.0/24", "-o"];
    let options = options.map(AsRef::<OsStr>::as_ref).into_iter();
    let run = netflow(options.chain([path.as_os_str(), capture.as_os_str()]));
    assert_eq!(run.status, 0, "{}", run.stderr);
    let page = fs::read_to_string(&path).unwrap();
    let table = page.split("data-panel=\"locality\"").nth(1).unwrap();
    let rows = table.split("</tbody>").next().unwrap().split("<tr>");
    let octets = |name: &str| {
        let row = rows.clone().find(|row| row.contains(name))?;
        let (octets, _) = row.split_once("data-n=\"")?.1.split_once('"')?;
        octets.parse::<u64>().ok()
    };
    for (name, filter) in [
        (
            "outbound",
            "src net 203.0.113.0/24 and not dst net 203.0.113.0/24",
        ),
        (
            "inbound",
            "dst net 203.0.113.0/24 and not src net 203.0.113.0/24",
        ),
        (
            "internal",
            "src net 203.0.113.0/24 and dst net 203.0.113.0/24",
        ),
        ("external", "not net 203.0.113.0/24"),
    ] {
        let options = [
            "top",
            "--format=json",
            "--by",
            "ip_version",
            "--where",
            filter,
        ];
        let options = options.map(AsRef::<OsStr>::as_ref).into_iter();
        let top = netflow(options.chain([capture.as_os_str()]));
        let expected = top
            .rows()
            .first()
            .map(|row| row["octets"].as_u64().unwrap());
        assert_eq!(octets(&format!("<td>{name}</td>")), expected, "{name}");
    }
}

#[test]
fn a_window_of_time_chooses_the_flows_of_a_page_as_those_of_top() {
    let directory = Directory::new("report-window");
    let path = directory.file("report.html");
    let capture = testdata("genuine/ovs.pcap");
    let flows = |window: &str| {
        let options = ["top", "--format=json", "--by", "protocol", window];
        let options = options.map(AsRef::<OsStr>::as_ref).into_iter();
        let top = netflow(options.chain([capture.as_os_str()]));
        let rows = top.rows();
        let flows = rows.iter().map(|row| row["flows"].as_u64().unwrap());
        flows.sum::<u64>()
    };
    let all = flows("--since=2000-01-01");
    assert!(all > flows("--last=1s"));
    for window in ["--since=2000-01-01", "--last=1s", "--until=2000-01-01"] {
        let options = ["report", "-q", window, "-o"].map(AsRef::<OsStr>::as_ref);
        let paths = [path.as_os_str(), capture.as_os_str()];
        let run = netflow(options.into_iter().chain(paths));
        assert_eq!(run.status, 0, "{}", run.stderr);
        let page = fs::read_to_string(&path).unwrap();
        let panels = panels(&page);
        let protocols = panels.iter().find(|(id, _)| id == "protocols");
        let rows = protocols.map_or(&[][..], |(_, rows)| rows);
        let found: u64 = rows.iter().map(|row| row[2]).sum();
        assert_eq!(found, flows(window), "{window}");
    }
}
