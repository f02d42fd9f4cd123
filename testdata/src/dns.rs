//! A name server of the loopback interface for tests: it refuses every query that is not one for the name of an
//! address, octet by octet (RFC 1035, section 4.1), and counts those.

use alloc::sync::Arc;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::net::UdpSocket;
use std::sync::Mutex;
use std::thread;

/// What the server does with a query.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers with a name.
    Name(&'static str),
    /// Answers with a name after an alias (RFC 2317).
    Alias(&'static str),
    /// Answers with this code and no record; 3 is that there is no such name.
    Code(u8),
    /// Answers with a record of a name of these octets, as they are.
    Octets(&'static [u8]),
    /// Sends these octets after the header, in place of an answer.
    Garbage(&'static [u8]),
    /// Answers with a name to another query first, by its number, then to another question; then truthfully.
    Forged(&'static str),
    /// Does not answer.
    Silence,
}

/// A server; it ends with the process.
#[derive(Debug, Clone)]
pub struct NameServer {
    /// Where it listens.
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<IpAddr>>>,
    refused: Arc<AtomicU64>,
}

impl NameServer {
    /// Starts a server that replies so.
    #[must_use]
    pub fn start(reply: impl Fn(IpAddr) -> Reply + Send + 'static) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = Self {
            address: socket.local_addr().unwrap(),
            asked: Arc::default(),
            refused: Arc::default(),
        };
        let (asked, refused) = (Arc::clone(&server.asked), Arc::clone(&server.refused));
        thread::spawn(move || {
            let mut room = [0; 1_024];
            while let Ok((len, from)) = socket.recv_from(&mut room) {
                let query = &room[..len];
                let Some(address) = address(query) else {
                    refused.fetch_add(1, Ordering::SeqCst);
                    continue;
                };
                asked.lock().unwrap().push(address);
                for answer in answers(query, &reply(address)) {
                    let _ = socket.send_to(&answer, from);
                    thread::sleep(Duration::from_millis(1));
                }
            }
        });
        server
    }

    /// The addresses whose names were asked for, in that order.
    #[must_use]
    pub fn asked(&self) -> Vec<IpAddr> {
        self.asked.lock().unwrap().clone()
    }

    /// Datagrams that were no such query.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }
}

/// The address whose name is asked for; `None` if it is not exactly such a query.
fn address(query: &[u8]) -> Option<IpAddr> {
    // Recursion is wanted; one question, and nothing else.
    let rest = query
        .get(2..)?
        .strip_prefix(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    // PTR and IN.
    let name = rest.strip_suffix(&[0, 0, 12, 0, 1])?;
    let mut labels = Vec::new();
    let mut rest = name;
    while let Some((len, more)) = rest.split_first() {
        let (label, more) = more.split_at_checked(usize::from(*len))?;
        labels.push(core::str::from_utf8(label).ok()?);
        rest = more;
    }
    let (zone, numbers) = (labels.get(labels.len() - 2..)?, &labels[..labels.len() - 2]);
    match zone {
        ["in-addr", "arpa"] => {
            let octets: Option<Vec<u8>> =
                numbers.iter().rev().map(|one| one.parse().ok()).collect();
            let octets: [u8; 4] = octets?.try_into().ok()?;
            Some(Ipv4Addr::from(octets).into())
        }
        ["ip6", "arpa"] if numbers.len() == 32 => {
            let digits: String = numbers.iter().rev().copied().collect();
            let bits = u128::from_str_radix(&digits, 16).ok()?;
            Some(Ipv6Addr::from_bits(bits).into())
        }
        _ => None,
    }
}

fn answers(query: &[u8], reply: &Reply) -> Vec<Vec<u8>> {
    let named = |name: &str| response(query, 0, &[(12, &labels(name))]);
    match reply {
        Reply::Name(name) => vec![named(name)],
        Reply::Alias(name) => {
            let alias = labels("7.0-63.2.0.192.in-addr.arpa");
            vec![response(query, 0, &[(5, &alias), (12, &labels(name))])]
        }
        Reply::Code(code) => vec![response(query, *code, &[])],
        Reply::Octets(octets) => vec![response(query, 0, &[(12, octets)])],
        Reply::Garbage(octets) => vec![[&query[..12], octets].concat()],
        Reply::Forged(name) => {
            let mut other_number = named("forged.example");
            other_number[0] ^= 0x55;
            let mut other_question = named("forged.example");
            // The first letter of the question.
            other_question[13] ^= 1;
            vec![other_number, other_question, named(name)]
        }
        Reply::Silence => Vec::new(),
    }
}

/// A response with these records, types and octets, of the name that was asked for.
fn response(query: &[u8], code: u8, records: &[(u16, &[u8])]) -> Vec<u8> {
    let count = u8::try_from(records.len()).unwrap();
    let header = [0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    let mut octets = [&query[..2], &header, &query[12..]].concat();
    for (kind, data) in records {
        octets.extend([0xc0, 12]);
        octets.extend(kind.to_be_bytes());
        // IN, and an hour.
        octets.extend([0, 1, 0, 0, 0x0e, 0x10]);
        octets.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        octets.extend(*data);
    }
    octets
}

fn labels(name: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in name.split('.') {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets
}
