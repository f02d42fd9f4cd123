//! Who may see the pages that show traffic.

use core::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netflow_output::sink::Credentials;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The token is missing or wrong.
    Token,
    /// The token cannot be read.
    NoToken,
    /// The client calls this host by a name. Where no token is needed, this could be a page of another site,
    /// whose name its owner lets point to the loopback interface (DNS rebinding).
    Host,
}

/// Checks a request, whose head this is.
pub(super) fn check(head: &str, token: Option<&Credentials>) -> Result<(), Refusal> {
    let Some(token) = token else {
        let host = header(head, "host").unwrap_or_default();
        return is_address(host).then_some(()).ok_or(Refusal::Host);
    };
    let token = token.read().ok().filter(|token| !token.is_empty());
    let token = token.ok_or(Refusal::NoToken)?;
    let sent = header(head, "authorization").and_then(sent);
    let is_right = sent.is_some_and(|sent| is_same(sent.as_bytes(), token.as_bytes()));
    is_right.then_some(()).ok_or(Refusal::Token)
}

/// The token of the header Authorization: after Bearer (RFC 6750), or the password of Basic (RFC 7617).
fn sent(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(rest.trim()).ok()?;
    let pair = String::from_utf8(decoded).ok()?;
    let (_, password) = pair.split_once(':')?;
    Some(password.to_owned())
}

/// The value of a header by its name in lower case.
fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().skip(1).find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Whether this is an address or `localhost`, with or without a port; a client of HTTP/1.0 names no host.
fn is_address(host: &str) -> bool {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "0"));
    let is_local = name.eq_ignore_ascii_case("localhost") && port.parse::<u16>().is_ok();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.is_empty()
        || is_local
        || host.parse::<SocketAddr>().is_ok()
        || bare.parse::<IpAddr>().is_ok()
}

/// Whether two texts are the same; how long that takes does not depend on where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let pairs = one.iter().zip(other);
    let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use netflow_output::sink::Credentials;

    use super::{Refusal, check};

    #[test]
    fn hosts_are_addresses_where_no_token_is_needed() {
        for (host, is_right) in [
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("localhost.example:80", false),
            ("localhost:", false),
            ("rebound.example:8080", false),
        ] {
            let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let expected = if is_right { Ok(()) } else { Err(Refusal::Host) };
            assert_eq!(check(&head, None), expected, "{host}");
        }
        assert_eq!(check("GET / HTTP/1.0\r\n\r\n", None), Ok(()));
    }

    #[test]
    fn a_token_is_a_password_or_a_bearer() {
        let path = std::env::temp_dir().join(format!("netflow-token-{}", std::process::id()));
        std::fs::write(&path, "secret\n").unwrap();
        let token = Credentials::File(path.clone());
        for (value, expected) in [
            ("Bearer secret", Ok(())),
            ("bearer secret", Ok(())),
            // user:secret
            ("Basic dXNlcjpzZWNyZXQ=", Ok(())),
            // user:other
            ("Basic dXNlcjpvdGhlcg==", Err(Refusal::Token)),
            ("Basic c2VjcmV0", Err(Refusal::Token)),
            ("Basic ***", Err(Refusal::Token)),
            ("Bearer secre", Err(Refusal::Token)),
            ("Bearer", Err(Refusal::Token)),
            ("secret", Err(Refusal::Token)),
        ] {
            let head = format!("GET / HTTP/1.1\r\nhost: a\r\nAUTHORIZATION: {value}\r\n\r\n");
            assert_eq!(check(&head, Some(&token)), expected, "{value}");
        }
        let head = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        assert_eq!(check(head, Some(&token)), Err(Refusal::Token));
        // An empty token would let everyone in.
        std::fs::write(&path, "\n").unwrap();
        let head = "GET / HTTP/1.1\r\nAuthorization: Bearer \r\n\r\n";
        assert_eq!(check(head, Some(&token)), Err(Refusal::NoToken));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(check(head, Some(&token)), Err(Refusal::NoToken));
    }
}
