//! What servers want to be sent.

use super::PendingRow;
use crate::format::Json;
use crate::sink::outputs::http::{HttpAddress, HttpConfig, HttpServer};

/// The body of a request and what goes with it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) body: Vec<u8>,
    pub(super) content_type: &'static str,
    /// An id of the request, for servers that recognise duplicates.
    pub(super) token: String,
}

const NDJSON: &str = "application/x-ndjson";
const JSON: &str = "application/json";

impl Request {
    pub(super) fn new(address: &HttpAddress, config: &HttpConfig, rows: &[PendingRow]) -> Self {
        let mut body = Vec::new();
        let content_type = match address.server {
            HttpServer::Plain | HttpServer::ClickHouse => {
                lines(rows, &mut body);
                NDJSON
            }
            HttpServer::Elasticsearch => {
                bulk(rows, &mut body);
                NDJSON
            }
            HttpServer::Datadog => {
                datadog(config, rows, &mut body);
                JSON
            }
            HttpServer::Splunk => {
                splunk(config, rows, &mut body);
                JSON
            }
            HttpServer::Loki => {
                loki(config, rows, &mut body);
                JSON
            }
            HttpServer::Otlp => {
                otlp(config, rows, &mut body);
                JSON
            }
        };
        let token = rows.first().map(id).unwrap_or_default();
        Self {
            body,
            content_type,
            token: format!("{token}-{}", rows.len()),
        }
    }
}

/// An id of the row, the same each time it is sent.
fn id(row: &PendingRow) -> String {
    format!(
        "{:016x}-{}-{}",
        row.chunk.id,
        row.chunk.received.as_nanos(),
        row.index
    )
}

fn lines(rows: &[PendingRow], out: &mut Vec<u8>) {
    for row in rows {
        out.extend_from_slice(row.octets());
        out.push(b'\n');
    }
}

/// The bulk API of Elasticsearch. Data streams accept only `create`; a document that already exists
/// is reported as a conflict of its id.
fn bulk(rows: &[PendingRow], out: &mut Vec<u8>) {
    for row in rows {
        out.extend_from_slice(format!("{{\"create\":{{\"_id\":\"{}\"}}}}\n", id(row)).as_bytes());
        out.extend_from_slice(row.octets());
        out.push(b'\n');
    }
}

/// Logs of Datadog (API v2): an array of entries, with the row as message, which Datadog parses.
fn datadog(config: &HttpConfig, rows: &[PendingRow], out: &mut Vec<u8>) {
    list(rows, out, b'[', b']', |row, out| {
        let json = &mut Json::new(out);
        json.raw(b"{");
        json.key("ddsource");
        json.string(&config.source);
        for (key, value) in &config.attributes {
            json.string(key);
            json.colon();
            json.string(value);
        }
        json.key("message");
        json.string(&text(row));
        json.close(b'}');
    });
}

/// Events of Splunk, one after the other.
fn splunk(config: &HttpConfig, rows: &[PendingRow], out: &mut Vec<u8>) {
    for row in rows {
        let json = &mut Json::new(out);
        json.open(b'{');
        json.key("time");
        let millis = row.chunk.received.as_nanos() / 1_000_000;
        json.raw(format!("{}.{:03}", millis / 1_000, millis.rem_euclid(1_000)).as_bytes());
        json.key("sourcetype");
        json.string(&config.source);
        for (key, value) in &config.attributes {
            json.string(key);
            json.colon();
            json.string(value);
        }
        json.key("event");
        json.raw(row.octets());
        json.close(b'}');
        json.close(b'\n');
    }
}

/// A stream of Loki with its labels, and the rows with their times.
fn loki(config: &HttpConfig, rows: &[PendingRow], out: &mut Vec<u8>) {
    let json = &mut Json::new(out);
    json.raw(b"{\"streams\":[{\"stream\":");
    json.open(b'{');
    json.key("job");
    json.string(&config.source);
    for (key, value) in &config.attributes {
        json.string(key);
        json.colon();
        json.string(value);
    }
    json.close(b'}');
    json.raw(b",\"values\":");
    list(rows, out, b'[', b']', |row, out| {
        out.extend_from_slice(format!("[\"{}\"", row.chunk.received.as_nanos()).as_bytes());
        Json::new(out).string(&text(row));
        out.push(b']');
    });
    out.extend_from_slice(b"}]}");
}

/// Log records of OpenTelemetry.
fn otlp(config: &HttpConfig, rows: &[PendingRow], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"resourceLogs\":[{\"resource\":{\"attributes\":[");
    attribute("service.name", &config.source, out);
    for (key, value) in &config.attributes {
        out.push(b',');
        attribute(key, value, out);
    }
    out.extend_from_slice(b"]},\"scopeLogs\":[{\"scope\":{\"name\":\"netflow\"},\"logRecords\":");
    list(rows, out, b'[', b']', |row, out| {
        let time = row.chunk.received.as_nanos();
        out.extend_from_slice(
            format!("{{\"timeUnixNano\":\"{time}\",\"body\":{{\"stringValue\":").as_bytes(),
        );
        Json::new(out).string(&text(row));
        out.extend_from_slice(b"}}");
    });
    out.extend_from_slice(b"}]}]}");
}

fn attribute(key: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"key\":");
    Json::new(out).string(key);
    out.extend_from_slice(b",\"value\":{\"stringValue\":");
    Json::new(out).string(value);
    out.extend_from_slice(b"}}");
}

fn list(
    rows: &[PendingRow],
    out: &mut Vec<u8>,
    open: u8,
    close: u8,
    mut each: impl FnMut(&PendingRow, &mut Vec<u8>),
) {
    out.push(open);
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(row, out);
    }
    out.push(close);
}

fn text(row: &PendingRow) -> String {
    String::from_utf8_lossy(row.octets()).into_owned()
}
