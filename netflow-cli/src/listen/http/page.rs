//! The page for people.

use core::fmt::{self, Display, Write as _};
use std::time::SystemTime;

use super::Snapshot;

/// Exporters that are listed.
const EXPORTERS: usize = 200;

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>netflow listen</title>\
<meta http-equiv=refresh content=5><style>body{font:15px system-ui,sans-serif;margin:2em;max-width:70em}\
table{border-collapse:collapse;margin-bottom:2em}td,th{padding:.2em .8em;text-align:left;\
border-bottom:1px solid #8886}td.n{text-align:right;font-variant-numeric:tabular-nums}\
@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style><h1>netflow listen</h1>";

/// The page, which loads nothing else.
pub(super) fn html(state: &Snapshot) -> String {
    let mut out = HEAD.to_owned();
    let running = SystemTime::now()
        .duration_since(state.started)
        .unwrap_or_default();
    // Writing into memory does not fail, here and below.
    let _ = write!(
        out,
        "<p>Version {}, running for {} s. <a href=/>Traffic</a> <a href=/metrics>Metrics</a>",
        env!("CARGO_PKG_VERSION"),
        running.as_secs()
    );
    out += "<h2>Sources</h2><table>";
    for listener in &state.listeners {
        let _ = write!(
            out,
            "<tr><td>{}<td>{}",
            listener.transport, listener.address
        );
    }
    out += "</table>";
    #[cfg(feature = "kafka")]
    for sentence in super::kafka::sentences(state) {
        let _ = write!(out, "<p>{}", Escaped(&sentence));
    }
    out += "<table>";
    for (name, value) in state.received.counters().filter(|(_, value)| *value > 0) {
        let _ = write!(out, "<tr><td>{}<td class=n>{value}", name.replace('_', " "));
    }
    let flows: u64 = state
        .workers
        .iter()
        .map(|worker| worker.stats.flows())
        .sum();
    let _ = write!(out, "<tr><td>flows<td class=n>{flows}</table>");
    outputs(state, &mut out);
    exporters(state, &mut out);
    out
}

fn outputs(state: &Snapshot, out: &mut String) {
    *out += "<h2>Outputs</h2><table><tr><th>to<th>state<th>rows written<th>waiting<th>lost<th>last error";
    for output in &state.outputs {
        let error = output.last_error.as_deref().unwrap_or_default();
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}",
            Escaped(&output.name),
            output.state.name(),
            output.written,
            output.waiting,
            output.lost.total(),
            Escaped(&error)
        );
    }
    *out += "</table>";
}

fn exporters(state: &Snapshot, out: &mut String) {
    *out += "<h2>Exporters</h2><table><tr><th>exporter<th>protocol<th>domain<th>messages<th>lost\
             <th>templates<th>last received";
    let domains = state.workers.iter().flat_map(|worker| &worker.domains);
    for domain in domains.take(EXPORTERS) {
        let key = &domain.key;
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td>{}",
            key.agent_address.unwrap_or(key.exporter.ip()),
            key.protocol.name(),
            key.observation_domain,
            domain.messages,
            domain.sequence.lost,
            domain.templates,
            domain.last_received
        );
    }
    let known: usize = state.workers.iter().map(|worker| worker.domain_count).sum();
    let _ = write!(out, "</table><p>{known} observation domains are known.");
}

/// Text in a page.
struct Escaped<'t>(&'t dyn Display);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
