//! A stub of S3: it knows the requests that an upload needs, refuses all others, and fails as the test asks.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use netflow_testdata::http;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub(super) const BUCKET: &str = "flows";
const KEY_ID: &str = "AKIAEXAMPLE";
pub(super) const SECRET: &str = "AKIAEXAMPLE:hunter2";
/// Octets of parts besides the last; the real limit would make tests slow.
const SMALLEST_PART: usize = 1_000;

/// What the store does with its next request that changes something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    None,
    /// A status, with a wait of this number of seconds, and the code of an error.
    Status(u16, Option<u32>, &'static str),
    /// The connection ends in the middle of the body.
    Cut,
    /// It does what it is asked, and the connection ends before the answer.
    TakenButCut,
    /// It does nothing for this time, then ends the connection.
    Slow(Duration),
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    order: Vec<String>,
    uploads: BTreeMap<String, Upload>,
    parts: usize,
    next: usize,
    faults: VecDeque<Fault>,
}

#[derive(Debug)]
struct Object {
    octets: Vec<u8>,
    id: Option<String>,
}

#[derive(Debug)]
struct Upload {
    name: String,
    id: Option<String>,
    parts: BTreeMap<usize, Vec<u8>>,
}

#[derive(Debug)]
struct Request {
    method: String,
    /// The name of the object, decoded.
    name: String,
    query: BTreeMap<String, String>,
    head: Vec<String>,
    body: Vec<u8>,
}

/// Status, headers and body.
type Answer = (u16, String, String);

/// It runs until the end of the tests.
pub(super) struct StubStore {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl StubStore {
    pub(super) fn start(faults: &[Fault]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), faults)
    }

    pub(super) fn on(listener: TcpListener, faults: &[Fault]) -> Self {
        Self::serve(listener, faults, Some)
    }

    pub(super) fn with_tls(made: &rcgen::CertifiedKey<rcgen::KeyPair>, faults: &[Fault]) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::serve(listener, faults, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            Some(StreamOwned::new(connection, stream))
        })
    }

    fn serve<S: Read + Write>(
        listener: TcpListener,
        faults: &[Fault],
        open: impl Fn(TcpStream) -> Option<S> + Clone + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            faults: faults.iter().copied().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map(Result::unwrap) {
                let (shared, open) = (Arc::clone(&shared), open.clone());
                thread::spawn(move || {
                    if let Some(stream) = open(stream) {
                        connection(stream, &shared);
                    }
                });
            }
        });
        Self { address, state }
    }

    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.lock();
        let objects = state.objects.iter();
        objects
            .map(|(name, object)| (name.clone(), object.octets.clone()))
            .collect()
    }

    /// The names of objects in the order in which they were stored.
    pub(super) fn order(&self) -> Vec<String> {
        self.lock().order.clone()
    }

    pub(super) fn parts(&self) -> usize {
        self.lock().parts
    }

    pub(super) fn open_uploads(&self) -> usize {
        self.lock().uploads.len()
    }

    pub(super) fn faults(&self) -> VecDeque<Fault> {
        self.lock().faults.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// Requests of one connection, until it ends.
fn connection(stream: impl Read + Write, state: &Mutex<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let head = http::head(&mut stream)?;
        let is_question = head[0].starts_with("HEAD ");
        let fault = match is_question {
            true => Fault::None,
            false => state
                .lock()
                .unwrap()
                .faults
                .pop_front()
                .unwrap_or(Fault::None),
        };
        match fault {
            Fault::Cut => {
                let mut some = [0; 10];
                stream.read_exact(&mut some).ok()?;
                return None;
            }
            Fault::Slow(time) => {
                thread::sleep(time);
                return None;
            }
            _ => {}
        }
        let body = match http::header(&head, "content-length") {
            Some(_) => http::body(&head, &mut stream)?,
            None => Vec::new(),
        };
        let (status, headers, body) = match fault {
            Fault::Status(status, wait, code) => {
                let wait = wait.map_or(String::new(), |wait| format!("Retry-After: {wait}\r\n"));
                (status, wait, error(code))
            }
            _ => answer(head, body, &mut state.lock().unwrap()),
        };
        if fault == Fault::TakenButCut {
            return None;
        }
        let (len, body) = match is_question {
            // The length is that of the object.
            true => (String::new(), String::new()),
            false => (format!("Content-Length: {}\r\n", body.len()), body),
        };
        let to = stream.get_mut();
        write!(to, "HTTP/1.1 {status} X\r\n{headers}{len}\r\n{body}").ok()?;
        to.flush().ok()?;
    }
}

fn error(code: &str) -> String {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as asked</Message></Error>")
}

fn answer(head: Vec<String>, body: Vec<u8>, state: &mut State) -> Answer {
    let refused = |status, code: &str| {
        let len = "Content-Length: 0\r\n".to_owned();
        (
            status,
            if head[0].starts_with("HEAD ") {
                len
            } else {
                String::new()
            },
            error(code),
        )
    };
    let authorization = http::header(&head, "authorization").unwrap_or_default();
    let Some(credential) = authorization.strip_prefix("AWS4-HMAC-SHA256 Credential=") else {
        return refused(403, "AccessDenied");
    };
    let mut scope = credential.split(", ").next().unwrap().split('/');
    if scope.next() != Some(KEY_ID) {
        return refused(403, "InvalidAccessKeyId");
    }
    let scope: Vec<&str> = scope.skip(1).collect();
    assert_eq!(scope, ["us-east-1", "s3", "aws4_request"]);
    assert!(authorization.contains("SignedHeaders=") && authorization.contains("Signature="));
    for name in ["x-amz-date", "x-amz-content-sha256"] {
        assert!(http::header(&head, name).is_some(), "{name}");
    }
    let mut line = head[0].split(' ');
    let (method, target) = (line.next().unwrap().to_owned(), line.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decoded(path);
    let (bucket, name) = path[1..].split_once('/').unwrap();
    if bucket != BUCKET {
        return refused(404, "NoSuchBucket");
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = pairs.map(|(name, value)| (name.to_owned(), decoded(value)));
    let request = Request {
        method,
        name: name.to_owned(),
        query: query.collect(),
        head,
        body,
    };
    state.take(request)
}

fn decoded(text: &str) -> String {
    let mut octets = Vec::new();
    let mut parts = text.split('%');
    octets.extend(parts.next().unwrap().bytes());
    for part in parts {
        octets.push(u8::from_str_radix(&part[..2], 16).unwrap());
        octets.extend(part[2..].bytes());
    }
    String::from_utf8(octets).unwrap()
}

impl State {
    fn take(&mut self, request: Request) -> Answer {
        let Request {
            method,
            name,
            query,
            head,
            body,
        } = request;
        let id = http::header(&head, "x-amz-meta-netflow-id").map(str::to_owned);
        let upload = query.get("uploadId");
        let part = query.get("partNumber");
        match (method.as_str(), upload, part) {
            ("HEAD", None, None) => match self.objects.get(&name) {
                None => (404, "Content-Length: 0\r\n".to_owned(), String::new()),
                Some(object) => {
                    let id = object.id.as_ref();
                    let id = id.map(|id| format!("x-amz-meta-netflow-id: {id}\r\n"));
                    let headers = format!(
                        "Content-Length: {}\r\nETag: \"0\"\r\nLast-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n{}",
                        object.octets.len(),
                        id.unwrap_or_default()
                    );
                    (200, headers, String::new())
                }
            },
            ("PUT", None, None) => {
                self.store(name, body, id);
                (200, "ETag: \"0\"\r\n".to_owned(), String::new())
            }
            ("POST", None, None) if query.contains_key("uploads") => {
                self.next += 1;
                let number = self.next.to_string();
                let upload = Upload {
                    name: name.clone(),
                    id,
                    parts: BTreeMap::new(),
                };
                self.uploads.insert(number.clone(), upload);
                let answer = format!(
                    "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{name}</Key><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
                );
                (200, String::new(), answer)
            }
            ("PUT", Some(number), Some(part)) => {
                let Some(upload) = self.uploads.get_mut(number) else {
                    return (404, String::new(), error("NoSuchUpload"));
                };
                assert_eq!(upload.name, name);
                upload.parts.insert(part.parse().unwrap(), body);
                self.parts += 1;
                (200, format!("ETag: \"{part}\"\r\n"), String::new())
            }
            ("POST", Some(number), None) => {
                let Some(upload) = self.uploads.remove(number) else {
                    return (404, String::new(), error("NoSuchUpload"));
                };
                let text = String::from_utf8(body).unwrap();
                assert_eq!(text.matches("<ETag>").count(), upload.parts.len(), "{text}");
                let last = upload.parts.len();
                for (number, part) in &upload.parts {
                    assert!(*number == last || part.len() >= SMALLEST_PART);
                }
                let octets = upload.parts.into_values().flatten().collect();
                self.store(name.clone(), octets, upload.id);
                let answer = format!(
                    "<CompleteMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{name}</Key><ETag>\"0\"</ETag></CompleteMultipartUploadResult>"
                );
                (200, String::new(), answer)
            }
            ("DELETE", Some(number), None) => {
                let is_there = self.uploads.remove(number).is_some();
                (
                    if is_there { 204 } else { 404 },
                    String::new(),
                    String::new(),
                )
            }
            other => panic!("{other:?} {query:?}"),
        }
    }

    fn store(&mut self, name: String, octets: Vec<u8>, id: Option<String>) {
        let object = Object { octets, id };
        let replaced = self.objects.insert(name.clone(), object);
        assert!(replaced.is_none(), "{name} was replaced");
        self.order.push(name);
    }
}
