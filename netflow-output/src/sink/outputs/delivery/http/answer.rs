//! What servers answer, and what that means for each row.

use core::time::Duration;
use std::io;

use serde_json::Value;

use crate::sink::outputs::http::HttpServer;
use crate::sink::outputs::ledger::LossReason;

/// Octets of an answer that are quoted in an error.
const QUOTED: usize = 200;

/// What a server made of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// What became of each row.
    Rows(Vec<Outcome>),
    /// The request is too large.
    TooLarge,
    /// Something in the request is wrong.
    Refused(io::Error),
    /// The server asks for the request to be sent later.
    Later {
        error: io::Error,
        after: Option<Duration>,
    },
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Written,
    Lost(LossReason),
    /// The server had no room for it now.
    Again,
}

/// A response as it came.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// What the response means for a request of this number of rows.
    pub(super) fn answer(&self, server: HttpServer, rows: usize) -> Answer {
        match self.status {
            200..=299 => self.accepted(server, rows),
            413 => Answer::TooLarge,
            400 | 422 => Answer::Refused(self.error()),
            // Wrong credentials, a missing index, a busy server: all may be fixed meanwhile.
            _ => Answer::Later {
                error: self.error(),
                after: self.retry_after,
            },
        }
    }

    fn accepted(&self, server: HttpServer, rows: usize) -> Answer {
        let outcomes = match server {
            HttpServer::Elasticsearch => self.bulk(rows),
            HttpServer::Otlp => Some(self.otlp(rows)),
            _ => Some(vec![Outcome::Written; rows]),
        };
        outcomes.map_or_else(
            || Answer::Later {
                error: io::Error::other("the answer does not report each row"),
                after: None,
            },
            Answer::Rows,
        )
    }

    /// The items of the bulk API, in the order of the rows.
    fn bulk(&self, rows: usize) -> Option<Vec<Outcome>> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let items = body.get("items")?.as_array()?;
        let outcome = |item: &Value| {
            let status = item.get("create")?.get("status")?.as_u64()?;
            Some(match status {
                // A conflict is a document that is there already.
                200..=299 | 409 => Outcome::Written,
                429 | 500..=599 => Outcome::Again,
                _ => Outcome::Lost(LossReason::Rejected),
            })
        };
        let outcomes: Vec<Outcome> = items.iter().map(outcome).collect::<Option<_>>()?;
        (outcomes.len() == rows).then_some(outcomes)
    }

    /// The server may refuse some rows without saying which; they must not be sent again.
    fn otlp(&self, rows: usize) -> Vec<Outcome> {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        let refused = body.as_ref().and_then(|body| {
            let refused = body.get("partialSuccess")?.get("rejectedLogRecords")?;
            // In JSON a number of 64 bits is a string.
            refused.as_u64().or_else(|| refused.as_str()?.parse().ok())
        });
        let refused = refused.and_then(|refused| usize::try_from(refused).ok());
        let refused = refused.unwrap_or(0).min(rows);
        let mut outcomes = vec![Outcome::Written; rows - refused];
        outcomes.resize(rows, Outcome::Lost(LossReason::Rejected));
        outcomes
    }

    fn error(&self) -> io::Error {
        let body = String::from_utf8_lossy(&self.body);
        let quoted: String = body
            .chars()
            .filter(|letter| !letter.is_control())
            .take(QUOTED)
            .collect();
        io::Error::other(format!("status {}: {quoted}", self.status))
    }
}

/// The number under which Splunk later reports that the events are stored.
pub(super) fn acknowledgement(body: &[u8]) -> Option<u64> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("ackId")?.as_u64()
}

/// Whether Splunk reports that the events with this number are stored.
pub(super) fn is_acknowledged(body: &[u8], number: u64) -> bool {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let acks = body.as_ref().and_then(|body| body.get("acks"));
    let ack = acks.and_then(|acks| acks.get(number.to_string()));
    ack.and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Outcome, Response};
    use crate::sink::outputs::http::HttpServer;
    use crate::sink::outputs::ledger::LossReason;

    fn answer(server: HttpServer, status: u16, body: &str) -> Answer {
        let response = Response {
            status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        response.answer(server, 4)
    }

    #[test]
    fn each_document_of_a_bulk_request_has_its_own_outcome() {
        let items = r#"{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":409}},
            {"create":{"status":429}},{"create":{"status":400,"error":{}}}]}"#;
        let Answer::Rows(outcomes) = answer(HttpServer::Elasticsearch, 200, items) else {
            panic!("no rows");
        };
        let rejected = Outcome::Lost(LossReason::Rejected);
        let expected = [Outcome::Written, Outcome::Written, Outcome::Again, rejected];
        assert_eq!(outcomes, expected);
        for wrong in ["", "{}", r#"{"items":[]}"#, r#"{"items":[{},{},{},{}]}"#] {
            let answer = answer(HttpServer::Elasticsearch, 200, wrong);
            assert!(matches!(answer, Answer::Later { .. }), "{wrong}");
        }
    }

    #[test]
    fn a_part_of_an_otlp_request_may_be_refused() {
        for body in [
            r#"{"partialSuccess":{"rejectedLogRecords":"3"}}"#,
            r#"{"partialSuccess":{"rejectedLogRecords":3}}"#,
        ] {
            let Answer::Rows(outcomes) = answer(HttpServer::Otlp, 200, body) else {
                panic!("no rows");
            };
            let written = outcomes
                .iter()
                .filter(|outcome| **outcome == Outcome::Written);
            assert_eq!((outcomes.len(), written.count()), (4, 1));
        }
    }
}
