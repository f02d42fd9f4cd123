//! The report as one JSON document.
//!
//! In sFlow a domain has `agent` and `sub_agent` instead of `domain`. What is not known is
//! null, such as the exporter of an IPFIX file. A length of null is variable. With several
//! inputs each `…frame` is followed by `…file`. A list beside a `…count` holds the first of
//! that many. Skews are nanoseconds. `other_messages` are of domains beyond the limit,
//! `unreadable` are datagrams whose first header could not be read.

mod problem;
mod template;

use netflow_core::{DatagramId, DomainKey, Protocol, Timestamp};
use serde_json::{Map, Value, json};

use crate::domain::{Announced, Clock, DomainHealth, Meanings, RateCount, Rates, sampler_name};
use crate::finding::{Detail, Finding};
use crate::report::Report;

impl Report {
    /// The report as one JSON document, the same for the command, Python and C. `inputs` are
    /// the names of the inputs by number, if there are several.
    ///
    /// ```text
    /// {"flows":131,
    ///  "findings":[{"code":"lost","number":9,"severity":"error","exporter":"192.0.2.1",
    ///    "protocol":"netflow9","domain":0,"frame":7,"lost":12,"expected":143,"unit":"message"}],
    ///  "domains":[{
    ///    "exporter":"192.0.2.1","protocol":"netflow9","domain":0,
    ///    "first_frame":1,"first_received":T,"last_frame":42,"last_received":T,
    ///    "messages":42,"ports":[50000],"port_count":1,
    ///    "flows":131,"total_flows":0,"options_records":3,"counters_samples":0,"discarded_packets":0,
    ///    "sequence":{"unit":"message","received":42,"lost":18,"late":0,"duplicated":0,
    ///      "restarted":0,"unread":0,"gap_count":2,"gaps":[{"frame":7,"lost":12},…]},
    ///    "samples":{"received":0,"lost":0,"late":0,"restarted":0,"drops":0,"parallel_sources":0},
    ///    "sampling":[{"rate":1000,"rule":"sampler","of":"sampler 1","frame":2,"flows":120},
    ///      {"rate":null,"rule":null,"flows":11}],"sampling_other_flows":0,
    ///    "announced":{"rate_count":1,"rates":[{"of":"sampler 1","rate":1000,"frame":2}],
    ///      "interface_count":1,"interfaces":[{"index":3,"name":"Gi0/3"}],
    ///      "vrf_count":0,"vrfs":[],"application_count":0,"applications":[],
    ///      "sampler_count":1,"samplers":[{"of":"sampler 1","name":"core"}],"system_init":T},
    ///    "clock":{"rules":[{"rule":"uptime","flows":131}],
    ///      "missing":[{"time":"end","reason":"zero","flows":2,"first_frame":4}],
    ///      "skew":{"last":-250000000,"min":…,"max":…},
    ///      "suspect":0,"suspect_by_skew":0,"first_suspect_frame":null},
    ///    "second_counters":[{"rule":"exceeded","template":256,"flows":9,"first_frame":3}],
    ///    "icmp":[{"rule":"port","flows":3,"first_frame":8}],
    ///    "templates":[{"template":256,"scope_count":null,"field_count":2,"record_len":8,
    ///      "first_frame":1,"last_frame":40,"sent":3,"records":120,"changes":1,"returns":0,
    ///      "event_count":1,"events":[{"frame":9,"event":"changed","scope_count_before":null,
    ///        "scope_count":null,"added_count":1,"added":[{"key":"10","name":…,"length":4}],
    ///        "removed_count":0,"removed":[],"length_count":1,
    ///        "lengths":[{"key":"1","name":"octetDeltaCount","length":8,"length_before":4}],
    ///        "reordered":false}],
    ///      "fields":[{"key":"8","name":"sourceIPv4Address","length":4},…]}],
    ///    "templates_omitted":0,
    ///    "no_template":[{"set":260,"sets":3,"octets":1204,"first_frame":1,"last_frame":5,
    ///      "template_frame":null,"late_sets":0,"late_octets":0}]}],
    ///  "other_messages":0,"unreadable":0,"problem_count":1,
    ///  "problems":[{"reason":"set_too_short","section":"RFC 7011, section 3.3.2","count":1,
    ///    "octets":40,"examples":[{"frame":7,"exporter":"192.0.2.1","port":50000,
    ///      "protocol":"ipfix","domain":0,"offset":20,"octets":40,"detail":"set length 3 is …",
    ///      "around":{"offset":12,"hex":"…","marked_offset":20,"marked_length":4}}]}],
    ///  "input":{"packets":100,"datagrams":42,"udp_passed_over":58,…}}
    /// ```
    #[must_use]
    pub fn document(&self, inputs: &[String]) -> Map<String, Value> {
        let inputs = InputNameList(inputs);
        let findings = self.findings.iter();
        let findings: Vec<Value> = findings
            .map(|finding| inputs.finding(finding, self))
            .collect();
        let domains = self.domains.iter().map(|domain| inputs.domain(domain));
        let problems = self.problems.kinds.iter().map(|kind| inputs.problem(kind));
        let mut document = Map::new();
        put(&mut document, "flows", self.flows());
        put(&mut document, "findings", findings);
        put(&mut document, "domains", domains.collect::<Vec<_>>());
        put(&mut document, "other_messages", self.other_messages);
        put(&mut document, "unreadable", self.unreadable);
        put(&mut document, "problem_count", self.problems.count());
        put(&mut document, "problems", problems.collect::<Vec<_>>());
        let numbers = self.source.numbers().into_iter();
        let numbers = numbers.map(|(name, number)| (name.to_owned(), number.into()));
        put(&mut document, "input", numbers.collect::<Map<_, _>>());
        document
    }
}

fn put(object: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    object.insert(key.to_owned(), value.into());
}

/// RFC 3339, UTC.
fn time(time: Timestamp) -> Value {
    time.to_string().into()
}

/// Makes objects, and names the files of their frames.
struct InputNameList<'n>(&'n [String]);

impl InputNameList<'_> {
    /// Adds a frame, and its file if there are several.
    fn frame(&self, object: &mut Map<String, Value>, key: &str, place: Option<DatagramId>) {
        put(object, key, place.map(|place| place.frame));
        let file = place.and_then(|place| usize::try_from(place.input).ok());
        if let Some(file) = file.and_then(|file| self.0.get(file)) {
            put(object, &key.replace("frame", "file"), file.clone());
        }
    }

    fn finding(&self, finding: &Finding, report: &Report) -> Value {
        let mut object = Map::new();
        put(&mut object, "code", finding.code());
        put(&mut object, "number", finding.number());
        put(&mut object, "severity", finding.severity().name());
        if let Some(domain) = report.domain_of(finding) {
            name(&mut object, &domain.key);
        }
        if finding.place.is_some() {
            self.frame(&mut object, "frame", finding.place);
        }
        for (key, detail) in finding.kind.details() {
            let value: Value = match detail {
                Detail::Unsigned(number) => number.into(),
                Detail::Signed(number) => number.into(),
                Detail::Word(word) => word.into(),
                Detail::Numbers(numbers) => numbers.into(),
                Detail::Words(words) => words.into(),
            };
            put(&mut object, key, value);
        }
        object.into()
    }

    /// What elements of unclear meaning count.
    fn meanings(&self, object: &mut Map<String, Value>, meanings: &Meanings) {
        let counters = meanings.second_counters.iter().map(|known| {
            let mut object = Map::new();
            put(&mut object, "rule", known.rule.name());
            put(&mut object, "template", known.template);
            put(&mut object, "flows", known.flows);
            self.frame(&mut object, "first_frame", Some(known.first));
            Value::from(object)
        });
        put(object, "second_counters", counters.collect::<Vec<_>>());
        let icmp = meanings.icmp.iter().map(|known| {
            let mut object = Map::new();
            put(&mut object, "rule", known.rule.name());
            put(&mut object, "flows", known.flows);
            self.frame(&mut object, "first_frame", Some(known.first));
            Value::from(object)
        });
        put(object, "icmp", icmp.collect::<Vec<_>>());
    }

    fn domain(&self, domain: &DomainHealth) -> Value {
        let mut object = Map::new();
        name(&mut object, &domain.key);
        for (key, seen) in [("first", domain.first), ("last", domain.last)] {
            self.frame(&mut object, &format!("{key}_frame"), Some(seen.place));
            put(&mut object, &format!("{key}_received"), time(seen.time));
        }
        put(&mut object, "messages", domain.messages);
        put(&mut object, "ports", domain.ports.first.clone());
        for (key, number) in [
            ("port_count", domain.ports.count),
            ("flows", domain.flows),
            ("total_flows", domain.total_flows),
            ("options_records", domain.options_records),
            ("counters_samples", domain.counters_samples),
            ("discarded_packets", domain.discarded_packets),
        ] {
            put(&mut object, key, number);
        }
        put(&mut object, "sequence", self.sequence(domain));
        let samples = &domain.samples;
        let counts = json!({
            "received": samples.received, "lost": samples.lost, "late": samples.late,
            "restarted": samples.restarted, "drops": samples.drops,
            "parallel_sources": samples.parallel_sources,
        });
        put(&mut object, "samples", counts);
        put(&mut object, "sampling", self.sampling(&domain.rates));
        put(
            &mut object,
            "sampling_other_flows",
            domain.rates.other_flows,
        );
        put(&mut object, "announced", self.announced(&domain.announced));
        put(&mut object, "clock", self.clock(&domain.clock));
        self.meanings(&mut object, &domain.meanings);
        let templates = domain.templates.by_id.iter();
        let templates: Vec<Value> = templates
            .map(|(id, template)| self.template(*id, template))
            .collect();
        put(&mut object, "templates", templates);
        put(&mut object, "templates_omitted", domain.templates.omitted);
        let unread = domain.unread_sets.iter();
        let unread: Vec<Value> = unread
            .map(|(id, unread)| self.unread(*id, unread))
            .collect();
        put(&mut object, "no_template", unread);
        object.into()
    }

    fn sequence(&self, domain: &DomainHealth) -> Value {
        let gaps = domain.gaps.first.iter().map(|gap| {
            let mut object = Map::new();
            self.frame(&mut object, "frame", Some(gap.place));
            put(&mut object, "lost", gap.lost);
            Value::from(object)
        });
        let gaps: Vec<Value> = gaps.collect();
        let unit = if domain.sequence_is_constant {
            "none"
        } else {
            domain.unit()
        };
        let counts = &domain.sequence;
        json!({
            "unit": unit, "received": counts.received, "lost": counts.lost, "late": counts.late,
            "duplicated": counts.duplicated, "restarted": counts.restarted,
            "unread": counts.unread, "gap_count": domain.gaps.count, "gaps": gaps,
        })
    }

    fn sampling(&self, rates: &Rates) -> Value {
        let rate = |known: &RateCount| {
            let mut object = Map::new();
            let sampling = known.sampling;
            put(&mut object, "rate", sampling.map(|sampling| sampling.rate));
            let rule = sampling.map(|sampling| sampling.rule.name());
            put(&mut object, "rule", rule);
            if let Some(reason) = known.reason {
                put(&mut object, "reason", reason.name());
            }
            if let Some((of, _)) = sampling.and_then(|sampling| sampling.announced) {
                put(&mut object, "of", of.to_string());
                self.frame(&mut object, "frame", known.place());
            }
            put(&mut object, "flows", known.flows);
            Value::from(object)
        };
        rates.rates.iter().map(rate).collect()
    }

    fn announced(&self, announced: &Announced) -> Value {
        let rates = announced.rates.first.iter().map(|rate| {
            let mut object = Map::new();
            put(&mut object, "of", rate.of.to_string());
            put(&mut object, "rate", rate.rate);
            self.frame(&mut object, "frame", Some(rate.place));
            Value::from(object)
        });
        let unrated = announced.unrated.first.iter().map(|announced| {
            let mut object = Map::new();
            put(&mut object, "of", announced.of.to_string());
            put(&mut object, "method", announced.selection.method.name());
            put(&mut object, "selected", announced.selection.selected);
            put(&mut object, "total", announced.selection.total);
            self.frame(&mut object, "frame", Some(announced.place));
            Value::from(object)
        });
        let interfaces = announced.interfaces.first.iter();
        let interfaces = interfaces.map(|(index, name)| json!({"index": index, "name": name}));
        let vrfs = announced.vrfs.first.iter();
        let vrfs = vrfs.map(|(vrf, name)| json!({"vrf": vrf, "name": name}));
        let applications = announced.applications.first.iter();
        let applications = applications.map(|(id, name)| json!({"id": id, "name": name}));
        let samplers = announced.samplers.first.iter();
        let samplers = samplers.map(|(of, name)| json!({"of": sampler_name(*of), "name": name}));
        json!({
            "rate_count": announced.rates.count,
            "rates": rates.collect::<Vec<_>>(),
            "unrated_count": announced.unrated.count,
            "unrated": unrated.collect::<Vec<_>>(),
            "interface_count": announced.interfaces.count,
            "interfaces": interfaces.collect::<Vec<_>>(),
            "vrf_count": announced.vrfs.count,
            "vrfs": vrfs.collect::<Vec<_>>(),
            "application_count": announced.applications.count,
            "applications": applications.collect::<Vec<_>>(),
            "sampler_count": announced.samplers.count,
            "samplers": samplers.collect::<Vec<_>>(),
            "system_init": announced.system_init.map(time),
        })
    }

    fn clock(&self, clock: &Clock) -> Value {
        let rules = clock.rules.iter().map(|(rule, flows)| {
            let rule = rule.map(|rule| rule.name());
            json!({"rule": rule, "flows": flows})
        });
        let missing = clock.missing.iter().map(|missing| {
            let mut object = Map::new();
            put(&mut object, "time", missing.time.name());
            put(&mut object, "reason", missing.reason.name());
            put(&mut object, "flows", missing.flows);
            self.frame(&mut object, "first_frame", Some(missing.first));
            Value::from(object)
        });
        let skew = clock.skew.map(|skew| {
            let (last, min, max) = (skew.last, skew.min, skew.max);
            json!({"last": last, "min": min, "max": max})
        });
        let mut object = Map::new();
        put(&mut object, "rules", rules.collect::<Vec<_>>());
        put(&mut object, "missing", missing.collect::<Vec<_>>());
        put(&mut object, "skew", skew);
        put(&mut object, "suspect", clock.suspect);
        put(&mut object, "suspect_by_skew", clock.suspect_by_skew);
        self.frame(&mut object, "first_suspect_frame", clock.first_suspect);
        object.into()
    }
}

fn name(object: &mut Map<String, Value>, key: &DomainKey) {
    let exporter = key.exporter_address().map(|address| address.to_string());
    put(object, "exporter", exporter);
    number(object, key);
}

/// The protocol of a domain, and its number: in sFlow its agent and sub-agent.
fn number(object: &mut Map<String, Value>, key: &DomainKey) {
    put(object, "protocol", key.protocol.name());
    match (key.protocol, key.agent_address) {
        (Protocol::SflowV5, Some(agent)) => {
            put(object, "agent", agent.to_string());
            put(object, "sub_agent", key.observation_domain);
        }
        _ => put(object, "domain", key.observation_domain),
    }
}
