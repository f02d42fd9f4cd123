//! Rows as messages of syslog (RFC 5424).

use std::fs;
use std::process;

use netflow_core::Timestamp;

/// Facility `local0`, severity `informational` (RFC 5424, section 6.2.1).
const PRIORITY: u8 = 16 * 8 + 6;
/// The name of a host that cannot be found (section 6.2.4: the NILVALUE).
const NIL: &str = "-";
/// Octets of the longest name of a host (section 6.2.4).
const LONGEST_NAME: usize = 255;

/// How the rows of an output become messages.
#[derive(Debug, Clone)]
pub(super) struct Syslog {
    /// What stands after the time: host, program, process, kind of message, no structured data.
    after_time: String,
}

impl Syslog {
    pub(super) fn new() -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| fs::read_to_string("/etc/hostname"))
            .unwrap_or_default();
        let host = host.trim();
        let is_name = (1..=LONGEST_NAME).contains(&host.len())
            && host.bytes().all(|octet| octet.is_ascii_graphic());
        let host = if is_name { host } else { NIL };
        Self {
            after_time: format!("{host} netflow {} flow -", process::id()),
        }
    }

    /// Appends one row, without the end of its line.
    pub(super) fn message(&self, row: &[u8], received: Timestamp, out: &mut Vec<u8>) {
        // Microseconds are the finest that section 6.2.3 permits.
        let received =
            Timestamp::from_nanos(received.as_nanos() - received.as_nanos().rem_euclid(1_000));
        let before = format!("<{PRIORITY}>1 {received} {} ", self.after_time);
        out.extend_from_slice(before.as_bytes());
        out.extend_from_slice(row.trim_ascii_end());
    }

    /// Appends one row after its length (RFC 6587, section 3.4.1: octet counting).
    pub(super) fn counted(&self, row: &[u8], received: Timestamp, out: &mut Vec<u8>) {
        let mut message = Vec::with_capacity(row.len() + 128);
        self.message(row, received, &mut message);
        out.extend_from_slice(format!("{} ", message.len()).as_bytes());
        out.append(&mut message);
    }
}

#[cfg(test)]
mod tests {
    use netflow_core::Timestamp;

    use super::Syslog;

    #[test]
    fn a_row_is_a_message_of_rfc_5424_after_its_length() {
        let syslog = Syslog {
            after_time: "host netflow 7 flow -".to_owned(),
        };
        let mut out = Vec::new();
        let received = Timestamp::from_nanos(1_700_000_000_123_456_789);
        syslog.counted(b"{\"octets\":1}\r\n", received, &mut out);
        let message = "<134>1 2023-11-14T22:13:20.123456Z host netflow 7 flow - {\"octets\":1}";
        let expected = format!("{} {message}", message.len());
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
