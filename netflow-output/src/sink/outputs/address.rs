//! Addresses of servers.

/// Host and port, by default this one.
pub(super) fn address(text: &str, port: Option<u16>) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let (host, given) = match text.rsplit_once(':') {
        // The colons of an address of IPv6 are inside of brackets.
        Some((host, given)) if !given.ends_with(']') => (host, Some(given)),
        _ => (text, None),
    };
    if host.is_empty() || host.contains('/') {
        return Err("a host is missing".to_owned());
    }
    match (given.map(str::parse::<u16>), port) {
        (Some(Ok(_)), _) => Ok(text.to_owned()),
        (Some(Err(_)), _) => Err("the port is not a number".to_owned()),
        (None, Some(port)) => Ok(format!("{host}:{port}")),
        (None, None) => Err("a port is missing".to_owned()),
    }
}
