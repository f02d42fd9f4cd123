//! The report as one JSON document.
//!
//! ```text
//! {"verdict":["All 131 flows were decoded.",…],"flows":131,
//!  "domains":[{
//!    "exporter":"192.0.2.1","protocol":"netflow9","domain":0,
//!    "first_frame":1,"first_received":T,"last_frame":42,"last_received":T,
//!    "messages":42,"ports":[50000],"port_count":1,
//!    "flows":131,"options_records":3,"counters_samples":0,"discarded_packets":0,
//!    "sequence":{"unit":"message","received":42,"lost":18,"late":0,"duplicated":0,
//!      "restarted":0,"unread":0,"gap_count":2,"gaps":[{"frame":7,"lost":12},…]},
//!    "samples":{"received":0,"lost":0,"late":0,"restarted":0,"drops":0},
//!    "sampling":[{"rate":1000,"rule":"sampler","of":"sampler 1","frame":2,"flows":120},
//!      {"rate":null,"rule":null,"flows":11}],"sampling_other_flows":0,
//!    "announced":{"rate_count":1,"rates":[{"of":"sampler 1","rate":1000,"frame":2}],
//!      "interface_count":1,"interfaces":[{"index":3,"name":"Gi0/3"}],
//!      "vrf_count":0,"vrfs":[],"application_count":0,"applications":[],
//!      "sampler_count":1,"samplers":[{"of":"sampler 1","name":"core"}],"system_init":T},
//!    "clock":{"rules":[{"rule":"uptime","flows":131}],
//!      "skew":{"last":-250000000,"min":…,"max":…},"suspect":0,"first_suspect_frame":null},
//!    "templates":[{"template":256,"scope_count":null,"field_count":2,"record_len":8,
//!      "first_frame":1,"last_frame":40,"sent":3,"records":120,
//!      "event_count":1,"events":[{"frame":9,"event":"changed","scope_count_before":null,
//!        "scope_count":null,"added_count":1,"added":[{"key":"10","name":…,"length":4}],
//!        "removed_count":0,"removed":[],"length_count":1,
//!        "lengths":[{"key":"1","name":"octetDeltaCount","length":8,"length_before":4}],
//!        "reordered":false}],
//!      "fields":[{"key":"8","name":"sourceIPv4Address","length":4},…]}],
//!    "templates_omitted":0,
//!    "no_template":[{"set":260,"sets":3,"octets":1204,"first_frame":1,"last_frame":5,
//!      "template_frame":null,"late_sets":0,"late_octets":0}]}],
//!  "other_messages":0,"unreadable":0,"problem_count":1,
//!  "problems":[{"reason":"set_too_short","section":"RFC 7011, section 3.3.2","count":1,
//!    "octets":40,"examples":[{"frame":7,"exporter":"192.0.2.1","port":50000,
//!      "protocol":"ipfix","domain":0,"offset":20,"octets":40,"detail":"set length 3 is …",
//!      "around":{"offset":12,"hex":"…","marked_offset":20,"marked_length":4}}]}],
//!  "input":{"packets":100,"datagrams":42,"udp_passed_over":58,…}}
//! ```
//!
//! In sFlow a domain has `agent` and `sub_agent` instead of `domain`. What nobody knows is
//! null; of an IPFIX file that is the exporter. A length of null is variable. With several
//! inputs each `…frame` is followed by `…file`. Lists beside a `…count` hold the first of so
//! many. Skews are nanoseconds from receiving to sending. `other_messages` are of domains
//! beyond those that are told apart, `unreadable` datagrams without even a header.

use core::net::SocketAddr;

use netflow_arrow::Files;
use netflow_core::Protocol;
use netflow_core::wire::template::FieldLength;
use netflow_output::format::Json;

use super::Story;
use super::changes::Changes;
use super::domain::{Domain, Key, Missed};
use super::problem::{Example, Kind};
use super::sampling::{Announced, sampler};
use super::template::{Event, TemplateField, TemplateStory};
use crate::rows::End;

/// Writes the document.
pub(super) fn write(story: &Story, end: &End<'_>, verdict: &[String], out: &mut Vec<u8>) {
    let files = &story.files;
    let json = &mut Json::new(out);
    json.open(b'{');
    json.key("verdict");
    list(json, verdict, |json, sentence| json.string(sentence));
    number(json, "flows", story.flows());
    json.key("domains");
    list(json, &story.domains, |json, domain| {
        write_domain(json, domain, files);
    });
    number(json, "other_messages", story.other_messages);
    number(json, "unreadable", story.unreadable);
    number(json, "problem_count", story.problems.count());
    json.key("problems");
    list(json, &story.problems.kinds, |json, kind| {
        write_kind(json, kind, files);
    });
    json.key("input");
    write_input(json, end.read);
    json.close(b'}');
    json.close(b'\n');
}

fn write_domain(json: &mut Json<'_>, domain: &Domain, files: &Files) {
    json.open(b'{');
    write_key(json, &domain.key);
    frame(json, "first_frame", Some(domain.first.frame), files);
    json.key("first_received");
    json.time(domain.first.time.into());
    frame(json, "last_frame", Some(domain.last.frame), files);
    json.key("last_received");
    json.time(domain.last.time.into());
    number(json, "messages", domain.messages);
    json.key("ports");
    list(json, &domain.ports.kept, |json, port| json.number(*port));
    number(json, "port_count", domain.ports.count);
    number(json, "flows", domain.flows);
    number(json, "options_records", domain.options_records);
    number(json, "counters_samples", domain.counters_samples);
    number(json, "discarded_packets", domain.discarded_packets);
    write_sequence(json, domain, files);
    write_sampling(json, domain, files);
    json.key("announced");
    write_announced(json, &domain.announced, files);
    write_clock(json, domain, files);
    json.key("templates");
    json.open(b'[');
    for (id, template) in &domain.templates.by_id {
        write_template(json, *id, template, files);
    }
    json.close(b']');
    number(json, "templates_omitted", domain.templates.omitted);
    json.key("no_template");
    json.open(b'[');
    for (id, missed) in &domain.missed {
        write_missed(json, *id, missed, files);
    }
    json.close(b']');
    json.close(b'}');
}

fn write_key(json: &mut Json<'_>, key: &Key) {
    json.key("exporter");
    if key.is_nobody() {
        json.null();
    } else {
        json.address(key.exporter);
    }
    json.key("protocol");
    json.word(key.protocol.name());
    if let (Protocol::SflowV5, Some(agent)) = (key.protocol, key.agent) {
        json.key("agent");
        json.address(agent);
        json.key("sub_agent");
    } else {
        json.key("domain");
    }
    json.number(key.domain);
}

fn write_sequence(json: &mut Json<'_>, domain: &Domain, files: &Files) {
    let counts = &domain.sequence;
    json.key("sequence");
    json.open(b'{');
    json.key("unit");
    json.word(if domain.stands { "none" } else { domain.unit() });
    number(json, "received", counts.received);
    number(json, "lost", counts.lost);
    number(json, "late", counts.late);
    number(json, "duplicated", counts.duplicated);
    number(json, "restarted", counts.restarted);
    number(json, "unread", counts.unread);
    number(json, "gap_count", domain.gaps.count);
    json.key("gaps");
    list(json, &domain.gaps.kept, |json, gap| {
        json.open(b'{');
        frame(json, "frame", Some(gap.frame), files);
        number(json, "lost", gap.lost.into());
        json.close(b'}');
    });
    json.close(b'}');
    let samples = &domain.samples;
    json.key("samples");
    json.open(b'{');
    number(json, "received", samples.received);
    number(json, "lost", samples.lost);
    number(json, "late", samples.late);
    number(json, "restarted", samples.restarted);
    number(json, "drops", samples.drops);
    json.close(b'}');
}

fn write_sampling(json: &mut Json<'_>, domain: &Domain, files: &Files) {
    json.key("sampling");
    list(json, &domain.rates.rates, |json, (sampling, flows)| {
        json.open(b'{');
        json.key("rate");
        match sampling {
            Some(sampling) => json.number(sampling.rate),
            None => json.null(),
        }
        json.key("rule");
        match sampling {
            Some(sampling) => json.word(sampling.rule.name()),
            None => json.null(),
        }
        if let Some((of, told)) = sampling.and_then(|sampling| sampling.announced) {
            json.key("of");
            json.string(&of.to_string());
            frame(json, "frame", Some(told), files);
        }
        number(json, "flows", *flows);
        json.close(b'}');
    });
    number(json, "sampling_other_flows", domain.rates.other_flows);
}

fn write_announced(json: &mut Json<'_>, announced: &Announced, files: &Files) {
    json.open(b'{');
    number(json, "rate_count", announced.rates.count);
    json.key("rates");
    list(json, &announced.rates.kept, |json, rate| {
        json.open(b'{');
        json.key("of");
        json.string(&rate.of.to_string());
        number(json, "rate", rate.rate);
        frame(json, "frame", Some(rate.frame), files);
        json.close(b'}');
    });
    number(json, "interface_count", announced.interfaces.count);
    json.key("interfaces");
    list(json, &announced.interfaces.kept, |json, (index, name)| {
        json.open(b'{');
        number(json, "index", (*index).into());
        json.key("name");
        json.string(name);
        json.close(b'}');
    });
    number(json, "vrf_count", announced.vrfs.count);
    json.key("vrfs");
    list(json, &announced.vrfs.kept, |json, (vrf, name)| {
        json.open(b'{');
        number(json, "vrf", (*vrf).into());
        json.key("name");
        json.string(name);
        json.close(b'}');
    });
    number(json, "application_count", announced.applications.count);
    json.key("applications");
    list(json, &announced.applications.kept, |json, (id, name)| {
        json.open(b'{');
        json.key("id");
        json.string(id);
        json.key("name");
        json.string(name);
        json.close(b'}');
    });
    number(json, "sampler_count", announced.samplers.count);
    json.key("samplers");
    list(json, &announced.samplers.kept, |json, (of, name)| {
        json.open(b'{');
        json.key("of");
        json.string(&sampler(*of));
        json.key("name");
        json.string(name);
        json.close(b'}');
    });
    json.key("system_init");
    match announced.system_init {
        Some(time) => json.time(time.into()),
        None => json.null(),
    }
    json.close(b'}');
}

fn write_clock(json: &mut Json<'_>, domain: &Domain, files: &Files) {
    let clock = &domain.clock;
    json.key("clock");
    json.open(b'{');
    json.key("rules");
    list(json, &clock.rules, |json, (rule, flows)| {
        json.open(b'{');
        json.key("rule");
        match rule {
            Some(rule) => json.word(rule.name()),
            None => json.null(),
        }
        number(json, "flows", *flows);
        json.close(b'}');
    });
    json.key("skew");
    match &clock.skew {
        Some(skew) => {
            json.open(b'{');
            for (key, nanos) in [("last", skew.last), ("min", skew.min), ("max", skew.max)] {
                json.key(key);
                json.number(nanos);
            }
            json.close(b'}');
        }
        None => json.null(),
    }
    number(json, "suspect", clock.suspect);
    frame(json, "first_suspect_frame", clock.first_suspect, files);
    json.close(b'}');
}

fn write_template(json: &mut Json<'_>, id: u16, template: &TemplateStory, files: &Files) {
    json.open(b'{');
    number(json, "template", id.into());
    optional(json, "scope_count", template.scope_count.map(u64::from));
    number(json, "field_count", template.fields.count);
    optional(json, "record_len", template.record_len);
    frame(json, "first_frame", Some(template.first), files);
    frame(json, "last_frame", Some(template.last), files);
    number(json, "sent", template.sent);
    number(json, "records", template.records);
    number(json, "event_count", template.events.count);
    json.key("events");
    list(json, &template.events.kept, |json, (number, event)| {
        json.open(b'{');
        frame(json, "frame", Some(*number), files);
        json.key("event");
        match event {
            Event::Changed(changes) => {
                json.word("changed");
                write_changes(json, changes);
            }
            Event::Withdrawn => json.word("withdrawn"),
        }
        json.close(b'}');
    });
    json.key("fields");
    list(json, &template.fields.kept, write_field);
    json.close(b'}');
}

fn write_field(json: &mut Json<'_>, field: &TemplateField) {
    json.open(b'{');
    field_members(json, field);
    json.close(b'}');
}

fn field_members(json: &mut Json<'_>, field: &TemplateField) {
    json.key("key");
    json.plain(field.key);
    json.key("name");
    match &field.name {
        Some(name) => json.string(name),
        None => json.null(),
    }
    optional(json, "length", fixed(field.length));
}

fn fixed(length: FieldLength) -> Option<u64> {
    match length {
        FieldLength::Fixed(length) => Some(length.into()),
        FieldLength::Variable => None,
    }
}

fn write_changes(json: &mut Json<'_>, changes: &Changes) {
    let [before, now] = changes.scope_counts;
    optional(json, "scope_count_before", before.map(u64::from));
    optional(json, "scope_count", now.map(u64::from));
    number(json, "added_count", changes.added.count);
    json.key("added");
    list(json, &changes.added.kept, write_field);
    number(json, "removed_count", changes.removed.count);
    json.key("removed");
    list(json, &changes.removed.kept, write_field);
    number(json, "length_count", changes.lengths.count);
    json.key("lengths");
    list(json, &changes.lengths.kept, |json, new| {
        json.open(b'{');
        field_members(json, &new.field);
        optional(json, "length_before", fixed(new.before));
        json.close(b'}');
    });
    json.key("reordered");
    json.boolean(changes.is_reordered);
}

fn write_missed(json: &mut Json<'_>, id: u16, missed: &Missed, files: &Files) {
    json.open(b'{');
    number(json, "set", id.into());
    number(json, "sets", missed.sets);
    number(json, "octets", missed.octets);
    frame(json, "first_frame", Some(missed.first), files);
    frame(json, "last_frame", Some(missed.last), files);
    frame(json, "template_frame", missed.template_frame, files);
    number(json, "late_sets", missed.late_sets);
    number(json, "late_octets", missed.late_octets);
    json.close(b'}');
}

fn write_kind(json: &mut Json<'_>, kind: &Kind, files: &Files) {
    json.open(b'{');
    json.key("reason");
    json.word(kind.code);
    json.key("section");
    match kind.section {
        Some(section) => json.word(section),
        None => json.null(),
    }
    number(json, "count", kind.count);
    number(json, "octets", kind.octets);
    json.key("examples");
    list(json, &kind.examples, |json, example| {
        write_example(json, example, files);
    });
    json.close(b'}');
}

fn write_example(json: &mut Json<'_>, example: &Example, files: &Files) {
    json.open(b'{');
    frame(json, "frame", Some(example.frame), files);
    write_exporter(json, example.exporter);
    if let Some((protocol, domain)) = example.domain {
        json.key("protocol");
        json.word(protocol.name());
        number(json, "domain", domain.into());
    }
    json.key("offset");
    json.number(example.error.offset);
    json.key("octets");
    json.number(example.octets);
    json.key("detail");
    json.string(&example.error.kind.to_string());
    json.key("around");
    match &example.around {
        Some(around) => {
            json.open(b'{');
            json.key("offset");
            json.number(around.offset);
            json.key("hex");
            json.hex(&around.octets);
            json.key("marked_offset");
            json.number(around.offset + around.marked.start);
            json.key("marked_length");
            json.number(around.marked.len());
            json.close(b'}');
        }
        None => json.null(),
    }
    json.close(b'}');
}

fn write_exporter(json: &mut Json<'_>, exporter: SocketAddr) {
    json.key("exporter");
    if exporter.ip().is_unspecified() {
        json.null();
    } else {
        json.address(exporter.ip());
        number(json, "port", exporter.port().into());
    }
}

fn write_input(json: &mut Json<'_>, read: &netflow_io::CaptureSummary) {
    json.open(b'{');
    for (key, count) in [
        ("packets", read.packets),
        ("datagrams", read.datagrams),
        ("cut", read.cut),
        ("udp_passed_over", read.udp_passed_over),
        ("tcp_passed_over", read.tcp_passed_over),
        ("other_passed_over", read.other_passed_over),
        ("link_type_passed_over", read.link_type_passed_over),
        ("malformed", read.malformed),
        ("fragments", read.fragments),
        ("reassembled", read.reassembled),
        ("fragmented_given_up", read.fragmented_given_up),
        ("segments", read.segments),
        ("stream_gaps", read.stream_gaps),
        ("stream_octets_lost", read.stream_octets_lost),
        ("stream_octets_passed_over", read.stream_octets_passed_over),
    ] {
        number(json, key, count);
    }
    json.close(b'}');
}

fn number(json: &mut Json<'_>, key: &str, number: u64) {
    json.key(key);
    json.number(number);
}

fn optional(json: &mut Json<'_>, key: &str, number: Option<u64>) {
    json.key(key);
    match number {
        Some(number) => json.number(number),
        None => json.null(),
    }
}

/// A frame, and its file if there are several.
fn frame(json: &mut Json<'_>, key: &str, number: Option<u64>, files: &Files) {
    optional(json, key, number.map(Files::frame));
    if let Some(file) = number.and_then(|number| files.name(number)) {
        json.key(&key.replace("frame", "file"));
        json.string(file);
    }
}

fn list<T>(json: &mut Json<'_>, items: &[T], mut write: impl FnMut(&mut Json<'_>, &T)) {
    json.open(b'[');
    for item in items {
        write(json, item);
    }
    json.close(b']');
}
