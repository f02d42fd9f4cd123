//! Addresses replaced by others, so that a capture can be shown to strangers.

mod crypto_pan;
mod packet;
mod record;
mod sample;

use alloc::sync::Arc;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::ops::Range;
use std::io;
use std::path::Path;

use netflow_core::value::MacAddress;
use netflow_core::{MessageHeader, Rewrite, Set, SetKind};
use netflow_query::Filter;

use self::crypto_pan::CryptoPan;

/// Octets of a key.
const KEY: usize = 32;

/// Replaces addresses by Crypto-PAn (Xu, Fan, Ammar and Moon, "Prefix-Preserving IP Address
/// Anonymization", 2002): the same address always becomes the same other one, two addresses that share
/// their first bits become two that share as many, and without the key nothing leads back.
///
/// As the [`Rewrite`] of a decoder it replaces them in all that is read from datagrams: the exporter and
/// the agent, fields of records, options and lists, members of sFlow, and the headers of sampled packets,
/// tunnels included. IPv4 addresses mapped into IPv6 stay mapped. MAC addresses are replaced likewise;
/// the bit of groups stays. What may hold an address without being one is zeroed: what follows the
/// headers of sampled packets, options in these headers, fields of unknown type, and octets that no
/// registry explains. Names and other texts are not addresses, and stay; so do counters, times, ports,
/// and numbers of AS and interfaces.
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
/// use netflow_output::anonymise::Anonymiser;
///
/// # let mut payload = [0; 24 + 48];
/// # payload[1] = 5;
/// # payload[3] = 1;
/// # payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// let anonymiser = Anonymiser::new(b"32 octets that nobody can guess.");
/// let mut decoder = Decoder::new(Limits::default()).with_rewrite(anonymiser.clone());
/// let exporter = "198.51.100.1:2055".parse()?;
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let flow = decoded.flows().next().unwrap();
/// assert_eq!(flow.source_address(), Some(anonymiser.address("192.0.2.1".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Anonymiser {
    cipher: Arc<CryptoPan>,
}

impl Anonymiser {
    /// Replaces addresses by this key, 16 octets for the cipher and 16 for the padding.
    #[must_use]
    pub fn new(key: &[u8; KEY]) -> Self {
        let cipher = Arc::new(CryptoPan::new(key));
        Self { cipher }
    }

    /// Replaces addresses by the key in a file: 32 octets or 64 hexadecimal digits; a line end after
    /// them does not matter.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds something else.
    pub fn from_file(path: &Path) -> io::Result<Self> {
        let content = std::fs::read(path)?;
        let invalid = "the key has to be 32 octets or 64 hexadecimal digits";
        let key =
            key(&content).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, invalid))?;
        Ok(Self::new(&key))
    }

    /// The address in place of this one.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => self.ipv4(address).into(),
            IpAddr::V6(address) => self.ipv6(address).into(),
        }
    }

    /// The network in place of the one that has the first bits of an address, `length` of them, in
    /// common: its addresses are those in place of the addresses of the other.
    #[must_use]
    pub fn network(&self, address: IpAddr, length: u32) -> IpAddr {
        match self.address(address) {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(length).unwrap_or(0);
                Ipv4Addr::from_bits(address.to_bits() & !host).into()
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(length).unwrap_or(0);
                Ipv6Addr::from_bits(address.to_bits() & !host).into()
            }
        }
    }

    /// The MAC address in place of this one.
    #[must_use]
    pub fn mac(&self, address: MacAddress) -> MacAddress {
        MacAddress(self.cipher.mac(address.0))
    }

    /// The filter that chooses the flows after addresses were replaced that this one chooses before:
    /// people ask for the addresses that they know.
    #[must_use]
    pub fn filter(&self, filter: &Filter) -> Filter {
        filter.with_addresses(
            |address, length| self.network(address, length),
            |address| self.mac(address),
        )
    }

    fn ipv4(&self, address: Ipv4Addr) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.cipher.ipv4(address.to_bits()))
    }

    fn ipv6(&self, address: Ipv6Addr) -> Ipv6Addr {
        match address.to_ipv4_mapped() {
            Some(address) => self.ipv4(address).to_ipv6_mapped(),
            None => Ipv6Addr::from_bits(self.cipher.ipv6(address.to_bits())),
        }
    }

    /// Replaces the address in these octets; octets that are none are zeroed.
    fn replace_address(&self, octets: &mut [u8]) {
        if let Ok(address) = <[u8; 4]>::try_from(&*octets) {
            octets.copy_from_slice(&self.ipv4(address.into()).octets());
        } else if let Ok(address) = <[u8; 16]>::try_from(&*octets) {
            octets.copy_from_slice(&self.ipv6(address.into()).octets());
        } else {
            octets.fill(0);
        }
    }

    /// Replaces the MAC address in these octets; octets that are none are zeroed.
    fn replace_mac(&self, octets: &mut [u8]) {
        match <[u8; 6]>::try_from(&*octets) {
            Ok(address) => octets.copy_from_slice(&self.cipher.mac(address)),
            Err(_) => octets.fill(0),
        }
    }
}

/// Where these octets are among others; `None` if they are not part of them.
fn place(octets: &[u8], whole: &[u8]) -> Option<Range<usize>> {
    let start = octets.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(octets.len())?;
    (end <= whole.len()).then_some(start..end)
}

impl Rewrite for Anonymiser {
    fn exporter(&self, exporter: SocketAddr) -> SocketAddr {
        // That of an IPFIX file is not known.
        if exporter.port() == 0 && exporter.ip().is_unspecified() {
            return exporter;
        }
        SocketAddr::new(self.address(exporter.ip()), exporter.port())
    }

    fn header(&mut self, header: &mut MessageHeader) {
        header.agent_address = header.agent_address.map(|agent| self.address(agent));
    }

    fn set(&mut self, set: &Set<'_>, body: &mut [u8]) {
        match set.kind() {
            SetKind::Data | SetKind::Options => self.records(set, body),
            SetKind::Samples => self.samples(set, body),
            SetKind::Templates | SetKind::OptionsTemplates => body.copy_from_slice(set.body()),
            // Nothing is read from these.
            _ => {}
        }
    }
}

/// The key in the content of a file.
fn key(content: &[u8]) -> Option<[u8; KEY]> {
    if let Ok(key) = content.try_into() {
        return Some(key);
    }
    let line = content.trim_ascii_end();
    if let Ok(key) = line.try_into() {
        return Some(key);
    }
    let digits = core::str::from_utf8(line).ok()?;
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    if digits.len() != 2 * KEY || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEY];
    for (index, octet) in key.iter_mut().enumerate() {
        *octet = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::{KEY, key};

    #[test]
    fn a_key_is_octets_or_digits() {
        let octets = *b"32 octets that nobody can guess.";
        assert_eq!(key(&octets), Some(octets));
        assert_eq!(key(b"32 octets that nobody can guess.\n"), Some(octets));
        assert_eq!(key(&[b'\n'; KEY]), Some([b'\n'; KEY]));
        let digits = "00ff".repeat(16);
        let expected: [u8; KEY] =
            core::array::from_fn(|index| if index % 2 == 0 { 0 } else { 0xff });
        for text in [digits.clone(), format!("0x{digits}\r\n")] {
            assert_eq!(key(text.as_bytes()), Some(expected));
        }
        for text in [
            "",
            "32 octets that nobody can guess",
            &"0g".repeat(32),
            &"00".repeat(31),
        ] {
            assert_eq!(key(text.as_bytes()), None, "{text}");
        }
    }
}
