//! Outputs to object storage on the command line. netflow-output tests what stores receive.

use alloc::sync::Arc;
use core::net::SocketAddr;
use std::io::{BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

use netflow_testdata::{http, own_port};

use crate::harness::{Collector, Folder, logged, run, send, v5};

const UDP: [&str; 2] = ["--udp", "127.0.0.1:0"];
const OUTPUT: [&str; 4] = ["--fields", "octets", "--output", "s3://flows/a/%Y.json"];

/// A proxy that is also the store: it has no object, and takes each.
struct Store {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Store {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let received = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let received = Arc::clone(&received);
                thread::spawn(move || serve(&stream.unwrap(), &received));
            }
        });
        Self { address, requests }
    }
}

fn serve(stream: &TcpStream, received: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let head = http::head(&mut reader)?;
        let method = head[0].split(' ').next().unwrap();
        let answer = match method {
            "CONNECT" => "HTTP/1.1 200 OK\r\n\r\n",
            "HEAD" => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nETag: \"0\"\r\nContent-Length: 0\r\n\r\n",
        };
        if method == "PUT" {
            let body = String::from_utf8(http::body(&head, &mut reader)?).unwrap();
            received.lock().unwrap().push(head.concat() + &body);
        }
        (&mut &*stream).write_all(answer.as_bytes()).ok()?;
    }
}

#[test]
fn objects_are_sent_to_the_endpoint_and_region_in_the_form_that_were_asked_for() {
    for (addressing, line, host) in [
        ("path", "PUT /flows/a/2", "store.invalid"),
        ("host", "PUT /a/2", "flows.store.invalid"),
    ] {
        let folder = Folder::new();
        let store = Store::start();
        let credentials = format!("file:{}", folder.write("key", "AKIAEXAMPLE:hunter2\n"));
        let options = [
            "--output-credentials",
            &credentials,
            "--staging",
            &folder.file("staging"),
            "--s3-endpoint",
            "http://store.invalid",
            "--s3-region",
            "eu-central-1",
            "--s3-addressing",
            addressing,
            "--drain-timeout",
            "2s",
        ];
        let proxy = format!("http://{}", store.address);
        let variables = ["HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, proxy.as_str()));
        let options = [&UDP[..], &OUTPUT, &options].concat();
        let collector = Collector::start_in(&options, &variables);
        send("127.0.0.1", collector.addresses[0], &v5(1, 7));
        let ended = collector.stop();
        assert_eq!(ended.status, Some(0), "{}", ended.log);
        assert!(!ended.log.contains("hunter2"), "{}", ended.log);
        let requests = store.requests.lock().unwrap();
        let request = requests.first().expect(&ended.log);
        assert!(request.starts_with(line), "{request}");
        let head = request.to_lowercase();
        assert!(head.contains(&format!("\r\nhost: {host}\r\n")), "{head}");
        assert!(head.contains("/eu-central-1/s3/aws4_request"), "{head}");
        assert!(request.ends_with("{\"octets\":7}\n"), "{request}");
    }
}

#[test]
fn a_full_folder_drops_new_rows_if_asked() {
    let folder = Folder::new();
    let nobody = own_port().local_addr().unwrap();
    let endpoint = format!("http://{nobody}");
    let credentials = format!("file:{}", folder.write("key", "AKIAEXAMPLE:hunter2\n"));
    let options = [
        "--output-credentials",
        &credentials,
        "--staging",
        &folder.file("staging"),
        "--staging-size",
        "1",
        "--s3-endpoint",
        &endpoint,
        "--rotate-size",
        "1",
        "--when-full",
        "drop-newest",
        "--output-queue",
        "1",
        "--drain-timeout",
        "1s",
    ];
    let collector = Collector::start(&[&UDP[..], &OUTPUT, &options].concat());
    for number in 1..=5 {
        send("127.0.0.1", collector.addresses[0], &v5(number, number));
        // A chunk for each: rows are handed over after half a second.
        thread::sleep(core::time::Duration::from_millis(800));
    }
    let ended = collector.stop();
    assert_eq!(ended.status, Some(3), "{}", ended.log);
    let lost = logged(&ended.log, "an output has lost rows", "reasons");
    assert!(lost.contains("queue_full"), "{}", ended.log);
}

#[test]
fn what_can_never_work_is_refused_before_anything_starts() {
    let check = |options: &[&str]| run(&[&["--check"], &OUTPUT[..], options].concat());
    for (options, expected) in [
        (&[][..], "staging"),
        (&["--staging", "s", "--keep", "1d"], "the store decides"),
        (
            &["--staging", "s", "--s3-endpoint", "host"],
            "https://HOST:PORT",
        ),
        (
            &["--staging", "s", "--output-credentials", "hunter2"],
            "file:PATH",
        ),
    ] {
        let ended = check(options);
        assert_eq!(ended.status, Some(2), "{}", ended.log);
        assert!(ended.log.contains(expected), "{}", ended.log);
        assert!(!ended.log.contains("hunter2"), "{}", ended.log);
    }
    assert_eq!(check(&["--staging", "s"]).status, Some(0));
}
