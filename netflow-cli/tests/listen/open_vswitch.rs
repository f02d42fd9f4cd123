//! Open vSwitch, which forwards packets in its own process for a minute and exports them over NetFlow,
//! IPFIX and sFlow at once. It needs no privilege.

use core::time::Duration;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use crate::harness::{Collector, Folder};
use crate::live_exporters::{ETHERNET, HEADERS, Nfcapd, Sums, captured, duration, stored};

/// The header of a record in a capture, which is not part of the packet.
const RECORD: usize = 16;
/// Where Debian puts the database's schema.
const SCHEMA: &str = "/usr/share/openvswitch/vswitch.ovsschema";

/// A switch with two ports, until the end of the test.
struct Switch {
    folder: Folder,
}

impl Switch {
    fn start() -> Self {
        let switch = Self {
            folder: Folder::new(),
        };
        let schema = std::env::var("NETFLOW_OVS_SCHEMA").unwrap_or_else(|_| SCHEMA.to_owned());
        let file = |name| switch.folder.file(name);
        let (database, socket) = (file("conf.db"), file("db.sock"));
        switch.run("ovsdb-tool", &["create", &database, &schema]);
        let remote = format!("punix:{socket}");
        switch.daemon("ovsdb-server", &[&database, "--remote", &remote], "db");
        let database = format!("unix:{socket}");
        let dummy = ["--enable-dummy=override", "--disable-system"];
        switch.daemon(
            "ovs-vswitchd",
            &[&[database.as_str()][..], &dummy].concat(),
            "vs",
        );
        switch.configure("add-br br0 -- set bridge br0 datapath_type=dummy");
        for port in ["p1", "p2"] {
            switch.configure(&format!(
                "add-port br0 {port} -- set interface {port} type=dummy"
            ));
        }
        switch
    }

    /// A program of the switch, with its files in the folder.
    fn command(&self, program: &str) -> Command {
        let folder = self.folder.file("");
        let mut command = Command::new(program);
        for name in ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"] {
            command.env(name, &folder);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let ran = self.command(program).args(arguments).status();
        let ran = ran.unwrap_or_else(|_| panic!("{program} (Debian: openvswitch-switch)"));
        assert!(ran.success(), "{program} {arguments:?}");
    }

    fn daemon(&self, program: &str, arguments: &[&str], name: &str) {
        let file = |extension| self.folder.file(&format!("{name}.{extension}"));
        let own = [
            "--detach".to_owned(),
            "--no-chdir".to_owned(),
            format!("--pidfile={}", file("pid")),
            format!("--unixctl={}", file("ctl")),
        ];
        let own = own.iter().map(String::as_str);
        let all: Vec<&str> = arguments.iter().copied().chain(own).collect();
        self.run(program, &all);
    }

    /// Changes the configuration by words of `ovs-vsctl`.
    fn configure(&self, words: &str) {
        let database = format!("--db=unix:{}", self.folder.file("db.sock"));
        let words = words.split(' ');
        self.run(
            "ovs-vsctl",
            &[database.as_str()]
                .into_iter()
                .chain(words)
                .collect::<Vec<_>>(),
        );
    }

    /// Asks the switch to do something.
    fn ask(&self, words: &[&str]) {
        let target = self.folder.file("vs.ctl");
        self.run("ovs-appctl", &[&["-t", target.as_str()], words].concat());
    }

    /// A packet arrives at a port.
    fn receive(&self, packet: &[u8]) {
        let hex: String = packet.iter().map(|octet| format!("{octet:02x}")).collect();
        self.ask(&["netdev-dummy/receive", "p1", &hex]);
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        for name in ["vs.ctl", "db.ctl"] {
            let target = self.folder.file(name);
            if Path::new(&target).exists() {
                let mut command = self.command("ovs-appctl");
                let _ = command.args(["-t", &target, "exit"]).status();
            }
        }
    }
}

#[test]
#[ignore = "needs Open vSwitch, nfcapd and a minute; cargo xtask test --full runs it"]
fn open_vswitch_for_a_minute() {
    let nfcapd = [Nfcapd::start(), Nfcapd::start()];
    let start = |forward: &[&str]| Collector::start(&[&["--udp", "127.0.0.1:0"], forward].concat());
    let forward = nfcapd.each_ref().map(|one| one.address.to_string());
    let [netflow, ipfix] = forward
        .each_ref()
        .map(|to| start(&["--forward", to.as_str()]));
    let sflow = start(&[]);
    let switch = Switch::start();
    let to = |collector: &Collector| collector.addresses[0].to_string();
    switch.configure(&format!(
        "-- --id=@a create netflow targets=\"{}\" active_timeout=5 -- set bridge br0 netflow=@a",
        to(&netflow)
    ));
    switch.configure(&format!(
        "-- --id=@b create ipfix targets=\"{}\" sampling=1 obs_domain_id=7 obs_point_id=1 \
         cache_active_timeout=5 -- set bridge br0 ipfix=@b",
        to(&ipfix)
    ));
    switch.configure(&format!(
        "-- --id=@c create sflow agent=127.0.0.1 targets=\"{}\" sampling=1 header=128 polling=10 \
         -- set bridge br0 sflow=@c",
        to(&sflow)
    ));
    let mut sent = Sums::default();
    let started = Instant::now();
    while started.elapsed() < duration() {
        let len = 100 + u16::try_from(sent.packets % 13).unwrap() * 100;
        let flow = u16::try_from(sent.packets % 20).unwrap();
        switch.receive(&captured(flow, len)[RECORD..]);
        sent.packets += 1;
        sent.octets += u64::from(len) + HEADERS;
    }
    // Until the last flows have expired: after 10 s without a packet.
    thread::sleep(Duration::from_secs(20));
    drop(switch);
    thread::sleep(Duration::from_secs(1));
    let [of_netflow, of_ipfix] = nfcapd.map(Nfcapd::stop);
    let (netflow, ipfix, sflow) = (stored(netflow), stored(ipfix), stored(sflow));
    assert_eq!(netflow, of_netflow);
    // nfcapd adds up running totals, which come beside what they have grown by; so only flows are compared.
    assert_eq!(ipfix.flows, of_ipfix.flows);
    // NetFlow and sFlow count the frame.
    let frames = sent.octets + sent.packets * ETHERNET;
    assert_eq!((netflow.packets, netflow.octets), (sent.packets, frames));
    assert_eq!((sflow.flows, sflow.packets), (sent.packets, sent.packets));
    // IPFIX has each packet where it came in and at both ports that it was flooded to.
    let ports = 3;
    assert_eq!(
        (ipfix.packets, ipfix.octets),
        (ports * sent.packets, ports * sent.octets)
    );
}
