//! Requests of HTTP, as servers in tests receive them.

use std::io::BufRead;

/// The first line of a request and its headers, each with the end of its line; `None` if the connection
/// has ended.
pub fn head(reader: &mut impl BufRead) -> Option<Vec<String>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            return Some(head);
        }
        head.push(line);
    }
}

/// The value of a header; names are compared in any case (RFC 9110, section 5.1).
#[must_use]
pub fn header<'h>(head: &'h [String], name: &str) -> Option<&'h str> {
    head.iter().skip(1).find_map(|line| {
        let (other, value) = line.split_once(':')?;
        other.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The body of a request, of the length in its head; `None` if the connection ends before.
pub fn body(head: &[String], reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let length = header(head, "content-length")?.parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}
