//! Requests of `object_store`, sent by ureq as those of all outputs over HTTP.
//!
//! `object_store` is asynchronous, and its own client needs a runtime, hyper and a second implementation of
//! certificates and proxies. Here a request is answered when its future is first polled, so that no
//! runtime is needed: [`ready`] polls once.

use alloc::sync::Arc;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use http_body::Body as _;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpService,
};
use ureq::Agent;
use ureq::http::{Method, Request, Response};

use crate::sink::outputs::delivery::http::wait;

/// Octets of an answer that are read.
const LONGEST_ANSWER: u64 = 16 << 20;
/// How often a part of an object is sent before all of the object has to be sent again.
const ATTEMPTS: u32 = 4;
/// The wait before a part is sent again, which is doubled each time, and the longest that a store may ask for
/// before the connection is left.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a store answered instead of doing what it was asked.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// The code and message of its answer.
    pub(super) reason: String,
    pub(super) retry_after: Option<Duration>,
}

/// Sends requests, and keeps the last refusal.
#[derive(Debug, Clone)]
pub(super) struct Connector(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    agent: Agent,
    refusal: Mutex<Option<Refusal>>,
}

impl Connector {
    pub(super) fn new(agent: Agent) -> Self {
        Self(Arc::new(Shared {
            agent,
            refusal: Mutex::new(None),
        }))
    }

    /// The last answer that was a refusal, since it was last taken.
    pub(super) fn take_refusal(&self) -> Option<Refusal> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Refusal>> {
        self.0
            .refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request, and a part of an object several times if need be.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let octets = octets(body)?;
        let query = parts.uri.query().unwrap_or_default();
        let is_part = parts.method == Method::PUT && query.contains("partNumber=");
        let mut pause = PAUSE;
        for attempt in 1.. {
            let sent = self.send_once(Request::from_parts(parts.clone(), &octets[..]));
            let is_last = !is_part || attempt >= ATTEMPTS;
            let asked = match &sent {
                Err(_) => None,
                Ok(response) if response.status().is_server_error() => {
                    self.lock().as_ref().and_then(|refusal| refusal.retry_after)
                }
                Ok(_) => return sent,
            };
            let asked = asked.unwrap_or(pause);
            if is_last || asked > LONGEST_PAUSE {
                return sent;
            }
            thread::sleep(asked);
            pause *= 2;
        }
        Err(HttpError::new(
            HttpErrorKind::Unknown,
            io::Error::other("no attempt"),
        ))
    }

    fn send_once(&self, request: Request<&[u8]>) -> Result<HttpResponse, HttpError> {
        // One of an earlier request is not the reason of a failure of this one.
        self.take_refusal();
        let has_body = request.method() == Method::PUT || request.method() == Method::POST;
        let sent = if has_body {
            self.0.agent.run(request)
        } else {
            self.0.agent.run(request.map(|_| ()))
        };
        let (parts, mut body) = sent.map_err(error)?.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec();
        let body = body.map_err(error)?;
        if !parts.status.is_success() {
            let text = String::from_utf8_lossy(&body);
            let retry_after = parts.headers.get("retry-after");
            let retry_after = retry_after.and_then(|value| value.to_str().ok());
            let words = ["Code", "Message"].into_iter();
            let words: Vec<&str> = words.filter_map(|name| element(&text, name)).collect();
            // The answer to HEAD has no body.
            let reason = match &words[..] {
                [] => parts
                    .status
                    .canonical_reason()
                    .unwrap_or_default()
                    .to_owned(),
                words => words.join(": "),
            };
            *self.lock() = Some(Refusal {
                status: parts.status.as_u16(),
                reason,
                retry_after: retry_after.and_then(wait),
            });
        }
        Ok(Response::from_parts(parts, body.into()))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

impl HttpService for Connector {
    fn call<'s, 'f>(
        &'s self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        Box::pin(async move { self.send(request) })
    }
}

/// The result of a future that waits for nothing but requests.
pub(super) fn ready<T>(future: impl Future<Output = T>) -> io::Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Ok(result),
        Poll::Pending => Err(io::Error::other("the client waits for a runtime")),
    }
}

/// The octets of a body, all of which are there.
fn octets(mut body: HttpRequestBody) -> Result<Bytes, HttpError> {
    if let Some(octets) = body.as_bytes() {
        return Ok(octets.clone());
    }
    let mut blocks = Vec::new();
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut context) {
        blocks.extend(frame?.into_data().ok());
    }
    Ok(match &blocks[..] {
        [block] => block.clone(),
        blocks => blocks.concat().into(),
    })
}

fn error(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}

/// The text of an element of XML without markup in it, which errors of S3 consist of.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0)
}
